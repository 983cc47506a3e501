"""A card that comes to half duplex or to 10 Mbit/s is told, by the side that is to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from told_link import agrees, card

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
LAN: Final = "router_lan"
NETWORKS: Final = {WALL: "198.51.100", LAN: "192.168.1"}
SOLD: Final = "{down_bps: 100000000, up_bps: 100000000}"
WELL: Final = ("none", "no_fault")


def line(wire: Wire, place: str) -> None:
    """Give the laptop's card a line, or a home."""
    card(wire)
    network = NETWORKS[place]
    wire.dnsmasq("operator", f"{network}.1", f"{network}.20")
    wire.world("operator")
    wire.laptop_takes(f"{network}.20", f"{network}.1")


def moved(wire: Wire, to: str) -> None:
    """Take the cable to the other place; the world stays where it is."""
    network = NETWORKS[to]
    wire.run("laptop", "ip", "addr", "flush", "dev", "eth0")
    wire.ends(wire.started[1])
    wire.dnsmasq("operator", f"{network}.1", f"{network}.20")
    wire.laptop_takes(f"{network}.20", f"{network}.1")


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


@pytest.mark.parametrize(
    ("place", "speed", "duplex", "told"),
    [
        (WALL, 100, "full", WELL),
        (WALL, 10, "half", ("network", "wall_duplex")),
        (LAN, 10, "half", ("router", "home_duplex")),
    ],
    ids=["wall-full", "wall-half", "home-half"],
)
def test_half_duplex_is_told(
    wire: Wire, place: str, speed: int, duplex: str, told: tuple[str, str]
) -> None:
    """One end does not negotiate: collisions eat what is sent."""
    line(wire, place)
    agrees(wire, speed, duplex)
    document = wire.check("--at", place, service=SOLD)
    assert verdict(document) == told
    words = str(document["evidence"]) + str(document["verdict"])
    assert f"{speed} Mbit/s, {duplex} duplex at eth0" in words


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ((10, "full"), ("network", "wall_link_below")),
        ((10, "half"), ("network", "wall_duplex")),
    ],
    ids=["10-full", "10-half"],
)
def test_a_card_that_was_faster_elsewhere_accuses_the_wall_port(
    wire: Wire, then: tuple[int, str], told: tuple[str, str]
) -> None:
    """The laptop's own card can do more: it was seen to, behind the router."""
    line(wire, LAN)
    agrees(wire, 1000, "full")
    assert verdict(wire.check("--at", LAN, service=SOLD)) == WELL
    moved(wire, WALL)
    agrees(wire, *then)
    assert verdict(wire.check("--at", WALL, service=SOLD)) == told


def test_a_card_that_is_at_half_duplex_everywhere_accuses_nobody(wire: Wire) -> None:
    """It is the laptop's own card then, and nothing that is measured with it counts."""
    line(wire, LAN)
    agrees(wire, 10, "half")
    assert verdict(wire.check("--at", LAN, service="{}")) == ("router", "home_duplex")
    moved(wire, WALL)
    document = wire.check("--at", WALL, service="{}")
    assert verdict(document) == ("undetermined", "undetermined")
    assert "let the laptop's own card negotiate" in document["verdict"]["summary"]
