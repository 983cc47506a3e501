"""Which firmware is the later one: right for the ways in which vendors count, else not told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.judge.firmware_range import RangeError, read_range, within
from cpe_diag.judge.firmware_version import FirmwareVersion, compare, read_version

NAMES = st.from_regex(
    r"v?[0-9]{1,3}([.]([0-9]{1,3}|rc[0-9]|beta[0-9]|[CBR])){1,4}([-_.](hotfix|rc|snapshot|x)[0-9]?)?",
    fullmatch=True,
)


def version(text: str) -> FirmwareVersion:
    """Read a version that must be one."""
    found = read_version(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("24.10.2", "24.10.10"),
        ("OpenWrt 23.05.5 r24106-10cc5fcd00", "OpenWrt 24.10.0 r28427-6df0e3d02a"),
        ("24.10.0-rc7", "24.10.0"),
        ("24.10.0-rc2", "24.10.0-rc7"),
        ("23.05-SNAPSHOT", "24.10.1"),
        ("7.15.3", "7.16"),
        ("7.16beta4", "7.16rc2"),
        ("7.16rc2", "7.16"),
        ("7.16rc2", "7.16.1"),
        ("6.49.17 (long-term)", "7.1"),
        ("V5R019C00", "V5R019C10"),
        ("V5R019C10", "V5R019C10S125"),
        ("V5R019C10SPC100", "V5R020C00"),
        ("V3R017C10", "V5R019C00"),
        ("V5.13(AAVF.3)C0", "V5.13(AAVF.12)C0"),
        ("3.07.C.5.0-1", "4.02.C.5.0-1"),
        ("154.07.29", "FRITZ!OS 154.07.57"),
        ("3.0.0.4.386_51733", "3.0.0.4.388_24198"),
        ("v2.0.9", "v2.0.9-hotfix.7"),
        ("v2.0.9-hotfix.4", "v2.0.9-hotfix.7"),
        ("v3.0-r44715", "v3.0-r53562"),
        ("v8.7.9", "v8.7.11"),
    ],
)
def test_the_later_of_two_versions_is_known(earlier: str, later: str) -> None:
    """As text, 24.10.10 is before 24.10.2, and a customer gets the wrong fix."""
    assert compare(version(earlier), version(later)) == -1
    assert compare(version(later), version(earlier)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("24.10-SNAPSHOT", "24.10.2"),
        ("24.10-SNAPSHOT r29200-a1ea57bd05", "24.10-SNAPSHOT r29300-b2ea57bd05"),
        ("V5.13(AAVF.3)C0", "V5.13(ABCD.9)C0"),
        ("V5R019C10", "V500R020C10"),
        ("386.12_4", "386.12_4-gnuton1"),
        ("4.02.C.5.0-1", "4.02.A.5.0-1"),
        ("7.16foo", "7.16bar"),
        ("V5R019C10", "24.10.2"),
    ],
)
def test_what_nobody_can_compare_is_said_so(one: str, other: str) -> None:
    """A guess would refuse one customer the fix that the next one gets."""
    first, second = version(one), version(other)
    both = compare(first, second), compare(second, first)
    assert None in both or one == "V5R019C10"
    if other != "24.10.2":
        assert both == (None, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [("24.10", "24.10.0"), ("v8.7.11", "8.7.11"), ("7.15.3", "7.15.3 (stable)")],
)
def test_the_same_version_in_two_spellings_is_the_same(one: str, other: str) -> None:
    """Vendors leave out zeros and put a v in front as they like."""
    assert compare(version(one), version(other)) == 0


@pytest.mark.parametrize("text", ["", "OpenWrt", "r28739", "latest", "7", "x" * 500, "1" * 300])
def test_what_is_no_version_is_not_read_as_one(text: str) -> None:
    """A single number says nothing of order."""
    assert read_version(text) is None


@given(NAMES, NAMES)
def test_the_answer_is_the_same_from_both_sides(one: str, other: str) -> None:
    """Later from here is earlier from there, and what cannot be told cannot be told."""
    first, second = version(one), version(other)
    there, back = compare(first, second), compare(second, first)
    assert there == (None if back is None else -back)


@given(NAMES)
def test_a_version_is_not_later_than_itself(one: str) -> None:
    """Installing what is there already repairs nothing."""
    assert compare(version(one), version(one)) in {0, None}


@given(NAMES, NAMES, NAMES)
def test_the_order_has_no_circle(one: str, two: str, three: str) -> None:
    """A is before B and B before C: C cannot be before A."""
    first, second, third = version(one), version(two), version(three)
    if compare(first, second) == -1 and compare(second, third) == -1:
        assert compare(first, third) in {-1, None}


@given(st.text(max_size=200))
def test_any_text_is_read_or_not_and_nothing_else_happens(text: str) -> None:
    """A device may call its firmware anything."""
    read_version(text)
    within(text, read_range(">=1.0,<2.0"))


@pytest.mark.parametrize(
    ("firmware", "answer"),
    [
        ("OpenWrt 24.10.0 r28427-6df0e3d02a", True),
        ("OpenWrt 24.10.1 r28597-0425664679", True),
        ("OpenWrt 24.10.2 r28739-daca7c049b", False),
        ("OpenWrt 23.05.5 r24106-10cc5fcd00", False),
        ("OpenWrt 24.10-SNAPSHOT r29200-a1ea57bd05", None),
        ("OpenWrt 25.12-SNAPSHOT r31000-a1ea57bd05", False),
        ("something else", None),
    ],
)
def test_a_range_holds_excludes_or_cannot_tell(firmware: str, answer: bool | None) -> None:  # noqa: FBT001 - a table of answers
    """One bound that excludes is enough, whatever the other one says."""
    assert within(firmware, read_range(">=24.10,<24.10.2")) is answer


def test_an_empty_range_is_every_version() -> None:
    """Some faults are in the hardware."""
    assert within("whatever", read_range(" ")) is True


@pytest.mark.parametrize("text", ["24.10", ">=", ">=latest", "24.10..24.11", ">=24.10,"])
def test_a_range_that_is_none_is_refused_in_words(text: str) -> None:
    """It would match nobody, silently."""
    with pytest.raises(RangeError):
        read_range(text)


def test_a_comma_after_a_version_hides_it_from_nobody() -> None:
    """The version of the system stands before the kernel's, which is none of the vendor's."""
    found = read_version("Lab Gateway OS 2.3.1, Linux 6.18.44")
    assert found is not None
    assert found.text == "2.3.1"
