"""After a kill: whatever the journal holds and whatever stands on the node, one known end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from cpe_diag.domain.action import (
    ActionEnd,
    ActionOutcome,
    ActionPlan,
    ActionRecord,
    EntryKind,
    JournalEntry,
    Phase,
    Proof,
)
from cpe_diag.domain.failures import ActionError, Failure, FailureKind
from cpe_diag.driver_kit.action_spec import ActionSpec, SetStep
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.engine.plan_action import Where, action_of, plan_action
from cpe_diag.engine.recover import recover
from cpe_diag.ports import ControlDoors, Oid, SnmpValue
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.control_doors import FakeControl, FakeJournal, FakeShell
from cpe_diag.testing.doors import FakeSnmp, Wire

ADMIN = "1.3.6.1.2.1.2.2.1.7.7"
PVID = "1.3.6.1.2.1.17.7.1.4.5.1.1.7"
IFMIB = load_access_driver("generic_ifmib")
WHERE = Where(
    subscriber="sub-1",
    node="an-1",
    address="192.0.2.10:161",
    port=interface(7).with_part("base_port", "7"),
)
AT = datetime(2026, 3, 1, tzinfo=UTC)
TRIGGER = ActionSpec(
    id="ont.reset",
    steps=tuple(
        SetStep(oid=f"1.3.6.1.4.1.32473.{n}.{{if_index}}", type="integer", value=1, read=False)
        for n in (1, 2)
    ),
    read_back=(),
    values={},
    value_range=None,
    value_text=False,
    outage_s=0.0,
    undo="none",
    source="MADE-UP-MIB madeUp",
)


def planned(action: str) -> ActionPlan:
    """Plan a change of a node whose port is up and in VLAN 999."""
    spec = TRIGGER if action == "ont.reset" else action_of(IFMIB, action)
    wished = "107" if action == "port.set_vlan" else None
    return plan_action(spec, IFMIB, WHERE, wished=wished, present={ADMIN: 1, PVID: 999})


def record(plan: ActionPlan, *intents: tuple[Phase, int]) -> ActionRecord:
    """Make what a journal holds after a kill."""
    entries = tuple(
        JournalEntry(kind=EntryKind.INTENT, at=AT, words="SET", phase=phase, step=step)
        for phase, step in intents
    )
    return ActionRecord(
        id="a1", begun_at=AT, plan=plan, ticket=None, symptom="wrong VLAN", entries=entries
    )


@dataclass(slots=True)
class Node:
    """A node after the kill."""

    objects: dict[Oid, SnmpValue]
    holds: bool | None = True
    clock: FakeClock = field(default_factory=FakeClock)
    sent: list[tuple[Oid, str]] = field(default_factory=list)
    failure: Failure | None = None
    journal: FakeJournal = field(default_factory=FakeJournal)

    async def recovered(self, held: ActionRecord, *, keep: bool = False) -> ActionOutcome:
        """Recover."""
        wire = Wire(clock=self.clock, failure=self.failure)
        control = FakeControl(wire=wire, objects=self.objects)
        doors = ControlDoors(
            clock=self.clock,
            snmp=FakeSnmp(wire=wire, objects=self.objects),
            control=control,
            shell=FakeShell(wire=wire),
            journal=self.journal,
        )

        async def prove() -> Proof:
            return Proof(holds=self.holds, took_effect=True, words="measured")

        ends: list[ActionOutcome] = []
        try:
            outcome = await recover(held, doors, prove, keep=keep, on_end=ends.append)
        finally:
            self.sent = [(one.oid, one.value) for objects in control.sent for one in objects]
        assert ends == [outcome]
        assert self.journal.entries[-1].kind is EntryKind.END
        return outcome


FORWARD, BACK = Phase.FORWARD, Phase.BACK


@pytest.mark.parametrize(
    ("intents", "admin", "end", "sent"),
    [
        ((), 1, ActionEnd.FAILED, []),
        (((FORWARD, 0),), 1, ActionEnd.FAILED, []),
        (((FORWARD, 0),), 2, ActionEnd.ROLLED_BACK, [(ADMIN, "1")]),
        (((FORWARD, 0), (FORWARD, 2)), 2, ActionEnd.ROLLED_BACK, [(ADMIN, "1")]),
        (((FORWARD, 0), (FORWARD, 2)), 1, ActionEnd.PROVEN, []),
        (((FORWARD, 0), (BACK, 0)), 2, ActionEnd.ROLLED_BACK, [(ADMIN, "1")]),
        (((FORWARD, 0), (BACK, 0)), 1, ActionEnd.FAILED, []),
    ],
)
async def test_a_restart_ends_with_an_open_port(
    intents: tuple[tuple[Phase, int], ...],
    admin: int,
    end: ActionEnd,
    sent: list[tuple[str, str]],
) -> None:
    """Nothing that stands already is sent again."""
    node = Node(objects={ADMIN: admin})
    outcome = await node.recovered(record(planned("port.restart"), *intents))
    assert outcome.end is end
    assert node.sent == sent
    assert node.objects[ADMIN] == 1


@pytest.mark.parametrize(
    ("vlan", "keep", "holds", "end", "sent"),
    [
        (999, False, True, ActionEnd.FAILED, []),
        (999, True, True, ActionEnd.FAILED, []),
        (107, False, True, ActionEnd.ROLLED_BACK, [(PVID, "999")]),
        (107, True, True, ActionEnd.PROVEN, []),
        (107, True, False, ActionEnd.ROLLED_BACK, [(PVID, "999")]),
    ],
)
async def test_a_setting_is_taken_back_unless_it_is_kept_and_proven(
    vlan: int, *, keep: bool, holds: bool, end: ActionEnd, sent: list[tuple[str, str]]
) -> None:
    """What nobody has proven does not stay."""
    node = Node(objects={PVID: vlan}, holds=holds)
    outcome = await node.recovered(record(planned("port.set_vlan"), (FORWARD, 0)), keep=keep)
    assert outcome.end is end
    assert node.sent == sent


@pytest.mark.parametrize(
    ("intents", "end"),
    [
        ((), ActionEnd.FAILED),
        (((FORWARD, 0),), ActionEnd.UNKNOWN),
        (((FORWARD, 0), (FORWARD, 1)), ActionEnd.PROVEN),
    ],
)
async def test_a_trigger_is_never_sent_again(
    intents: tuple[tuple[Phase, int], ...], end: ActionEnd
) -> None:
    """It may have happened, and nobody can look."""
    node = Node(objects={})
    outcome = await node.recovered(record(planned("ont.reset"), *intents))
    assert outcome.end is end
    assert node.sent == []


async def test_a_node_that_cannot_be_read_keeps_the_action_open() -> None:
    """Then nothing is sent, and it can be recovered later."""
    silent = Failure(kind=FailureKind.SILENT, where="an-1", detail="no answer")
    node = Node(objects={ADMIN: 2}, failure=silent)
    with pytest.raises(ActionError, match="cannot be read; nothing was done"):
        await node.recovered(record(planned("port.restart"), (FORWARD, 0)))
    assert node.sent == []
    assert node.journal.entries == []


async def test_an_action_with_an_end_is_not_recovered() -> None:
    """The command line says so; here it is a bug."""
    held = record(planned("port.restart"))
    end = JournalEntry(kind=EntryKind.END, at=AT, words="", said="proven")
    ended = ActionRecord(
        id="a1", begun_at=AT, plan=held.plan, ticket=None, symptom="", entries=(end,)
    )
    with pytest.raises(ValueError, match="has ended"):
        await Node(objects={}).recovered(ended)
