"""Who may switch old SSH algorithms on: the operator for all, for one router, or a driver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.wiring.config import Config
from cpe_diag.wiring.doors import legacy_allowed

CONFIG = Config(origin="a test", folder=Path())
ACCESS = RouterAccess(
    address="192.0.2.1", port=22, platform="openwrt", user="root", credential="env:R"
)


@pytest.mark.parametrize("by", ["nobody", "configuration", "inventory", "driver"])
def test_old_algorithms_are_off_until_somebody_asks_for_them(by: str) -> None:
    """Each of the three may, and none of them by accident."""
    driver = replace(load_router_driver("openwrt"), legacy_algorithms=by == "driver")
    config = replace(CONFIG, legacy_algorithms=by == "configuration")
    access = replace(ACCESS, legacy_algorithms=by == "inventory")
    assert legacy_allowed(config, access, driver) is (by != "nobody")
    assert legacy_allowed(config, access, None) is (by in {"configuration", "inventory"})
