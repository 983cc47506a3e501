"""Postal addresses as people say them, found without knowing how a country writes its own."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LEAST_LETTERS: Final = 2
"""A single letter is no word to look for: it begins half of all streets."""
_WORD: Final = re.compile(r"[0-9]\w*(?:\s?[-/\u2010-\u2015]\s?[0-9]\w*)*|\w+")
"""A word, or a number with what belongs to its house: `10`, `10a`, `10-3`, `1/2`."""
_LAST: Final = chr(sys.maxunicode)
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


class AddressIndex:
    """In which addresses a word stands: made once for many questions, 4 bytes for each word."""

    def __init__(self, held: Sequence[tuple[str, str]]) -> None:
        """Take addresses as `comparable` gives them."""
        self._held = held
        places: dict[str, array[int]] = {}
        for place, (_, address) in enumerate(held):
            for word in address.split():
                places.setdefault(word, array("I")).append(place)
        self._words = sorted(places)
        self._places = [places[word] for word in self._words]

    def near(self, asked: AddressAsked) -> Iterable[tuple[str, str]]:
        """Give the addresses that have what is rarest of what was said, in their order.

        All that `addresses_found` can find is among them.
        """
        rarest = min((self._of(word) for word in asked.words), key=_count)
        if _count(rarest) >= len(self._held):
            return self._held
        places = {place for some in rarest for place in some}
        return [self._held[place] for place in sorted(places)]

    def _of(self, word: str) -> list[array[int]]:
        """Give where words stand that are meant by one: a number is whole, or before its `-`."""
        if not _is_number(word):
            return self._beginning(word)
        first = bisect_left(self._words, word)
        whole = self._places[first : first + 1] if self._words[first : first + 1] == [word] else []
        return [*whole, *self._beginning(f"{word}-")]

    def _beginning(self, part: str) -> list[array[int]]:
        first = bisect_left(self._words, part)
        return self._places[first : bisect_left(self._words, f"{part}{_LAST}", first)]


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
    # One after the other, the longest name first, and no more of them than it takes.
    rows = iter(held)
    for name in asked.names:
        rows = _having(rows, f" {name}")
    for number in filter(_is_number, asked.words):
        rows = _having(rows, f" {number} ", f" {number}-")
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


def _having(
    rows: Iterator[tuple[str, str]], one: str, other: str = ""
) -> Iterator[tuple[str, str]]:
    if not other:
        return (row for row in rows if one in row[1])
    return (row for row in rows if one in row[1] or other in row[1])


def _count(places: list[array[int]]) -> int:
    return sum(map(len, places))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WITHIN.sub("-", one) for one in _WORD.findall(text))


def _by_size(row: tuple[str, str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    parts = _DIGITS.split(row[1])
    return tuple(parts[::2]), tuple(map(int, parts[1::2]))


def _is_number(word: str) -> bool:
    return word[0] in "0123456789"


def _shortness(word: str) -> int:
    return -len(word)
