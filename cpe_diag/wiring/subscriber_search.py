"""Finds subscribers by what an inventory can be asked for: id, address, or telephone number."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import UnknownSubscriberError
from cpe_diag.domain.phone import phone_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.ports import Inventory


def subscribers_of(inventory: Inventory, words: str) -> tuple[Subscriber, ...]:
    """Find subscribers.

    Args:
        inventory: the operator's.
        words: an id, the address at which a home answers, or a telephone number.

    Returns:
        Those whose id, address or number this is, each once; empty where the inventory knows none.

    Raises:
        InventoryError: the inventory cannot be read.
        DefinitionError: a row or entry is wrong.
    """
    return tuple(
        found
        for name in dict.fromkeys(_names(inventory, words))
        if (found := _one(inventory, name)) is not None
    )


def _names(inventory: Inventory, words: str) -> Iterator[str]:
    yield words
    digits = phone_digits(words)
    if digits is not None:
        yield from inventory.with_phone(digits)
    try:
        wanted = ipaddress.ip_address(words)
    except ValueError:
        return
    for node in inventory.nodes():
        for port in inventory.ports_of_node(node.id):
            if port.subscriber is not None and port.address == str(wanted):
                yield port.subscriber


def _one(inventory: Inventory, name: str) -> Subscriber | None:
    try:
        return inventory.subscriber(name)
    except UnknownSubscriberError:
        return None
