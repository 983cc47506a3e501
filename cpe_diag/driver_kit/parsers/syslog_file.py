"""Log files as syslog writes them: without the year, so that the clock is read before."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.router_facts import LogEvents
from cpe_diag.driver_kit.parsers.answers import whole_text
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

# date(1) in front of the log, and syslog(3)'s own date, without year and day of the week; RFC 3164
# has the host after it, busybox's syslogd also facility and priority.
_READ_AT: Final = re.compile(r"now (\w{3} (\w{3}) [ \d]\d [\d:]{8} (\d{4}))")
_SYSLOG: Final = re.compile(r"(\w{3}) ([ \d]\d) ([\d:]{8}) \S+ (?:(\w+\.\w+) )?(.*)")


def syslog_events(answer: CommandAnswer) -> LogEvents:
    """Read `date '+now %a %b %e %H:%M:%S %Y'` and the log after it.

    Args:
        answer: of the commands; ends with `rc=N`.

    Returns:
        What the log tells.

    Raises:
        UnreadableError: cut, or there is no log.
    """
    text, status = whole_text(answer)
    first, *lines = text.splitlines() or [""]
    now = _READ_AT.fullmatch(first)
    if status or now is None:
        raise UnreadableError(FailureKind.DEVICE_ERROR, "there is no log in any known place")
    dated = [_dated(line, now[1]) for line in lines]
    return LogEvents(lines_read=len(lines), events=classify(dated, read_at=now[1]))


def _dated(line: str, read_at: str) -> str:
    """Give a line in the form of OpenWrt's logread: day of the week and year, without the host.

    A line of the future is of last year: syslog does not write the year.
    """
    match = _SYSLOG.fullmatch(line)
    if match is None:
        return line
    form = "%a %b %d %H:%M:%S %Y"
    try:
        read = datetime.strptime(read_at, form)  # noqa: DTZ007 - neither tells its zone
        written = datetime.strptime(  # noqa: DTZ007 - as above
            f"{match[1]} {match[2]} {match[3]} {read.year}", "%b %d %H:%M:%S %Y"
        )
        if written > read:
            written = written.replace(year=read.year - 1)
    except ValueError:
        return line
    return f"{written:%a %b %e %H:%M:%S %Y} {match[4] or 'daemon.info'} {match[5]}"
