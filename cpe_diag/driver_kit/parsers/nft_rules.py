"""What nftables does with the first packet of a connection, as far as its rules surely tell.

nft(8) of nftables 1.0: `nft list ruleset`. A rule whose conditions are not understood here may
match or not: what follows from both is kept, and only what follows in every case is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cpe_diag.driver_kit.parsers.nft_conditions import VERDICTS, Packet, matches

_TABLE: Final = re.compile(r"table (\S+) (\S+) \{")
_CHAIN: Final = re.compile(r"chain (\S+) \{")
_HOOK: Final = re.compile(r"type (\S+) hook (\S+) .*?(?:policy (\w+);)?$")
_WORD: Final = re.compile(r'"[^"]*"|\{|\}|[^\s{},]+|,')
_SET: Final = re.compile(r"(?:set|map) (\S+) \{")
_DEVICE: Final = re.compile(r"devices? =? ?(?:\{([^}]*)\}|(\S+))")
# nft(8), JUMP AND GOTO: the kernel follows 16 jumps.
_DEEPEST: Final = 16

PASSED: Final = "accept"
ENDED: Final = "drop"
TRANSLATED: Final = "translate"
DIVERTED: Final = "divert"
_ON: Final = "on"
"""The next rule is asked."""
_BACK: Final = "back"
"""The chain is left, undecided."""
_ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accept": PASSED,
        "drop": ENDED,
        "reject": ENDED,
        "masquerade": TRANSLATED,
        "snat": TRANSLATED,
        "dnat": DIVERTED,
        "redirect": DIVERTED,
        "return": _BACK,
    }
)
_JUMPS: Final = frozenset({"jump", "goto"})
_UNSEEN: Final = "queue"
"""A program outside the kernel, or a map that is not understood, decides."""
_ANYTHING: Final = frozenset(
    {(PASSED, "unseen"), (ENDED, "unseen"), (TRANSLATED, "unseen"), (_ON, "")}
)


@dataclass(slots=True, kw_only=True)
class Chain:
    """One chain; `hook` is `type hook`, empty for one that is only jumped to.

    `devices` are those that a chain of the family netdev hangs on.
    """

    table: str
    name: str
    family: str
    hook: str = ""
    devices: tuple[str, ...] = ()
    policy: str = PASSED
    rules: list[str] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)


Ends = frozenset[tuple[str, str]]
"""What may become of a packet, each with the rule that does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A packet, and where it may be sent.

    What a chain does at a depth is worked out once: chains that call each other many times would
    else take longer with every level, without end.
    """

    by_name: dict[tuple[str, str, str], Chain]
    packet: Packet
    sets: Mapping[tuple[str, str, str], tuple[str, ...]]
    known: dict[tuple[str, str, str, int], Ends] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Chains, and what stands in the named sets of each table (family, table, set)."""

    chains: tuple[Chain, ...]
    sets: Mapping[tuple[str, str, str], tuple[str, ...]]


def read(text: str) -> Ruleset:
    """Read what `nft list ruleset` said."""
    chains: list[Chain] = []
    sets: dict[tuple[str, str, str], list[str]] = {}
    family = table = ""
    chain: Chain | None = None
    elements: list[str] | None = None
    depth = 0
    for line in (raw.strip() for raw in text.splitlines()):
        opened, closed = line.count("{"), line.count("}")
        if depth == 0 and (match := _TABLE.fullmatch(line)):
            family, table = match.groups()
        elif depth == 1 and (match := _CHAIN.fullmatch(line)):
            chain = Chain(table=table, name=match[1], family=family)
            chains.append(chain)
        elif depth == 1 and (match := _SET.fullmatch(line)):
            elements = sets.setdefault((family, table, match[1]), [])
        elif depth > 1 and chain is not None and line and line != "}":
            _add(chain, line)
        elif depth > 1 and elements is not None:
            elements += _elements(line)
        depth += opened - closed
        if depth == 1:
            chain = elements = None
    return Ruleset(chains=tuple(chains), sets={key: tuple(one) for key, one in sets.items()})


def _elements(line: str) -> list[str]:
    """Read a line of a named set; what is told of the set itself is no element."""
    if line.startswith(("type ", "typeof ", "flags ", "timeout ", "size ", "comment ", "counter")):
        return []
    told = line.removeprefix("elements = {").strip(" {}")
    return [words[0] for one in told.split(",") if (words := one.split())]


def _add(chain: Chain, line: str) -> None:
    hook = _HOOK.match(line)
    if hook is None:
        chain.rules.append(line)
        chain.words.append(_WORD.findall(line))
        return
    chain.hook = f"{hook[1]} {hook[2]}"
    chain.policy = hook[3] or PASSED
    device = _DEVICE.search(line)
    if device is not None:
        names = (device[1] or device[2]).split(",")
        chain.devices = tuple(name.strip(' "') for name in names)


def outcomes(text: str, hook: str, packet: Packet) -> tuple[Ends, ...]:
    """Follow a packet through every chain of IPv4 at a hook.

    Args:
        text: what `nft list ruleset` said.
        hook: `filter forward`, `nat postrouting`.
        packet: which one.

    Returns:
        For each base chain there everything that may become of the packet.
    """
    rules = read(text)
    return tuple(
        followed(rules, one, packet)
        for one in rules.chains
        if one.hook == hook and one.family in {"ip", "inet"}
    )


def followed(rules: Ruleset, base: Chain, packet: Packet) -> Ends:
    """Follow a packet through a base chain: everything that may become of it, by which rule."""
    by_name = {(one.family, one.table, one.name): one for one in rules.chains}
    way = _Way(by_name=by_name, packet=packet, sets=rules.sets)
    return _by_policy(base, _followed(base, way, 0))


def _by_policy(base: Chain, ends: Ends) -> Ends:
    policy = (base.policy, f"{base.table}, chain {base.name}: policy {base.policy}")
    return frozenset(policy if end == _ON else (end, by) for end, by in ends)


def _followed(chain: Chain, way: _Way, depth: int) -> Ends:
    key = (chain.family, chain.table, chain.name, depth)
    if key not in way.known:
        way.known[key] = _worked_out(chain, way, depth)
    return way.known[key]


def _worked_out(chain: Chain, way: _Way, depth: int) -> Ends:
    found: set[tuple[str, str]] = set()
    for rule, told in zip(chain.rules, chain.words, strict=True):
        words = _spelled(told, chain, way)
        holds = matches(words, way.packet)
        if holds is False:
            continue
        verdict, target = _verdict(words, way.packet)
        ends: Ends = frozenset({(_ENDS.get(verdict, _ON), f"{chain.table}, {chain.name}: {rule}")})
        if verdict in _JUMPS:
            called = way.by_name.get((chain.family, chain.table, target))
            ends = _ANYTHING
            if called is not None and depth < _DEEPEST:
                ends = _followed(called, way, depth + 1)
            if verdict == "goto":
                ends = frozenset((_BACK if end == _ON else end, by) for end, by in ends)
        elif verdict == _UNSEEN:
            ends = _ANYTHING
        goes_on = not holds or any(end == _ON for end, _ in ends)
        found |= {(end, by) for end, by in ends if end != _ON}
        if not goes_on:
            return _left(found)
    return _left(found | {(_ON, "")})


def _spelled(words: list[str], chain: Chain, way: _Way) -> list[str]:
    """Put the elements of a named set in its place, where it is compared with."""
    spelled: list[str] = []
    for word in words:
        elements = way.sets.get((chain.family, chain.table, word.removeprefix("@")))
        if word.startswith("@") and elements is not None and "set" not in spelled:
            spelled += ["{", *elements, "}"]
        else:
            spelled.append(word)
    return spelled


def _left(found: set[tuple[str, str]]) -> Ends:
    return frozenset((_ON, "") if end == _BACK else (end, by) for end, by in found)


def _verdict(words: list[str], packet: Packet) -> tuple[str, str]:
    """Give the rule's verdict and whom it jumps to; a map of states decides for the packet's."""
    if "vmap" in words:
        return _of_map(words, packet)
    for place, word in enumerate(words):
        if word in VERDICTS:
            return word, words[place + 1] if word in _JUMPS and place + 1 < len(words) else ""
    return _ON, ""


def _of_map(words: list[str], packet: Packet) -> tuple[str, str]:
    if words[:3] != ["ct", "state", "vmap"]:
        return _UNSEEN, ""
    for place, word in enumerate(words):
        if word == packet.state and words[place + 1 : place + 2] == [":"]:
            return _verdict(words[place + 2 :], packet)
    return _ON, ""
