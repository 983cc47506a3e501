"""Which regions there are: a worker of another one would wait for ever, and say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.submit import DEFAULT_REGION
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.inventories import inventory_of

if TYPE_CHECKING:
    from cpe_diag.wiring.config import Config


def regions_of(config: Config) -> tuple[str, ...]:
    """Give the regions that the inventory's access nodes are in, sorted.

    Args:
        config: the configuration.

    Returns:
        The default one where it has no node, or cannot be asked.
    """
    return _there(config) or (DEFAULT_REGION,)


def without_nodes(config: Config, region: str) -> str:
    """Say what is wrong with a region of which the inventory has no access node.

    Args:
        config: the configuration.
        region: whose runs a worker is to take.

    Returns:
        Words; empty where it has one, or nobody can tell: the inventory lists none, or is away.
    """
    there = _there(config)
    if not there or region in there:
        return ""
    return f"no access node of the inventory is in region {region!r}; there are {', '.join(there)}"


def _there(config: Config) -> tuple[str, ...]:
    try:
        nodes = inventory_of(config, credentials_of(config)).nodes()
    except CpeDiagError:
        return ()
    return tuple(sorted({node.region or DEFAULT_REGION for node in nodes}))
