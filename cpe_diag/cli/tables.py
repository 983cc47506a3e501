"""Plain tables for lists of things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from rich.table import Table

ONE_LINE: Final = 110
"""Columns from which on the words of a run or a case stand beside it."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Make a table without lines, so that it can be read, cut and grepped.

    Args:
        heads: the columns' names.
        rows: their texts; nothing in them is markup.

    Returns:
        Something for `Console.print`.
    """
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads:
        made.add_column(head, overflow="fold")
    for row in rows:
        made.add_row(*(Text(_shown(cell)) for cell in row))
    return made


def _shown(cell: str) -> str:
    """Keep a cell's indentation and what is visible of it; devices choose some of the words."""
    from cpe_diag.report.plain import harmless

    indentation = len(cell) - len(cell.lstrip(" "))
    return " " * indentation + harmless(cell)


def listed(
    heads: Sequence[str], rows: Iterable[tuple[Sequence[str], str]], *, width: int
) -> Iterator[str]:
    """Give the lines of a list whose rows have words too long for a column at this width.

    Args:
        heads: the columns' names.
        rows: their texts, of which none is cut or broken, and the words that stand below.
        width: of the terminal, in characters.

    Yields:
        Lines.
    """
    from textwrap import wrap

    shown = [([_shown(cell) for cell in cells], _shown(words)) for cells, words in rows]
    every = [list(heads), *(cells for cells, _words in shown)]
    wide = [max(map(len, column)) for column in zip(*every, strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(map(str.ljust, cells, wide)).rstrip()

    yield line(heads)
    for cells, words in shown:
        yield line(cells)
        yield from wrap(words, width, initial_indent="  ", subsequent_indent="  ")


def moment(at: datetime) -> str:
    """Give a moment as lists show it: to the minute, UTC."""
    return f"{at:%Y-%m-%d %H:%M}"
