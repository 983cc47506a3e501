"""What nftables does with the first packet of a connection, as far as its rules surely tell.

nft(8) of nftables 1.0: `nft list ruleset`. A rule whose conditions are not understood here may
match or not: what follows from both is kept, and only what follows in every case is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TABLE: Final = re.compile(r"table (\S+) (\S+) \{")
_CHAIN: Final = re.compile(r"chain (\S+) \{")
_HOOK: Final = re.compile(r"type (\S+) hook (\S+) .*?(?:policy (\w+);)?$")
_WORD: Final = re.compile(r'"[^"]*"|\{|\}|[^\s{},]+|,')
_FAMILIES: Final = ("ip", "inet")
# nft(8), JUMP AND GOTO: the kernel follows 16 jumps.
_DEEPEST: Final = 16

PASSED: Final = "accept"
ENDED: Final = "drop"
TRANSLATED: Final = "translate"
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
        "return": _BACK,
    }
)
_JUMPS: Final = frozenset({"jump", "goto"})
_UNSEEN: Final = "queue"
"""A program outside the kernel, or a map that is not understood, decides."""
_VERDICTS: Final = frozenset({*_ENDS, *_JUMPS, _UNSEEN})
_ANYTHING: Final = frozenset(
    {(PASSED, "unseen"), (ENDED, "unseen"), (TRANSLATED, "unseen"), (_ON, "")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The first packet of a TCP connection: where it comes in, where it leaves, from whom."""

    comes_in: str
    leaves: str
    source: IPv4Network


@dataclass(slots=True, kw_only=True)
class _Chain:
    """One chain; `hook` is `type hook`, empty for one that is only jumped to."""

    table: str
    name: str
    family: str
    hook: str = ""
    policy: str = PASSED
    rules: list[str] = field(default_factory=list)


Ends = frozenset[tuple[str, str]]
"""What may become of a packet, each with the rule that does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A packet, and where it may be sent.

    What a chain does at a depth is worked out once: chains that call each other many times would
    else take longer with every level, without end.
    """

    by_name: dict[tuple[str, str, str], _Chain]
    packet: Packet
    known: dict[tuple[str, str, str, int], Ends] = field(default_factory=dict)


def chains_of(text: str) -> tuple[_Chain, ...]:
    """Read the chains of every table that sees IPv4."""
    found: list[_Chain] = []
    family = table = ""
    chain: _Chain | None = None
    depth = 0
    for line in (raw.strip() for raw in text.splitlines()):
        opened, closed = line.count("{"), line.count("}")
        if depth == 0 and (match := _TABLE.fullmatch(line)):
            family, table = match.groups()
        elif depth == 1 and (match := _CHAIN.fullmatch(line)):
            chain = _Chain(table=table, name=match[1], family=family)
            if family in _FAMILIES:
                found.append(chain)
        elif depth > 1 and chain is not None and line and line != "}":
            _add(chain, line)
        depth += opened - closed
        if depth == 1:
            chain = None
    return tuple(found)


def _add(chain: _Chain, line: str) -> None:
    hook = _HOOK.match(line)
    if hook is None:
        chain.rules.append(line)
        return
    chain.hook = f"{hook[1]} {hook[2]}"
    chain.policy = hook[3] or PASSED


def outcomes(text: str, hook: str, packet: Packet) -> tuple[Ends, ...]:
    """Follow a packet through every chain at a hook.

    Args:
        text: what `nft list ruleset` said.
        hook: `filter forward`, `nat postrouting`.
        packet: which one.

    Returns:
        For each base chain there everything that may become of the packet.
    """
    chains = chains_of(text)
    by_name = {(one.family, one.table, one.name): one for one in chains}
    way = _Way(by_name=by_name, packet=packet)
    return tuple(_by_policy(one, _followed(one, way, 0)) for one in chains if one.hook == hook)


def _by_policy(base: _Chain, ends: Ends) -> Ends:
    policy = (base.policy, f"{base.table}, chain {base.name}: policy {base.policy}")
    return frozenset(policy if end == _ON else (end, by) for end, by in ends)


def _followed(chain: _Chain, way: _Way, depth: int) -> Ends:
    key = (chain.family, chain.table, chain.name, depth)
    if key not in way.known:
        way.known[key] = _worked_out(chain, way, depth)
    return way.known[key]


def _worked_out(chain: _Chain, way: _Way, depth: int) -> Ends:
    found: set[tuple[str, str]] = set()
    for rule in chain.rules:
        words = _WORD.findall(rule)
        matches = _matches(words, way.packet)
        if matches is False:
            continue
        verdict, target = _verdict(words)
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
        goes_on = not matches or any(end == _ON for end, _ in ends)
        found |= {(end, by) for end, by in ends if end != _ON}
        if not goes_on:
            return _left(found)
    return _left(found | {(_ON, "")})


def _left(found: set[tuple[str, str]]) -> Ends:
    return frozenset((_ON, "") if end == _BACK else (end, by) for end, by in found)


def _verdict(words: list[str]) -> tuple[str, str]:
    """Give the rule's verdict and whom it jumps to; a map of states decides for `new`."""
    if "vmap" in words:
        return _of_map(words)
    for place, word in enumerate(words):
        if word in _VERDICTS:
            return word, words[place + 1] if word in _JUMPS and place + 1 < len(words) else ""
    return _ON, ""


def _of_map(words: list[str]) -> tuple[str, str]:
    if words[:3] != ["ct", "state", "vmap"]:
        return _UNSEEN, ""
    for place, word in enumerate(words):
        if word == "new" and words[place + 1 : place + 2] == [":"]:
            return _verdict(words[place + 2 :])
    return _ON, ""


def _matches(words: list[str], packet: Packet) -> bool | None:
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
    while rest and (word := rest.pop(0)) not in _VERDICTS:
        if word == "comment":
            del rest[:1]
        elif word == "log":
            while rest and rest[0] not in _VERDICTS:
                rest.pop(0)
        elif word == "counter":
            del rest[: 4 if rest[:1] == ["packets"] else 0]
        elif [word, *rest[:2]] == ["ct", "state", "vmap"]:
            return
        else:
            yield _condition(word, rest, packet)


def _condition(word: str, rest: list[str], packet: Packet) -> bool | None:
    """Judge one condition, and take its words off the rest."""
    if word in {"iifname", "oifname", "iif", "oif"}:
        return _device(_values(rest, 0), packet.comes_in if word[0] == "i" else packet.leaves)
    if word == "ip6":
        return False
    if [word, *rest[:1]] == ["meta", "nfproto"]:
        return _among(_values(rest, 1), "ipv4")
    if [word, *rest[:1]] == ["ct", "state"]:
        return _among(_values(rest, 1), "new")
    if [word, *rest[:1]] == ["ip", "saddr"]:
        return _source(_values(rest, 1), packet.source)
    return None


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


def _among(told: tuple[bool, list[str]], ours: str) -> bool:
    excluded, values = told
    return (ours in values) is not excluded


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
