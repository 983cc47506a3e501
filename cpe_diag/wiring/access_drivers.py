"""Loads drivers of access nodes by their ids, without all that the judge knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.wiring.keeping import read_lately

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.wiring.config import Config


def access_driver_named(config: Config, driver_id: str) -> AccessDriver:
    """Load the driver of an access node or a modem.

    Args:
        config: names further folders of drivers, and may keep what runs share.
        driver_id: the driver.

    Returns:
        The driver.

    Raises:
        DefinitionError: there is no such driver, or its file is wrong.
    """
    return read_lately(
        config,
        ("access driver", driver_id),
        lambda: load_access_driver(driver_id, config.driver_folders),
    )
