"""Postal addresses as people say them, found without knowing how a country writes its own."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_LETTERS: Final = 2
"""A single letter is no word to look for: it begins half of all streets."""
_WORD: Final = re.compile(r"[0-9]\w*(?:\s?[-/\u2010-\u2015]\s?[0-9]\w*)*|\w+")
"""A word, or a number with what belongs to its house: `10`, `10a`, `10-3`, `1/2`."""
_WITHIN: Final = re.compile(r"\s?[-/\u2010-\u2015]\s?")
_DIGITS: Final = re.compile(r"([0-9]{1,18})")
# Unicode gives these letters no decomposition (Unicode Character Database, UnicodeData.txt).
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "ŧ": "t"}
)


def folded(text: str) -> str:
    """Give a text in small letters without their marks: `Sõle` and `SOLE` are one."""
    low = text.casefold()
    if low.isascii():
        return low
    parts = unicodedata.normalize("NFKD", low)
    return "".join(one for one in parts if not unicodedata.combining(one)).translate(_PLAIN)


@dataclass(frozen=True)
class AddressAsked:
    """What somebody has said of where a home is; as `address_asked` makes it."""

    words: tuple[str, ...] = field(repr=False)
    """Folded, in the order in which they were said; those that begin with a digit are numbers."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The words that are no numbers, the longest first."""
        return tuple(sorted((one for one in self.words if not _is_number(one)), key=_shortness))

    @cached_property
    def number(self) -> str:
        """The first number, without what follows its `-` or `/`; empty: there is none."""
        said = next((one for one in self.words if _is_number(one)), "")
        return said.partition("-")[0]


def address_asked(text: str) -> AddressAsked | None:
    """Take what somebody says of an address.

    Args:
        text: for example `Sõle 10-3`, `tallinn, sole 10`.

    Returns:
        What is to be looked for; None: nothing in it can be the name of a street or place.
    """
    words = _words(folded(text))
    is_one = any(len(one) >= LEAST_LETTERS and not _is_number(one) for one in words)
    return AddressAsked(words) if is_one else None


def comparable(rows: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Make addresses ready to be compared: that is what takes the time, so it is kept.

    Args:
        rows: ids and addresses, as the inventory has them.

    Returns:
        The same with a blank around each folded word, by address, numbers by size.
    """
    made = [(name, f" {' '.join(_words(folded(address)))} ") for name, address in rows]
    return tuple(sorted(made, key=_by_size))


def addresses_found(
    held: Iterable[tuple[str, str]], asked: AddressAsked, most: int
) -> tuple[str, ...]:
    """Find those who live at an address.

    A name is found by its beginning, words in any order; the number of a house or flat is found
    whole: `Lai 1` is neither `Lai 10` nor `Lai 1a`; `Lai 10` has all flats of `Lai 10`.

    Args:
        held: as `comparable` gives them.
        asked: what was said.
        most: how many are given at most.

    Returns:
        Ids: first where exactly these words stand as they were said, then where they begin so,
        then the others; each by address.
    """
    whole, ahead = f" {' '.join(asked.words)} ", f" {' '.join(asked.words)}"
    # A pass for each word, the longest name first: 100,000 addresses take a few milliseconds.
    rows = list(held)
    for one in (f" {name}" for name in asked.names):
        rows = [row for row in rows if one in row[1]]
    for one, part in ((f" {no} ", f" {no}-") for no in asked.words if _is_number(no)):
        rows = [row for row in rows if one in row[1] or part in row[1]]
    best: list[str] = []
    good: list[str] = []
    others: list[str] = []
    for name, address in rows:
        if len(best) >= most:
            break
        at = best if whole in address else good if ahead in address else others
        if len(at) < most:
            at.append(name)
    return tuple((*best, *good, *others)[:most])


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WITHIN.sub("-", one) for one in _WORD.findall(text))


def _by_size(row: tuple[str, str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    parts = _DIGITS.split(row[1])
    return tuple(parts[::2]), tuple(map(int, parts[1::2]))


def _is_number(word: str) -> bool:
    return word[0] in "0123456789"


def _shortness(word: str) -> int:
    return -len(word)
