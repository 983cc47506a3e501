"""Reads whole columns of a node by GETBULK of a bounded size, no faster than it may be asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.ports import Clock, Oid, SnmpReader, SnmpValue

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

IN_FLIGHT: Final = 2
"""Requests at one node at a time, as the door has it: agents answer serially."""
DEFAULT_ROWS: Final = 50
"""Rows of one GETBULK: a full column of states in few requests, and an answer within a frame."""
LEAST_ROWS: Final = 25
"""A node that reports an error is asked for fewer, once."""
DEFAULT_PER_S: Final = 50.0
"""Requests a second at one node: two in flight at a round trip of 40 ms, and a rest for the
node's own work where it is nearer."""
REQUEST_S: Final = 10.0
"""No single question of a sweep is waited for longer."""
MOST_OBJECTS: Final = 31
"""Objects of one GET beside sysUpTime: one request of the door."""
MOST_ROWS: Final = 100_000
"""Rows of one column; a table that never ends is no table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How hard a node may be asked: rows of one GETBULK (1 to 50), and requests a second."""

    rows: int = DEFAULT_ROWS
    per_s: float = DEFAULT_PER_S


class _Question(Protocol[T_co]):
    """A question that lacks only its deadline."""

    async def __call__(self, *, deadline: float) -> T_co:
        """Ask."""


class ColumnReader:
    """Reads columns and objects of one node within one sweep."""

    def __init__(
        self,
        snmp: SnmpReader,
        clock: Clock,
        pace: Pace,
        deadline: float,
        on_answer: Callable[[ColumnReader], None],
    ) -> None:
        """Read through `snmp` until `deadline`; `on_answer` is called after every answer."""
        self._snmp = snmp
        self._clock = clock
        self._pace = pace
        self._deadline = deadline
        self._on_answer = on_answer
        self._next_at = clock.monotonic()
        self._rows = pace.rows
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self.requests = 0
        self.rows = 0
        self.columns_read = 0

    @property
    def node(self) -> str:
        """The node's id."""
        return self._snmp.node

    @property
    def rows_at_once(self) -> int:
        """Rows of one GETBULK, as the node takes them."""
        return self._rows

    async def columns(self, specs: Iterable[ObjectSpec]) -> dict[Oid, SnmpValue]:
        """Read the columns of objects, all fields side by side.

        Of several objects for one field the next one is read only where the one before it has
        not a single row.

        Args:
            specs: objects of a driver, with placeholders.

        Returns:
            Values by oid.

        Raises:
            MeasurementError: as `SnmpReader.next_rows` says.
        """
        fields: dict[str, list[Oid]] = {}
        for spec in specs:
            fields.setdefault(spec.field, []).append(base_of(spec.oid))
        turns = {base: asyncio.Lock() for bases in fields.values() for base in bases}
        read: dict[Oid, dict[Oid, SnmpValue]] = {}

        async def of_field(bases: Sequence[Oid]) -> None:
            for base in bases:
                async with turns[base]:
                    if base not in read:
                        read[base] = await self.column(base)
                if read[base]:
                    return

        await self._together(of_field(bases) for bases in fields.values())
        return {oid: value for rows in read.values() for oid, value in rows.items()}

    async def column(self, base: Oid) -> dict[Oid, SnmpValue]:
        """Read one column from its beginning to its end.

        Raises:
            MeasurementError: as `SnmpReader.next_rows` says; INCOMPLETE: it has no end.
        """
        found: dict[Oid, SnmpValue] = {}
        self.columns_read += 1
        after = ""
        while len(found) < MOST_ROWS:
            wanted = self._rows
            ask = partial(self._snmp.next_rows, base, after=after, max_rows=wanted)
            try:
                rows = await self._asked(ask)
            except MeasurementError as error:
                if error.failure.kind is FailureKind.DEVICE_ERROR and self._rows > LEAST_ROWS:
                    self._rows = LEAST_ROWS
                    continue
                raise
            found.update(rows)
            self._told(len(rows))
            if len(rows) < wanted:
                return found
            after = rows[-1][0][len(base) + 1 :]
        failure = Failure(
            kind=FailureKind.INCOMPLETE,
            where=self.node,
            detail=f"column {base} has more than {MOST_ROWS} rows, and no more were read",
        )
        raise MeasurementError(failure, "snmp.getbulk")

    async def objects(self, oids: Sequence[Oid]) -> dict[Oid, SnmpValue]:
        """Read exact objects, as many in each request as fit.

        Raises:
            MeasurementError: as `SnmpReader.get` says.
        """
        found: dict[Oid, SnmpValue] = {}

        async def part(some: Sequence[Oid]) -> None:
            answers = await self._asked(partial(self._snmp.get, some))
            found.update(answers)
            self._told(len(answers))

        size = MOST_OBJECTS
        await self._together(part(oids[at : at + size]) for at in range(0, len(oids), size))
        return found

    async def _asked(self, ask: _Question[T]) -> T:
        """Wait for a place and the next turn, then ask."""
        async with self._places:
            now = self._clock.monotonic()
            turn = max(now, self._next_at)
            self._next_at = turn + 1.0 / self._pace.per_s
            if turn > now:
                await self._clock.sleep_until(turn)
            self.requests += 1
            return await ask(deadline=min(self._deadline, self._clock.monotonic() + REQUEST_S))

    def _told(self, rows: int) -> None:
        self.rows += rows
        self._on_answer(self)

    @staticmethod
    async def _together(questions: Iterable[Coroutine[None, None, None]]) -> None:
        """Ask side by side; the first failure ends them all."""
        try:
            async with asyncio.TaskGroup() as group:
                for question in questions:
                    group.create_task(question)
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from failed


def base_of(oid: str) -> Oid:
    """Give the column of an object: its oid before the first placeholder."""
    return oid.split("{", maxsplit=1)[0].rstrip(".")
