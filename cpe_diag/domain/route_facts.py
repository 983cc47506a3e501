"""Values that say which way a router sends packets: its routes, and the rules that choose them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface, IPv6Network, ip_network
from typing import Final

# RFC 4291, section 2.4, and the IANA registry of IPv6: global unicast.
GLOBAL: Final = IPv6Network("2000::/3")


class RouteKind(StrEnum):
    """What a route does with what it meets (ip-route(8), ip-rule(8))."""

    UNICAST = "unicast"
    """It sends it on."""
    LOCAL = "local"
    """It is for the router itself."""
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"
    BLACKHOLE = "blackhole"
    THROW = "throw"
    """It has the next rule asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterRoute:
    """One route; `devices` and `gateways` are those of its ways, more than one where it has more.

    `network` is where it leads (`0.0.0.0/0`, `2001:db8::/32`), `source` the prefix of those whom
    it is for alone (IPv6), `table` the router's word for the table that it stands in.
    """

    network: str
    kind: RouteKind
    table: str
    devices: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    source: str | None = None
    metric: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """One rule that chooses a table, or ends what it meets (`ends`).

    `source`, `target` and `comes_in` are its conditions, None where it has none; `understood`
    False: it has others, which nobody can see from outside. `least_prefix` is the shortest prefix
    that its table's answer may have (`suppress_prefixlength` and one more).
    """

    priority: int
    ipv6: bool
    table: str | None
    ends: RouteKind | None = None
    source: str | None = None
    target: str | None = None
    comes_in: str | None = None
    least_prefix: int = 0
    understood: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterRoutes:
    """All routes and rules of a router, of both families."""

    routes: tuple[RouterRoute, ...]
    rules: tuple[RouteRule, ...]

    def home_device(self, prefix: str) -> str | None:
        """Give the device on which a network hangs that a router has an address in.

        Args:
            prefix: its address in the home with the length (`192.168.1.1/24`).

        Returns:
            The device's name; None where no route names it.
        """
        home = str(IPv4Interface(prefix).network)
        hanging = (one for one in self.routes if one.network == home and one.devices)
        return next((one.devices[0] for one in hanging if not one.gateways), None)

    def own_ipv6(self, device: str) -> tuple[str, ...]:
        """Give a device's own addresses of IPv6 that the world may know."""
        own = (
            ip_network(one.network)[0]
            for one in self.routes
            if one.kind is RouteKind.LOCAL and ":" in one.network and device in one.devices
        )
        return tuple(str(one) for one in own if one in GLOBAL)
