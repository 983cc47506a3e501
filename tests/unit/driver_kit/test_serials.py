"""Serial numbers of ONTs, as inventories and OLTs write them."""

from __future__ import annotations

import pytest

from cpe_diag.driver_kit.serials import same_serial


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HWTC1A2B3C4D", "485754431A2B3C4D"),
        ("HWTC-1a2b3c4d", "HWTC1A2B3C4D"),
        ("hwtc1a2b3c4d", "485754431A2B3C4D"),
        ("02:00:5e:00:10:12", "0200.5E00.1012"),
        ("Label-77 A", "label77a"),
    ],
)
def test_one_serial_number_in_two_spellings_is_the_same(one: str, other: str) -> None:
    """An exchange of the ONT must not be read out of a way of writing."""
    assert same_serial(one, other) is True
    assert same_serial(other, one) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HWTC1A2B3C4D", "485754431A2B3C4E"),
        ("HWTC1A2B3C4D", "ZTEG1A2B3C4D"),
        ("02:00:5e:00:10:12", "02:00:5e:00:10:13"),
    ],
)
def test_two_serial_numbers_are_not_the_same(one: str, other: str) -> None:
    """Another vendor's ONT with the same number is another ONT."""
    assert same_serial(one, other) is False


@pytest.mark.parametrize(
    ("one", "other"),
    [("HWTC1A2B3C4D", "02:00:5e:00:10:12"), ("HWTC1A2B3C4D", "label 77")],
)
def test_serial_numbers_of_different_kinds_accuse_nobody(one: str, other: str) -> None:
    """A maker's label against a GPON serial number says nothing."""
    assert same_serial(one, other) is None
