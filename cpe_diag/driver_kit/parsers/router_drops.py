"""What the rules of a Linux router end of everyday traffic, wherever on its way they do it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, ROUTER, RouterDrop
from cpe_diag.driver_kit.parsers import nft_rules
from cpe_diag.driver_kit.parsers.nft_conditions import Packet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.driver_kit.parsers.nft_rules import Chain, Ruleset

_MAC: Final = re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b")
_ADDRESS: Final = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d./])")
_NETWORK: Final = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\d./])")
_NOT_OUTSIDE: Final = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
        ),
    )
)
"""RFC 6890: no server of the world has such an address."""
_MOST_NAMED: Final = 24
"""Devices and targets that are looked at one by one: whoever names more gets the first ones."""
_LONGEST_RULE: Final = 120
_REPLY: Final = "established"
_SOMEBODY: Final = "8.0.0.1"
"""A public address, for one that no rule names: no filter of addresses that cannot be has it."""
_CHOSEN: Final = 40000
"""A port such as senders choose (ip-sysctl.rst of Linux, ip_local_port_range: 32768 to 60999)."""

Kind = tuple[str, int | None]
# What browsers, names, addresses, clocks and our own measurements need.
_WEB: Final[tuple[Kind, ...]] = (("tcp", 80), ("tcp", 443))
_NAMES: Final[tuple[Kind, ...]] = (("udp", 53), ("tcp", 53))
_PING: Final[Kind] = ("icmp", None)
_FROM_HOME: Final = (*_WEB, *_NAMES, _PING)
_FROM_ROUTER: Final = (*_WEB, *_NAMES, _PING, ("udp", 123))
_NEIGHBOUR: Final[Kind] = ("nd", None)
"""Who has this address (RFC 4861, section 7.2): without an answer nothing is sent by IPv6."""
_TO_ROUTER: Final[tuple[Kind, ...]] = (("udp", 53), ("udp", 67))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A network that hangs on the router, and the device that leads out."""

    device: str
    network: IPv4Network
    out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """Traffic of one kind: whose, whither, and the hooks that its packets pass, both ways."""

    whom: str
    to: str
    kind: Kind
    ipv6: bool
    steps: tuple[tuple[str, Packet], ...]


def router_drops(text: str, home: Home) -> tuple[RouterDrop, ...]:
    """Work out what rules end.

    Args:
        text: what `nft list ruleset` said.
        home: of whom the packets are.

    Returns:
        What surely or possibly does not pass, the whole home first.
    """
    rules = nft_rules.read(text)
    named = _named(text, home.network)
    unnamed = next((one for one in home.network.hosts() if str(one) not in named), None)
    if unnamed is None:
        return ()
    found: dict[tuple[str, str, bool, str, bool], list[str]] = {}
    for trip in _trips(named, _targets(text, home.network), home, unnamed):
        for rule, surely in _ends(rules, trip, home.out):
            key = (trip.whom, trip.to, trip.ipv6, rule, surely)
            found.setdefault(key, []).append(_words(trip.kind))
    general = {
        (kind, rule, to, ipv6)
        for (whom, to, ipv6, rule, _), kinds in found.items()
        if whom == HOME and to in {OUTSIDE, ROUTER}
        for kind in kinds
    }
    drops = []
    for (whom, to, ipv6, rule, surely), kinds in found.items():
        where = OUTSIDE if to not in {OUTSIDE, ROUTER} else to
        special = whom not in {HOME, ROUTER} or to != where
        own = [kind for kind in kinds if not special or (kind, rule, where, ipv6) not in general]
        spared = _spared(found, named, (to, ipv6, rule, surely)) if whom == HOME else ()
        if own:
            drops.append(
                RouterDrop(
                    whom=whom,
                    to=to,
                    kinds=tuple(own),
                    rule=rule[:_LONGEST_RULE],
                    surely=surely,
                    ipv6=ipv6,
                    spared=spared,
                )
            )
    return tuple(drops)


def _words(kind: Kind) -> str:
    protocol, port = kind
    return protocol if port is None else f"{protocol}/{port}"


def _spared(
    found: dict[tuple[str, str, bool, str, bool], list[str]],
    named: Sequence[str],
    what: tuple[str, bool, str, bool],
) -> tuple[str, ...]:
    """Give the named devices that a rule for the home does not meet."""
    return tuple(one for one in named if (one, *what) not in found)


def _named(text: str, network: IPv4Network) -> tuple[str, ...]:
    """Give the devices of the home that rules name, by MAC or by address."""
    macs = dict.fromkeys(_MAC.findall(text))
    hosts = dict.fromkeys(
        one for one in _ADDRESS.findall(text) if (ip := _ip(one)) and ip in network
    )
    return (*macs, *hosts)[:_MOST_NAMED]


def _targets(text: str, network: IPv4Network) -> tuple[str, ...]:
    """Give the addresses and networks outside that rules name; the narrowest first."""
    found = {
        one: outside
        for one in _NETWORK.findall(text)
        if (outside := _net(one))
        and not outside.overlaps(network)
        and not any(outside.overlaps(one) for one in _NOT_OUTSIDE)
    }
    return tuple(sorted(found, key=lambda one: -found[one].prefixlen))[:_MOST_NAMED]


def _net(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def _ip(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _trips(
    named: Sequence[str], targets: Sequence[str], home: Home, unnamed: IPv4Address
) -> Iterator[_Trip]:
    for ipv6 in (False, True):
        for whom in (HOME, *named):
            yield from _of_device(whom, "", home, unnamed, ipv6=ipv6)
            for kind in _TO_ROUTER:
                yield _to_router(whom, kind, home, unnamed, ipv6=ipv6)
        if ipv6:
            yield _to_router(HOME, _NEIGHBOUR, home, unnamed, ipv6=True)
        for kind in _FROM_ROUTER:
            yield _of_router(kind, home, ipv6=ipv6)
    for target in targets:
        yield from _of_device(HOME, target, home, unnamed, ipv6=False)


def _sent(whom: str, kind: Kind, home: Home, unnamed: IPv4Address, *, ipv6: bool) -> Packet:
    address = _ip(whom) or unnamed
    return Packet(
        comes_in=home.device,
        leaves="",
        source=IPv4Network(address),
        protocol=_protocol(kind, ipv6=ipv6),
        port=kind[1],
        mac=whom if ":" in whom else "",
        state="untracked" if kind == _NEIGHBOUR else "new",
        ipv6=ipv6,
    )


def _protocol(kind: Kind, *, ipv6: bool) -> str:
    return "ipv6-icmp" if ipv6 and kind in {_PING, _NEIGHBOUR} else kind[0]


def _answer(packet: Packet, comes_in: str, leaves: str) -> Packet:
    """Give the packet that answers, from where the first one went."""
    return replace(
        packet,
        comes_in=comes_in,
        leaves=leaves,
        source=IPv4Network(packet.target or _SOMEBODY),
        port=_CHOSEN,
        from_port=packet.port,
        mac="",
        target=None,
        state=_REPLY,
    )


def _of_device(
    whom: str, target: str, home: Home, unnamed: IPv4Address, *, ipv6: bool
) -> Iterator[_Trip]:
    """Follow what a device sends to the outside, and what comes back."""
    for kind in _FROM_HOME:
        start = replace(_sent(whom, kind, home, unnamed, ipv6=ipv6), target=_first(target))
        through = replace(start, leaves=home.out)
        back = _answer(start, home.out, "")
        address = str(_ip(whom) or unnamed) if not ipv6 else None
        returns = replace(back, leaves=home.device, target=address)
        steps = (
            ("ingress", start),
            ("prerouting", start),
            ("forward", through),
            ("postrouting", through),
            ("egress", through),
            ("ingress", back),
            ("prerouting", back),
            ("forward", returns),
            ("postrouting", returns),
            ("egress", returns),
        )
        yield _Trip(whom=whom, to=target or OUTSIDE, kind=kind, ipv6=ipv6, steps=steps)


def _first(target: str) -> str:
    """Give an address in a network that rules name as a whole."""
    return target.partition("/")[0]


def _to_router(whom: str, kind: Kind, home: Home, unnamed: IPv4Address, *, ipv6: bool) -> _Trip:
    """Follow what a device asks the router itself."""
    start = _sent(whom, kind, home, unnamed, ipv6=ipv6)
    back = _answer(start, "", home.device)
    steps = (
        ("ingress", start),
        ("prerouting", start),
        ("input", start),
        ("output", back),
        ("postrouting", back),
        ("egress", back),
    )
    return _Trip(whom=whom, to=ROUTER, kind=kind, ipv6=ipv6, steps=steps)


def _of_router(kind: Kind, home: Home, *, ipv6: bool) -> _Trip:
    """Follow what the router itself sends to the outside."""
    start = Packet(
        comes_in="",
        leaves=home.out,
        source=None,
        protocol=_protocol(kind, ipv6=ipv6),
        port=kind[1],
        target="",
        ipv6=ipv6,
    )
    back = _answer(start, home.out, "")
    steps = (
        ("output", start),
        ("postrouting", start),
        ("egress", start),
        ("ingress", back),
        ("prerouting", back),
        ("input", back),
    )
    return _Trip(whom=ROUTER, to=OUTSIDE, kind=kind, ipv6=ipv6, steps=steps)


def _ends(rules: Ruleset, trip: _Trip, out: str) -> Iterator[tuple[str, bool]]:
    """Give the rule that ends a trip, and whether it surely does; a sure one goes first."""
    unsure = ""
    for hook, packet in trip.steps:
        for chain in rules.chains:
            kind, _, at = chain.hook.partition(" ")
            if at != hook or kind == "nat" or not _sees(chain, packet):
                continue
            for seen in _at(chain, hook, packet, out):
                ends = nft_rules.followed(rules, chain, seen)
                by = min((rule for end, rule in ends if end == nft_rules.ENDED), default="")
                if by and {end for end, _ in ends} == {nft_rules.ENDED}:
                    yield by, True
                    return
                unsure = unsure or by
    if unsure:
        yield unsure, False


def _sees(chain: Chain, packet: Packet) -> bool:
    families = {"inet", "netdev", "bridge", "ip6" if packet.ipv6 else "ip"}
    return chain.family in families


def _at(chain: Chain, hook: str, packet: Packet, out: str) -> Iterator[Packet]:
    """Give a packet as a chain sees it: one of a device, at each device of the right side."""
    if chain.family == "bridge":
        if out not in {packet.comes_in, packet.leaves}:
            yield packet
        return
    if chain.family != "netdev":
        yield packet
        return
    passes = packet.comes_in if hook == "ingress" else packet.leaves
    for device in chain.devices:
        if device != "lo" and (device == out) is (passes == out):
            comes_in = device if hook == "ingress" else packet.comes_in
            leaves = device if hook == "egress" else packet.leaves
            yield replace(packet, comes_in=comes_in, leaves=leaves)
