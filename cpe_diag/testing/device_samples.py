"""What the router of a healthy home sees of its devices."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.device_facts import (
    DeviceFlows,
    DevicePresence,
    DeviceWatch,
    FarEnds,
    LanOffers,
    LanSocket,
    NameQueries,
    Tries,
)
from cpe_diag.domain.home_facts import FamilyTries, HomeWatch
from cpe_diag.domain.lan_facts import (
    ArpAsked,
    DeviceFrames,
    EchoRow,
    FramesHeard,
    LanRouters,
    LoudDevice,
    SocketFrames,
)

LAPTOP: Final = "02:00:5e:20:00:01"
PHONE: Final = "02:00:5e:20:00:02"
NO_TRIES: Final = Tries(asked=0, answered=0, taken_up=0)
WELL: Final = Tries(asked=4, answered=4, taken_up=4)
NOBODY: Final = NameQueries(asked=0, answered=0)

DEVICE_FACTS: Final[dict[tuple[str, str], object]] = {
    ("device_presence", "device"): DevicePresence(
        address="192.168.1.100",
        answered_by=(LAPTOP,),
        neighbour_state="REACHABLE",
        sockets=(
            LanSocket(name="lan1", carrier=True, frames_in=14, carrier_losses=1, learned=(PHONE,)),
        ),
    ),
    ("device_flows", "device"): DeviceFlows(
        names_of_router=NameQueries(asked=6, answered=6),
        names_of_operator=NOBODY,
        names_of_others=NOBODY,
        to_router=1,
        past_router=24,
        past_router_answered=23,
        past_router_ipv4=24,
        tcp_taken_up=19,
        tcp_not_taken_up=0,
        whole=True,
    ),
    ("device_watch", "device"): DeviceWatch(
        watched_s=6.0,
        flows=DeviceFlows(
            names_of_router=NameQueries(asked=3, answered=3),
            names_of_operator=NOBODY,
            names_of_others=NOBODY,
            to_router=0,
            past_router=6,
            past_router_answered=6,
            past_router_ipv4=6,
            tcp_taken_up=5,
            tcp_not_taken_up=0,
            whole=True,
        ),
        secure=Tries(asked=4, answered=4, taken_up=4),
        plain=Tries(asked=1, answered=1, taken_up=1),
        others_taken_up=7,
        asked_in_vain=(),
        frames_astray=0,
        link_losses=(),
        far_ends=FarEnds(addresses=4, other_ports=NO_TRIES, no_connection=NO_TRIES),
        to_site=Tries(asked=2, answered=2, taken_up=2),
        dead_ends=0,
        others_to_site=NO_TRIES,
        all_tcp=Tries(asked=5, answered=5, taken_up=5),
        by_ipv6=Tries(asked=2, answered=2, taken_up=2),
        others_tcp=Tries(asked=7, answered=7, taken_up=7),
    ),
    ("home_watch", "router"): HomeWatch(
        span_s=30.0,
        ipv4=FamilyTries(
            pages=(WELL, WELL),
            others=NO_TRIES,
            quic=NO_TRIES,
        ),
        ipv6=FamilyTries(
            pages=(WELL, WELL),
            others=NO_TRIES,
            quic=NO_TRIES,
        ),
        names_of_router=NameQueries(asked=9, answered=9),
        names_of_operator=NOBODY,
        names_of_others=NOBODY,
        half_open=0,
        stalled=(),
        past_router=31,
        whole=True,
        tcp_kept_s=7440,
        datagrams_kept_s=60,
    ),
    ("lan_offers", "router"): LanOffers(servers=()),
    ("lan_routers", "router"): LanRouters(
        address="192.168.1.1",
        announced=(),
        address_taken_by=(),
        listened=True,
        well=4,
        tried=(WELL, WELL),
        ended_in_vain=(),
        loudest=LoudDevice(mac=LAPTOP, frames=9, octets=1800, over_s=6.0),
    ),
    ("device_frames", "device"): DeviceFrames(
        network="br-lan",
        sockets=(
            SocketFrames(
                name="lan1",
                network="br-lan",
                in_home=True,
                up=True,
                carrier=True,
                forwards=True,
                from_device=0,
                to_device=0,
            ),
            SocketFrames(
                name="wlan0",
                network="br-lan",
                in_home=True,
                up=True,
                carrier=True,
                forwards=True,
                from_device=61,
                to_device=60,
            ),
        ),
        heard=FramesHeard(
            at_home=61,
            addresses=("192.168.1.100",),
            asked_for=(ArpAsked(address="192.168.1.1", times=1),),
            dhcp_asked=0,
            dhcp_answered=0,
            begun=6,
            begun_answered=6,
            datagrams=0,
            to_router=9,
        ),
        echoes=EchoRow(sent=50, answered=50, spells=1),
        refused_by=(),
        pinned=(),
    ),
}
