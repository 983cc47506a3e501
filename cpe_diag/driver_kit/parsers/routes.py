"""Reads all routes and rules of a Linux router, as iproute2 and busybox write them.

ip-route(8) and ip-rule(8) of iproute2 (`ip -4 route show table all`, `ip -4 rule`); busybox's
networking/libiproute/iproute.c and iprule.c write the same words.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.route_facts import RouteKind, RouterRoute, RouterRoutes, RouteRule
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpe_diag.domain.missing import Maybe

_KINDS: Final = {one.value: one for one in RouteKind}
_TYPES: Final = frozenset({*_KINDS, "broadcast", "multicast", "anycast", "nat"})
_NOT_FOR_US: Final = frozenset({"broadcast", "multicast", "anycast", "nat"})
_DEAD: Final = frozenset({"dead"})
# rtnetlink(7), rtm_table: where no table is named it is this one.
_MAIN: Final = "main"
_ALL: Final = {False: "0.0.0.0/0", True: "::/0"}
_RULE: Final = re.compile(r"(\d{1,10}):\s+(.+)")
_MOST: Final = 3000
"""Routes of one family: who has more takes part in the world's own routing."""


def router_routes(parts: Mapping[str, str]) -> Maybe[RouterRoutes]:
    """Read routes and rules.

    Args:
        parts: of an answer: `rules4`, `table4` and, where there is IPv6, `rules6` and `table6`.

    Returns:
        What stands there; unsupported where its `ip` cannot tell, or where a line is not
        understood: a way that is left out would make another one look like the one that is taken.
    """
    routes: list[RouterRoute] = []
    rules: list[RouteRule] = []
    for ipv6 in (False, True):
        name = "6" if ipv6 else "4"
        try:
            routes += _routes(parts.get(f"table{name}", ""), ipv6=ipv6)
            rules += _rules(parts.get(f"rules{name}", ""), ipv6=ipv6)
        except (ValueError, IndexError):
            return UNSUPPORTED
    tables = {one.table for one in routes if ":" not in one.network}
    told = {(one.ipv6, one.table) for one in rules}
    if (False, _MAIN) not in told or not {_MAIN, "local"} <= tables or len(routes) > _MOST:
        return UNSUPPORTED
    return RouterRoutes(routes=tuple(routes), rules=tuple(rules))


def _routes(text: str, *, ipv6: bool) -> Iterator[RouterRoute]:
    """Read routes; the ways of one that has several stand in lines of their own, moved in."""
    lines: list[list[str]] = []
    for line in text.splitlines():
        words = line.split()
        if words and line[0].isspace() and words[0] == "nexthop" and lines:
            lines[-1] += words[1:]
        elif words:
            lines.append(words)
    for words in lines:
        kind = words.pop(0) if words[0] in _TYPES else RouteKind.UNICAST.value
        if kind in _NOT_FOR_US or _DEAD.intersection(words):
            continue
        yield RouterRoute(
            network=_network(words[0], ipv6=ipv6),
            kind=_KINDS[kind],
            table=_after(words, "table") or _MAIN,
            devices=tuple(dict.fromkeys(_all_after(words, "dev"))),
            gateways=tuple(dict.fromkeys(_gateways(words))),
            source=_source(words, ipv6=ipv6),
            metric=int(_after(words, "metric") or 0),
        )


def _rules(text: str, *, ipv6: bool) -> Iterator[RouteRule]:
    for line in text.splitlines():
        match = _RULE.fullmatch(line.strip())
        if match is None:
            raise ValueError(line)
        yield _rule(int(match[1]), match[2].split(), ipv6=ipv6)


def _rule(priority: int, words: list[str], *, ipv6: bool) -> RouteRule:
    """Read what a rule asks for and what it does."""
    told: dict[str, str] = {}
    ends: RouteKind | None = None
    understood = True
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in {"from", "to", "iif", "lookup", "suppress_prefixlength", "proto", "protocol"}:
            told[word] = rest.pop(0)
        elif word in {"blackhole", "prohibit", "unreachable"}:
            ends = _KINDS[word]
        else:
            understood = False
    source, target = told.get("from", "all"), told.get("to", "all")
    return RouteRule(
        priority=priority,
        ipv6=ipv6,
        table=told.get("lookup"),
        ends=ends,
        source=None if source == "all" else _network(source, ipv6=ipv6),
        target=None if target == "all" else _network(target, ipv6=ipv6),
        comes_in=told.get("iif"),
        least_prefix=int(told.get("suppress_prefixlength", -1)) + 1,
        understood=understood,
    )


def _network(text: str, *, ipv6: bool) -> str:
    return _ALL[ipv6] if text == "default" else str(ip_network(text, strict=False))


def _source(words: list[str], *, ipv6: bool) -> str | None:
    told = _after(words, "from")
    return None if told in {None, "all"} or told is None else _network(told, ipv6=ipv6)


def _gateways(words: list[str]) -> Iterator[str]:
    for told in _all_after(words, "via"):
        if told not in {"inet", "inet6"}:
            yield told


def _all_after(words: list[str], name: str) -> Iterator[str]:
    for place, word in enumerate(words[:-1]):
        if word == name:
            yield words[place + 1]


def _after(words: list[str], name: str) -> str | None:
    return next(_all_after(words, name), None)
