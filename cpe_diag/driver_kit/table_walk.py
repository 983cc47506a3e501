"""Takes the rows of several columns out of the answers to GETBULK; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.ports import Oid, SnmpTable, SnmpValue

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIABLES: Final = 54
"""Of one answer. A variable of DOCS-IF-MIB takes 24 to 29 octets, so that they fit 1,472, which is
what an Ethernet frame has for UDP; an agent whose packets are smaller sends fewer of them."""

Rows: TypeAlias = "Sequence[tuple[Oid, SnmpValue]]"


class NoAdvanceError(Exception):
    """A column's next row does not follow the one before it."""


class TableWalk:
    """Rows of columns as they come; says what is to be asked for next."""

    def __init__(self, columns: Sequence[Oid], prefix: str, max_rows: int) -> None:
        """Begin before the first row of each column."""
        self._bases = {column: f"{column}.{prefix}" if prefix else column for column in columns}
        self._last = dict(self._bases)
        self._open = list(columns)
        self._max_rows = max_rows
        self._counts = dict.fromkeys(columns, 0)
        self._found: dict[tuple[int, ...], dict[Oid, SnmpValue]] = {}

    @property
    def starts(self) -> tuple[Oid, ...]:
        """After what each column goes on; empty when there is nothing more to ask."""
        return tuple(self._last[column] for column in self._open if not self._is_full(column))

    def repetitions(self, variables: int) -> int:
        """Say how many rows to ask for, so that the answer has no more than `variables`."""
        asked = [column for column in self._open if not self._is_full(column)]
        # One more than the bound tells whether there are more rows than that.
        lacking = max(self._max_rows + 1 - self._counts[column] for column in asked)
        return max(1, min(lacking, variables // len(asked)))

    def take(self, rows: Rows) -> None:
        """Take an answer to `starts`: its variables come column by column, row after row.

        Args:
            rows: name and value; what follows the end of a column belongs to another one.

        Raises:
            NoAdvanceError: a row comes again, or before the one before it.
        """
        asked = [column for column in self._open if not self._is_full(column)]
        for at, (oid, value) in enumerate(rows):
            column = asked[at % len(asked)]
            if column not in self._open:
                continue
            base = f"{self._bases[column]}."
            if not oid.startswith(base) or (value is None and oid == self._last[column]):
                self._open.remove(column)
                continue
            if _arcs(oid) <= _arcs(self._last[column]):
                raise NoAdvanceError(oid)
            self._last[column] = oid
            self._counts[column] += 1
            if value is not None:
                self._found.setdefault(_arcs(oid.removeprefix(base)), {})[column] = value

    def table(self) -> SnmpTable:
        """Give what was read."""
        indexes = sorted(self._found)
        kept = indexes[: self._max_rows]
        return SnmpTable(
            rows={".".join(map(str, index)): self._found[index] for index in kept},
            is_whole=not self._open and len(kept) == len(indexes),
        )

    def _is_full(self, column: Oid) -> bool:
        return self._counts[column] > self._max_rows


def _arcs(oid: Oid) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))
