"""Why a router started: told by what it kept, and never guessed."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import RebootReason
from cpe_diag.driver_kit.parsers.restart_reason import restart_reason

STARTED_S = 1_795_321_000.0


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (0x20, RebootReason.WATCHDOG),
        (0x01, RebootReason.OVERHEATED),
        (0x10, RebootReason.LOW_VOLTAGE),
        (0x30, RebootReason.LOW_VOLTAGE),
        (0x00, Missing(why=FailureKind.NOT_MEASURED)),
        (0x80, Missing(why=FailureKind.NOT_MEASURED)),
    ],
)
def test_the_watchdog_says_what_it_saw(flags: int, reason: object) -> None:
    """A weak power supply must not be taken for a hanging program; 0 is no reason at all."""
    assert restart_reason(f"bootstatus {flags}\n", STARTED_S) == reason


def test_a_crash_just_before_the_start_is_the_reason() -> None:
    """The watchdog only did what the panic had asked for."""
    text = "bootstatus 32\ncrash 1795320975\n"
    assert restart_reason(text, STARTED_S) is RebootReason.KERNEL_CRASH


def test_last_years_crash_is_not_the_reason_of_todays_start() -> None:
    """What the kernel kept stays there until somebody removes it."""
    assert restart_reason("bootstatus 32\ncrash 1763785000\n", STARTED_S) is RebootReason.WATCHDOG
    assert restart_reason("bootstatus 32\ncrash 1795320975\n", None) is RebootReason.WATCHDOG


def test_a_router_without_a_watchdog_gives_no_reason() -> None:
    """Not asked for, not there and nothing to tell are different things."""
    text = (
        "cat: can't open '/sys/class/watchdog/watchdog0/bootstatus': No such file or directory\n"
    )
    assert restart_reason(text, STARTED_S) == Missing(why=FailureKind.UNSUPPORTED)
