"""Why a Linux router started the last time: what its watchdog and its kernel kept."""

from __future__ import annotations

import re
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import RebootReason

# sysfs-class-watchdog of Linux, bootstatus; include/uapi/linux/watchdog.h, WDIOF_OVERHEAT,
# WDIOF_POWERUNDER and WDIOF_CARDRESET.
_WATCHDOG: Final = re.compile(r"^bootstatus (\d{1,10})$", re.MULTILINE)
_FLAGS: Final = (
    (0x0001, RebootReason.OVERHEATED),
    (0x0010, RebootReason.LOW_VOLTAGE),
    (0x0020, RebootReason.WATCHDOG),
)
# Linux, Documentation/admin-guide/ramoops.rst: what the kernel kept of a crash stands in files of
# /sys/fs/pstore whose time is that of the crash. They stay until somebody removes them.
_CRASH: Final = re.compile(r"^crash (\d{1,12})$", re.MULTILINE)
# A panic restarts the kernel within seconds; the clock may have stood wrong by minutes.
_CRASH_TO_START_S: Final = 300


def restart_reason(text: str, started_s: float | None) -> Maybe[RebootReason]:
    """Tell why a router started.

    Args:
        text: a line `bootstatus FLAGS` where there is a watchdog, and a line `crash SECONDS` for
            each crash that the kernel kept.
        started_s: when it started, in Unix seconds of its own clock; None where not known.

    Returns:
        A crash just before it started, else what the watchdog says; NOT_MEASURED where it says
        nothing, UNSUPPORTED where there is none.
    """
    crashes = [int(one) for one in _CRASH.findall(text)]
    if started_s is not None and any(
        abs(started_s - crash_s) <= _CRASH_TO_START_S for crash_s in crashes
    ):
        return RebootReason.KERNEL_CRASH
    watchdog = _WATCHDOG.search(text)
    if watchdog is None:
        return Missing(why=FailureKind.UNSUPPORTED)
    told = (reason for flag, reason in _FLAGS if int(watchdog[1]) & flag)
    return next(told, Missing(why=FailureKind.NOT_MEASURED))
