"""The path from the operator's core to the customer's device, drawn for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from cpe_diag.domain.verdict import Segment, SegmentState
from cpe_diag.report.plain import ascii_only, harmless
from cpe_diag.report.words import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

STATE_STYLES: Final[Mapping[SegmentState, str]] = {
    SegmentState.GOOD: "green",
    SegmentState.BAD: "bold red",
    SegmentState.DEGRADED: "yellow",
    SegmentState.UNKNOWN: "dim",
}

_SYMBOLS: Final[Mapping[SegmentState, str]] = {
    SegmentState.GOOD: "✔",
    SegmentState.BAD: "✘",
    SegmentState.DEGRADED: "▲",
    SegmentState.UNKNOWN: "?",
}

_ASCII_SYMBOLS: Final[Mapping[SegmentState, str]] = {
    SegmentState.GOOD: "+",
    SegmentState.BAD: "X",
    SegmentState.DEGRADED: "!",
    SegmentState.UNKNOWN: "?",
}

FIRST_OF_A_LAPTOP: Final = frozenset({"wall_link", "home_link"})
"""`judge.segments_on_site`."""
_LONGEST_TITLE: Final = 24
"""Columns of a segment's title; leaves 40 for the note on a terminal of 80."""


def of_a_laptop(segments: Sequence[Segment]) -> bool:
    """Tell whether it is what a laptop on site sees, and not the path from the core.

    Args:
        segments: of a verdict.

    Returns:
        Whether it begins at the laptop's cable.
    """
    return segments[:1] != () and segments[0].id in FIRST_OF_A_LAPTOP


def state_symbol(state: SegmentState, *, ascii_terminal: bool) -> str:
    """Give the one-letter mark of a state, which no colour is needed to tell.

    Args:
        state: the state of a segment.
        ascii_terminal: nothing beyond ASCII can be shown.

    Returns:
        One column.
    """
    return (_ASCII_SYMBOLS if ascii_terminal else _SYMBOLS)[state]


def rail(index: int, count: int, *, ascii_terminal: bool) -> str:
    """Draw the piece of the line that ties a segment to its neighbours.

    Args:
        index: which segment, from 0.
        count: how many there are.
        ascii_terminal: nothing beyond ASCII can be shown.

    Returns:
        One column.
    """
    if count == 1:
        return "-" if ascii_terminal else "╺"
    if ascii_terminal:
        return "," if index == 0 else "`" if index == count - 1 else "|"
    return "┏" if index == 0 else "┗" if index == count - 1 else "┣"


class PathView:
    """Draws segments under each other: line, mark, word, title and note; fits 80 columns."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        """Keep the segments.

        Args:
            segments: from the operator's core to the customer's device.
        """
        self.segments = tuple(segments)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw, with ASCII alone where the terminal has nothing else."""
        del console
        plain = options.ascii_only
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1, no_wrap=True)
        grid.add_column(width=1, no_wrap=True)
        grid.add_column(width=max(map(cell_len, STATE_WORDS.values())), no_wrap=True)
        titles = [shown(segment.title, ascii_terminal=plain) for segment in self.segments]
        widest = max(map(cell_len, titles), default=0)
        grid.add_column(width=min(widest, _LONGEST_TITLE), overflow="fold")
        grid.add_column(ratio=1, overflow="fold")
        for i, (segment, title) in enumerate(zip(self.segments, titles, strict=True)):
            style = STATE_STYLES[segment.state]
            grid.add_row(
                Text(rail(i, len(titles), ascii_terminal=plain), style="dim"),
                Text(state_symbol(segment.state, ascii_terminal=plain), style=style),
                Text(STATE_WORDS[segment.state], style=style),
                Text(title, style="bold" if segment.state is SegmentState.BAD else ""),
                _note(segment, ascii_terminal=plain),
            )
        yield grid


def _note(segment: Segment, *, ascii_terminal: bool) -> Text:
    """Write a note; why a segment is unknown stands in full elsewhere, here on one line."""
    words = shown(segment.note, ascii_terminal=ascii_terminal)
    if segment.state is not SegmentState.UNKNOWN:
        return Text(words)
    return Text(words, no_wrap=True, overflow="crop" if ascii_terminal else "ellipsis")


def shown(text: str, *, ascii_terminal: bool) -> str:
    """Make a text fit to be shown: harmless, and in ASCII where the terminal has nothing else.

    Args:
        text: any text.
        ascii_terminal: nothing beyond ASCII can be shown.

    Returns:
        The text on one line.
    """
    safe = harmless(text)
    return ascii_only(safe) if ascii_terminal else safe
