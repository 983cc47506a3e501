"""IPv4 addresses with masks in dotted form, as nvram and system.cfg have them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.parsers.answers import unparseable
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe


def with_prefix(address: str, mask: str, label: str) -> str:
    """Give an address with its prefix length: `198.51.100.7` and `255.255.255.0` are `.../24`.

    Args:
        address: dotted.
        mask: dotted; empty means that the address stands alone.
        label: of the command, for messages.

    Raises:
        UnreadableError: one of them is none.
    """
    try:
        return IPv4Interface(f"{address}/{mask or 32}").with_prefixlen
    except ValueError as error:
        raise unparseable(label, "expected an IPv4 address and a mask") from error


def pool_size(first: str, last: str) -> Maybe[int]:
    """Count the addresses from the first to the last; Missing where one of them is none."""
    try:
        size = int(IPv4Address(last)) - int(IPv4Address(first)) + 1
    except ValueError:
        return UNSUPPORTED
    return size if size > 0 else UNSUPPORTED
