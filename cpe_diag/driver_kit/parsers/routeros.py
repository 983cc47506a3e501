"""RouterOS's ways of writing: `name: value`, `print terse`, our own loops, times, sizes, rates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.driver_kit.parsers.answers import unparseable
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import CommandAnswer

NOT_KNOWN: Final = 127
"""The framing's status of a command that the version or its packages do not have."""

RECORD: Final = "-"
"""The line with which our own loops begin an item; `name=value` lines follow."""

# ntc-templates, tests/mikrotik_routeros/system_resource_print: names right-aligned.
_FIELD: Final = re.compile(r" *([a-z][a-z0-9.-]*): ?(.*)")
_VALUE: Final = re.compile(r"([a-z][a-z0-9.-]*)=(.*)")
# ntc-templates, tests/mikrotik_routeros/ip_arp_print_terse: number, flags, then `name=value`.
_TERSE: Final = re.compile(r"\s*\d+\s+(?:([A-Za-z ]{1,12}?)\s+)?(?=[a-z][a-z0-9.-]*=)(.*)")
_TERSE_KEY: Final = re.compile(r"(?:\A| )([a-z][a-z0-9.-]*)=")
# Uptimes and the like: 7w5d6h42m45s (system_resource_print_5), and 02:03:04 behind days.
_TIME: Final = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)us)?"
)
_CLOCK: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d\d):(\d\d)")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)([KMG]?)iB")
_RATE: Final = re.compile(r"(\d+(?:\.\d+)?)([kKMG]?)bps")
_UNITS: Final[Mapping[str, int]] = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_BITS: Final[Mapping[str, int]] = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}
# System clock print: v6 writes jan/02/2024, v7.10 and later 2024-01-02.
_DATES: Final = ("%b/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_OFFSET: Final = re.compile(r"([+-])(\d\d):(\d\d)")


def whole(answer: CommandAnswer) -> str:
    """Give an answer's text where the command ended well.

    Raises:
        UnreadableError: UNSUPPORTED where RouterOS does not know the command, DEVICE_ERROR where
            it failed.
    """
    label = answer.command.label
    if answer.exit_status == NOT_KNOWN:
        raise UnreadableError(
            FailureKind.UNSUPPORTED, f"{label}: this version or its packages do not have it"
        )
    if answer.exit_status:
        raise UnreadableError(FailureKind.DEVICE_ERROR, f"{label}: failed")
    return answer.output


def optional(answer: CommandAnswer) -> str | None:
    """Give an answer's text; None where RouterOS does not know the command.

    Raises:
        UnreadableError: DEVICE_ERROR where it failed.
    """
    return None if answer.exit_status == NOT_KNOWN else whole(answer)


def block(text: str) -> Mapping[str, str]:
    """Read lines of `name: value`; others are left out."""
    found = (_FIELD.fullmatch(line.rstrip()) for line in text.splitlines())
    return {match[1]: match[2].strip() for match in found if match}


def records(text: str, label: str) -> tuple[Mapping[str, str], ...]:
    """Read what our own loops print: a `-` before each item, then its values.

    Args:
        text: an answer.
        label: of the command, for messages.

    Returns:
        The items; a value is exactly what stands behind its `=`, blanks included. Lines of a
        `monitor` within an item are values too.

    Raises:
        UnreadableError: a value stands before the first item.
    """
    items: list[dict[str, str]] = []
    for line in text.splitlines():
        if line == RECORD:
            items.append({})
            continue
        match = _VALUE.fullmatch(line) or _FIELD.fullmatch(line.rstrip())
        if match is None:
            if line.strip():
                raise unparseable(label, "a line is no value")
            continue
        if not items:
            raise unparseable(label, "a value stands before the first item")
        items[-1].setdefault(match[1], match[2])
    return tuple(items)


def terse(text: str, label: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Read `print terse`: flags and values of each item.

    Args:
        text: an answer.
        label: of the command, for messages.

    Returns:
        The items; values without the blanks at their ends.

    Raises:
        UnreadableError: a line is no item.
    """
    items = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _TERSE.fullmatch(line)
        if match is None:
            raise unparseable(label, "a line is no item")
        keys = list(_TERSE_KEY.finditer(match[2]))
        ends = [key.start() for key in keys[1:]] + [len(match[2])]
        values = {
            key[1]: match[2][key.end() : end].strip() for key, end in zip(keys, ends, strict=True)
        }
        items.append(((match[1] or "").replace(" ", ""), values))
    return tuple(items)


def seconds(text: str) -> float | None:
    """Read a time such as `7w5d6h42m45s`, `1d02:03:04` or `157ms`; None where it is none."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        weeks, days, hours, minutes, whole_s = (int(part or 0) for part in clock.groups())
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=whole_s)
        return span.total_seconds()
    match = _TIME.fullmatch(text)
    if match is None or not text:
        return None
    weeks, days, hours, minutes, whole_s, ms, us = (int(part or 0) for part in match.groups())
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=whole_s)
    return span.total_seconds() + ms / 1_000 + us / 1_000_000


def size_bytes(text: str) -> int | None:
    """Read a size such as `45.5MiB`; None where it is none."""
    match = _SIZE.fullmatch(text)
    return None if match is None else int(float(match[1]) * _UNITS[match[2]])


def rate_bps(text: str) -> int | None:
    """Read a rate such as `10Gbps`, or the beginning of `130Mbps-20MHz/2S`; None where none."""
    match = _RATE.match(text)
    if match is not None:
        return int(float(match[1]) * _BITS[match[2]])
    return int(text) if text.isdecimal() and text != "0" else None


def clock_time(fields: Mapping[str, str]) -> datetime | None:
    """Read `/system clock print`; None where a part is missing or has another form."""
    offset = _OFFSET.fullmatch(fields.get("gmt-offset", ""))
    text = f"{fields.get('date', '')} {fields.get('time', '')}"
    if offset is None:
        return None
    east = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    for form in _DATES:
        try:
            local = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return local - east if offset[1] == "+" else local + east
    return None
