"""Which credential references the configuration and the inventory name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.domain.secret import CREDENTIAL_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.subscriber import AccessNode, Subscriber
    from cpe_diag.wiring.config import Config


def configured_references(config: Config) -> frozenset[str]:
    """Give the references of the configuration: the database, and what Vault itself needs."""
    url = None if config.inventory is None else config.inventory.rest.get("url")
    given = (url, config.vault.token, config.vault.secret_id)
    return frozenset(
        one for one in given if isinstance(one, str) and re.match(CREDENTIAL_PATTERN, one)
    )


def references_of(nodes: Iterable[AccessNode], subscriber: Subscriber | None) -> frozenset[str]:
    """Give the references of access nodes, and those of one subscriber.

    Args:
        nodes: all nodes that the inventory lists.
        subscriber: whose node, router, modem and session count too, or None.

    Returns:
        Each once.
    """
    every = list(nodes)
    given: list[str | None] = []
    if subscriber is not None:
        every += [] if subscriber.node is None else [subscriber.node]
        given += [
            None if subscriber.router is None else subscriber.router.credential,
            None if subscriber.modem is None else subscriber.modem.credential,
            None if subscriber.session is None else subscriber.session.credential,
        ]
    for node in every:
        given += [node.snmp.credential, node.snmp.write_credential]
        given.append(None if node.cli is None else node.cli.credential)
    return frozenset(one for one in given if one is not None)
