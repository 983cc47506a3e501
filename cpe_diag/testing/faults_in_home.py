"""What a healthy home's evidence turns into when something between laptop and router is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.device_facts import DeviceFlows, DeviceWatch, FarEnds, Tries
from cpe_diag.domain.lan_facts import AnnouncedRouter, ArpAsked, EchoRow
from cpe_diag.testing.device_samples import NO_TRIES
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.fault_effects import lost
from cpe_diag.testing.faults_at_device import (
    FRAMES,
    INTRUDER,
    WATCH,
    device_idle,
    heard,
    no_traces,
    on_socket,
    unheard,
)

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

ROUTERS: Final = ("lan_routers", "router")


BY_CHANCE: Final = EchoRow(sent=50, answered=14, spells=22)
"""As many losses as of a device that sleeps, each by itself."""


def _without_lease(case: CaseFile) -> CaseFile:
    """The laptop has no address, and hangs on lan1."""
    case = changed(case, "wifi_clients", "router", clients=())
    case = changed(case, "router_lan", "router", leases=(), neighbours=())
    return lost(no_traces(case), "router>device", received=0)


def device_refused(case: CaseFile) -> CaseFile:
    """The router's DHCP server is set to leave the laptop alone, which asks for an address."""
    case = heard(on_socket(_without_lease(case)), at_home=4, dhcp_asked=4)
    return changed(case, *FRAMES, refused_by=("the DHCP server is set to ignore it",))


def dhcp_unanswered(case: CaseFile) -> CaseFile:
    """The laptop asks for an address, and nobody answers; no setting says why."""
    return heard(on_socket(_without_lease(case)), at_home=4, dhcp_asked=4)


def port_for_television(case: CaseFile) -> CaseFile:
    """The laptop hangs on a socket of another bridge."""
    return heard(on_socket(_without_lease(case), network="br-tv", in_home=False), dhcp_asked=4)


def port_filtered(case: CaseFile) -> CaseFile:
    """The laptop's frames come in on lan1, and a filter there lets none into the home."""
    return heard(on_socket(_without_lease(case)), at_home=0, dhcp_asked=4)


def port_blocked(case: CaseFile) -> CaseFile:
    """The bridge passes nothing on from lan1; one frame of the laptop's was heard there."""
    return on_socket(_without_lease(case), forwards=False)


def router_swallows(case: CaseFile) -> CaseFile:
    """The laptop asks the router for connections, and the router begins none of them."""
    case = device_idle(case)
    case = changed(case, *WATCH, asked_in_vain=())
    return heard(case, begun=6, begun_answered=0, to_router=8)


def answers_kept_back(case: CaseFile) -> CaseFile:
    """What the laptop asks for is answered, and the router does not send it the answers."""
    watch = case.evidence.value(DeviceWatch, *WATCH)
    if watch is None:
        return case
    flows = replace(watch.flows, past_router=6, tcp_taken_up=0, tcp_not_taken_up=6)
    case = changed(case, *WATCH, flows=flows, secure=NO_TRIES, plain=NO_TRIES)
    return heard(case, begun=6, begun_answered=0)


def pinned(case: CaseFile) -> CaseFile:
    """The router's table ties the laptop's address to a computer that is long gone."""
    return changed(router_swallows(case), *FRAMES, pinned=("192.168.1.100",))


def mask_too_wide(case: CaseFile) -> CaseFile:
    """The laptop takes the whole world for its own network."""
    case = heard(device_idle(case), asked_for=(ArpAsked(address="203.0.113.9", times=5),))
    return changed(case, *WATCH, asked_in_vain=("203.0.113.9",))


def mask_too_narrow(case: CaseFile) -> CaseFile:
    """The laptop's own mask leaves the router out: it answers ARP, and sends nothing."""
    case = changed(device_idle(case), *WATCH, asked_in_vain=())
    case = changed(case, "router_lan", "router", leases=())
    return lost(unheard(case), "router>device", received=0)


def dozes(case: CaseFile) -> CaseFile:
    """The laptop answers for a second, and is silent for three."""
    case = changed(case, *FRAMES, echoes=EchoRow(sent=50, answered=14, spells=4))
    return lost(case, "router>device", received=3)


def rogue_router(case: CaseFile) -> CaseFile:
    """A computer announces itself as the way to the world."""
    return announced(case, lifetime_s=1800, used=0)


def announced(case: CaseFile, **fields: Any) -> CaseFile:  # noqa: ANN401 - of the fact
    """Somebody is known as another router of the home."""
    return changed(case, *ROUTERS, announced=(AnnouncedRouter(mac=INTRUDER, **fields),))


def smart_hub(case: CaseFile) -> CaseFile:
    """A hub announces routes to its sensors, and wants no traffic to the world."""
    return announced(case, lifetime_s=0, used=0)


def router_address_taken(case: CaseFile) -> CaseFile:
    """A printer was given the router's address by hand."""
    return changed(case, *ROUTERS, address_taken_by=(INTRUDER,))


def _to_one(case: CaseFile, *, proxy: Tries, tunnel: Tries) -> CaseFile:
    watch = case.evidence.value(DeviceWatch, *WATCH)
    if watch is None:
        return case
    sent = proxy.asked + tunnel.asked
    back = proxy.answered + tunnel.answered
    flows = replace(_only(watch.flows, sent), past_router_answered=back)
    ends = FarEnds(addresses=1, other_ports=proxy, no_connection=tunnel)
    case = changed(case, *WATCH, flows=flows, secure=NO_TRIES, plain=NO_TRIES, far_ends=ends)
    return heard(case, begun=proxy.asked, begun_answered=0, datagrams=tunnel.asked * 6)


def _only(flows: DeviceFlows, sent: int) -> DeviceFlows:
    return replace(
        flows,
        past_router=sent,
        past_router_ipv4=sent,
        past_router_answered=0,
        tcp_taken_up=0,
        tcp_not_taken_up=0,
    )


def dead_proxy(case: CaseFile) -> CaseFile:
    """The laptop asks the proxy of an office for every page."""
    return _to_one(case, proxy=Tries(asked=3, answered=0, taken_up=0), tunnel=NO_TRIES)


def living_tunnel(case: CaseFile) -> CaseFile:
    """The laptop sends all through a tunnel, and is answered."""
    return _to_one(case, proxy=NO_TRIES, tunnel=Tries(asked=1, answered=1, taken_up=0))


def dead_tunnel(case: CaseFile) -> CaseFile:
    """The laptop sends all through a tunnel whose other end is gone."""
    return _to_one(case, proxy=NO_TRIES, tunnel=Tries(asked=1, answered=0, taken_up=0))
