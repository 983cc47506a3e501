"""MAC addresses between the forms that people, inventories and OIDs use; pure."""

from __future__ import annotations

import re
from typing import Final

# IEEE Std 802-2014, section 8.1: six octets; written with `-`, `:` or `.`, or with nothing.
_OCTETS: Final = 6
MAC_WORDS: Final = ("mac_hyphens", "mac_quads", "mac_dots")
"""`00-11-22-AA-BB-CC` (D-Link), `0011-22aa-bbcc` (Huawei), `0011.22aa.bbcc` (ZTE)."""
_SEPARATORS: Final = re.compile(r"[-:.\s]")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{12}\Z")


def octets_of(mac: str) -> tuple[int, ...] | None:
    """Give the six octets of a MAC address in any usual form, or None where it is none."""
    digits = _SEPARATORS.sub("", mac)
    return tuple(bytes.fromhex(digits)) if _HEX.match(digits) else None


def mac_text(octets: tuple[int, ...]) -> str:
    """Write octets in lower-case colon form."""
    return ":".join(f"{octet:02x}" for octet in octets)


def mac_words(octets: tuple[int, ...]) -> dict[str, str]:
    """Write octets as command lines take them: one word for each of MAC_WORDS."""
    digits = bytes(octets).hex()
    quads = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return {
        "mac_hyphens": bytes(octets).hex("-").upper(),
        "mac_quads": "-".join(quads),
        "mac_dots": ".".join(quads),
    }


def mac_index(octets: tuple[int, ...]) -> str:
    """Write octets as the index of a forwarding table: `0.17.34.51.68.85`."""
    return ".".join(str(octet) for octet in octets)


def mac_of_index(index: tuple[int, ...]) -> str | None:
    """Read a MAC address from the last six numbers of an index, or None where they are none."""
    octets = index[-_OCTETS:]
    return mac_text(octets) if len(octets) == _OCTETS and max(octets) <= 0xFF else None  # noqa: PLR2004 - an octet
