"""Which way a router sends a packet: its rules in their order, and of a table the longest prefix.

ip-rule(8): rules are asked in the order of their priority, and the first table that knows a way
decides. ip-route(8): of a table the longest prefix is taken, of equals the smallest metric. For
IPv6 the source's prefix counts too, where a route names one (RFC 8028, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING

from cpe_diag.domain.route_facts import RouteKind, RouterRoute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.route_facts import RouterRoutes, RouteRule

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet that asks for its way: whither, from whom, and by which device it came in.

    `source` None: the router itself sends, and has not chosen its address. `comes_in` None: it is
    the router's own.
    """

    target: Address
    source: Address | None = None
    comes_in: str | None = None


def ways(routes: RouterRoutes, packet: Packet) -> tuple[RouterRoute | None, ...]:
    """Give every way that a packet may take.

    Args:
        routes: of the router.
        packet: which.

    Returns:
        One where the rules say surely which; None among them stands for no way at all.
    """
    ipv6 = packet.target.version == 6  # noqa: PLR2004 - the family
    found: list[RouterRoute | None] = []
    for rule in sorted(routes.rules, key=lambda one: one.priority):
        if rule.ipv6 is not ipv6 or not _may_hold(rule, packet):
            continue
        way = _ended(rule) or _longest(routes, rule, packet)
        if way is None or way.kind is RouteKind.THROW:
            continue
        found.append(way)
        if rule.understood:
            return tuple(dict.fromkeys(found))
    return tuple(dict.fromkeys([*found, None]))


def _may_hold(rule: RouteRule, packet: Packet) -> bool:
    if rule.target is not None and packet.target not in _network(rule.target):
        return False
    if rule.source is not None and (
        packet.source is None or packet.source not in _network(rule.source)
    ):
        return False
    return rule.comes_in is None or rule.comes_in == (packet.comes_in or "lo")


def _ended(rule: RouteRule) -> RouterRoute | None:
    """Give what a rule does that ends what it meets."""
    if rule.ends is None:
        return None
    return RouterRoute(network=rule.target or "all", kind=rule.ends, table="a rule")


def _longest(routes: RouterRoutes, rule: RouteRule, packet: Packet) -> RouterRoute | None:
    fit = [
        (_rank(one), one)
        for one in _fitting(routes, rule, packet)
        if _network(one.network).prefixlen >= rule.least_prefix
    ]
    return max(fit, key=lambda ranked: ranked[0])[1] if fit else None


def _fitting(routes: RouterRoutes, rule: RouteRule, packet: Packet) -> Iterator[RouterRoute]:
    for one in routes.routes:
        network = _network(one.network)
        if one.table != rule.table or packet.target not in network:
            continue
        mine = one.source is None or (
            packet.source is not None and packet.source in _network(one.source)
        )
        if mine:
            yield one


def _rank(route: RouterRoute) -> tuple[int, int, int]:
    own = _network(route.source).prefixlen if route.source else 0
    return _network(route.network).prefixlen, own, -route.metric


@lru_cache(maxsize=8192)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)
