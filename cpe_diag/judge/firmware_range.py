"""Ranges of firmware versions, such as `>=24.10,<24.10.2`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.firmware_version import FirmwareVersion, compare, read_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BOUND: Final = re.compile(r"\s*(>=|<=|>|<|=)\s*(\S+)\s*")

_HOLDS: Final[Mapping[str, Callable[[int], bool]]] = {
    ">=": lambda sign: sign >= 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    "<": lambda sign: sign < 0,
    "=": lambda sign: sign == 0,
}


class RangeError(ValueError):
    """A range is not written as one; the words say what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One end of a range."""

    sign: str
    version: FirmwareVersion


def read_range(text: str) -> tuple[Bound, ...]:
    """Read a range.

    Args:
        text: bounds with commas between them; empty: every version.

    Returns:
        The bounds, all of which must hold.

    Raises:
        RangeError: a bound has no sign, or a version that cannot be read.
    """
    if not text.strip():
        return ()
    return tuple(_bound(part) for part in text.split(","))


def _bound(text: str) -> Bound:
    match = _BOUND.fullmatch(text)
    if match is None:
        msg = f"{text.strip()!r} is no bound; expected one such as >=24.10 or <V5R019C10"
        raise RangeError(msg)
    version = read_version(match[2])
    if version is None:
        msg = f"{match[2]!r} is no version that could be compared"
        raise RangeError(msg)
    return Bound(sign=match[1], version=version)


def within(firmware: str, bounds: tuple[Bound, ...]) -> bool | None:
    """Say whether a firmware is within a range.

    Args:
        firmware: as the device calls it.
        bounds: of the range.

    Returns:
        True or False; None where it cannot be compared with a bound, and no other bound
        excludes it.
    """
    if not bounds:
        return True
    version = read_version(firmware)
    if version is None:
        return None
    answers = [_answer(version, bound) for bound in bounds]
    if False in answers:
        return False
    return None if None in answers else True


def _answer(version: FirmwareVersion, bound: Bound) -> bool | None:
    sign = compare(version, bound.version)
    return None if sign is None else _HOLDS[bound.sign](sign)
