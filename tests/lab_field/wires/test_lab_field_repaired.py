"""On a real wire a fault that is repaired between two checks is not told any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
LAN: Final = "router_lan"
GATEWAY: Final = "198.51.100.1"
HOMES: Final = "192.168.1.1"
WELL: Final = ("none", "no_fault")
HOOK: Final = (
    "table netdev t {{ chain c {{ type filter hook ingress device laptop priority 0; {} }}\n}}\n"
)
LOSS: Final = HOOK.format("ip protocol icmp numgen random mod 5 == 0 drop;")
SMALL: Final = HOOK.format("meta length > 1400 drop;")


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


@pytest.mark.parametrize(
    ("rules", "cause"),
    [(LOSS, "wall_lossy"), (SMALL, "wall_small_only")],
    ids=["loss", "small_only"],
)
def test_what_was_lost_at_the_wall_is_not_where_the_home_is_well_since(
    wire: Wire, rules: str, cause: str
) -> None:
    """Bad at the wall port, the cable changed, well behind the router: there is no fault."""
    server = wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    wire.world("operator")
    wire.laptop_takes("198.51.100.20", GATEWAY)
    wire.run("switch", "nft", "-f", "-", text=rules)
    assert verdict(wire.check("--at", WALL)) == ("network", cause)
    wire.run("switch", "nft", "delete", "table", "netdev", "t")
    wire.moved(server, HOMES, "192.168.1.20")
    assert verdict(wire.check("--at", LAN)) == WELL


def test_a_second_server_at_home_is_no_fault_of_the_wall_port(wire: Wire) -> None:
    """It is unplugged, and the wall port is looked at: nothing is wrong any more."""
    server = wire.dnsmasq("operator", HOMES, "192.168.1.20")
    wire.world("operator")
    wire.laptop_takes("192.168.1.20", HOMES)
    stranger = wire.dnsmasq("stranger", "192.168.8.1", "192.168.8.20")
    assert verdict(wire.check("--at", LAN)) == ("device", "home_rogue_server")
    wire.ends(stranger)
    wire.moved(server, GATEWAY, "198.51.100.20")
    assert verdict(wire.check("--at", WALL)) == WELL
