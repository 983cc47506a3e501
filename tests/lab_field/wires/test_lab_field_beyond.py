"""Beyond a real wire: where ways end, who answers for names, and whose page it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from field_wire import NOBODY, OUTSIDE
from field_world import (
    PORTAL,
    behind,
    diverts,
    forwards_nothing,
    invents_names,
    takes_names,
    translates,
    walls_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from field_wire import Wire

    Inject = Callable[["Wire"], None]

WALL: Final = "wall_port"
LAN: Final = "router_lan"
GATEWAY: Final = "198.51.100.1"
HOMES: Final = "192.168.1.1"
UNTOLD: Final = ("undetermined", "undetermined")
WELL: Final = ("none", "no_fault")


def at_the_wall(wire: Wire) -> None:
    """The operator's gateway, a router of its core, and its reference behind that."""
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    behind(wire, "operator", "core", "172.20.0.1", "172.20.0.2")
    behind(wire, "core", "far", "172.20.1.1", "172.20.1.2")
    wire.run("core", "ip", "route", "add", "198.51.100.0/24", "via", "172.20.0.1")
    wire.world("far")
    wire.laptop_takes("198.51.100.20", GATEWAY)


def at_home(near: str, far: str) -> Inject:
    """A home router that translates, and behind it whoever has those addresses."""

    def inject(wire: Wire) -> None:
        wire.dnsmasq("operator", HOMES, "192.168.1.20")
        behind(wire, "operator", "core", near, far)
        translates(wire, "operator", "core")
        behind(wire, "core", "far", "172.21.1.1", "172.21.1.2")
        wire.world("far")
        translates(wire, "core", "far")
        wire.laptop_takes("192.168.1.20", HOMES)

    return inject


def core_forwards_nothing(wire: Wire) -> None:
    """The second router takes everything and gives nothing on."""
    forwards_nothing(wire, "core")


def core_takes_names(wire: Wire) -> None:
    """A router of the operator's answers for every resolver."""
    wire.run("core", "ip", "addr", "add", "198.51.100.250/32", "dev", "lo")
    takes_names(wire, "core", "198.51.100.250")


def router_takes_names(wire: Wire) -> None:
    """The home's router answers for every resolver."""
    takes_names(wire, "operator", HOMES)


def router_sends_names_far(wire: Wire) -> None:
    """The home's router sends questions to a resolver of its own choice, which is far away."""
    diverts(wire, "operator", f"ip daddr {NOBODY} udp dport 53 dnat to {OUTSIDE}")


def resolver_invents(wire: Wire) -> None:
    """The operator's resolver has an address for everything."""
    invents_names(wire, "far")


def operator_walls_in(wire: Wire) -> None:
    """The operator's portal answers every page."""
    wire.run("far", "ip", "addr", "add", f"{PORTAL}/32", "dev", "lo")
    walls_in(wire, "far", PORTAL, "302", f"http://{PORTAL}/login")


def router_walls_in(wire: Wire) -> None:
    """The home's router sends every page to its own set-up."""
    walls_in(wire, "operator", HOMES, "302", f"http://{HOMES}/setup")


def router_names_itself(wire: Wire) -> None:
    """The home's router sends every page to its own set-up, by its own name."""
    walls_in(wire, "operator", HOMES, "302", "http://fritz.box/setup")


def page_is_in_trouble(wire: Wire) -> None:
    """The page's own server answers with an error, and nobody comes between."""
    wire.run("far", "ip", "addr", "add", f"{PORTAL}/32", "dev", "lo")
    walls_in(wire, "far", PORTAL, "503")


def router_gives_its_page(wire: Wire) -> None:
    """The home's router gives its own page, and does not say so."""
    walls_in(wire, "operator", HOMES, "200")


one_router = at_home("198.51.100.130", "198.51.100.129")
two_routers = at_home("192.168.0.50", "192.168.0.1")
shared_addresses = at_home("100.64.0.50", "100.64.0.1")
private_network = at_home("10.7.0.50", "10.7.0.1")

FAULTS: Final[tuple[tuple[str, str, tuple[Inject, ...], tuple[str, str]], ...]] = (
    ("healthy_wall", WALL, (at_the_wall,), WELL),
    ("healthy_home", LAN, (one_router,), WELL),
    ("healthy_shared", LAN, (shared_addresses,), WELL),
    ("healthy_private", LAN, (private_network,), WELL),
    ("router_names_far", LAN, (one_router, router_sends_names_far), UNTOLD),
    ("wall_ends", WALL, (at_the_wall, core_forwards_nothing), ("network", "wall_way_ends")),
    ("home_ends", LAN, (one_router, core_forwards_nothing), ("network", "home_way_ends")),
    ("two_routers", LAN, (two_routers,), ("router", "home_two_routers")),
    (
        "wall_names_taken",
        WALL,
        (at_the_wall, core_takes_names),
        ("network", "wall_names_by_another"),
    ),
    (
        "home_names_taken",
        LAN,
        (one_router, core_takes_names),
        UNTOLD,
    ),
    ("router_names", LAN, (one_router, router_takes_names), ("router", "router_takes_names")),
    (
        "wall_invented",
        WALL,
        (at_the_wall, resolver_invents),
        ("network", "wall_invented_names"),
    ),
    ("home_invented", LAN, (one_router, resolver_invents), ("network", "home_invented_names")),
    ("wall_walled", WALL, (at_the_wall, operator_walls_in), ("network", "wall_walled_in")),
    ("home_walled", LAN, (one_router, operator_walls_in), ("network", "home_walled_in")),
    ("router_walled", LAN, (one_router, router_walls_in), ("router", "router_walls_in")),
    ("named_router", LAN, (one_router, router_names_itself), UNTOLD),
    ("page_in_trouble", WALL, (at_the_wall, page_is_in_trouble), ("network", "wall_pages")),
    (
        "somebody_walled",
        LAN,
        (one_router, router_gives_its_page),
        UNTOLD,
    ),
)


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


@pytest.mark.parametrize(
    ("name", "place", "inject", "told"), FAULTS, ids=[one[0] for one in FAULTS]
)
def test_each_fault_beyond_the_wire_is_told(
    wire: Wire, name: str, place: str, inject: tuple[Inject, ...], told: tuple[str, str]
) -> None:
    """The line, the operator's network, and the home's own routers go to different desks."""
    del name
    for one in inject:
        one(wire)
    assert verdict(wire.check("--at", place)) == told


def test_a_router_that_sends_names_far_away_is_told_by_the_wall_port(wire: Wire) -> None:
    """There nobody takes the questions, so that it is not the operator who does."""
    at_the_wall(wire)
    assert verdict(wire.check("--at", WALL)) == WELL
    wire.moved(wire.started[0], HOMES, "192.168.1.20")
    translates(wire, "operator", "core")
    router_sends_names_far(wire)
    assert verdict(wire.check("--at", LAN)) == ("router", "router_takes_names")
