"""The ONT's own Ethernet port on a Huawei SmartAX: link, speed, duplex and VLAN of made data."""

from __future__ import annotations

from typing import Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.port_facts import Duplex
from cpe_diag.driver_kit.access_facts import port_speed
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.driver_kit.setting_facts import port_config
from cpe_diag.testing.driver_answers import group_fields

DRIVER: Final = load_access_driver("huawei_smartax")
ONT: Final = locate(DRIVER, "0/1/0:1", "gpon")
ROW: Final = "4194312192.1.1"
PORT: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.62.1"
NOT_MEASURED: Final = Missing(why=FailureKind.NOT_MEASURED)


@pytest.mark.parametrize(
    ("raw", "speed_bps"),
    [(1, 10_000_000), (2, 100_000_000), (3, 1_000_000_000), (5, 10_000_000), (6, 100_000_000)],
)
def test_the_speed_of_the_ont_port_is_a_number_of_bits(raw: int, speed_bps: int) -> None:
    """Fixed or negotiated, 100 Mbit/s are too slow for a gigabit."""
    objects = {f"{PORT}.4.{ROW}": raw, f"{PORT}.3.{ROW}": 4}
    fact = port_speed(group_fields(DRIVER, "port_speed", objects, ONT))
    assert (fact.speed_bps, fact.duplex) == (speed_bps, Duplex.HALF)


@pytest.mark.parametrize("raw", [-1, 2147483647])
def test_an_ont_that_could_not_be_asked_has_no_vlan_speed_or_link(raw: int) -> None:
    """The OLT says so with a number that must never become a fact."""
    objects = {f"{PORT}.{column}.{ROW}": raw for column in (3, 4, 7, 22)}
    assert group_fields(DRIVER, "port_speed", objects, ONT).number("speed_bps") == NOT_MEASURED
    assert group_fields(DRIVER, "ont_state", objects, ONT).claim("lan_link_up") == NOT_MEASURED
    assert group_fields(DRIVER, "port_config", objects, ONT).count("vlan") == NOT_MEASURED


def test_the_vlan_of_untagged_frames_and_the_link_are_told() -> None:
    """A router that is plugged in, in VLAN 999 where the service is another one."""
    objects = {f"{PORT}.7.{ROW}": 999, f"{PORT}.22.{ROW}": 1}
    assert port_config(group_fields(DRIVER, "port_config", objects, ONT)).vlan == 999
    assert group_fields(DRIVER, "ont_state", objects, ONT).claim("lan_link_up") is True
