"""Frames come from the interface's own MAC, unless the named test is one that may else."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from cpe_diag.field.raw import __main__ as process
from cpe_diag.field.raw import tests
from cpe_diag.field.raw.order import Test

OWN: Final = "02:00:5e:00:04:00"
OTHER: Final = "02:00:5e:00:00:99"
HERE: Final = "lo"
"""Each machine has it, without a MAC that frames could come from."""


def answered(test: Test, mac: str, *, dry: bool) -> dict[str, Any]:
    """Give one order, and its answer."""
    order = {"number": 7, "test": test.value, "interface": HERE, "mac": mac, "for_s": 0.1}
    told: list[dict[str, Any]] = []
    process._serve(json.dumps({**order, "dry": dry}), told.append)  # noqa: SLF001 - its loop alone
    return told[0]


@pytest.mark.parametrize("dry", [False, True], ids=["sent", "dry"])
@pytest.mark.parametrize("test", [one for one in Test if one is not Test.LOCKED])
def test_another_source_is_refused_in_its_own_answer(test: Test, *, dry: bool) -> None:
    """Whoever gave the order hears what is wrong with it, and waits for nothing."""
    told = answered(test, OTHER, dry=dry)
    assert (told["number"], told["failure"]) == (7, "not_configured")
    for words in (OTHER, f"{HERE} has 00:00:00:00:00:00", test.value, "locked"):
        assert words in told["words"]


def test_the_routers_mac_is_for_the_test_of_locked_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """It alone is asked for with `--as-router`; the interface's own is for each of the others."""
    monkeypatch.setattr(tests, "own_mac", lambda _: OWN)
    for test in Test:
        told = answered(test, OWN, dry=True)
        assert "frames" in told, test
    for frame in answered(Test.LOCKED, OTHER, dry=True)["frames"]:
        assert frame["hex"][12:24] == OTHER.replace(":", "")


def test_an_order_that_is_none_of_ours_is_answered_by_its_number() -> None:
    """Else whoever gave it waits in vain, and is told that nobody answers."""
    told = answered(Test.DHCP, "00:00:00:00:00:00", dry=True)
    assert (told["number"], told["failure"]) == (7, "not_configured")
    assert told["words"] == (
        "the order was refused: mac: expected a station's, not a group's or zeros"
    )


def test_an_interface_that_is_gone_is_told_as_that() -> None:
    """It was unplugged between the look at it and the order."""
    line = json.dumps(
        {"number": 7, "test": "dhcp", "interface": "gone0", "mac": OWN, "for_s": 0.1}
    )
    told: list[dict[str, Any]] = []
    process._serve(line, told.append)  # noqa: SLF001 - its loop alone
    assert (told[0]["number"], told[0]["failure"]) == (7, "not_configured")
    assert "No such device" in told[0]["words"]
