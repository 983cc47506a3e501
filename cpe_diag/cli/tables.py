"""Plain tables for lists of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table


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
