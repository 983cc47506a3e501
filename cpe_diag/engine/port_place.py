"""Pure: names of a port that are the same whatever the inventory calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known
from cpe_diag.driver_kit.serials import octets_of_serial

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.port_index import PortIndex


def place_of(driver: AccessDriver, port: PortIndex, ont_serial: Maybe[str]) -> tuple[str, ...]:
    """Give what a port is on its node.

    A part of the index that the node tells only at times is no part of the name.

    Args:
        driver: of the node.
        port: with the parts that its lookups have given.
        ont_serial: of the ONT that the node has there.

    Returns:
        The parts of the index as one name, and the ONT's octets as another; either may be absent.
    """
    at_times = {lookup.gives for lookup in driver.lookups if lookup.optional}
    parts = sorted((name, one) for name, one in port.identity.items() if name not in at_times)
    serial = octets_of_serial(known(ont_serial) or "")
    names = []
    if parts:
        names.append(" ".join(f"{name}={one}" for name, one in parts))
    if serial is not None and any(serial):
        names.append(f"ont={serial.hex()}")
    return tuple(names)
