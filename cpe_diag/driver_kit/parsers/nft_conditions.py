"""Whether the conditions of a rule of nftables hold for a packet, as far as anybody can tell.

nft(8) of nftables 1.0, PRIMARY EXPRESSIONS and PAYLOAD EXPRESSIONS. None: nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERDICTS: Final = frozenset(
    {
        *("accept", "drop", "reject", "masquerade", "snat", "return"),
        *("jump", "goto", "queue", "dnat", "redirect"),
    }
)
_CHAIN_OF_MAP: Final = ["ct", "state", "vmap"]
# IANA, Assigned Internet Protocol Numbers; nft names them as /etc/protocols does.
_PROTOCOLS: Final[Mapping[str, str]] = MappingProxyType(
    {"1": "icmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp", "icmpv6": "ipv6-icmp"}
)
_ETHER_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"0x0800": "ip", "0x86dd": "ip6", "ipv4": "ip", "ipv6": "ip6"}
)
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet of a connection: where it comes in, where it leaves, from whom.

    `source` is where it comes from: a network stands for any device in it that no rule names, as
    `mac` and `target` stand for one that is not named where they are empty. Of what is None
    nothing is known: protocol, ports, `mac` and `target` (an address outside). Of ICMPv6 what is
    `untracked` (nf_conntrack_proto_icmpv6.c of Linux) asks for a neighbour.
    """

    comes_in: str
    leaves: str
    source: IPv4Network | None
    protocol: str | None = None
    port: int | None = None
    from_port: int | None = None
    mac: str | None = None
    target: str | None = None
    state: str = "new"
    ipv6: bool = False


def matches(words: list[str], packet: Packet) -> bool | None:
    """Tell whether a rule's conditions hold for the packet; None: nobody can tell."""
    held = list(_conditions(words, packet))
    if False in held:
        return False
    return None if None in held else True


def _conditions(words: list[str], packet: Packet) -> Iterator[bool | None]:
    """Judge condition after condition, up to what the rule does."""
    if "." in words:
        yield None
        return
    rest = list(words)
    while rest and (word := rest.pop(0)) not in VERDICTS:
        if word == "comment":
            del rest[:1]
        elif word == "log":
            while rest and rest[0] not in VERDICTS:
                rest.pop(0)
        elif word == "counter":
            del rest[: 4 if rest[:1] == ["packets"] else 0]
        elif [word, *rest[:2]] == _CHAIN_OF_MAP:
            return
        else:
            yield _condition(word, rest, packet)


def _condition(word: str, rest: list[str], packet: Packet) -> bool | None:  # noqa: PLR0911 - one for each
    """Judge one condition, and take its words off the rest."""
    if word in {"iifname", "oifname", "iif", "oif"}:
        return _device(_values(rest, 0), packet.comes_in if word[0] == "i" else packet.leaves)
    if word in {"ip", "ip6"} and packet.ipv6 is not (word == "ip6"):
        return False
    two = f"{word} {rest[0]}" if rest else word
    if two in {"meta nfproto", "meta protocol", "ether type"}:
        family = ("ipv6", "ip6") if packet.ipv6 else ("ipv4", "ip")
        return _one_of(_values(rest, 1), {_ETHER_TYPES.get(one, one) for one in family})
    if two == "ct state":
        return _among(_values(rest, 1), packet.state)
    if two == "ip saddr" and packet.source is not None:
        return _source(_values(rest, 1), packet.source)
    if two in {"ip daddr", "ip6 daddr"} and packet.target is not None:
        return _target(_values(rest, 1), packet.target)
    if two == "ether saddr" and packet.mac is not None:
        return _among(_values(rest, 1), packet.mac)
    return _of_protocol(word, two, rest, packet)


def _of_protocol(  # noqa: PLR0911 - one for each
    word: str, two: str, rest: list[str], packet: Packet
) -> bool | None:
    """Judge a condition about protocol, port or flags of TCP."""
    if packet.protocol is None:
        return None
    if two in {"meta l4proto", "ip protocol", "ip6 nexthdr"}:
        excluded, values = _values(rest, 1)
        return _among((excluded, [_PROTOCOLS.get(one, one) for one in values]), packet.protocol)
    if word in {"tcp", "udp", "icmp", "icmpv6"} and _PROTOCOLS.get(word, word) != packet.protocol:
        return False
    if two in {f"{name} {end}" for name in ("tcp", "udp", "th") for end in ("dport", "sport")}:
        if packet.protocol not in {"tcp", "udp"}:
            return False
        return _port(_values(rest, 1), packet.port if two.endswith("dport") else packet.from_port)
    if two == "icmp type":
        return _among(_values(rest, 1), "echo-reply" if packet.state != "new" else "echo-request")
    if two == "icmpv6 type" and packet.state == "untracked":
        return _among(_values(rest, 1), "nd-neighbor-solicit")
    if two == "tcp flags":
        return _flags(_values(rest, 1), rest, packet)
    return None


def _flags(first: tuple[bool, list[str]], rest: list[str], packet: Packet) -> bool | None:
    """Judge `flags & (A | B) == C` and `flags C / A,B` for the packet that opens a connection."""
    ours = {"syn"} if packet.state == "new" else {"syn", "ack"}
    excluded, values = first
    if values == ["&"]:
        told = [word.strip("()") for word in rest[: _end(rest)]]
        del rest[: _end(rest)]
        if "==" not in told:
            return None
        place = told.index("==")
        mask = {one for one in told[:place] if one != "|"}
        return ours & mask == {one for one in told[place + 1 :] if one not in {"|", "0x0"}}
    if rest[:1] == ["/"]:
        _, masked = _values(rest, 1)
        return (ours & set(masked) == set(values)) is not excluded
    return None if excluded else bool(ours & set(values))


def _end(rest: list[str]) -> int:
    """Tell how many words are left of a comparison of flags."""
    if "==" not in rest:
        return len(rest)
    place = rest.index("==") + 2
    while rest[place : place + 1] == ["|"]:
        place += 2
    return place


def _values(rest: list[str], skip: int) -> tuple[bool, list[str]]:
    """Take one condition's values off the rest: whether they are excluded, and which they are."""
    del rest[:skip]
    excluded = rest[:1] == ["!="]
    if excluded:
        rest.pop(0)
    values: list[str] = []
    if rest[:1] == ["{"]:
        end = rest.index("}") if "}" in rest else len(rest)
        values = [one.strip('"') for one in rest[1:end] if one != ","]
        del rest[: end + 1]
        return excluded, values
    while rest:
        values.append(rest.pop(0).strip('"'))
        if rest[:1] != [","]:
            break
        rest.pop(0)
    return excluded, values


def _among(told: tuple[bool, list[str]], ours: str) -> bool | None:
    excluded, values = told
    if any(one.startswith("@") for one in values):
        return None
    return (ours in values) is not excluded


def _one_of(told: tuple[bool, list[str]], ours: set[str]) -> bool:
    excluded, values = told
    return bool(ours.intersection(_ETHER_TYPES.get(one, one) for one in values)) is not excluded


def _port(told: tuple[bool, list[str]], port: int | None) -> bool | None:
    """Judge a port; one that nobody knows is one of those that no rule names."""
    excluded, values = told
    held = False
    for one in values:
        low, _, high = one.partition("-")
        if not low.isdecimal() or not (high or low).isdecimal():
            return None
        first, last = int(low), int(high or low)
        if port is None and first < last:
            if (first, last) != (0, _HIGHEST_PORT):
                return None
            held = True
        held |= port is not None and first <= port <= last
    return held is not excluded


def _device(told: tuple[bool, list[str]], device: str) -> bool | None:
    excluded, values = told
    if any(one.startswith("@") for one in values):
        return None
    return any(fnmatchcase(device, one) for one in values) is not excluded


def _source(told: tuple[bool, list[str]], source: IPv4Network) -> bool | None:
    excluded, values = told
    try:
        networks = [IPv4Network(one, strict=False) for one in values]
    except ValueError:
        return None
    if any(source.subnet_of(one) for one in networks):
        return not excluded
    return None if any(one.overlaps(source) for one in networks) else excluded


def _target(told: tuple[bool, list[str]], target: str) -> bool | None:
    """Judge where a packet goes; an empty target is one that is public, and that no rule names."""
    excluded, values = told
    try:
        networks = [IPv4Network(one, strict=False) for one in values]
    except ValueError:
        return None if values and ":" not in values[0] else excluded
    if target:
        held = any(IPv4Address(target) in one for one in networks)
    else:
        held = any(one.prefixlen == 0 for one in networks)
    return held is not excluded
