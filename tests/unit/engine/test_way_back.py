"""A node that goes away while its port is shut: opened in the end, or listed as unfinished."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import (
    ActionEnd,
    ActionOutcome,
    ActionPlan,
    ActionRecord,
    EntryKind,
    Proof,
)
from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.engine.perform import perform
from cpe_diag.engine.plan_action import Where, action_of, plan_action
from cpe_diag.engine.recover import recover
from cpe_diag.ports import ControlDoors, Oid, SnmpValue
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.control_doors import FakeJournal, FakeShell
from cpe_diag.testing.doors import FakeSnmp, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cpe_diag.ports import SetObject

ADMIN = "1.3.6.1.2.1.2.2.1.7.7"
IFMIB = load_access_driver("generic_ifmib")
WHERE = Where(subscriber="sub-1", node="an-1", address="192.0.2.10:161", port=interface(7))
FOR_EVER = 1e9
GREET_S = 5.0


def silent() -> Failure:
    """Make what a node that is away looks like."""
    return Failure(kind=FailureKind.SILENT, where="an-1", detail="no answer")


@dataclass
class AwayNode:
    """A node that is away from one SET on; what is sent into the silence may come late.

    `away_from` is the number of the SET (from 0) with which the silence begins: that SET is
    `arrives` True done at once and its answer is lost, False lost, or it comes `late_s` later.
    `reads` False: it does not answer GET either while it is away. While it is away and the
    session is new, a SET is not sent, as the greeting before it stays silent.
    """

    away_s: float
    away_from: int = 0
    arrives: bool = True
    late_s: float | None = None
    reads: bool = False
    refuses: frozenset[int] = frozenset()
    node: str = "an-1"
    clock: FakeClock = field(default_factory=FakeClock)
    objects: dict[Oid, SnmpValue] = field(default_factory=lambda: {ADMIN: 1})
    journal: FakeJournal = field(default_factory=FakeJournal)
    away_until: float | None = None
    late: list[tuple[float, Oid, int]] = field(default_factory=list)
    sets: int = 0
    greeted: bool = True

    @property
    def away(self) -> bool:
        """It does not answer now."""
        return self.away_until is not None and self.clock.monotonic() < self.away_until

    def catch_up(self) -> None:
        """Let what was late come in."""
        now = self.clock.monotonic()
        for one in tuple(self.late):
            if one[0] <= now:
                self.late.remove(one)
                self.objects[one[1]] = one[2]

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Answer, or not."""
        self.catch_up()
        if self.away and not self.reads:
            await self.clock.sleep_until(min(deadline, self.clock.monotonic() + 4.0))
            raise MeasurementError(silent(), "snmp.get")
        wire = Wire(clock=self.clock)
        return await FakeSnmp(wire=wire, objects=self.objects).get(oids, deadline=deadline)

    async def set(self, objects: Sequence[SetObject], *, deadline: float) -> None:
        """Do it, lose it, or let it come late."""
        self.catch_up()
        now = self.clock.monotonic()
        if self.away and not self.greeted:
            await self.clock.sleep_until(min(deadline, now + GREET_S))
            raise ChangeError(silent(), "snmp.set", may_have_happened=False)
        number, self.sets = self.sets, self.sets + 1
        if number in self.refuses:
            failure = Failure(kind=FailureKind.DEVICE_ERROR, where="an-1", detail="genErr")
            raise ChangeError(failure, "snmp.set", may_have_happened=False)
        values = {one.oid: int(one.value) for one in objects}
        if number == self.away_from:
            self.away_until = now + self.away_s
        self.greeted = not self.away
        if not self.away:
            self.objects.update(values)
            return
        if number == self.away_from and self.late_s is not None:
            self.late += [(now + self.late_s, oid, value) for oid, value in values.items()]
        elif number == self.away_from and self.arrives:
            self.objects.update(values)
        await self.clock.sleep_until(deadline)
        raise ChangeError(silent(), "snmp.set", may_have_happened=True)

    def doors(self) -> ControlDoors:
        """Give the doors."""
        return ControlDoors(
            clock=self.clock,
            snmp=self,  # type: ignore[arg-type]  # only `get` is asked
            control=self,
            shell=FakeShell(wire=Wire(clock=self.clock)),
            journal=self.journal,
        )

    async def prove(self) -> Proof:
        """Measure nothing that tells."""
        return Proof(holds=not self.away, took_effect=None, words="measured")

    async def restart(
        self, on_end: Callable[[ActionOutcome], None] | None = None
    ) -> ActionOutcome:
        """Restart the port."""
        return await perform(
            "a1",
            plan(),
            self.doors(),
            self.prove,
            symptom="none",
            on_end=on_end or (lambda _: None),
        )

    async def recovered(self) -> ActionOutcome:
        """Recover what the journal holds."""
        held = ActionRecord(
            id="a1",
            begun_at=self.clock.now(),
            plan=plan(),
            ticket=None,
            symptom="none",
            entries=tuple(self.journal.entries),
        )
        return await recover(held, self.doors(), self.prove, keep=False, on_end=lambda _: None)

    @property
    def ends(self) -> int:
        """How many ends the journal has."""
        return sum(one.kind is EntryKind.END for one in self.journal.entries)

    async def at_last(self) -> SnmpValue:
        """Give the port's state when everything that was late has come."""
        await self.clock.sleep_until(self.clock.monotonic() + 1000.0)
        self.catch_up()
        return self.objects[ADMIN]


def plan() -> ActionPlan:
    """Plan a restart of a port that is open."""
    spec = action_of(IFMIB, "port.restart")
    return plan_action(spec, IFMIB, WHERE, wished=None, present={ADMIN: 1})


@pytest.mark.parametrize("away_from", [0, 1])
@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("away_s", [5.0, 12.0, 20.0, 30.0, 60.0, 120.0, 200.0])
async def test_a_port_is_opened_when_the_node_comes_back(
    away_s: float, *, arrives: bool, reads: bool, away_from: int
) -> None:
    """However long it was away, within minutes."""
    node = AwayNode(away_s=away_s, away_from=away_from, arrives=arrives, reads=reads)
    outcome = await node.restart()
    assert node.objects[ADMIN] == 1
    assert node.ends == 1
    assert outcome.end is not ActionEnd.UNKNOWN


@pytest.mark.parametrize("away_from", [0, 1])
@pytest.mark.parametrize("arrives", [True, False])
async def test_a_node_that_stays_away_leaves_the_change_unfinished(
    away_from: int, *, arrives: bool
) -> None:
    """Nobody can say what stands, so nobody says that it has ended."""
    node = AwayNode(away_s=FOR_EVER, away_from=away_from, arrives=arrives)
    outcome = await node.restart()
    assert outcome.end is ActionEnd.UNKNOWN
    assert node.ends == 0
    assert "cpe-diag port recover a1" in outcome.words
    node.away_until = 0.0
    assert (await node.recovered()).end is not ActionEnd.UNKNOWN
    assert node.ends == 1
    assert node.objects[ADMIN] == 1


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("away_s", [1.0, 30.0, 120.0])
@pytest.mark.parametrize("late_s", [11.0, 20.0, 60.0, 100.0, 149.0])
async def test_a_set_that_comes_late_leaves_no_shut_port(
    late_s: float, away_s: float, *, reads: bool
) -> None:
    """It is looked for until it cannot come any more."""
    node = AwayNode(away_s=away_s, late_s=late_s, reads=reads)
    await node.restart()
    assert node.ends == 1
    assert await node.at_last() == 1


async def test_whoever_stops_the_wait_for_a_late_set_leaves_it_unfinished() -> None:
    """And a recovery waits for what is left of the time."""
    node = AwayNode(away_s=1.0, late_s=60.0)
    outcomes: list[ActionOutcome] = []
    work = asyncio.create_task(node.restart(outcomes.append))
    await node.clock.sleep_until(node.clock.monotonic() + 30.0)
    work.cancel()
    await asyncio.wait({work})
    assert outcomes[-1].end is ActionEnd.UNKNOWN
    assert "may still come" in outcomes[-1].words
    assert node.ends == 0
    outcome = await node.recovered()
    assert outcome.end is ActionEnd.ROLLED_BACK
    assert await node.at_last() == 1


async def test_whoever_stops_a_node_that_is_away_is_not_held_for_minutes() -> None:
    """One more try, and then it is unfinished."""
    node = AwayNode(away_s=FOR_EVER)
    outcomes: list[ActionOutcome] = []
    work = asyncio.create_task(node.restart(outcomes.append))
    await node.clock.sleep_until(node.clock.monotonic() + 40.0)
    stopped_s = node.clock.monotonic()
    work.cancel()
    await asyncio.wait({work})
    assert node.clock.monotonic() - stopped_s < 100.0
    assert outcomes[-1].end is ActionEnd.UNKNOWN
    assert node.ends == 0


async def test_a_node_that_refuses_to_open_the_port_is_asked_again() -> None:
    """What it let us shut, it may let us open a little later."""
    node = AwayNode(away_s=0.0, away_from=99, refuses=frozenset({1, 2, 3, 4}))
    outcome = await node.restart()
    assert outcome.end is ActionEnd.ROLLED_BACK
    assert node.objects[ADMIN] == 1


async def test_a_node_that_never_opens_the_port_again_has_no_end() -> None:
    """A port that is known to be shut is not done with."""
    node = AwayNode(away_s=0.0, away_from=99, refuses=frozenset(range(1, 999)))
    outcome = await node.restart()
    assert outcome.end is ActionEnd.UNKNOWN
    assert "do not stand" in outcome.words
    assert node.ends == 0
