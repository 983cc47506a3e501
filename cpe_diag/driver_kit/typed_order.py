"""Commands of changes for interactive command lines: lines to type, and what their answers mean.

A command line has no exit status and prints no words of ours. So a driver's `run` may hold
several lines; a line that begins with `=~` reads the answer of the one before: `=~ PATTERN ->
WORD` says WORD where the pattern stands in it, `=~ -> WORD` where nothing before did.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MARK: Final = "=~"
_READING: Final = re.compile(r"=~ ?(?P<pattern>.*?) ?-> (?P<word>\S+)")


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line to type; `readings` are patterns and words in the order in which they are tried."""

    text: str
    readings: tuple[tuple[re.Pattern[str], str], ...]

    def said(self, answer: str) -> str:
        """Give the word of the first pattern that stands in an answer, or the answer itself."""
        for pattern, word in self.readings:
            if pattern.search(answer):
                return f"{word}\n"
        return answer


def typed_lines(text: str) -> tuple[TypedLine, ...]:
    """Take a command apart.

    Args:
        text: filled; one line for each line to type.

    Returns:
        The lines.

    Raises:
        ValueError: a reading has no word, no pattern that can be used, or no line before it.
    """
    lines: list[TypedLine] = []
    for line in text.splitlines():
        plain = line.strip()
        if not plain.startswith(MARK):
            if plain:
                lines.append(TypedLine(plain, ()))
            continue
        match = _READING.fullmatch(plain)
        if match is None or not lines:
            msg = f"{plain!r}: expected `{MARK} PATTERN -> WORD` behind a line"
            raise ValueError(msg)
        try:
            pattern = re.compile(match["pattern"], re.MULTILINE)
        except re.error as error:
            msg = f"{plain!r}: {error}"
            raise ValueError(msg) from error
        last = lines[-1]
        lines[-1] = TypedLine(last.text, (*last.readings, (pattern, match["word"])))
    return tuple(lines)
