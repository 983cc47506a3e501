"""All routes, forwards and queues of a Linux router are read as they stand, or not at all."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.route_facts import RouteKind, RouterRoutes
from cpe_diag.driver_kit.parsers.nft_conditions import Packet
from cpe_diag.driver_kit.parsers.router_diverts import diverts
from cpe_diag.driver_kit.parsers.routes import router_routes
from cpe_diag.driver_kit.parsers.shapers import shapers

RULES = """\
0:\tfrom all lookup local
100:\tfrom 192.168.1.0/24 iif br-lan lookup 100
32764:\tfrom all lookup main suppress_prefixlength 0
32765:\tnot from all fwmark 0xca6c lookup 51820
32766:\tfrom all lookup main
32767:\tfrom all lookup default
"""
TABLE = """\
default via 198.51.100.1 dev wan0 proto static
default dev wg0 table 51820 scope link
default proto static metric 5 table 100
\tnexthop via 198.51.100.1 dev wan0 weight 1
\tnexthop via 203.0.113.1 dev wan1 weight 1
blackhole 203.0.113.128/25
192.168.1.0/24 dev br-lan proto kernel scope link src 192.168.1.1
local 192.168.1.1 dev br-lan table local proto kernel scope host src 192.168.1.1
broadcast 192.168.1.255 dev br-lan table local proto kernel scope link src 192.168.1.1
"""
TABLE6 = """\
default from 2001:db8:1:100::/56 via fe80::1 dev wan0 proto static metric 512 pref medium
unreachable 2001:db8:1:100::/56 dev lo metric 1024 pref medium
local 2001:db8:1:100::1 dev br-lan table local proto kernel metric 0 pref medium
multicast ff00::/8 dev br-lan table local proto kernel metric 256 pref medium
"""
SOUND = {
    "rules4": RULES,
    "table4": TABLE,
    "rules6": "0:\tfrom all lookup local\n",
    "table6": TABLE6,
}


def read(**parts: str) -> RouterRoutes:
    """Read an answer that can be read."""
    told = known(router_routes({**SOUND, **parts}))
    assert told is not None
    return told


def test_routes_are_read_with_their_kind_table_ways_and_source() -> None:
    """Each of them decides which way is taken."""
    routes = {(one.network, one.table): one for one in read().routes}
    assert routes["0.0.0.0/0", "main"].gateways == ("198.51.100.1",)
    assert routes["0.0.0.0/0", "100"].devices == ("wan0", "wan1")
    assert routes["203.0.113.128/25", "main"].kind is RouteKind.BLACKHOLE
    assert routes["::/0", "main"].source == "2001:db8:1:100::/56"
    assert routes["2001:db8:1:100::/56", "main"].kind is RouteKind.UNREACHABLE
    assert not [one for one in read().routes if one.network.startswith(("ff00", "192.168.1.255"))]


def test_rules_are_read_with_their_conditions() -> None:
    """What nobody can see from outside is told as not understood."""
    rules = {one.priority: one for one in read().rules if not one.ipv6}
    assert (rules[100].source, rules[100].comes_in) == ("192.168.1.0/24", "br-lan")
    assert rules[32764].least_prefix == 1
    assert [number for number, one in rules.items() if not one.understood] == [32765]


def test_the_home_and_its_addresses_are_found_in_the_routes() -> None:
    """Packets of the home's own prefix are sent with them."""
    routes = read()
    assert routes.home_device("192.168.1.1/24") == "br-lan"
    assert routes.own_ipv6("br-lan") == ("2001:db8:1:100::1",)


@pytest.mark.parametrize(
    "parts",
    [
        {"rules4": ""},
        {"table4": ""},
        {"rules4": "ip: can't find device 'rule'\n"},
        {"table4": TABLE + "what is this\n"},
    ],
)
def test_what_is_not_understood_is_told_as_nothing(parts: dict[str, str]) -> None:
    """A way that is left out would make another one look like the one that is taken."""
    assert isinstance(router_routes({**SOUND, **parts}), Missing)


HOME = Packet(comes_in="br-lan", leaves="wan0", source=IPv4Network("192.168.1.0/24"))


def nat(*rules: str) -> str:
    """Write a table of translations with some rules at prerouting."""
    head = "\ttype nat hook prerouting priority dstnat; policy accept;"
    lines = "\n".join(f"\t\t{one}" for one in (head, *rules))
    return f"table ip nat {{\n\tchain forwards {{\n{lines}\n\t}}\n}}\n"


def test_a_forward_without_a_limit_takes_what_the_home_sends_out() -> None:
    """Nobody meant the home's own traffic to the world."""
    (told,) = diverts(nat("tcp dport { 80, 443 } dnat to 192.168.1.50"), HOME)
    assert (told.to, told.kinds, told.surely) == ("192.168.1.50", ("tcp/80", "tcp/443"), True)


@pytest.mark.parametrize(
    "rule",
    [
        'iifname "wan0" tcp dport 443 dnat to 192.168.1.50',
        "ip daddr 198.51.100.11 tcp dport 443 dnat ip to 192.168.1.50:443",
        "tcp dport 8443 dnat to 192.168.1.50",
    ],
)
def test_a_forward_of_what_comes_in_takes_nothing_of_the_homes(rule: str) -> None:
    """By the WAN's device, by its address, or by a port that the home does not ask for."""
    assert diverts(nat(rule), HOME) == ()


def test_a_forward_under_a_condition_that_nobody_sees_is_not_sure() -> None:
    """It may spare the home."""
    (told,) = diverts(nat("fib daddr type local tcp dport 80 dnat to 192.168.1.50"), HOME)
    assert told.surely is False


def test_names_that_the_router_answers_itself_have_no_address() -> None:
    """Many routers take questions to other name servers in."""
    (told,) = diverts(nat("udp dport 53 redirect to :53"), HOME)
    assert (told.to, told.kinds) == (None, ("udp/53",))


def test_queues_with_a_rate_are_read() -> None:
    """Of classes the one that may have most counts."""
    text = (
        "qdisc noqueue 0: dev lo root refcnt 2\n"
        "qdisc tbf 8001: dev br-lan root refcnt 2 rate 1Mbit burst 4Kb lat 400ms\n"
        "qdisc cake 8002: dev wan0 root refcnt 2 bandwidth 38500Kbit besteffort\n"
        "qdisc htb 1: dev ifb0 root refcnt 2 r2q 10 default 0x20\n"
        "device lo\ndevice ifb0\n"
        "class htb 1:1 root rate 100Kbit ceil 80Mbit burst 15Kb\n"
        "class htb 1:20 parent 1:1 prio 0 rate 100Kbit ceil 2Mbit burst 15Kb\n"
    )
    assert [(one.device, one.rate_bps) for one in shapers(text)] == [
        ("br-lan", 1_000_000),
        ("wan0", 38_500_000),
        ("ifb0", 80_000_000),
    ]
