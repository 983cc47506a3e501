"""Finds the rows of the subscriber's port: by its name, and by what only the node can tell.

A search through rows of the node is made once in a run, and remembered beyond it: what was
remembered is checked with one GET before it is believed.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.port_lookups import (
    applies,
    part_of,
    row_index,
    values_of,
    wanted_octets,
)
from cpe_diag.driver_kit.port_names import OPERATION, locate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping, Sequence

    from cpe_diag.driver_kit.access import AccessDriver, Lookup
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Doors, Oid, PortMemory, SnmpValue

REMEMBERED_FOR: Final = timedelta(days=30)
"""An entry that nobody has asked for in so long is looked for anew: cards are moved, ONTs are
exchanged (reasoned; each use is checked all the same)."""

ROWS: Final = 50
"""Rows of one GETBULK: the bound of the door."""


class PortFinder:
    """Locates ports of one node for one run; the same question is asked once."""

    def __init__(self, doors: Doors, memory: PortMemory) -> None:
        """Ask through `doors`, and remember in `memory`."""
        self._doors = doors
        self._memory = memory
        self._found: dict[tuple[str, bool], tuple[PortIndex, frozenset[int]]] = {}
        self._missing: dict[tuple[str, bool], MeasurementError] = {}
        self._told: dict[Oid, SnmpValue] = {}
        self._seen: frozenset[int] = frozenset()
        self._turn = asyncio.Lock()

    async def find(
        self,
        driver: AccessDriver,
        name: str,
        technology: str | None,
        deadline: float,
        *,
        whole: bool = True,
    ) -> PortIndex:
        """Locate a port.

        Args:
            driver: of the node.
            name: the operator's name of the port.
            technology: of the subscriber, or None.
            deadline: absolute, monotonic seconds.
            whole: ask for optional parts too.

        Returns:
            The port with every part that the driver's lookups give.

        Raises:
            MeasurementError: NOT_CONFIGURED: the name fits no scheme; UNSUPPORTED: the node has no
                such port; or how the node's answer failed.
        """
        port = locate(driver, name, technology)
        lookups = [one for one in driver.lookups if whole or not one.optional]
        if not any(applies(one, port) for one in lookups):
            return port
        async with self._turn:
            key = (name, whole)
            if key in self._missing:
                raise self._missing[key]
            if key not in self._found:
                try:
                    self._found[key] = await self._looked_up(port, lookups, deadline)
                except MeasurementError as error:
                    # What the node does not have is not looked for again by each probe.
                    if error.operation == OPERATION:
                        self._missing[key] = error
                    raise
        found, seen = self._found[key]
        self._doors.recorder.join(seen)
        return found

    async def complete(
        self, lookups: Iterable[Lookup], port: PortIndex, deadline: float
    ) -> PortIndex:
        """Look up what a port lacks and what the inventory's parts make possible to ask.

        Args:
            lookups: of the driver.
            port: from `find`, with parts of the service (VLAN, MAC).
            deadline: absolute, monotonic seconds.

        Returns:
            The port with every part that the node tells.

        Raises:
            MeasurementError: as for `find`.
        """
        async with self._turn:
            return (await self._looked_up(port, lookups, deadline))[0]

    async def find_beside(
        self, lookups: Iterable[Lookup], ports: Sequence[PortIndex], deadline: float
    ) -> tuple[PortIndex, ...]:
        """Complete ports beside the subscriber's without a search: all of them in one question.

        Rows are those that this run has read already, and those that are remembered: they are
        checked together, in one GET for each lookup.

        Args:
            lookups: of the driver, in its order.
            ports: as their names tell them.
            deadline: absolute, monotonic seconds.

        Returns:
            The ports in their order; one whose row is not known keeps the parts that it had.

        Raises:
            MeasurementError: how the node's answer failed.
        """
        rows = list(ports)
        async with self._turn:
            self._doors.recorder.join(self._seen)
            for lookup in lookups:
                wanted = [at for at, port in enumerate(rows) if applies(lookup, port)]
                if lookup.same_as:
                    told = {at: rows[at].parts[lookup.same_as] for at in wanted}
                elif lookup.oid:
                    told = await self._asked_of({at: rows[at] for at in wanted}, lookup, deadline)
                else:
                    told = await self._known_of({at: rows[at] for at in wanted}, lookup, deadline)
                for at, part in told.items():
                    rows[at] = rows[at].with_part(lookup.gives, part)
            self._seen = self._doors.recorder.seen()
        return tuple(rows)

    async def _asked_of(
        self, ports: Mapping[int, PortIndex], lookup: Lookup, deadline: float
    ) -> dict[int, str]:
        """Ask for the object of each port, those of one lookup together."""
        oids = {at: port.fill(lookup.oid) for at, port in ports.items()}
        await self._tell(oids.values(), deadline)
        told = {at: part_of(lookup, self._told[oid]) for at, oid in oids.items()}
        return {at: part for at, part in told.items() if part is not None}

    async def _known_of(
        self, ports: Mapping[int, PortIndex], lookup: Lookup, deadline: float
    ) -> dict[int, str]:
        """Find rows that were read in this run or are remembered; the latter are checked."""
        snmp, clock = self._doors.snmp, self._doors.clock
        found: dict[int, str] = {}
        believed: dict[int, tuple[Oid, bytes, str]] = {}
        for at, port in ports.items():
            column, wanted = port.fill(lookup.column), wanted_octets(lookup, port)
            if wanted is None:
                continue
            index = self._told_already(column, wanted)
            if index is not None:
                found[at] = index
                self._memory.keep(snmp.node, column, wanted.hex(), index, clock.now())
                continue
            held = self._remembered(column, wanted)
            if held is not None:
                believed[at] = (f"{column}.{held}", wanted, held)
        await self._tell([oid for oid, _, _ in believed.values()], deadline)
        for at, (oid, wanted, held) in believed.items():
            if wanted in values_of(self._told[oid]):
                found[at] = held
        return found

    async def _tell(self, oids: Iterable[Oid], deadline: float) -> None:
        unread = tuple(dict.fromkeys(oid for oid in oids if oid not in self._told))
        if unread:
            self._told.update(await self._doors.snmp.get(unread, deadline=deadline))

    async def _looked_up(
        self, port: PortIndex, lookups: Iterable[Lookup], deadline: float
    ) -> tuple[PortIndex, frozenset[int]]:
        self._doors.recorder.join(self._seen)
        for lookup in lookups:
            if not applies(lookup, port):
                continue
            if lookup.same_as:
                port = port.with_part(lookup.gives, port.parts[lookup.same_as])
                continue
            ask: Awaitable[str] = (
                self._asked(port, lookup, deadline)
                if lookup.oid
                else self._searched(port, lookup, deadline)
            )
            try:
                port = port.with_part(lookup.gives, await ask)
            except MeasurementError as error:
                # A node that does not answer is another thing than one that does not tell.
                if not (lookup.optional and error.operation == OPERATION):
                    raise
        self._seen = self._doors.recorder.seen()
        return port, self._seen

    async def _asked(self, port: PortIndex, lookup: Lookup, deadline: float) -> str:
        oid = port.fill(lookup.oid)
        if oid not in self._told:
            self._told.update(await self._doors.snmp.get((oid,), deadline=deadline))
        part = part_of(lookup, self._told[oid])
        if part is None:
            raise self._not_there(port)
        return part

    async def _searched(self, port: PortIndex, lookup: Lookup, deadline: float) -> str:
        snmp, clock = self._doors.snmp, self._doors.clock
        column = port.fill(lookup.column)
        wanted = wanted_octets(lookup, port)
        if wanted is None:
            raise self._not_there(port)
        index = self._told_already(column, wanted)
        if index is not None:
            return index
        held = self._remembered(column, wanted)
        if held is not None:
            oid = f"{column}.{held}"
            if wanted in values_of((await snmp.get((oid,), deadline=deadline))[oid]):
                return held
        after, read = "", 0
        while read < lookup.most_rows:
            rows = await snmp.next_rows(
                column, after=after, max_rows=min(ROWS, lookup.most_rows - read), deadline=deadline
            )
            self._told.update(rows)
            for oid, raw in rows:
                if wanted in values_of(raw):
                    index = row_index(oid, column)
                    self._memory.keep(snmp.node, column, wanted.hex(), index, clock.now())
                    return index
            if len(rows) < min(ROWS, lookup.most_rows - read):
                raise self._not_there(port)
            after, read = row_index(rows[-1][0], column), read + len(rows)
        failure = Failure(
            kind=FailureKind.INCOMPLETE,
            where=snmp.node,
            detail=f"{port.name} is not among the first {read} rows, and no more were read",
            next_step="write the node's own number of the port, if the driver takes one",
        )
        raise MeasurementError(failure, OPERATION)

    def _told_already(self, column: Oid, wanted: bytes) -> str | None:
        """Find a row among those that this run has read."""
        for oid, raw in self._told.items():
            if oid.startswith(f"{column}.") and wanted in values_of(raw):
                return row_index(oid, column)
        return None

    def _remembered(self, column: Oid, wanted: bytes) -> str | None:
        held = self._memory.recall(self._doors.snmp.node, column, wanted.hex())
        if held is None or self._doors.clock.now() - held.at >= REMEMBERED_FOR:
            return None
        return held.index

    def _not_there(self, port: PortIndex) -> MeasurementError:
        failure = Failure(
            kind=FailureKind.UNSUPPORTED,
            where=self._doors.snmp.node,
            detail=f"the node knows no {port.name}",
            next_step="compare the port in the inventory with the node",
        )
        return MeasurementError(failure, OPERATION)
