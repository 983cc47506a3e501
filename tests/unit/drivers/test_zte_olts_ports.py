"""Which rows of a ZTE C300, C320 or C600 are a subscriber's, and what may be set there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.driver_kit.action_spec import SetStep
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.load import detect, load_access_driver
from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.port_names import locate

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access import AccessDriver

C300: Final = load_access_driver("zte_c300")
C600: Final = load_access_driver("zte_c600")
BOTH: Final = pytest.mark.parametrize("olt", [C300, C600], ids=["c300", "c600"])

# 1 << 28 | (shelf - 1) << 24 | slot << 16 | port << 8, and 1 << 28 | 1 << 24 | shelf << 16 | ...
PON: Final = f"{268435456 + 2 * 65536 + 3 * 256}.4"
OLT: Final = f"{285212672 + 65536 + 2 * 256 + 3}.4"


@pytest.mark.parametrize(
    ("name", "pon", "olt"),
    [
        ("1/1/1:1", 268501248, 285278465),
        ("gpon-onu_1/1/1:1", 268501248, 285278465),
        ("gpon-onu_1/1/8:128", 268503040, 285278472),
        ("gpon_onu-1/8/2:1", 268435456 + 8 * 65536 + 2 * 256, 285280258),
        ("gpon_onu-1/3/1:1", 268435456 + 3 * 65536 + 256, 285278977),
        ("gpon-onu_2/1/1:1", 268435456 + (1 << 24) + 65536 + 256, 285278465 + 65536),
    ],
)
def test_a_name_becomes_two_indexes_on_c300_and_one_on_c600(name: str, pon: int, olt: int) -> None:
    """Two encodings stand in one node; the wrong one is another customer or nobody."""
    onu = name.rpartition(":")[2]
    c300 = locate(C300, name, "gpon")
    c600 = locate(C600, name, "gpon")
    assert dict(c300.parts) == {"pon": str(pon), "onu": onu, "olt": str(olt)}
    assert dict(c600.parts) == {"olt": str(olt), "onu": onu}
    assert c300.if_index is None
    assert c300.groups == c600.groups
    assert c300.groups[1] == "card " + "/".join(c300.groups[0].split()[1].split("/")[:2])


@BOTH
@pytest.mark.parametrize(
    "name", ["gpon-olt_1/2/3", "1/2/3", "0/2/3:4", "1/2/3:", "1/2/300:4", "x"]
)
def test_a_name_without_an_onu_is_refused(olt: AccessDriver, name: str) -> None:
    """A PON port is shared: it is no subscriber's."""
    with pytest.raises(MeasurementError) as caught:
        locate(olt, name, "gpon")
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED


@BOTH
def test_a_serial_is_looked_for_within_its_pon_port_only(olt: AccessDriver) -> None:
    """Walks of a whole node were seen to fail; one port has at most 128 rows."""
    port = locate(olt, "gpon-olt_1/2/3 ZTEGC1234567", "gpon")
    lookup = olt.lookups[0]
    assert port.fill(lookup.column).endswith((PON[:-2], OLT[:-2]))
    assert (lookup.gives, lookup.most_rows) == ("onu", 128)
    assert port.words["serial"] == "ZTEGC1234567"


@BOTH
def test_nothing_is_read_from_an_interface_that_an_onu_shares(olt: AccessDriver) -> None:
    """No object of IF-MIB is there for a subscriber, so that none can stand for an ONU."""
    for group, specs in olt.groups.items():
        for spec in specs:
            assert "if_index" not in placeholders(spec.oid), f"{group}.{spec.field}"


@BOTH
def test_an_onu_is_restarted_by_its_own_row(olt: AccessDriver) -> None:
    """The reset is one SET of 1, and what is read back is "working"."""
    port = locate(olt, "1/2/3:4", "gpon")
    spec = olt.actions["ont.reset"]
    (step,) = [one for one in spec.steps if isinstance(one, SetStep)]
    assert port.fill(step.oid).endswith((PON, OLT))
    assert (step.value, step.read) == (1, False)
    online = next(one for one in olt.groups["ont_state"] if one.field == "online")
    (read,) = spec.read_back
    assert read.oid == online.oid
    assert online.values[int(read.value)] == "working"


def test_what_no_source_shows_on_c600_is_not_offered() -> None:
    """Its administrative state can be read; that it can be set is nowhere proven."""
    assert C600.capabilities["port.set_admin"].state is CapabilityState.TODO
    assert C300.capabilities["port.set_admin"].state is CapabilityState.DONE


@pytest.mark.parametrize(
    ("object_id", "descr", "driver"),
    [
        ("1.3.6.1.4.1.3902.1082.1001.320.2.1", "C320 Version V2.1.0 Software, ...", C300),
        ("1.3.6.1.4.1.3902.1082.1001.300.2.1", "", C300),
        ("1.3.6.1.4.1.3902.1082.1001.600.1.1", "ZXA10 C600, ZTE ZXA10 Software", C600),
        ("1.3.6.1.4.1.3902.1082.1001.999", "ZTE C620 V1.2.1", C600),
        ("1.3.6.1.4.1.3902.1004.9806.22.1.1.1", "ZTE ACCESS NODE AGENT", None),
    ],
)
def test_each_platform_is_recognised_and_a_dslam_is_none_of_them(
    object_id: str, descr: str, driver: AccessDriver | None
) -> None:
    """C620 has no sysObjectID in any public source; its sysDescr names it."""
    assert detect([C300, C600], object_id, descr) is driver
