"""Finds subscribers by id, telephone number, IP address or postal address."""

from __future__ import annotations

import ipaddress
from itertools import islice
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import UnknownSubscriberError
from cpe_diag.domain.phone import phone_digits
from cpe_diag.domain.postal_address import address_asked
from cpe_diag.domain.subscriber import FoundSubscriber

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.ports import Inventory


def subscribers_of(inventory: Inventory, words: str, most: int) -> tuple[FoundSubscriber, ...]:
    """Find subscribers.

    Args:
        inventory: the operator's.
        words: an id, a telephone number, the address at which a home answers, or where it is.
        most: how many are given at most.

    Returns:
        Those whose id, number or address this is, each once; only where there are none, those at
        this postal address, the best first. Empty where the inventory knows none.

    Raises:
        InventoryError: the inventory cannot be read.
        DefinitionError: a row or entry is wrong.
    """
    found = _found(inventory, _names(inventory, words), most)
    asked = None if found else address_asked(words)
    return (
        found
        if asked is None
        else _found(inventory, inventory.at_postal_address(asked, most), most)
    )


def _found(inventory: Inventory, names: Iterable[str], most: int) -> tuple[FoundSubscriber, ...]:
    held = (_one(inventory, name) for name in dict.fromkeys(names))
    first = islice((one for one in held if one is not None), most)
    return tuple(
        FoundSubscriber(subscriber=one, postal_address=inventory.postal_address(one.id))
        for one in first
    )


def _names(inventory: Inventory, words: str) -> Iterator[str]:
    yield words
    digits = phone_digits(words)
    if digits is not None:
        yield from inventory.with_phone(digits)
    try:
        wanted = str(ipaddress.ip_address(words))
    except ValueError:
        return
    for node in inventory.nodes():
        for port in inventory.ports_of_node(node.id):
            if port.subscriber is not None and port.address == wanted:
                yield port.subscriber


def _one(inventory: Inventory, name: str) -> Subscriber | None:
    try:
        return inventory.subscriber(name)
    except UnknownSubscriberError:
        return None
