"""On a real wire, with real servers, each fault is told apart from the others and from health."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from field_world import announces_itself, behind, takes_small_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from field_wire import Wire

    Inject = Callable[["Wire"], None]

WALL: Final = "wall_port"
LAN: Final = "router_lan"
GATEWAY: Final = "198.51.100.1"
HOMES: Final = "192.168.1.1"
STRANGER: Final = "192.168.8.1"
LAPTOP: Final = "02:00:5e:40:00:03"
ROUTER: Final = "02:00:5e:40:00:99"
AS_ROUTER: Final = "--as-router"
UNTOLD: Final = ("undetermined", "undetermined")
TAGGED: Final = """
import socket, time

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
head = bytes.fromhex("ffffffffffff" "02005e400002" "8100" "0064" "88b6")
while True:
    wire.send(head + bytes(46))
    time.sleep(0.2)
"""
"""IEEE 802.1Q, VLAN 100."""
MIRROR: Final = """
import socket

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
wire.bind(("eth0", 0x88B5))
while True:
    wire.send(wire.recv(2000))
"""
"""What comes for everybody goes back as it came, as a loop does it."""


def operator_answers(wire: Wire) -> None:
    """Give addresses as the operator does."""
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    wire.world("operator")
    wire.laptop_takes("198.51.100.20", GATEWAY)


def home_answers(wire: Wire) -> None:
    """Give addresses as the home's router does."""
    wire.dnsmasq("operator", HOMES, "192.168.1.20")
    wire.world("operator")
    wire.laptop_takes("192.168.1.20", HOMES)


def stranger_answers(wire: Wire) -> None:
    """Somebody's router gives out addresses too."""
    wire.dnsmasq("stranger", STRANGER, "192.168.8.20")


def loses_the_world(wire: Wire) -> None:
    """Behind the gateway nothing answers any more."""
    wire.run("operator", "ip", "addr", "del", "203.0.113.80/32", "dev", "lo")
    wire.run("operator", "ip", "route", "add", "blackhole", "203.0.113.80/32")


def loses_packets(wire: Wire) -> None:
    """One packet of five that the laptop sends is lost on the way."""
    rules = (
        "table netdev t { chain c { type filter hook ingress device laptop priority 0;"
        " ip protocol icmp numgen random mod 5 == 0 drop; }\n}\n"
    )
    wire.run("switch", "nft", "-f", "-", text=rules)


def holds_pages_back(wire: Wire) -> None:
    """Pings and names pass, pages do not."""
    rules = "table ip t { chain c { type filter hook input priority 0; tcp dport 80 drop; }\n}\n"
    wire.run("operator", "nft", "-f", "-", text=rules)


def answers_for_the_gateway(address: str) -> Inject:
    """Let the stranger claim an address too."""

    def inject(wire: Wire) -> None:
        wire.run("stranger", "ip", "addr", "add", f"{address}/24", "dev", "eth0")

    return inject


def leaves_arp_unanswered(wire: Wire) -> None:
    """The gateway is named, and does not answer."""
    wire.run("operator", "sysctl", "-qw", "net.ipv4.conf.eth0.arp_ignore=8")


def drops_probes(wire: Wire) -> None:
    """What asks by ARP from no address is dropped, as an inspection of ARP does it."""
    rules = (
        "table arp t { chain c { type filter hook input priority 0; arp saddr ip 0.0.0.0 drop; }\n"
        "}\n"
    )
    wire.run("operator", "nft", "-f", "-", text=rules)


def sends_back(wire: Wire) -> None:
    """What the laptop sends to everybody comes back, as in a loop."""
    wire.start("stranger", sys.executable, "-c", MIRROR)


def speaks_tagged(wire: Wire) -> None:
    """Somebody's frames are tagged; nobody answers what is not."""
    wire.start("stranger", sys.executable, "-c", TAGGED)


def answers_nothing(wire: Wire) -> None:
    """Nobody is there."""
    del wire


def link_is_down(wire: Wire) -> None:
    """The other end is switched off."""
    wire.run("switch", "ip", "link", "set", "laptop", "down")


def out_of_addresses(wire: Wire) -> None:
    """The server knows laptop and router, and has nothing for either."""
    nothing = (f"--dhcp-host={mac},ignore" for mac in (LAPTOP, ROUTER))
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20", *nothing)


def names_another_gateway(wire: Wire) -> None:
    """The server names a gateway that nobody is."""
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20", "--dhcp-option=3,198.51.100.254")


FAULTS: Final[tuple[tuple[str, str, tuple[Inject, ...], tuple[str, str]], ...]] = (
    ("healthy_wall", WALL, (operator_answers,), ("none", "no_fault")),
    ("tagged_alone", WALL, (speaks_tagged,), UNTOLD),
    ("no_link", WALL, (link_is_down,), UNTOLD),
    (
        "foreign_router",
        WALL,
        (operator_answers, stranger_answers),
        ("network", "wall_foreign_router"),
    ),
    ("loop", WALL, (operator_answers, sends_back), ("network", "wall_looped")),
    (
        "gateway_silent",
        WALL,
        (operator_answers, leaves_arp_unanswered),
        ("network", "wall_gateway_dead"),
    ),
    ("gateway_wrong", WALL, (names_another_gateway,), ("network", "wall_gateway_dead")),
    (
        "gateway_twice",
        WALL,
        (operator_answers, answers_for_the_gateway(GATEWAY)),
        ("network", "wall_gateway_double"),
    ),
    ("cut_off", WALL, (operator_answers, loses_the_world), ("network", "wall_cut_off")),
    ("pages_held_back", WALL, (operator_answers, holds_pages_back), ("network", "wall_pages")),
    (
        "probes_dropped",
        WALL,
        (operator_answers, drops_probes, holds_pages_back),
        ("network", "wall_pages"),
    ),
    ("loss", WALL, (operator_answers, loses_packets), ("network", "wall_lossy")),
    ("small_only", WALL, (operator_answers, takes_small_frames), ("network", "wall_small_only")),
    ("healthy_home", LAN, (home_answers,), ("none", "no_fault")),
    ("home_no_link", LAN, (link_is_down,), UNTOLD),
    ("home_no_offer", LAN, (answers_nothing,), ("router", "home_no_address")),
    (
        "home_rogue_server",
        LAN,
        (home_answers, stranger_answers),
        ("device", "home_rogue_server"),
    ),
    (
        "home_rogue_router6",
        LAN,
        (
            home_answers,
            lambda wire: announces_itself(wire, "operator", "2001:db8:1:100::"),
            lambda wire: announces_itself(wire, "stranger", "fd77::"),
        ),
        ("device", "home_rogue_router6"),
    ),
    ("home_loop", LAN, (home_answers, sends_back), ("device", "home_looped")),
    (
        "home_gateway_silent",
        LAN,
        (home_answers, leaves_arp_unanswered),
        ("router", "home_gateway_dead"),
    ),
    (
        "home_gateway_twice",
        LAN,
        (home_answers, answers_for_the_gateway(HOMES)),
        ("device", "home_gateway_double"),
    ),
)


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


@pytest.mark.parametrize(
    ("name", "place", "inject", "told"), FAULTS, ids=[one[0] for one in FAULTS]
)
def test_each_fault_is_told(
    wire: Wire, name: str, place: str, inject: tuple[Inject, ...], told: tuple[str, str]
) -> None:
    """A technician who is sent away with the wrong fault comes back, or does not."""
    del name
    for one in inject:
        one(wire)
    assert verdict(wire.check("--at", place)) == told


@pytest.mark.parametrize("inject", [answers_nothing, out_of_addresses])
def test_a_port_that_is_silent_to_the_router_too_is_the_operators_fault(
    wire: Wire, inject: Inject
) -> None:
    """Until the router's MAC was asked with, nobody knows, and the verdict says what tells it."""
    inject(wire)
    wire.about = f"router_mac: '{ROUTER}'"
    document = wire.check("--at", WALL)
    assert verdict(document) == UNTOLD
    assert AS_ROUTER in document["verdict"]["next_action"]
    assert verdict(wire.check("--at", WALL, AS_ROUTER)) == ("network", "wall_no_address")


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (LAN, WALL, ("network", "wall_port_dead")),
        (WALL, LAN, ("router", "home_socket_dead")),
    ],
)
def test_no_link_is_told_once_the_laptop_had_one_elsewhere(
    wire: Wire, first: str, then: str, told: tuple[str, str]
) -> None:
    """The laptop's own cable is good: it was seen to be, a moment ago."""
    (operator_answers if first == WALL else home_answers)(wire)
    assert verdict(wire.check("--at", first)) == ("none", "no_fault")
    link_is_down(wire)
    assert verdict(wire.check("--at", then)) == told


def size_of(document: dict[str, Any]) -> dict[str, Any]:
    """Give what was found of the largest packet."""
    facts = document["evidence"]["facts"]
    found: dict[str, Any] = next(
        one["value"] for one in facts if one["key"] == "field_size[wall_port]"
    )
    return found


def test_the_size_that_a_black_hole_takes_is_in_the_verdict(wire: Wire) -> None:
    """Who looks for the tunnel in the operator's network knows by its size which it is."""
    operator_answers(wire)
    takes_small_frames(wire)
    document = wire.check("--at", WALL)
    assert verdict(document) == ("network", "wall_small_only")
    assert "1400 bytes, one of 1401 is lost" in str(document["verdict"])
    found = size_of(document)
    assert (found["largest_bytes"], found["lost_bytes"], found["told_bytes"]) == (1400, 1401, None)
    assert found["packets_sent"] <= 54


def test_a_smaller_way_whose_router_says_so_is_no_fault(wire: Wire) -> None:
    """A tunnel that tells its size (RFC 1191) is found, named, and accuses nobody."""
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    behind(wire, "operator", "far", "172.20.0.1", "172.20.0.2")
    wire.run("operator", "ip", "link", "set", "to-far", "mtu", "1412")
    wire.run("far", "ip", "link", "set", "up0", "mtu", "1412")
    wire.world("far")
    wire.laptop_takes("198.51.100.20", GATEWAY)
    document = wire.check("--at", WALL)
    assert verdict(document) == ("none", "no_fault")
    found = size_of(document)
    assert (found["largest_bytes"], found["lost_bytes"]) == (1412, 1413)
    assert (found["told_bytes"], found["told_by"]) == (1412, GATEWAY)


def test_a_dry_run_tells_all_that_a_check_asks(wire: Wire) -> None:
    """Every frame, and every packet beyond the wire, with how many in all; without any right."""
    wire.session("wall", "at-the-wall")
    told = wire.check("--dry-run", service="{wan: pppoe}")
    raw = {"heard", "dhcp", "pppoe", "arp", "ipv6", "vlans"}
    assert set(told) == {*raw, "session", "locked", "beyond", "most"}
    assert sum(told["most"][test] for test in raw) <= 12
    assert all(frame["times"] == 1 for test in raw for frame in told[test])
    assert 24 < told["most"]["session"] <= 24 + 239
    assert (told["locked"], told["most"]["locked"]) == ([], 0)  # nobody knows the router's MAC
    beyond = {one["test"] for one in told["beyond"]}
    assert set(told["most"]) == {*raw, "session", "locked", *beyond}
    named = {"203.0.113.80", "203.0.113.53", "203.0.113.99", "reference.example", "the next hop"}
    assert {one["to"] for one in told["beyond"]} == named


def test_where_the_cable_ends_is_seen(wire: Wire) -> None:
    """Addresses of homes at the router, others at the wall port; with nobody there it is asked."""
    operator_answers(wire)
    assert wire.check()["run"]["playbook"] == "at_wall_port"


def test_wall_port_and_lan_together_tell_the_line_from_the_router(wire: Wire) -> None:
    """What was well at the wall port and is not behind the router is the router's fault."""
    operator_answers(wire)
    assert verdict(wire.check("--at", WALL)) == ("none", "no_fault")
    wire.run("laptop", "ip", "addr", "flush", "dev", "eth0")
    wire.run("operator", "ip", "addr", "add", f"{HOMES}/24", "dev", "eth0")
    wire.laptop_takes("192.168.1.20", HOMES)
    holds_pages_back(wire)
    document = wire.check("--at", LAN)
    assert document["verdict"]["domain"] == "router"


def test_a_line_of_sessions_wants_a_concentrator(wire: Wire) -> None:
    """Without one the fault is the operator's; with one it takes a session to see further."""
    service = "{wan: pppoe}"
    wire.about = f"router_mac: '{ROUTER}'"
    document = wire.check("--at", WALL, AS_ROUTER, service=service)
    assert verdict(document) == ("network", "wall_no_session")
    wire.pppoe("operator", "bras-1")
    document = wire.check(service=service)
    assert document["verdict"]["domain"] == "undetermined"
    assert document["run"]["playbook"] == "at_wall_port"
