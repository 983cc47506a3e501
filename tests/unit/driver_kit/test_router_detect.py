"""How a driver knows its platform: by its own question, and by what is overheard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.other_ways import OTHER_WAYS, other_way
from cpe_diag.driver_kit.router_detect import (
    TIMED_OUT,
    Detection,
    is_platform,
    overheard_platform,
    variant_of,
)
from cpe_diag.ports import CommandAnswer

RELEASE = "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='24.10-SNAPSHOT'\nrc=0\n"


def openwrt() -> Detection:
    """Give a shipped driver's detection."""
    detect = load_router_driver("openwrt").detect
    assert detect is not None
    return detect


def answer(output: str, status: int = 0) -> tuple[CommandAnswer, ...]:
    """Answer the question."""
    (command,) = openwrt().commands
    return (CommandAnswer(command=command, output=output, exit_status=status),)


@pytest.mark.parametrize(
    ("output", "variant"),
    [
        (RELEASE, None),
        (f"/etc/turris-version\n{RELEASE}", "Turris OS"),
        (f"/etc/glversion\n{RELEASE}", "GL.iNet"),
        (RELEASE.replace("OpenWrt", "LEDE"), "LEDE"),
    ],
)
def test_firmware_made_of_openwrt_is_openwrt_and_named(output: str, variant: str | None) -> None:
    """A Turris or a GL.iNet is read by the same driver, and the report says which it is."""
    assert is_platform(openwrt(), answer(output)) is True
    assert variant_of(openwrt(), answer(output)) == variant


def test_another_platform_is_not_openwrt() -> None:
    """The file is not there."""
    text = "cat: can't open '/etc/openwrt_release': No such file or directory\nrc=1\n"
    assert is_platform(openwrt(), answer(text)) is False


def test_a_question_that_did_not_end_tells_nothing() -> None:
    """A router that is too busy to answer is not of another make."""
    assert is_platform(openwrt(), answer("", TIMED_OUT)) is None


def test_what_is_overheard_names_a_driver_only_where_one_fits() -> None:
    """Two candidates are a guess."""
    driver = load_router_driver("openwrt")
    detect = replace(openwrt(), overheard=openwrt().pattern)
    one = replace(driver, detect=detect)
    assert overheard_platform([driver], "DISTRIB_ID=") is None
    assert overheard_platform([driver, one], "DISTRIB_ID=") is one
    assert overheard_platform([one, replace(one, id="two")], "DISTRIB_ID=") is None


@pytest.mark.parametrize("written", ["fritzbox", "FRITZ!Box 7590", "fritz_box", "tp-link"])
def test_a_make_without_ssh_is_told_with_its_way(written: str) -> None:
    """Nobody has to find out by looking for a driver that cannot be written."""
    way = other_way(written)
    assert way is not None
    with pytest.raises(DefinitionError, match="its way is TR-0"):
        load_router_driver(written)


def test_every_make_without_ssh_says_why_and_from_where() -> None:
    """A gap without a reason would be taken for a todo."""
    for one in OTHER_WAYS:
        assert one.why
        assert one.way
        assert one.source
    assert other_way("openwrt") is None
    assert other_way("!") is None
