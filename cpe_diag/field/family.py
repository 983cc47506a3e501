"""What differs between IPv4 and IPv6 for the sockets of a laptop on site (Linux)."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family: its numbers for setsockopt(2), and of its echo messages.

    `mtu_discover` with `probe` sends whole packets of whatever size ("do not fragment" included);
    `headers` are octets of IP and of an echo message, `least` is what every host takes.
    """

    number: socket.AddressFamily
    icmp: int
    level: int
    hops: int
    errors: int
    mtu_discover: int
    probe: int
    request: int
    reply: int
    headers: int
    least: int


IPV4: Final = Family(
    number=socket.AF_INET,
    icmp=socket.IPPROTO_ICMP,
    level=socket.SOL_IP,
    hops=socket.IP_TTL,
    errors=11,
    mtu_discover=10,
    probe=3,
    request=8,
    reply=0,
    headers=28,
    least=576,
)
"""linux/in.h: IP_RECVERR, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE; RFC 791, RFC 792."""
IPV6: Final = Family(
    number=socket.AF_INET6,
    icmp=socket.IPPROTO_ICMPV6,
    level=socket.IPPROTO_IPV6,
    hops=socket.IPV6_UNICAST_HOPS,
    errors=25,
    mtu_discover=23,
    probe=3,
    request=128,
    reply=129,
    headers=48,
    least=1280,
)
"""linux/in6.h: IPV6_RECVERR, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE; RFC 4443; RFC 8200, section
5."""


def family_of(address: str) -> Family:
    """Give the family of an address."""
    return IPV6 if ":" in address else IPV4


def place_of(address: str, port: int = 0) -> tuple[str, int] | tuple[str, int, int, int]:
    """Give where a socket sends to; a link-local address names its interface (`%eth0`).

    Args:
        address: an IP address.
        port: of TCP or UDP; 0: none.

    Returns:
        What connect(2) takes.

    Raises:
        OSError: the interface is not there.
    """
    if family_of(address) is IPV4:
        return (address, port)
    host, _, interface = address.partition("%")
    return (host, port, 0, socket.if_nametoindex(interface) if interface else 0)
