"""MAC addresses between the forms that people, inventories and OIDs use; pure."""

from __future__ import annotations

import re
from typing import Final

# IEEE Std 802-2014, section 8.1: six octets; written with `-`, `:` or `.`, or with nothing.
_OCTETS: Final = 6
_SEPARATORS: Final = re.compile(r"[-:.\s]")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{12}\Z")


def octets_of(mac: str) -> tuple[int, ...] | None:
    """Give the six octets of a MAC address in any usual form, or None where it is none."""
    digits = _SEPARATORS.sub("", mac)
    return tuple(bytes.fromhex(digits)) if _HEX.match(digits) else None


def mac_text(octets: tuple[int, ...]) -> str:
    """Write octets in lower-case colon form."""
    return ":".join(f"{octet:02x}" for octet in octets)


def mac_index(octets: tuple[int, ...]) -> str:
    """Write octets as the index of a forwarding table: `0.17.34.51.68.85`."""
    return ".".join(str(octet) for octet in octets)


def mac_of_index(index: tuple[int, ...]) -> str | None:
    """Read a MAC address from the last six numbers of an index, or None where they are none."""
    octets = index[-_OCTETS:]
    return mac_text(octets) if len(octets) == _OCTETS and max(octets) <= 0xFF else None  # noqa: PLR2004 - an octet
