"""Two names of the inventory are one port where the node says so, on every driver that types."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.engine.port_place import place_of

UNTOLD = Missing(why=FailureKind.UNSUPPORTED)
SERIAL = "HWTC1A2B3C4D"


@pytest.mark.parametrize(
    ("driver_id", "one", "other", "told"),
    [
        ("nokia_isam", "1/1/4/12 ifindex:94371840", "ifindex:94371840", {}),
        ("calix_axos", "900", "row:17", {"onu": "17"}),
        ("huawei_smartax", "0/3/12:5", f"0/3/12 {SERIAL}", {"onu": "5"}),
        ("zte_c300", "gpon-onu_1/2/3:4", f"1/2/3:{SERIAL}", {"onu": "4"}),
        ("huawei_vrp", "GigabitEthernet0/0/7", "ifindex:12", {"if_index": "12"}),
        ("dlink_des", "7", "ifindex:7", {}),
    ],
)
def test_two_names_of_one_port_are_one_place(
    driver_id: str, one: str, other: str, told: dict[str, str]
) -> None:
    """`told` is what the node gives for the name that does not hold it."""
    driver = load_access_driver(driver_id)
    places = []
    for name in (one, other):
        port = locate(driver, name)
        for part, value in told.items():
            port = port.with_part(part, value)
        places.append(place_of(driver, port, UNTOLD))
    assert places[0]
    assert places[0] == places[1]


def test_neighbours_behind_one_pon_port_are_two_places() -> None:
    """Each may be changed while the other is."""
    driver = load_access_driver("huawei_smartax")
    one, other = (place_of(driver, locate(driver, f"0/3/12:{onu}"), UNTOLD) for onu in (5, 6))
    assert not set(one) & set(other)


def test_an_ont_is_one_place_however_its_serial_number_is_written() -> None:
    """`HWTC1A2B3C4D` is `485754431A2B3C4D`."""
    driver = load_access_driver("calix_axos")
    port = locate(driver, "900")
    assert place_of(driver, port, SERIAL) == place_of(driver, port, "485754431A2B3C4D") != ()


@pytest.mark.parametrize("serial", ["0000000000000000", "no serial", ""])
def test_what_is_no_serial_number_names_nobody(serial: str) -> None:
    """An OLT that does not know it may say the same of every ONT."""
    driver = load_access_driver("calix_axos")
    assert place_of(driver, locate(driver, "900"), serial) == ()


def test_what_a_node_tells_only_at_times_is_no_part_of_the_name() -> None:
    """A D-Link tells a VLAN of a router only while it keeps that router out."""
    driver = load_access_driver("dlink_des")
    port = locate(driver, "7")
    held_out = port.with_part("blocked_vlan", "internet")
    assert place_of(driver, held_out, UNTOLD) == place_of(driver, port, UNTOLD)
