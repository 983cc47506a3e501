"""What a healthy home's evidence turns into when the laptop itself has a fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.device_facts import (
    DeviceFlows,
    DeviceWatch,
    FarEnds,
    LanSocket,
    LinkLoss,
    NameQueries,
)
from cpe_diag.domain.lan_facts import DeviceFrames, EchoRow, FramesHeard, SocketFrames
from cpe_diag.domain.missing import known
from cpe_diag.testing.device_samples import LAPTOP, NO_TRIES, NOBODY
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.fault_effects import lost

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

WATCH: Final = ("device_watch", "device")
FRAMES: Final = ("device_frames", "device")
SOCKET: Final = SocketFrames(
    name="lan1",
    network="br-lan",
    in_home=True,
    up=True,
    carrier=True,
    forwards=True,
    from_device=0,
    to_device=3,
)
INTRUDER: Final = "02:00:5e:20:00:07"


def no_traces(case: CaseFile) -> CaseFile:
    """Nobody answers ARP any more, and no connection is left."""
    case = changed(case, "device_presence", "device", answered_by=(), neighbour_state="FAILED")
    return _flows(unheard(case))


def unheard(case: CaseFile) -> CaseFile:
    """No frame of the laptop comes in on any socket, and nothing answers pings."""
    if case.evidence.value(DeviceFrames, "device_frames", "device") is None:
        return case
    silent = FramesHeard(
        at_home=0,
        addresses=(),
        asked_for=(),
        dhcp_asked=0,
        dhcp_answered=0,
        begun=0,
        begun_answered=0,
        datagrams=0,
        to_router=0,
    )
    echoes = EchoRow(sent=50, answered=0, spells=1)
    sockets = (SOCKET,)
    return changed(case, *FRAMES, sockets=sockets, heard=silent, echoes=echoes)


def heard(case: CaseFile, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    """Change what the frames of the laptop say."""
    seen = case.evidence.value(DeviceFrames, *FRAMES)
    before = known(seen.heard) if seen else None
    if before is None:
        return case
    return changed(case, *FRAMES, heard=replace(before, **fields))


def on_socket(case: CaseFile, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    """Let the laptop be heard on lan1, and what is said of that socket."""
    return changed(case, *FRAMES, sockets=(replace(SOCKET, from_device=12, **fields),))


def _flows(case: CaseFile, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    nothing = {
        "names_of_router": NOBODY,
        "to_router": 0,
        "past_router": 0,
        "past_router_answered": 0,
        "past_router_ipv4": 0,
        "tcp_taken_up": 0,
    }
    case = changed(case, "device_flows", "device", **{**nothing, **fields})
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    if watch is None:
        return case
    flows = replace(watch.flows, **{**nothing, **fields})
    ends = FarEnds(addresses=flows.past_router and 3, other_ports=NO_TRIES, no_connection=NO_TRIES)
    case = changed(case, *WATCH, flows=flows, secure=NO_TRIES, plain=NO_TRIES, far_ends=ends)
    return _frames_of(case, flows)


def _frames_of(case: CaseFile, flows: DeviceFlows) -> CaseFile:
    """Let the frames say what the flows do."""
    if case.evidence.value(DeviceFrames, *FRAMES) is None:
        return case
    answered = flows.tcp_taken_up + flows.tcp_not_taken_up
    return heard(case, begun=flows.past_router_ipv4, begun_answered=answered)


def dead_nic(case: CaseFile) -> CaseFile:
    """The laptop hangs on lan1, which has a link, and nothing comes from it."""
    case = changed(case, "wifi_clients", "router", clients=())
    case = lost(no_traces(case), "router>device", received=0)
    mute = LanSocket(name="lan1", carrier=True, frames_in=0, carrier_losses=1, learned=())
    return changed(case, "device_presence", "device", sockets=(mute,))


def device_elsewhere(case: CaseFile) -> CaseFile:
    """The laptop was given an address of another network by hand; its frames are heard."""
    case = changed(case, "wifi_clients", "router", clients=())
    case = lost(no_traces(case), "router>device", received=0)
    there = LanSocket(name="lan1", carrier=True, frames_in=3, carrier_losses=1, learned=(LAPTOP,))
    case = changed(case, "device_presence", "device", sockets=(there,))
    return heard(on_socket(case), at_home=12, addresses=("10.9.9.9",))


def duplicate_address(case: CaseFile) -> CaseFile:
    """A printer was given the laptop's address by hand."""
    return changed(case, "device_presence", "device", answered_by=(LAPTOP, INTRUDER))


def device_dns(case: CaseFile) -> CaseFile:
    """The laptop asks a name server that somebody typed in, which answers nothing."""
    return _flows(case, names_of_others=NameQueries(asked=6, answered=0))


def device_gateway(case: CaseFile) -> CaseFile:
    """The laptop's gateway is wrong: the router answers its names, and then sees nothing of it."""
    case = _flows(case, names_of_router=NameQueries(asked=9, answered=9), to_router=1)
    return _asks_in_vain(case)


def _asks_in_vain(case: CaseFile) -> CaseFile:
    """The gateway that the laptop asks for by ARP is nobody."""
    if case.evidence.value(DeviceWatch, "device_watch", "device") is None:
        return case
    return changed(case, "device_watch", "device", asked_in_vain=("192.168.1.254",))


def device_idle(case: CaseFile) -> CaseFile:
    """The laptop has gateway and name server of its own, neither of which is the router."""
    return _asks_in_vain(_flows(case))


def device_firewall(case: CaseFile) -> CaseFile:
    """The laptop's firewall lets answers through to nobody."""
    case = lost(case, "router>device", received=0)
    names = NameQueries(asked=4, answered=4)
    return _flows(
        case,
        names_of_router=names,
        past_router=5,
        past_router_answered=5,
        past_router_ipv4=5,
        tcp_not_taken_up=5,
    )


def device_web_blocked(case: CaseFile) -> CaseFile:
    """Nobody takes up what the laptop begins: its names are answered, its connections are not."""
    names = NameQueries(asked=2, answered=2)
    return _flows(case, names_of_router=names, past_router=4, past_router_ipv4=4)


def device_dns_lies(case: CaseFile) -> CaseFile:
    """The laptop's own name server sends it to addresses where nobody is."""
    names = NameQueries(asked=3, answered=3)
    return _flows(case, names_of_others=names, past_router=4, past_router_ipv4=4)


def loose_cable(case: CaseFile) -> CaseFile:
    """The laptop's socket loses its link twice while the router looks on."""
    losses = (LinkLoss(socket="lan1", times=2),)
    return changed(case, "device_watch", "device", link_losses=losses)
