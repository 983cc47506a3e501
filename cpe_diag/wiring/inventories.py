"""Opens the inventory that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from cpe_diag.domain.failures import DefinitionError, InventoryError
from cpe_diag.wiring.config import PACK
from cpe_diag.wiring.keeping import shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpe_diag.domain.postal_address import AddressAsked
    from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
    from cpe_diag.ports import CredentialSource, Inventory
    from cpe_diag.wiring.config import Config, InventoryConfig

T = TypeVar("T")

KEPT_OPEN: Final = 2
"""Connections to the operator's database that a worker has."""


def inventory_of(config: Config, credentials: CredentialSource) -> Inventory:
    """Open the configured inventory, once where the configuration keeps what runs share.

    Args:
        config: the configuration, checked against its schema.
        credentials: resolves the reference to a database URL.

    Returns:
        The inventory's door.

    Raises:
        InventoryError: none is configured.
        DefinitionError: columns or queries are wrong.
    """
    wanted = config.inventory
    if wanted is None:
        raise InventoryError(
            f"no inventory is configured ({config.origin}); write an `inventory:` part into the "
            "configuration, or start the simulated network with `cpe-diag lab up`"
        )
    # The schema has checked the names and types of what is passed on.
    rest = cast("dict[str, Any]", dict(wanted.rest))
    return shared(
        config,
        "inventory",
        lambda: _opened(config, wanted, rest, credentials),
        (_seen(wanted.path), _seen(wanted.nodes)),
    )


class CurrentInventory:
    """The inventory as it is when it is asked, for a process that lives for weeks.

    A file that cannot be read just now, for somebody is editing it, is away and no wrong question.
    """

    def __init__(self, config: Config, credentials: CredentialSource) -> None:
        """Ask what `config` names, which keeps what was read until it changes.

        Raises:
            InventoryError: none is configured.
            DefinitionError: columns or queries are wrong.
        """
        self._config = config
        self._credentials = credentials
        inventory_of(config, credentials)

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """See `Inventory`."""
        return self._asked(lambda now: now.subscriber(subscriber_id))

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """See `Inventory`."""
        return self._asked(lambda now: now.ports_of_node(node_id))

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """See `Inventory`."""
        return self._asked(lambda now: now.with_phone(digits))

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """See `Inventory`."""
        return self._asked(lambda now: now.at_postal_address(asked, most))

    def postal_address(self, subscriber_id: str) -> str | None:
        """See `Inventory`."""
        return self._asked(lambda now: now.postal_address(subscriber_id))

    def node(self, node_id: str) -> AccessNode:
        """See `Inventory`."""
        return self._asked(lambda now: now.node(node_id))

    def nodes(self) -> tuple[AccessNode, ...]:
        """See `Inventory`."""
        return self._asked(lambda now: now.nodes())

    def _asked(self, question: Callable[[Inventory], T]) -> T:
        try:
            return question(inventory_of(self._config, self._credentials))
        except DefinitionError as error:
            raise InventoryError(str(error)) from error


def _opened(
    config: Config, wanted: InventoryConfig, rest: dict[str, Any], credentials: CredentialSource
) -> Inventory:
    kept = config.kept
    if wanted.path is None:
        from cpe_diag.store.inventory_sql import SqlInventory, SqlSettings

        settings = SqlSettings(**rest)
        inventory = SqlInventory(settings, credentials, connections=KEPT_OPEN if kept else 0)
        if kept:
            kept.at_end(inventory.close)
        return inventory
    if wanted.kind == PACK:
        from cpe_diag.wiring.field_pack import PackedInventory, opened

        return PackedInventory(opened(config))
    if wanted.kind == "csv":
        from cpe_diag.store.inventory_csv import CsvInventory, CsvSettings

        csv = CsvSettings(subscribers=wanted.path, nodes=wanted.nodes, **rest)
        return CsvInventory(csv, many=kept is not None)
    from cpe_diag.store.inventory_yaml import YamlInventory

    return YamlInventory(wanted.path)


def _seen(path: Path | None) -> tuple[int, int] | None:
    """Tell a file from what it was before; None: there is none, and whoever reads it says so."""
    try:
        said = None if path is None else path.stat()
    except OSError:
        return None
    return said and (said.st_mtime_ns, said.st_size)
