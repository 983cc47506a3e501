"""Compare serial numbers of ONTs, which inventory and OLT may write differently."""

from __future__ import annotations

from typing import Final

from cpe_diag.driver_kit.port_index import UnfitNameError, octets_of_form

_VENDOR_OCTETS: Final = 4


def same_serial(one: str, other: str) -> bool | None:
    """Answer whether two written serial numbers are those of one ONT.

    `HWTC1A2B3C4D` is `485754431A2B3C4D` (ITU-T G.984.3: vendor code and number), and an EPON
    ONU is known by its MAC address.

    Args:
        one: as the inventory has it.
        other: as the OLT says it.

    Returns:
        None if they are of different forms, so that it cannot be told: a GPON serial number and
        a label of the maker.
    """
    first, second = octets_of_serial(one), octets_of_serial(other)
    if first is None and second is None:
        return _plain(one) == _plain(other)
    if first is None or second is None or len(first) != len(second):
        return None
    return first == second


def octets_of_serial(text: str) -> bytes | None:
    """Give the octets of a GPON serial number or a MAC address, None for what is neither."""
    for form in ("gpon_serial", "mac"):
        try:
            octets = bytes(octets_of_form(form, text.strip()))
        except UnfitNameError:
            continue
        if form == "mac":
            return octets
        return octets[:_VENDOR_OCTETS].upper() + octets[_VENDOR_OCTETS:]
    return None


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
