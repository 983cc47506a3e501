"""On a real wire: offers that lack something, addresses of others, IPv6 servers that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from field_world import announces_itself, answers_for_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from field_wire import Wire

    Inject = Callable[["Wire"], None]

WALL: Final = "wall_port"
LAN: Final = "router_lan"
NETWORKS: Final = {WALL: "198.51.100", LAN: "192.168.1"}
PREFIX: Final = "2001:db8:1:100::"
WELL: Final = ("none", "no_fault")
LAPTOP: Final = "02:00:5e:40:00:03"


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def line(wire: Wire, place: str, *more: str) -> None:
    """Let the operator, or the router, give out addresses, with further words of dnsmasq."""
    network = NETWORKS[place]
    wire.dnsmasq("operator", f"{network}.1", f"{network}.20", *more)
    wire.world("operator")
    wire.laptop_takes(f"{network}.20", f"{network}.1")


def serves_ipv6(wire: Wire, host: str, prefix: str) -> None:
    """Let a host give addresses by DHCPv6."""
    wire.start(
        host,
        *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0"),
        *("--interface=eth0", "--bind-interfaces"),
        f"--dhcp-range={prefix}10,{prefix}99,64,1h",
        f"--dhcp-leasefile={wire.folder}/{host}.leases6",
        f"--pid-file={wire.folder}/{host}.pid6",
    )


@pytest.mark.parametrize(
    ("option", "place", "cause"),
    [
        ("3", WALL, ("network", "wall_offer_short")),
        ("3", LAN, ("router", "home_offer_short")),
        ("3,203.0.113.254", WALL, ("network", "wall_offer_short")),
        ("26,576", WALL, ("network", "wall_offer_short")),
    ],
    ids=["no_gateway", "no_gateway_home", "gateway_outside", "small_mtu"],
)
def test_an_offer_that_lacks_something_is_told(
    wire: Wire, option: str, place: str, cause: tuple[str, str]
) -> None:
    """The laptop has its own way out; a home's router would have none."""
    line(wire, place, f"--dhcp-option={option}")
    assert verdict(wire.check("--at", place)) == cause


@pytest.mark.parametrize(
    ("place", "cause"),
    [(WALL, ("network", "wall_address_double")), (LAN, ("device", "home_address_double"))],
)
def test_an_address_that_somebody_has_is_told(
    wire: Wire, place: str, cause: tuple[str, str]
) -> None:
    """The server offers it, and another device has set it by hand."""
    taken = f"{NETWORKS[place]}.30"
    wire.run("stranger", "ip", "addr", "add", f"{taken}/24", "dev", "eth0")
    line(wire, place, f"--dhcp-host={LAPTOP},{taken}")
    assert verdict(wire.check("--at", place)) == cause


@pytest.mark.parametrize(
    ("host", "place", "cause"),
    [
        ("operator", WALL, WELL),
        ("stranger", WALL, ("network", "wall_foreign_proxy")),
        ("stranger", LAN, ("device", "home_foreign_proxy")),
    ],
)
def test_who_answers_for_all_is_told_from_the_gateway_that_does(
    wire: Wire, host: str, place: str, cause: tuple[str, str]
) -> None:
    """A gateway may do so on purpose; anybody else takes what is not his."""
    line(wire, place)
    answers_for_all(wire, host)
    assert verdict(wire.check("--at", place)) == cause


@pytest.mark.parametrize(
    ("place", "served", "cause"),
    [
        (WALL, True, WELL),
        (WALL, False, ("network", "wall_dhcp6_dead")),
        (LAN, False, ("router", "home_dhcp6_dead")),
    ],
)
def test_a_router_that_points_to_no_dhcpv6_server_is_told(
    wire: Wire, place: str, cause: tuple[str, str], *, served: bool
) -> None:
    """Devices that are told to ask get nothing."""
    line(wire, place)
    announces_itself(wire, "operator", PREFIX, "AdvManagedFlag on;")
    if served:
        serves_ipv6(wire, "operator", PREFIX)
    assert verdict(wire.check("--at", place)) == cause


def test_a_second_dhcpv6_server_at_home_is_told(wire: Wire) -> None:
    """Whoever answers first decides by which way a device goes."""
    line(wire, LAN)
    wire.run("operator", "ip", "-6", "addr", "add", f"{PREFIX}1/64", "dev", "eth0", "nodad")
    wire.run("stranger", "ip", "-6", "addr", "add", "fd77::1/64", "dev", "eth0", "nodad")
    serves_ipv6(wire, "operator", PREFIX)
    serves_ipv6(wire, "stranger", "fd77::")
    assert verdict(wire.check("--at", LAN)) == ("device", "home_rogue_server6")
