"""Telephone numbers as people say them, compared without knowing a country's plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEAST_DIGITS: Final = 7
"""Fewer digits are no subscriber's number anywhere (ITU-T E.164: up to 15 with the country)."""
MOST_DIGITS: Final = 15
_PUNCTUATION: Final = re.compile(r"[\s()./\u00a0\u2010-\u2015-]")
_WRITTEN: Final = re.compile(r"(\+|00)?([0-9]+)")


def phone_digits(text: str) -> str | None:
    """Give the digits of a number without what stands before them.

    Args:
        text: for example `+372 5123 4567`, `00372 51234567`, `(0) 512 34567`.

    Returns:
        The country code and the number where it begins with `+` or `00`, else the number without
        its trunk zeros; None: it is no telephone number.
    """
    # `+44 (0)20 ...` names the trunk zero for who dials within the country only.
    bare = _PUNCTUATION.sub("", text.strip().replace("(0)", ""))
    found = _WRITTEN.fullmatch(bare)
    if found is None:
        return None
    digits = found[2].lstrip("0")
    return digits if LEAST_DIGITS <= len(digits) <= MOST_DIGITS else None


def same_phone(one: str, other: str) -> bool:
    """Say whether two may be the same number: the longer ends with all of the shorter.

    Who dials within the country leaves its code away; so the answer may be yes for numbers of two
    countries, and whoever asks sees both.

    Args:
        one: as `phone_digits` gives it.
        other: likewise.
    """
    return one.endswith(other) or other.endswith(one)


def phones_by_end(rows: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Make numbers ready to be found among 100,000: numbers that may be one end alike.

    Args:
        rows: ids and numbers as somebody has written them; what is no number is left out.

    Returns:
        By the last `LEAST_DIGITS` digits: ids and digits, in the order of the rows.
    """
    made: dict[str, list[tuple[str, str]]] = {}
    for name, text in rows:
        digits = phone_digits(text)
        if digits is not None:
            made.setdefault(digits[-LEAST_DIGITS:], []).append((name, digits))
    return made


def phones_found(held: Mapping[str, Sequence[tuple[str, str]]], digits: str) -> tuple[str, ...]:
    """Give the ids of those who may have a number.

    Args:
        held: as `phones_by_end` gives them.
        digits: as `phone_digits` gives them.
    """
    alike = held.get(digits[-LEAST_DIGITS:], ())
    return tuple(name for name, one in alike if same_phone(one, digits))
