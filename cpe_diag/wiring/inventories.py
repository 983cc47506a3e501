"""Opens the inventory that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cpe_diag.domain.failures import InventoryError

if TYPE_CHECKING:
    from cpe_diag.ports import CredentialSource, Inventory
    from cpe_diag.wiring.config import Config


def inventory_of(config: Config, credentials: CredentialSource) -> Inventory:
    """Open the configured inventory.

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
    if wanted.path is None:
        from cpe_diag.store.inventory_sql import SqlInventory, SqlSettings

        return SqlInventory(SqlSettings(**rest), credentials)
    if wanted.kind == "csv":
        from cpe_diag.store.inventory_csv import CsvInventory, CsvSettings

        return CsvInventory(CsvSettings(subscribers=wanted.path, nodes=wanted.nodes, **rest))
    from cpe_diag.store.inventory_yaml import YamlInventory

    return YamlInventory(wanted.path)
