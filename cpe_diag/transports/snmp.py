"""The SNMP door: reads one access node so that no answer means two things.

sysUpTime.0 travels as the last object of every GET: every agent has it, so an answer without it
is an error or was cut, and is asked again in the way that tells which. An agent that leaves an
object out of the middle of an answer reads as not having it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.table_walk import VARIABLES, NoAdvanceError, TableWalk
from cpe_diag.ports import Oid, SnmpTable, SnmpValue
from cpe_diag.transports import snmp_failures as failures
from cpe_diag.transports.snmp_gufo import BulkAnswer
from cpe_diag.transports.snmp_requests import (
    SILENT_AFTER_S,
    OddAnswerError,
    Question,
    SnmpRequests,
    TooBigError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cpe_diag.domain.subscriber import AccessNode
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.transports.snmp_gufo import GufoSession

Found: TypeAlias = "dict[Oid, SnmpValue]"

SYS_UP_TIME: Final = "1.3.6.1.2.1.1.3.0"  # SNMPv2-MIB sysUpTime.0, RFC 3418
OBJECTS_PER_GET: Final = 32
"""With sysUpTime; 32 counters and names of IF-MIB make an answer of some 900 bytes, which fits
into one Ethernet frame. An agent that cannot say so much answers tooBig, and is asked for less."""
MAX_ROWS: Final = 50
MAX_TABLE_ROWS: Final = 128
V3_ROWS: Final = 40
"""Rows of one request in SNMPv3: gufo-snmp states a msgMaxSize of 2,048 bytes there (RFC 3412,
section 6.3), and there are agents that send nothing where their answer would be longer."""

GET: Final = "snmp.get"
BULK: Final = "snmp.getbulk"


class SnmpDoor:
    """SnmpReader for one access node. Open one for each run, and close it."""

    def __init__(
        self,
        node: AccessNode,
        *,
        credentials: CredentialSource,
        clock: Clock,
        recorder: Recorder,
        silent_after_s: float = SILENT_AFTER_S,
    ) -> None:
        """Prepare to ask `node`; credentials are resolved and sockets opened at first use.

        Args:
            node: the access node.
            credentials: gives community or passphrases.
            clock: of the deadlines.
            recorder: gets every request and every raw answer.
            silent_after_s: when a node that has never answered is given up, for every question.
        """
        self._node = node
        self._recorder = recorder
        self._requests = SnmpRequests(
            node,
            credentials=credentials,
            clock=clock,
            recorder=recorder,
            silent_after_s=silent_after_s,
        )
        self._objects_per_get = OBJECTS_PER_GET
        self._variables = VARIABLES
        self._rows_per_bulk = V3_ROWS if node.snmp.version == "3" else MAX_ROWS

    @property
    def node(self) -> str:
        """The node's id, for sources and messages."""
        return self._node.id

    def close(self) -> None:
        """Close all sockets."""
        self._requests.close()

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Read exact objects, at most 31 and sysUpTime in a request, two requests at a time.

        Args:
            oids: which objects.
            deadline: absolute, monotonic seconds.

        Returns:
            A value for every oid that was asked; None where the agent has no such object.

        Raises:
            MeasurementError: as `SnmpReader.get` says.
        """
        wanted = tuple(dict.fromkeys(oid for oid in oids if oid != SYS_UP_TIME))
        size = self._objects_per_get - 1
        parts = [wanted[at : at + size] for at in range(0, len(wanted), size)] or [()]
        if len(parts) == 1:
            found = await self._part(parts[0], deadline)
        else:
            with self._recorder.scope():
                found = await self._parts(parts, deadline)
        return {oid: found[oid] for oid in oids}

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Read up to `max_rows` objects that follow `column.after`, by GETBULK.

        One request (two in SNMPv3 beyond 40 rows), unless the agent sends fewer rows than there
        are: then it is asked for the rest, so that fewer rows than `max_rows` always mean that
        the column has ended.

        Args:
            column: the column; rows outside of it are not returned.
            after: an index within the column (dotted), or empty for its beginning.
            max_rows: a bound from 1 to 50.
            deadline: absolute, monotonic seconds.

        Returns:
            Rows in order.

        Raises:
            MeasurementError: as `SnmpReader.next_rows` says.
            ValueError: `max_rows` is out of its bounds, which is a bug.
        """
        if not 1 <= max_rows <= MAX_ROWS:
            msg = f"max_rows is {max_rows}, expected 1 to {MAX_ROWS}"
            raise ValueError(msg)
        start = f"{column}.{after}" if after else column
        rows: list[tuple[Oid, SnmpValue]] = []
        while len(rows) < max_rows:
            wanted = min(max_rows - len(rows), self._rows_per_bulk)
            answer = await self._bulk(column, start, wanted, deadline)
            self._check_advance(column, start, answer.rows)
            rows.extend(answer.rows)
            if answer.left_column:
                break
            start = answer.rows[-1][0]
        return tuple(rows[:max_rows])

    async def table(
        self, columns: Sequence[Oid], *, prefix: str, max_rows: int, deadline: float
    ) -> SnmpTable:
        """Read rows of several columns together, at most 54 variables in an answer.

        Args:
            columns: which columns; at least one, and none twice.
            prefix: how the indexes of the rows begin (dotted), or empty for all rows.
            max_rows: a bound from 1 to 128 for the rows of the answer.
            deadline: absolute, monotonic seconds.

        Returns:
            The first `max_rows` rows.

        Raises:
            MeasurementError: as `SnmpReader.table` says.
            ValueError: `max_rows` or the columns are out of their bounds, which is a bug.
        """
        if not (1 <= max_rows <= MAX_TABLE_ROWS and 0 < len(set(columns)) == len(columns)):
            msg = f"{max_rows} rows of {len(columns)} columns, expected 1 to {MAX_TABLE_ROWS}"
            raise ValueError(msg)
        walk = TableWalk(columns, prefix, max_rows)
        while walk.starts:
            await self._table_part(walk, deadline)
        return walk.table()

    async def _table_part(self, walk: TableWalk, deadline: float) -> None:
        """Ask for the next rows; for fewer in later requests too, where it does not fit."""
        starts = walk.starts
        repetitions = walk.repetitions(self._variables)
        label = f"{repetitions} rows of {len(starts)} columns after {starts[0]}"
        try:
            full = await self._requests.send_full(
                BULK, label, lambda opinion: opinion.table(starts, repetitions), deadline
            )
        except TooBigError:
            if repetitions == 1:
                failure = failures.status_failure(failures.TOO_BIG, None, self._requests.where)
                raise MeasurementError(failure, BULK) from None
            self._variables = max(1, repetitions // 2 * len(starts))
            return
        if not full.rows:
            raise MeasurementError(self._strange("the answer to GETBULK is empty"), BULK)
        try:
            walk.take(full.rows)
        except NoAdvanceError as error:
            raise MeasurementError(self._no_advance(str(error)), BULK) from error

    async def _parts(self, parts: Sequence[tuple[Oid, ...]], deadline: float) -> Found:
        """Read several parts together; the first failure stands for all."""

        async def one(part: tuple[Oid, ...]) -> Found | MeasurementError:
            try:
                return await self._part(part, deadline)
            except MeasurementError as error:
                return error

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(part)) for part in parts]
        found: Found = {}
        for task in tasks:
            outcome = task.result()
            if isinstance(outcome, MeasurementError):
                raise outcome
            found |= outcome
        return found

    async def _part(self, oids: tuple[Oid, ...], deadline: float) -> Found:
        """Read what fits into one request; in two where the agent says that it does not fit."""
        asked = (*oids, SYS_UP_TIME)

        async def ask(wire: GufoSession) -> Found:
            found = await wire.get(asked)
            if SYS_UP_TIME not in found or not set(found) <= set(asked):
                raise OddAnswerError(self._other_objects(found, asked))
            return {oid: found.get(oid) for oid in asked}

        question = Question(
            operation=GET,
            label=f"{len(asked)} objects from {asked[0]}",
            ask=ask,
            rows=dict[Oid, SnmpValue].items,
        )
        try:
            return await self._requests.send(question, deadline)
        except OddAnswerError as odd:
            suspicion = odd.suspicion
        try:
            full = await self._requests.send_again(
                question, lambda opinion: opinion.get(asked), suspicion, deadline
            )
        except TooBigError:
            return await self._halves(oids, deadline)
        found = dict(full.rows)
        if found.keys() != set(asked):
            raise MeasurementError(self._other_objects(found, asked), GET)
        return found

    async def _halves(self, oids: tuple[Oid, ...], deadline: float) -> Found:
        """Ask for less after tooBig, now and in later requests of this run."""
        if len(oids) <= 1:
            named = oids[0] if oids else SYS_UP_TIME
            failure = failures.status_failure(failures.TOO_BIG, named, self._requests.where)
            raise MeasurementError(failure, GET)
        middle = (len(oids) + 1) // 2
        self._objects_per_get = min(self._objects_per_get, middle + 1)
        first = await self._part(oids[:middle], deadline)
        return first | await self._part(oids[middle:], deadline)

    async def _bulk(self, column: Oid, start: Oid, max_rows: int, deadline: float) -> BulkAnswer:
        async def ask(wire: GufoSession) -> BulkAnswer:
            answer = await wire.bulk(column, start, max_rows)
            if not answer.rows and not answer.left_column:
                raise OddAnswerError(self._strange("the answer to GETBULK is empty"))
            return answer

        question = Question(
            operation=BULK,
            label=f"{max_rows} rows of {column} after {start.removeprefix(column) or 'none'}",
            ask=ask,
            rows=lambda answer: answer.rows,
        )
        try:
            return await self._requests.send(question, deadline)
        except OddAnswerError as odd:
            suspicion = odd.suspicion
        try:
            full = await self._requests.send_again(
                question, lambda opinion: opinion.bulk(start, max_rows), suspicion, deadline
            )
        except TooBigError:
            failure = failures.status_failure(failures.TOO_BIG, None, self._requests.where)
            raise MeasurementError(failure, BULK) from None
        inside = tuple(row for row in full.rows if row[0].startswith(f"{column}."))
        ended = not inside or len(inside) < len(full.rows)
        return BulkAnswer(rows=inside, left_column=ended)

    def _check_advance(
        self, column: Oid, start: Oid, rows: Iterable[tuple[Oid, SnmpValue]]
    ) -> None:
        """Refuse an agent that goes in circles: each row must follow the one before it."""
        last = _arcs_below(column, start)
        for oid, _value in rows:
            arcs = _arcs_below(column, oid)
            if arcs <= last:
                raise MeasurementError(self._no_advance(oid), BULK)
            last = arcs

    def _no_advance(self, oid: Oid) -> Failure:
        return Failure(
            kind=FailureKind.INCOMPLETE,
            where=self._requests.where,
            detail=f"its rows do not advance: {oid} comes again or too late",
        )

    def _other_objects(self, found: Iterable[Oid], asked: Sequence[Oid]) -> Failure:
        answered = set(found)
        if not answered:
            return self._strange("the answer to GET is empty")
        others = sorted(answered - set(asked))
        if others:
            return self._strange(f"it answered {others[0]}, which nobody asked for")
        return self._strange(f"it answered {len(answered)} of {len(asked)} objects")

    def _strange(self, detail: str) -> Failure:
        return Failure(kind=FailureKind.UNPARSEABLE, where=self._requests.where, detail=detail)


def _arcs_below(column: Oid, oid: Oid) -> tuple[int, ...]:
    """Give the index of a row; rows of one column differ in nothing else."""
    return tuple(map(int, filter(None, oid.removeprefix(column).split("."))))
