"""What follows from nftables' rules for the home's packets is said only where it is sure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.driver_kit.parsers.forwarding import forwarding
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import Command, CommandAnswer

AT = ReadingContext(at=datetime(2026, 3, 1, tzinfo=UTC))
ROUTES = """\
default via 198.51.100.1 dev wan0
192.168.1.0/24 dev br-lan proto kernel scope link src 192.168.1.1
198.51.100.0/24 dev wan0 proto kernel scope link src 198.51.100.7
"""
NAT = """\
table ip nat {
\tchain postrouting {
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\toifname "wan0" masquerade
\t}
}
"""
UNSURE = Missing(why=FailureKind.NOT_MEASURED)
UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)


def said(
    nft: str,
    *,
    routes: str = ROUTES,
    legacy: str = "",
    switches: str = "ipv4=1\nipv6=0\n",
    status: int = 0,
) -> CommandAnswer:
    """Give an answer in the form that the drivers' command has."""
    text = (
        f"== switches\n{switches}== routes\n{routes}== legacy\n{legacy}== nft\n{nft}rc={status}\n"
    )
    return CommandAnswer(command=Command(text="x", label="rules"), output=text, exit_status=0)


def forward(rules: str, policy: str = "accept") -> str:
    """Give a table with one chain at the forward hook."""
    lines = "".join(f"\t\t{rule}\n" for rule in rules.splitlines())
    return (
        "table ip filter {\n\tchain forward {\n"
        f"\t\ttype filter hook forward priority filter; policy {policy};\n{lines}\t}}\n"
        "\tchain sub {\n\t\tip protocol icmp accept\n\t\treturn\n\t}\n}\n"
    )


def test_switches_translation_and_open_rules_are_read() -> None:
    """A router as it should be: nothing is wrong with it."""
    rules = 'ct state invalid drop\niifname "wan0" ct state new drop'
    assert forwarding(said(NAT + forward(rules))) == Forwarding(
        ipv4=True,
        ipv6=False,
        translates=True,
        blocked_by=None,
        drops=(),
        diverts=(),
        shapers=UNSUPPORTED,
        routes=UNSUPPORTED,
        translated_to=None,
        fewest_ports=None,
        lowest_ttl=None,
    )


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ('oifname "wan0" snat to 198.51.100.99', "198.51.100.99"),
        ('oifname "wan0" snat ip to 198.51.100.99:1024', "198.51.100.99"),
        ('oifname "wan0" masquerade', None),
        ('oifname "wan0" snat to 198.51.100.9-198.51.100.12', None),
    ],
)
def test_a_fixed_address_that_is_given_to_what_leaves_is_read(rule: str, told: str | None) -> None:
    """One that is not the router's own any more brings nothing back."""
    rules = NAT.replace('oifname "wan0" masquerade', rule)
    assert rule in rules
    assert forwarding(said(rules)).translated_to == told


@pytest.mark.parametrize(
    ("rule", "ports"),
    [
        ("masquerade to :5136-5139", 4),
        ("ip daddr 203.0.113.128/25 masquerade to :5136-5139", 4),
        ("snat to 198.51.100.9:5136", 1),
        ("snat ip to 198.51.100.9:1024-65535", 64512),
        ("snat to 198.51.100.9", None),
    ],
)
def test_how_many_ports_translation_leaves_the_home_is_counted(
    rule: str, ports: int | None
) -> None:
    """The narrowest rule is soon used up, whatever others would leave."""
    rules = NAT.replace("masquerade", f"{rule}\n\t\toifname wan0 masquerade")
    assert rule in rules
    assert forwarding(said(rules)).fewest_ports == ports


def test_a_network_of_the_operators_is_not_taken_for_the_homes() -> None:
    """What comes new from the VLAN for management may be dropped, and the home is well."""
    routes = (
        "default dev ppp0 scope link\n"
        "192.0.2.0/24 dev wan0.7 scope link src 192.0.2.11\n"
        "192.168.1.0/24 dev br-lan scope link src 192.168.1.1\n"
    )
    rules = 'iifname { "ppp0", "wan0.7" } ct state new drop'
    told = forwarding(said(NAT.replace("wan0", "ppp0") + forward(rules), routes=routes))
    assert (told.translates, told.blocked_by, told.drops, told.diverts) == (True, None, (), ())


@pytest.mark.parametrize(
    "rules",
    [
        "drop",
        "counter packets 3 bytes 180 drop",
        'iifname "br-lan" oifname "wan0" counter packets 0 bytes 0 reject',
        "reject with icmp port-unreachable",
        "ip saddr 192.168.0.0/16 drop",
        'iifname { "br-lan", "br-guest" } drop',
        'oifname "wan*" log prefix "accept it " drop',
        'iifname != "wan0" drop',
        "ct state { new, untracked } drop",
        "ct state vmap { established : accept, new : drop }",
        "ip protocol icmp accept\nmeta l4proto tcp drop\ndrop",
        "jump sub\ndrop",
    ],
)
def test_a_rule_that_surely_ends_the_homes_connections_is_named(rules: str) -> None:
    """The customer is shut in; that must be told with the rule that does it."""
    found = forwarding(said(forward(rules))).blocked_by
    if "icmp accept" in rules or "jump sub" in rules:
        assert found == UNSURE  # who speaks ICMP gets through: not every packet is ended
    else:
        assert isinstance(found, str)
        assert found.startswith("filter, forward: ")


@pytest.mark.parametrize(
    "rules",
    [
        'iifname "wan0" drop',
        "ip saddr 10.0.0.0/8 drop",
        "ip6 saddr fd00::/8 drop",
        "meta nfproto ipv6 drop",
        "ct state invalid,untracked drop",
        'oifname != "wan0" drop',
        'iifname "br-lan" accept\ndrop',
        "return\ndrop",
        "counter packets 1 bytes 60",
        "flow add @ft",
        "tcp option maxseg size set rt mtu",
    ],
)
def test_rules_that_are_about_others_shut_nobody_in(rules: str) -> None:
    """A healthy router is never accused because a rule for something else stands there."""
    assert forwarding(said(forward(rules))).blocked_by is None


@pytest.mark.parametrize(
    "rules",
    [
        "numgen random mod 100 < 25 drop",
        "ip saddr @blocked drop",
        "iifname @inside drop",
        "ip saddr 192.168.1.20 drop",
        "iifname . oifname { br-lan . wan0 } drop",
        "limit rate over 100/second drop",
        "jump elsewhere",
        "ip daddr vmap { 203.0.113.1 : drop }",
        "queue to 0",
    ],
)
def test_what_depends_on_what_nobody_sees_is_not_said(rules: str) -> None:
    """Abstaining beats a wrong accusation."""
    assert forwarding(said(forward(rules))).blocked_by == UNSURE


def test_a_policy_of_drop_shuts_in_where_no_rule_lets_out() -> None:
    """Rules may be gone while the chain is still there: then all is dropped."""
    assert forwarding(said(forward("", "drop"))).blocked_by == (
        "filter, chain forward: policy drop"
    )
    open_ = 'iifname "br-lan" oifname "wan0" goto sub2'
    assert forwarding(said(forward(open_, "drop"))).blocked_by == UNSURE


@pytest.mark.parametrize(
    ("nft", "translates"),
    [
        ("", False),
        (NAT, True),
        (NAT.replace("wan0", "ppp0"), False),
        (NAT.replace("masquerade", "snat to 198.51.100.7"), True),
        (NAT.replace("masquerade", "ip daddr 10.0.0.0/8 masquerade"), UNSURE),
        (NAT.replace("masquerade", "ip saddr 192.168.1.0/24 masquerade"), True),
        (NAT.replace("table ip ", "table ip6 "), False),
    ],
)
def test_translation_is_told_for_the_way_out(nft: str, translates: object) -> None:
    """A rule for another device, or another family, translates nothing of the home's."""
    assert forwarding(said(nft)).translates == translates


def test_without_a_way_out_or_with_older_rules_only_the_switches_are_told() -> None:
    """Iptables before nftables keeps rules that nft does not list."""
    for answer in (
        said(NAT, routes=ROUTES.replace("default", "203.0.113.0/24")),
        said(NAT, legacy="filter\nnat\n"),
        said("sh: nft: not found\n", status=127),
        said(NAT, routes="default via 198.51.100.1 dev wan0\n"),
    ):
        assert forwarding(answer) == Forwarding(
            ipv4=True,
            ipv6=False,
            translates=UNSUPPORTED,
            blocked_by=UNSUPPORTED,
            drops=UNSUPPORTED,
            diverts=UNSUPPORTED,
            shapers=UNSUPPORTED,
            routes=UNSUPPORTED,
            translated_to=UNSUPPORTED,
            fewest_ports=UNSUPPORTED,
            lowest_ttl=UNSUPPORTED,
        )


@pytest.mark.parametrize(
    ("rule", "surely"),
    [('iifname "br-a" drop', False), ('oifname "wan0" drop', True)],
    ids=["one of them", "both"],
)
def test_what_one_of_two_networks_meets_is_sure_only_where_both_do(
    rule: str,
    surely: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Nobody says which of them is the home, and which is for guests."""
    routes = (
        "default via 198.51.100.1 dev wan0\n"
        "192.168.1.0/24 dev br-a scope link src 192.168.1.1\n"
        "192.168.2.0/24 dev br-b scope link src 192.168.2.1\n"
    )
    drops = forwarding(said(NAT + forward(rule), routes=routes)).drops
    assert not isinstance(drops, Missing)
    assert {one.surely for one in drops if one.whom == "home" and not one.ipv6} == {surely}


def test_a_switch_that_cannot_be_read_is_not_off() -> None:
    """No value is no value."""
    found = forwarding(said("", switches="ipv4=\nipv6=2\n"))
    assert (found.ipv4, found.ipv6) == (UNSUPPORTED, UNSUPPORTED)


def test_homes_networks_that_fare_differently_are_not_spoken_of() -> None:
    """A guest network that is shut in is none of the home's trouble."""
    routes = ROUTES + "192.168.9.0/24 dev br-guest scope link src 192.168.9.1\n"
    rules = forward('iifname "br-guest" drop')
    assert forwarding(said(rules, routes=routes)).blocked_by == UNSURE


def test_a_cut_answer_never_lies() -> None:
    """Half a set of rules would be another set of rules."""
    whole = said(NAT + forward("drop"))
    for length in range(len(whole.output)):
        cut = CommandAnswer(command=whole.command, output=whole.output[:length], exit_status=0)
        with pytest.raises(UnreadableError):
            forwarding(cut)


def test_chains_that_call_each_other_again_and_again_are_done_at_once() -> None:
    """The rules are the customer's: whoever writes them must not keep our judge busy for years."""
    calls = "".join("\t\tmeta mark 1 jump again\n" for _ in range(12))
    again = f"\tchain again {{\n{calls}\t}}\n\tchain sub"
    rules = forward("jump again").replace("\tchain sub", again)
    assert forwarding(said(f"{NAT}{rules}")).translates is True
