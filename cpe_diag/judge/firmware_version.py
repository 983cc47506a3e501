"""Which of two firmware versions is the later one; where nobody can tell, that is the answer.

A version is read as numbers and words: `24.10.2`, `7.16rc2`, `V5R019C10S125`, `4.02.C.5.0-1`,
`V5.13(AAVF.3)C0`. Numbers count as numbers. Words must be the same in both, but for words that
vendors use in one meaning: what comes before a release, and what comes after it. Sources:

- OpenWrt: downloads.openwrt.org, `23.05.5`, `24.10.0-rc7`, `24.10-SNAPSHOT` (recording release);
- MikroTik: mikrotik.com/download/changelogs, `7.16beta4`, `7.16rc2`, `7.16`, `7.16.1`;
- Huawei: product versions `V5R019C10`, patches `SPC100` and `S125` (ntc-templates,
  tests/huawei_ont);
- EdgeOS: `v2.0.9-hotfix.7`; PEP 440 names the same order of alpha, beta and rc.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 120

# A word of a firmware's name is its version where it begins with a number, perhaps after a v, and
# is more than one number: `r28739`, a date or `OpenWrt` alone is none.
_VERSION: Final = re.compile(r"v?\d[a-z0-9._()+/~-]*", re.IGNORECASE)
_PART: Final = re.compile(r"\d{1,18}|[a-z]+")
# Huawei's V, R and C: the product's version, the release and its variant.
_HUAWEI: Final = re.compile(r"v(\d+)r\d+c\d+", re.IGNORECASE)

_BEFORE_RELEASE: Final[Mapping[str, int]] = {
    "alpha": 0,
    "a": 0,
    "beta": 1,
    "b": 1,
    "pre": 2,
    "rc": 3,
}
_AFTER_RELEASE: Final = frozenset({"hotfix", "hf", "patch", "p", "sp", "spc", "s", "update"})
# The head of a branch: it may be older or newer than any release of the same branch.
_MOVING: Final = frozenset({"snapshot", "nightly", "dev", "git", "master", "head", "current"})

Part = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareVersion:
    """A version that was read: `parts` are its numbers and words, `line` its product line."""

    text: str
    parts: tuple[Part, ...]
    line: str = ""


def read_version(firmware: str) -> FirmwareVersion | None:
    """Find the version in what a device calls its firmware.

    Args:
        firmware: for example `OpenWrt 24.10.2 r28739-daca7c049b`.

    Returns:
        The version; None where there is none to be recognised.
    """
    if len(firmware) > LONGEST:
        return None
    for word in (one.rstrip(",;:") for one in firmware.split()):
        parts = _parts(word)
        if _VERSION.fullmatch(word) and len(parts) > 1:
            huawei = _HUAWEI.match(word)
            line = f"v{len(huawei[1])}" if huawei else ""
            return FirmwareVersion(text=word, parts=parts, line=line)
    return None


def _parts(word: str) -> tuple[Part, ...]:
    found = _PART.findall(word.lower().removeprefix("v"))
    return tuple(int(one) if one.isdigit() else one for one in found)


def compare(one: FirmwareVersion, other: FirmwareVersion) -> int | None:
    """Say which of two versions is the later.

    Args:
        one: a version.
        other: another one.

    Returns:
        -1 where `one` is earlier, 0 where they are the same, 1 where it is later; None where they
        cannot be compared: different products, a moving branch, words that nobody explains.
    """
    if one.line != other.line:
        return None
    if one.text.lower() == other.text.lower():
        return None if _MOVING & set(one.parts) else 0
    longest = max(len(one.parts), len(other.parts))
    for place in range(longest):
        if place == len(one.parts):
            return _longer(other.parts[place:], sign=-1)
        if place == len(other.parts):
            return _longer(one.parts[place:], sign=1)
        mine, theirs = one.parts[place], other.parts[place]
        if mine != theirs:
            return _differ(one.parts[place:], other.parts[place:])
    return 0


def _differ(mine: tuple[Part, ...], theirs: tuple[Part, ...]) -> int | None:
    """Compare from the first part in which two versions differ."""
    first, second = mine[0], theirs[0]
    if isinstance(first, int) and isinstance(second, int):
        return -1 if first < second else 1
    if isinstance(first, str) and isinstance(second, str):
        if first in _BEFORE_RELEASE and second in _BEFORE_RELEASE:
            gap = _BEFORE_RELEASE[first] - _BEFORE_RELEASE[second]
            return None if not gap else -1 if gap < 0 else 1
        return None
    # A number against a word: 7.16rc2 stands before 7.16.1, and nothing else can be said.
    if isinstance(first, str):
        return -1 if first in _BEFORE_RELEASE else None
    return 1 if second in _BEFORE_RELEASE else None


def _longer(rest: tuple[Part, ...], *, sign: int) -> int | None:
    """Compare a version with one that ends before `rest`; `sign` 1: the longer one is `one`."""
    zeros = 0
    while zeros < len(rest) and rest[zeros] == 0:
        zeros += 1
    if zeros == len(rest):
        return 0
    first = rest[zeros]
    if isinstance(first, int) or first in _AFTER_RELEASE:
        return sign
    return -sign if first in _BEFORE_RELEASE else None
