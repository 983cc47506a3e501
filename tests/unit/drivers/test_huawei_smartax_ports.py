"""Which rows of a Huawei SmartAX are a subscriber's, and what may be set there."""

from __future__ import annotations

from typing import Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.driver_kit.action_spec import SetStep
from cpe_diag.driver_kit.load import detect, load_access_driver
from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.port_names import locate

DRIVER: Final = load_access_driver("huawei_smartax")
XPON: Final = "1.3.6.1.4.1.2011.6.128.1.1"

ONT: Final = locate(DRIVER, "0/3/12:5", "gpon")
ROW: Final = f"{4194304000 + 3 * 8192 + 12 * 256}.5"
VDSL_LINE: Final = locate(DRIVER, "0/1/7", "vdsl2")
LINE: Final = str(4160749568 + 8192 + 7 * 64)


@pytest.mark.parametrize(
    ("name", "technology", "parts"),
    [
        ("0/0/0:0", "gpon", {"pon": "4194304000", "onu": "0"}),
        ("0/1/0:1", "gpon", {"pon": "4194312192", "onu": "1"}),
        ("0/1/15:127", "gpon", {"pon": "4194316032", "onu": "127"}),
        ("gpon 0/3/12:5", "gpon", {"pon": "4194331648", "onu": "5"}),
        ("0/3/12:HWTC1A2B3C4D", "gpon", {"pon": "4194331648"}),
        ("0/3/12 48575443-1A2B3C4D".replace("-", ""), "gpon", {"pon": "4194331648"}),
        ("1/0/0:5", "gpon", {"pon": str(4194304000 + 524288), "onu": "5"}),
        ("0/1/7", "vdsl2", {"if_index": LINE}),
        ("0/1/7", "adsl", {"if_index": str(201326592 + 8192 + 7 * 64)}),
        ("0/17/127", "adsl", {"if_index": str(201326592 + 17 * 8192 + 127 * 64)}),
        ("ifindex:4160749568", "vdsl2", {"if_index": "4160749568"}),
    ],
)
def test_a_port_name_becomes_the_index_of_its_board(
    name: str, technology: str, parts: dict[str, str]
) -> None:
    """The rule puts the type of the board, frame, slot and port into bits of the ifIndex."""
    assert dict(locate(DRIVER, name, technology).parts) == parts


@pytest.mark.parametrize(
    ("name", "technology"),
    [
        ("0/3/32:5", "gpon"),
        ("0/64/1:5", "gpon"),
        ("0/1/128", "adsl"),
        ("0/3/12", "gpon"),
        ("0/3/12:", "gpon"),
        ("0/3/12:HWTC1A2B3C", "gpon"),
        ("ifindex:4194312192", "gpon"),
        ("0/03/12:5", "gpon"),
    ],
)
def test_a_name_that_would_be_another_port_or_a_whole_pon_is_refused(
    name: str, technology: str
) -> None:
    """Port 32 of slot 3 would be port 0 of slot 4; a PON port is no subscriber's."""
    with pytest.raises(MeasurementError) as caught:
        locate(DRIVER, name, technology)
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED


def test_an_ont_is_never_read_from_the_interface_that_it_shares() -> None:
    """The PON port is up while one of its ONTs is dead."""
    for group in ("port_status", "port_speed", "port_counters", "port_config"):
        asked = [spec.at(ONT) for spec in DRIVER.groups[group]]
        filled = [oid for oid in asked if not placeholders(oid)]
        own = (f".{ROW}", f".{ROW}.1")  # of the ONT, or of its first Ethernet port
        assert all(oid.endswith(own) for oid in filled), group
    assert ONT.if_index is None
    assert ONT.groups == ("pon 0/3/12", "card 0/3")


def test_a_change_at_an_ont_never_touches_the_pon_port() -> None:
    """The same wish at an xDSL port sets its interface."""
    for action in ("port.restart", "port.set_admin"):
        spec = DRIVER.actions[action]
        at_ont = [one.oid for one in spec.fitting(ONT).steps if isinstance(one, SetStep)]
        at_line = [one.oid for one in spec.fitting(VDSL_LINE).steps if isinstance(one, SetStep)]
        assert {ONT.fill(oid) for oid in at_ont} == {f"{XPON}.2.46.1.1.{ROW}"}
        assert {VDSL_LINE.fill(oid) for oid in at_line} == {f"1.3.6.1.2.1.2.2.1.7.{LINE}"}
    reset = DRIVER.actions["ont.reset"].steps
    assert [ONT.fill(one.oid) for one in reset if isinstance(one, SetStep)] == [
        f"{XPON}.2.46.1.2.{ROW}"
    ]


@pytest.mark.parametrize(
    ("object_id", "descr"),
    [
        ("1.3.6.1.4.1.2011.2.123", "Huawei Integrated Access Software"),
        ("1.3.6.1.4.1.2011.2.80.8", "something"),
        ("1.3.6.1.4.1.2011.2.999", "Huawei Integrated Access Software"),
    ],
)
def test_the_node_is_recognised(object_id: str, descr: str) -> None:
    """Members of the family whose sysObjectID no public source tells are known by their name."""
    generic = load_access_driver("generic_ifmib")
    assert detect([generic, DRIVER], object_id, descr) is DRIVER
    assert detect([generic, DRIVER], "1.3.6.1.4.1.2011.2.23.95", "S5328C-EI") is None
