"""Finds the rows of the subscriber's port: by its name, and by what only the node can tell.

A search through rows of the node is made once in a run, and remembered beyond it: what was
remembered is checked with one GET before it is believed.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.port_index import octets_of_form, placeholders
from cpe_diag.driver_kit.port_names import OPERATION, locate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

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
        if not any(_applies(one, port) for one in lookups):
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

    async def _looked_up(
        self, port: PortIndex, lookups: Iterable[Lookup], deadline: float
    ) -> tuple[PortIndex, frozenset[int]]:
        self._doors.recorder.join(self._seen)
        for lookup in lookups:
            if not _applies(lookup, port):
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
        raw = self._told[oid]
        if lookup.pattern:
            text = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
            found = re.fullmatch(lookup.pattern, text)
            if found is None:
                raise self._not_there(port)
            return str(found[1])
        if not isinstance(raw, int) or raw in lookup.sentinels:
            raise self._not_there(port)
        return str(raw)

    async def _searched(self, port: PortIndex, lookup: Lookup, deadline: float) -> str:
        snmp, clock = self._doors.snmp, self._doors.clock
        column = port.fill(lookup.column)
        wanted = _wanted(lookup, port)
        for oid, raw in self._told.items():
            if oid.startswith(f"{column}.") and _is(wanted, raw):
                return _rest(oid, column)
        held = self._memory.recall(snmp.node, column, wanted.hex())
        if held is not None and clock.now() - held.at < REMEMBERED_FOR:
            oid = f"{column}.{held.index}"
            if _is(wanted, (await snmp.get((oid,), deadline=deadline))[oid]):
                return held.index
        after, read = "", 0
        while read < lookup.most_rows:
            rows = await snmp.next_rows(
                column, after=after, max_rows=min(ROWS, lookup.most_rows - read), deadline=deadline
            )
            self._told.update(rows)
            for oid, raw in rows:
                if _is(wanted, raw):
                    index = _rest(oid, column)
                    self._memory.keep(snmp.node, column, wanted.hex(), index, clock.now())
                    return index
            if len(rows) < min(ROWS, lookup.most_rows - read):
                raise self._not_there(port)
            after, read = _rest(rows[-1][0], column), read + len(rows)
        failure = Failure(
            kind=FailureKind.INCOMPLETE,
            where=snmp.node,
            detail=f"{port.name} is not among the first {read} rows, and no more were read",
            next_step="write the node's own number of the port, if the driver takes one",
        )
        raise MeasurementError(failure, OPERATION)

    def _not_there(self, port: PortIndex) -> MeasurementError:
        failure = Failure(
            kind=FailureKind.UNSUPPORTED,
            where=self._doors.snmp.node,
            detail=f"the node knows no {port.name}",
            next_step="compare the port in the inventory with the node",
        )
        return MeasurementError(failure, OPERATION)


def _applies(lookup: Lookup, port: PortIndex) -> bool:
    needed = (lookup.same_as,) if lookup.same_as else placeholders(lookup.oid or lookup.column)
    held = port.parts if lookup.form == "number" else port.words
    has_wanted = not lookup.wanted or bool(held.get(lookup.wanted))
    filled = all(name in port.parts for name in needed)
    return lookup.gives not in port.parts and has_wanted and filled


def _wanted(lookup: Lookup, port: PortIndex) -> bytes:
    """Give the octets that are looked for; a number as its digits."""
    if lookup.form == "number":
        return port.parts[lookup.wanted].encode()
    return bytes(octets_of_form(lookup.form, port.words[lookup.wanted]))


def _rest(oid: Oid, column: Oid) -> str:
    return oid[len(column) + 1 :]


def _is(wanted: bytes, raw: SnmpValue) -> bool:
    """Compare octets, or a number by its digits; a serial number may be octets or text."""
    if not isinstance(raw, bytes):
        return isinstance(raw, int) and str(raw).encode() == wanted
    text = raw.rstrip(b"\0").strip()
    return wanted in {raw, text} or text.upper() == wanted.hex().upper().encode()
