"""From the operator's name of a port to the interface that SNMP asks for, and the nearest ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.access import AccessDriver

OPERATION = "port.name"
"""The operation's name in failures."""


def if_index_of(driver: AccessDriver, port_name: str) -> int:
    """Find the ifIndex of a port by the driver's naming schemes.

    Args:
        driver: whose schemes apply; the first that fits is taken.
        port_name: the operator's name, for example `0/1/7`.

    Returns:
        The ifIndex.

    Raises:
        MeasurementError: NOT_CONFIGURED: no scheme of the driver fits the name.
    """
    for scheme in driver.port_naming:
        match = re.fullmatch(scheme.pattern, port_name.strip())
        if match:
            parts = match.groupdict()
            return scheme.base + sum(
                int(parts[name] or 0) * factor for name, factor in scheme.factors.items()
            )
    patterns = ", ".join(scheme.pattern for scheme in driver.port_naming) or "none at all"
    failure = Failure(
        kind=FailureKind.NOT_CONFIGURED,
        where=f"port {port_name!r}",
        detail=f"driver {driver.id} cannot tell its ifIndex; it knows names like {patterns}",
        next_step="write ifindex:NUMBER in the inventory, or add a port_naming to the driver",
    )
    raise MeasurementError(failure, OPERATION)


def nearest_in_service(
    driver: AccessDriver, node_ports: Iterable[NodePort], own: int, count: int
) -> tuple[int, ...]:
    """Choose control ports: in service, nearest by ifIndex, the port itself left out.

    Args:
        driver: whose naming schemes apply; a name that fits none is passed over.
        node_ports: what the inventory knows of the node.
        own: the ifIndex of the subscriber's port.
        count: how many at most.

    Returns:
        ifIndexes, nearest first (the lower one of two that are equally near).
    """
    found = set()
    for port in node_ports:
        if port.in_service:
            try:
                found.add(if_index_of(driver, port.port))
            except MeasurementError:
                continue
    return tuple(sorted(found - {own}, key=lambda index: (abs(index - own), index))[:count])
