"""Which regions there are: a worker of another one would wait for ever, and say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.submit import DEFAULT_REGION
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.inventories import inventory_of

if TYPE_CHECKING:
    from cpe_diag.wiring.config import Config


def without_nodes(config: Config, region: str) -> str:
    """Say what is wrong with a region of which the inventory has no access node.

    Args:
        config: the configuration.
        region: whose runs a worker is to take.

    Returns:
        Words; empty where it has one, or nobody can tell: the inventory lists none, or is away.
    """
    try:
        nodes = inventory_of(config, credentials_of(config)).nodes()
    except CpeDiagError:
        return ""
    there = sorted({node.region or DEFAULT_REGION for node in nodes})
    if not there or region in there:
        return ""
    return f"no access node of the inventory is in region {region!r}; there are {', '.join(there)}"
