"""What a router's rules end of everyday traffic is found wherever they do it, and nothing else."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.parsers.router_drops import Home, router_drops

if TYPE_CHECKING:
    from cpe_diag.domain.way_out_facts import RouterDrop

HOME = Home(device="br-lan", network=IPv4Network("192.168.1.0/24"), out="wan0")
DEVICE = "02:00:5e:20:00:01"


def drops(rule: str, at: str = "hook forward", table: str = "ip mine") -> list[RouterDrop]:
    """Give what one rule at a hook ends by IPv4."""
    text = (
        f"table {table} {{\n\tchain one {{\n"
        f"\t\ttype filter {at} priority filter; policy accept;\n\t\t{rule}\n\t}}\n}}\n"
    )
    return [one for one in router_drops(text, HOME) if not one.ipv6]


@pytest.mark.parametrize(
    ("rule", "at", "whom", "to", "kinds"),
    [
        ("tcp dport { 80, 443 } drop", "hook forward", "home", "outside", ("tcp/80", "tcp/443")),
        ("tcp dport 400-500 reject", "hook forward", "home", "outside", ("tcp/443",)),
        ("meta l4proto tcp drop", "hook forward", "home", "outside", None),
        (f"ether saddr {DEVICE} drop", "hook forward", DEVICE, "outside", None),
        ("ip saddr 192.168.1.20 drop", "hook forward", "192.168.1.20", "outside", None),
        ("ip daddr 192.168.1.20 drop", "hook forward", "192.168.1.20", "outside", None),
        ("udp dport 53 drop", "hook output", "router", "outside", ("udp/53",)),
        ('iifname "wan0" udp sport 53 drop', "hook input", "router", "outside", ("udp/53",)),
        ('iifname "br-lan" udp dport 53 drop', "hook input", "home", "router", ("udp/53",)),
        ("ip daddr 203.0.113.140 drop", "hook forward", "home", "203.0.113.140", None),
        ("ip saddr 203.0.113.140 drop", "hook forward", "home", "203.0.113.140", None),
        ("ip saddr 203.0.113.128/25 drop", "hook prerouting", "home", "203.0.113.128/25", None),
    ],
)
def test_what_a_rule_ends_is_told_with_whose_it_is(
    rule: str, at: str, whom: str, to: str, kinds: tuple[str, ...] | None
) -> None:
    """A rule for one device, one port or one site is a fault that only those feel."""
    (found,) = drops(rule, at)
    assert (found.whom, found.to, found.surely) == (whom, to, True)
    assert {"tcp/80", "tcp/443"} <= set(found.kinds) if kinds is None else found.kinds == kinds


def test_a_hook_of_a_socket_is_seen_too() -> None:
    """What comes in by a socket of the home can be ended before any table of IP sees it."""
    at = 'hook ingress devices = { "lan1", "lan2" }'
    (found,) = drops("tcp flags syn / syn,ack drop", at, "netdev mine")
    assert (found.whom, found.kinds) == ("home", ("tcp/80", "tcp/443", "tcp/53"))


def test_a_named_set_of_devices_names_each_of_them() -> None:
    """Parental controls keep their devices in sets."""
    text = (
        "table ip mine {\n\tset held {\n\t\ttype ether_addr\n"
        f"\t\telements = {{ {DEVICE},\n\t\t\t     02:00:5e:20:00:02 }}\n\t}}\n\n"
        "\tchain one {\n\t\ttype filter hook forward priority filter; policy accept;\n"
        "\t\tether saddr @held drop\n\t}\n}\n"
    )
    whom = {one.whom for one in router_drops(text, HOME) if not one.ipv6 and one.surely}
    assert whom == {DEVICE, "02:00:5e:20:00:02"}


def test_a_fetched_list_of_networks_names_each_of_them() -> None:
    """One that takes a good site along is read off the router, whatever else is on it."""
    text = (
        "table inet mine {\n\tset bad {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
        "\t\telements = { 192.0.2.0/25, 203.0.113.148/30 }\n\t}\n\n"
        "\tchain one {\n\t\ttype filter hook prerouting priority raw; policy accept;\n"
        '\t\tiifname "wan0" ip saddr @bad drop\n\t}\n}\n'
    )
    to = {one.to for one in router_drops(text, HOME) if not one.ipv6 and one.surely}
    assert to == {"203.0.113.148/30", "192.0.2.0/25"}


@pytest.mark.parametrize(
    ("rules", "ended"),
    [
        (("meta l4proto icmpv6 drop",), 1),
        (("icmpv6 type { echo-request } drop",), 0),
        (("icmpv6 type { nd-neighbor-solicit, nd-router-advert } accept", "drop"), 0),
        (("ct state { established, related } accept", "meta l4proto icmpv6 drop"), 1),
    ],
)
def test_a_router_that_answers_no_question_for_its_neighbour_ends_all_of_ipv6(
    rules: tuple[str, ...], ended: int
) -> None:
    """RFC 4890, 4.4.1: such messages must not be dropped, whatever is thought of pings."""
    text = (
        "table inet mine {\n\tchain one {\n"
        "\t\ttype filter hook input priority filter; policy accept;\n"
        + "".join(f'\t\tiifname "br-lan" {rule}\n' for rule in rules)
        + "\t}\n}\n"
    )
    found = [one for one in router_drops(text, HOME) if one.ipv6 and "nd" in one.kinds]
    assert [(one.whom, one.to, one.surely) for one in found] == [("home", "router", True)] * ended


def test_a_list_of_those_that_may_spares_them() -> None:
    """Whoever is on the list has no reason to complain of it."""
    (found, *_) = drops(f"iifname br-lan ether saddr != {DEVICE} drop")
    assert (found.whom, found.surely, found.spared) == ("home", True, (DEVICE,))


@pytest.mark.parametrize(
    "rule",
    [
        "numgen random mod 100 < 25 drop",
        'meta hour "20:00"-"23:00" drop',
        "limit rate over 10/second drop",
        "tcp dport @unknown drop",
    ],
)
def test_what_depends_on_what_nobody_sees_is_unsure(rule: str) -> None:
    """It neither accuses the router nor clears it."""
    assert {one.surely for one in drops(rule)} == {False}


@pytest.mark.parametrize(
    "rule",
    [
        'iifname "wan0" ct state new drop',
        "ct state invalid drop",
        "tcp dport 25 drop",
        "udp dport 137-139 drop",
        "ip saddr 10.0.0.0/8 drop",
        "ip6 saddr fd00::/8 drop",
        "tcp flags & (fin | syn | rst | ack) == fin drop",
        'oifname "wan0" ip daddr { 10.0.0.0/8, 172.16.0.0/12 } drop',
    ],
)
def test_rules_of_healthy_routers_end_nothing_that_anybody_needs(rule: str) -> None:
    """Every firewall drops something; that is what it is for."""
    assert drops(rule) == []
