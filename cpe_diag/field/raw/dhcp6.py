"""DHCPv6 SOLICIT and ADVERTISE (RFC 8415), for an address and a prefix."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import Dhcp6Offered
from cpe_diag.field.raw.ethernet import to_group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order

IPV6: Final = 0x86DD
CLIENT: Final = 546
SERVER: Final = 547
ADVERTISE: Final = 2
ADDRESSES, ADDRESS, STATUS, RESOLVERS, PREFIXES, PREFIX = 3, 5, 13, 23, 25, 26
"""RFC 8415, section 21; RFC 3646, section 3."""
INSIDE: Final = 12
"""IAID, T1 and T2 stand before the options of an IA."""
REFUSALS: Final = {1: "UnspecFail", 2: "NoAddrsAvail", 6: "NoPrefixAvail"}
"""RFC 8415, section 21.13."""
HEAD: Final = 4
MOST: Final = 16


def solicit(order: Order, source: str) -> Packet:
    """Write SOLICIT for an address and a prefix."""
    from scapy.layers.dhcp6 import (
        DUID_LL,
        DHCP6_Solicit,
        DHCP6OptClientId,
        DHCP6OptElapsedTime,
        DHCP6OptIA_NA,
        DHCP6OptIA_PD,
        DHCP6OptOptReq,
    )
    from scapy.layers.inet import UDP
    from scapy.layers.inet6 import IPv6

    return (
        to_group(order, "33:33:00:01:00:02", IPV6)
        / IPv6(src=source, dst="ff02::1:2", hlim=1)
        / UDP(sport=CLIENT, dport=SERVER)
        / DHCP6_Solicit(trid=_number(order))
        / DHCP6OptClientId(duid=DUID_LL(lladdr=order.mac))
        / DHCP6OptElapsedTime()
        / DHCP6OptOptReq(reqopts=[RESOLVERS])
        / DHCP6OptIA_NA(iaid=1)
        / DHCP6OptIA_PD(iaid=2)
    )


def _number(order: Order) -> int:
    return (order.number + 0xC9ED) & 0xFFFFFF


def advertised(mac: str, message: bytes, order: Order) -> Dhcp6Offered | None:
    """Read one answer to our SOLICIT.

    Args:
        mac: who sent it.
        message: the DHCPv6 message.
        order: what was asked.

    Returns:
        What is offered; None where it is no ADVERTISE of ours.

    Raises:
        ValueError: a length in it is false.
    """
    if len(message) < HEAD:
        raise ValueError("the message is cut")
    if message[0] != ADVERTISE or int.from_bytes(message[1:HEAD]) != _number(order):
        return None
    offer = _Offer()
    for kind, option in _options(message[HEAD:]):
        if kind == RESOLVERS:
            offer.resolvers += _addresses(option)
        elif kind == STATUS:
            offer.refused(option)
        elif kind in {ADDRESSES, PREFIXES}:
            offer.take(option[INSIDE:])
    return Dhcp6Offered(
        mac=mac,
        addresses=tuple(offer.addresses[:MOST]),
        prefixes=tuple(offer.prefixes[:MOST]),
        resolvers=tuple(offer.resolvers[:MOST]),
        status=", ".join(offer.refusals),
    )


class _Offer:
    """What one ADVERTISE says, as far as it is read."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.prefixes: list[str] = []
        self.resolvers: list[str] = []
        self.refusals: dict[str, None] = {}

    def take(self, inside: bytes) -> None:
        """Read the options inside an IA.

        Raises:
            ValueError: a length in it is false.
        """
        for kind, value in _options(inside):
            if kind == ADDRESS:
                self.addresses += _addresses(value[:16])
            elif kind == PREFIX and len(value) >= 25:  # noqa: PLR2004 - RFC 8415, 21.22
                self.prefixes.append(f"{IPv6Address(value[9:25])}/{value[8]}")
            elif kind == STATUS:
                self.refused(value)

    def refused(self, value: bytes) -> None:
        """Read a status code; 0 is success."""
        code = int.from_bytes(value[:2])
        if code:
            self.refusals[REFUSALS.get(code, f"status {code}")] = None


def _addresses(value: bytes) -> list[str]:
    return [str(IPv6Address(value[at : at + 16])) for at in range(0, len(value) - 15, 16)]


def _options(rest: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(rest):
        kind, long = (int.from_bytes(rest[place + at : place + at + 2]) for at in (0, 2))
        place += 4
        if place > len(rest) or place + long > len(rest):
            raise ValueError("an option is longer than the message")
        yield kind, rest[place : place + long]
        place += long
