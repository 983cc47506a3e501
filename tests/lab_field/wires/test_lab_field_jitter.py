"""On a real wire packets that come unevenly are told, and a laptop that is busy is not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from told_link import card

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
LAN: Final = "router_lan"
NETWORKS: Final = {WALL: "198.51.100", LAN: "192.168.1"}
WELL: Final = ("none", "no_fault")
BUSY: Final = "while True:\n    pass\n"
HOGS: Final = 4


def line(wire: Wire, place: str) -> None:
    """Give the laptop a line, or a home."""
    network = NETWORKS[place]
    wire.dnsmasq("operator", f"{network}.1", f"{network}.20")
    wire.world("operator")
    wire.laptop_takes(f"{network}.20", f"{network}.1")


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def jitter(document: dict[str, Any], place: str) -> dict[str, Any]:
    """Give the trains."""
    facts = document["evidence"]["facts"]
    found: dict[str, Any] = next(
        one["value"] for one in facts if one["key"] == f"field_jitter[{place}]"
    )
    return found


def test_packets_that_come_unevenly_at_the_wall_are_told(wire: Wire) -> None:
    """Each is late by another time of up to 150 ms, and to itself the laptop is even."""
    card(wire, late_ms=150)
    line(wire, WALL)
    document = wire.check("--at", WALL)
    assert verdict(document) == ("network", "wall_uneven")
    told = jitter(document, WALL)
    assert told["far"]["rtt_p95_s"] > 0.1
    assert told["own"]["rtt_p95_s"] < 0.02
    assert told["stamped"] > 30


def test_uneven_behind_the_router_alone_is_the_routers(wire: Wire) -> None:
    """The same packets came evenly at the wall port a moment ago."""
    line(wire, WALL)
    assert verdict(wire.check("--at", WALL)) == WELL
    wire.run("laptop", "ip", "addr", "flush", "dev", "eth0")
    card(wire, late_ms=150)
    wire.run("operator", "ip", "addr", "add", f"{NETWORKS[LAN]}.1/24", "dev", "eth0")
    wire.laptop_takes(f"{NETWORKS[LAN]}.20", f"{NETWORKS[LAN]}.1")
    document = wire.check("--at", LAN, "--answer", "line_use=nobody")
    assert document["verdict"]["domain"] == "router"
    assert document["verdict"]["cause"] == "router_uneven"


@pytest.mark.parametrize("hogs", [HOGS])
def test_a_laptop_that_is_busy_is_no_jitter(wire: Wire, hogs: int) -> None:
    """Its own scheduling is in no time of the kernel's."""
    line(wire, WALL)
    for _ in range(hogs):
        wire.start("laptop", "chrt", "-o", "0", sys.executable, "-c", BUSY)
    document = wire.check("--at", WALL)
    assert verdict(document) == WELL
    told = jitter(document, WALL)
    assert told["stamped"] > 30
    assert told["far"]["rtt_p95_s"] < 0.05
