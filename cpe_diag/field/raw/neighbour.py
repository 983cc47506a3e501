"""Reads router advertisements (RFC 4861, section 4.2)."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import AdvertisedPrefix, AdvertisingRouter

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD: Final = 16
PREFIX, MTU, RESOLVERS = 3, 5, 25
"""RFC 4861, section 4.6; RFC 8106, section 5.1."""
MANAGED, OTHER = 0x80, 0x40
ON_LINK, AUTONOMOUS = 0x80, 0x40
PREFIX_LENGTH: Final = 32
MTU_LENGTH: Final = 8
LAST_BIT: Final = 128
MOST: Final = 16


def advertisement(address: str, mac: str, body: bytes) -> AdvertisingRouter:
    """Read one advertisement.

    Args:
        address: whose it is.
        mac: the sender of the frame.
        body: the ICMPv6 message.

    Returns:
        What it says.

    Raises:
        ValueError: it is shorter than it must be, or the length of an option is false.
    """
    if len(body) < HEAD:
        raise ValueError("the advertisement is cut")
    prefixes: list[AdvertisedPrefix] = []
    resolvers: list[str] = []
    mtu = None
    for kind, option in _options(body[HEAD:]):
        if kind == PREFIX and len(option) == PREFIX_LENGTH and option[2] <= LAST_BIT:
            prefixes.append(_prefix(option))
        elif kind == MTU and len(option) == MTU_LENGTH:
            mtu = int.from_bytes(option[4:8])
        elif kind == RESOLVERS:
            given = option[8:]
            resolvers += [
                str(IPv6Address(given[at : at + 16])) for at in range(0, len(given) - 15, 16)
            ]
    return AdvertisingRouter(
        address=address,
        mac=mac,
        lifetime_s=int.from_bytes(body[6:8]),
        managed=bool(body[5] & MANAGED),
        other=bool(body[5] & OTHER),
        mtu_bytes=mtu,
        prefixes=tuple(prefixes[:MOST]),
        resolvers=tuple(resolvers[:MOST]),
    )


def _prefix(option: bytes) -> AdvertisedPrefix:
    return AdvertisedPrefix(
        prefix=f"{IPv6Address(option[16:32])}/{option[2]}",
        on_link=bool(option[3] & ON_LINK),
        autonomous=bool(option[3] & AUTONOMOUS),
        valid_s=int.from_bytes(option[4:8]),
    )


def _options(rest: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through the options; their length counts eights of octets, and 0 is forbidden."""
    place = 0
    while place < len(rest):
        long = rest[place + 1] * 8 if place + 1 < len(rest) else 0
        if not long or place + long > len(rest):
            raise ValueError("the length of an option is false")
        yield rest[place], rest[place : place + long]
        place += long
