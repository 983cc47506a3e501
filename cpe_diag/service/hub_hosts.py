"""Where listeners of hubs may be: outside the operator's network, unless they are named.

Whoever may register a hub chooses an address that our machines then send to; it must not reach
what only our machines reach.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052, 2.1: the last 32 bits are an IPv4 address."""
_SCHEMES: Final = {"http", "https"}


@dataclass(frozen=True, slots=True)
class HubHosts:
    """`named` hosts, in small letters, may be anywhere, and may be told by plain http."""

    named: frozenset[str] = frozenset()

    def is_named(self, host: str) -> bool:
        """Tell whether a host is one that the configuration names."""
        return host.lower().rstrip(".") in self.named

    def refusal(self, callback: str) -> str:
        """Say why a callback is none; empty: as far as its text tells it may be one."""
        host = host_of(callback)
        if host is None:
            return "expected https://HOST/..., without user and password"
        if self.is_named(host):
            return ""
        if urlsplit(callback).scheme != "https":
            return f"expected https; plain http is for hosts that the operator has named: {TO_DO}"
        address = _literal(host)
        if address is not None and not is_outside(address):
            return inside(host)
        return ""


TO_DO: Final = "add it to tickets.hub_hosts of the configuration"


def inside(host: str) -> str:
    """Say that a host is not told, and what to do where it is to be."""
    return f"{host} is not an address of the public internet; if it is to be told, {TO_DO}"


def host_of(callback: str) -> str | None:
    """Give the host of a callback; None where it is no address to send to."""
    try:
        parts = urlsplit(callback)
        named = parts.port != 0 and parts.username is None and parts.scheme in _SCHEMES
        (parts.hostname or "").encode("idna")  # what cannot be asked for is the name of nobody
    except ValueError:
        return None
    return parts.hostname or None if named else None


def is_outside(address: Address) -> bool:
    """Tell whether an address is one of the public internet, also where it wraps another."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None and not is_outside(wrapped):
            return False
        if address.ipv4_mapped is not None:
            return True
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
