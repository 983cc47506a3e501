"""What becomes of a change: proven twice, put back, or told honestly; nothing blindly repeated."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import (
    ActionEnd,
    ActionOutcome,
    ActionPlan,
    EntryKind,
    JournalEntry,
    Phase,
    Proof,
    StepSaid,
)
from cpe_diag.domain.agreement import GuardFinding, GuardState
from cpe_diag.domain.failures import ActionError, HoldLostError
from cpe_diag.driver_kit.action_spec import ActionSpec, CliStep, ReadBack, SetStep
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.engine import perform as perform_module
from cpe_diag.engine.changing import PATIENCE
from cpe_diag.engine.perform import perform
from cpe_diag.engine.plan_action import Where, action_of, plan_action
from cpe_diag.ports import ControlDoors, Doors, Oid, SnmpReader, SnmpValue
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.control_doors import FakeControl, FakeJournal, FakeShell, Fate
from cpe_diag.testing.doors import FakeSnmp, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

ADMIN = "1.3.6.1.2.1.2.2.1.7.7"
PVID = "1.3.6.1.2.1.17.7.1.4.5.1.1.7"
IFMIB = load_access_driver("generic_ifmib")
PORT = interface(7).with_part("base_port", "7")
WHERE = Where(subscriber="sub-1", node="an-1", address="192.0.2.10:161", port=PORT)
HELPED = Proof(holds=True, took_effect=None, words="no fault")
NO_HELP = Proof(holds=False, took_effect=None, words="the same fault")
NOT_TOLD = Proof(holds=None, took_effect=None, words="cannot be told")
RESET = ActionSpec(
    id="ont.reset",
    steps=(SetStep(oid="1.3.6.1.4.1.32473.1.{if_index}", type="integer", value=1, read=False),),
    read_back=(),
    values={},
    value_range=None,
    value_text=False,
    outage_s=60.0,
    undo="none",
    source="MADE-UP-MIB madeUp",
)


@dataclass
class Bench:
    """A node, its doors, and a journal."""

    objects: dict[Oid, SnmpValue] = field(default_factory=lambda: {ADMIN: 1, PVID: 999})
    fates: list[Fate] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=lambda: [HELPED])
    journal: FakeJournal = field(default_factory=FakeJournal)
    clock: FakeClock = field(default_factory=FakeClock)
    measured: int = 0
    outcomes: list[ActionOutcome] = field(default_factory=list)
    wire: Wire = field(init=False)
    control: FakeControl = field(init=False)
    snmp: FakeSnmp = field(init=False)
    shell: FakeShell = field(init=False)

    def __post_init__(self) -> None:
        """Open the doors."""
        self.wire = Wire(clock=self.clock, takes_s=0.05)
        self.control = FakeControl(wire=self.wire, objects=self.objects, fates=self.fates)
        self.snmp = FakeSnmp(wire=self.wire, objects=self.objects)
        self.shell = FakeShell(wire=self.wire, objects=self.objects)

    def plan(self, action: str, wished: str | None = None) -> ActionPlan:
        """Plan a change of the node as it is now."""
        spec = RESET if action == "ont.reset" else action_of(IFMIB, action)
        present = dict(self.objects)
        return plan_action(spec, IFMIB, WHERE, wished=wished, present=present)

    async def prove(self) -> Proof:
        """Measure: the next proof, the last one for ever."""
        self.measured += 1
        await self.clock.sleep_until(self.clock.monotonic() + 1.0)
        return self.proofs.pop(0) if len(self.proofs) > 1 else self.proofs[0]

    def doors(self) -> ControlDoors:
        """Give the doors."""
        return ControlDoors(
            clock=self.clock,
            snmp=self.snmp,
            control=self.control,
            shell=self.shell,
            journal=self.journal,
        )

    async def do(self, plan: ActionPlan) -> ActionOutcome:
        """Perform a plan."""
        return await perform(
            "a1",
            plan,
            self.doors(),
            self.prove,
            symptom="wrong VLAN",
            on_end=self.outcomes.append,
        )

    @property
    def sent(self) -> list[tuple[Oid, str]]:
        """Every SET that was sent."""
        return [(one.oid, one.value) for objects in self.control.sent for one in objects]

    def kinds(self) -> list[str]:
        """The journal in short."""
        return [
            one.kind
            + (f" {one.phase} {one.step}" if one.kind is EntryKind.INTENT else "")
            + (f" {one.said}" if one.said else "")
            for one in self.journal.entries
        ]


class TestProven:
    """It took effect, and it helped."""

    async def test_a_setting_that_is_read_back_and_clears_the_symptom_is_kept(self) -> None:
        """Law 7: proven twice."""
        bench = Bench()
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.PROVEN
        assert bench.objects[PVID] == 107
        assert bench.sent == [(PVID, "107")]
        assert outcome.symptom == "before: wrong VLAN; now: no fault"
        assert bench.kinds() == [
            "intent forward 0",
            "answer done",
            "note",
            "note",
            "end proven",
        ]
        assert bench.outcomes == [outcome]

    async def test_a_restart_shuts_waits_and_opens(self) -> None:
        """And is measured until the line has trained."""
        bench = Bench(proofs=[NO_HELP, NOT_TOLD, HELPED])
        started_s = bench.clock.monotonic()
        outcome = await bench.do(bench.plan("port.restart"))
        assert outcome.end is ActionEnd.PROVEN
        assert bench.sent == [(ADMIN, "2"), (ADMIN, "1")]
        assert bench.objects[ADMIN] == 1
        assert bench.measured == 3
        assert bench.clock.monotonic() - started_s >= 3.0

    async def test_intents_stand_in_the_journal_before_they_are_sent(self) -> None:
        """What was sent and is not in the journal cannot be recovered."""
        bench = Bench()
        seen: list[int] = []

        class Watched(FakeControl):
            async def set(self, objects: Sequence[object], *, deadline: float) -> None:
                seen.append(sum(one.kind is EntryKind.INTENT for one in bench.journal.entries))
                await FakeControl.set(self, objects, deadline=deadline)  # type: ignore[arg-type]  # what it was given

        bench.control = Watched(wire=bench.wire, objects=bench.objects)
        await bench.do(bench.plan("port.restart"))
        assert seen == [1, 2]


class TestNotDone:
    """Nothing was changed, and it is told as that."""

    async def test_a_refusal_of_the_first_set_has_changed_nothing(self) -> None:
        """The node says no."""
        bench = Bench(fates=[Fate.REFUSED])
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.FAILED
        assert "notWritable" in outcome.words
        assert "nothing was changed" in outcome.words
        assert bench.measured == 0

    async def test_a_set_that_the_node_only_says_it_did_is_no_change(self) -> None:
        """The command returned is no outcome."""
        bench = Bench(fates=[Fate.IGNORED])
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.FAILED
        assert "did not take effect" in outcome.words
        assert bench.sent == [(PVID, "107")]

    async def test_a_node_that_has_changed_since_the_plan_is_left_alone(self) -> None:
        """Somebody else was faster."""
        bench = Bench()
        plan = bench.plan("port.set_vlan", "107")
        bench.objects[PVID] = 7
        with pytest.raises(ActionError, match="was 999 when the plan was made"):
            await bench.do(plan)
        assert bench.sent == []
        assert bench.kinds() == ["end failed"]

    async def test_a_journal_that_cannot_be_written_stops_it_before_the_first_set(self) -> None:
        """Without a journal a kill would leave a port shut and nobody to know."""
        bench = Bench(journal=FakeJournal(room=0))
        with pytest.raises(ActionError, match="No space left"):
            await bench.do(bench.plan("port.restart"))
        assert bench.sent == []

    @pytest.mark.parametrize("held_for", [0, 2])
    async def test_whoever_has_lost_the_device_sends_nothing_more(self, held_for: int) -> None:
        """A frozen process that wakes up: another one has looked, and opens the port."""
        bench = Bench(journal=FakeJournal(held_for=held_for))
        with pytest.raises(HoldLostError):
            await bench.do(bench.plan("port.restart"))
        assert len(bench.sent) == held_for // 2
        assert all(one.kind is not EntryKind.END for one in bench.journal.entries)

    async def test_a_plan_with_objections_is_never_performed(self) -> None:
        """The guard is asked before, and this is a bug."""
        bench = Bench()
        refused = GuardFinding(id="node_name", state=GuardState.REFUSED, because="another node")
        with pytest.raises(ValueError, match="objections"):
            await bench.do(replace(bench.plan("port.restart"), findings=(refused,)))


class TestSilence:
    """A SET that may have happened is looked at, never repeated blindly."""

    async def test_a_lost_answer_is_found_done(self) -> None:
        """One SET, and one look."""
        bench = Bench(fates=[Fate.ANSWER_LOST])
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.PROVEN
        assert bench.sent == [(PVID, "107")]
        assert [one.said for one in outcome.steps] == [StepSaid.SILENT, StepSaid.FOUND]

    async def test_a_lost_request_of_the_first_step_ends_it(self) -> None:
        """Nothing is tried again, and it is looked at until the SET cannot come late any more."""
        bench = Bench(fates=[Fate.REQUEST_LOST])
        outcome = await bench.do(bench.plan("port.restart"))
        assert outcome.end is ActionEnd.FAILED
        assert "the previous values stand" in outcome.words
        assert outcome.took_s >= PATIENCE.on_its_way_s
        assert bench.sent == [(ADMIN, "2")]
        assert bench.objects[ADMIN] == 1

    async def test_a_shut_port_is_opened_again_after_a_look_that_it_is_shut(self) -> None:
        """The one SET that must not stay undone."""
        bench = Bench(fates=[Fate.DONE, Fate.REQUEST_LOST, Fate.REQUEST_LOST])
        outcome = await bench.do(bench.plan("port.restart"))
        assert outcome.end is ActionEnd.PROVEN
        assert bench.sent == [(ADMIN, "2"), *[(ADMIN, "1")] * 3]
        said = [one.said for one in outcome.steps]
        assert said == [
            StepSaid.DONE,
            *[StepSaid.SILENT, StepSaid.NOT_FOUND] * 2,
            StepSaid.DONE,
        ]
        assert bench.objects[ADMIN] == 1

    async def test_a_trigger_that_stays_unanswered_is_never_sent_again(self) -> None:
        """Nobody can see whether the ONT was told; it may restart right now."""
        bench = Bench(fates=[Fate.ANSWER_LOST], proofs=[NO_HELP])
        outcome = await bench.do(bench.plan("ont.reset"))
        assert outcome.end is ActionEnd.UNKNOWN
        assert len(bench.sent) == 1

    async def test_a_trigger_is_proven_by_what_is_measured(self) -> None:
        """The ONT went down and came back after it."""
        bench = Bench(proofs=[NOT_TOLD, replace(HELPED, took_effect=True)])
        outcome = await bench.do(bench.plan("ont.reset"))
        assert outcome.end is ActionEnd.PROVEN
        bench = Bench(proofs=[HELPED])
        outcome = await bench.do(bench.plan("ont.reset"))
        assert outcome.end is ActionEnd.UNKNOWN
        assert "nothing shows whether it took effect" in outcome.words


class TestReset:
    """An ONT goes down and comes back: it is up before and after."""

    spec = replace(
        RESET, read_back=(ReadBack(oid="1.3.6.1.4.1.32473.9.{if_index}", value=1),), outage_s=120.0
    )
    state = "1.3.6.1.4.1.32473.9.7"

    async def end(self, bench: Bench, state: int) -> ActionOutcome:
        """Restart an ONT that is up, and in `state` afterwards."""
        plan = plan_action(self.spec, IFMIB, WHERE, wished=None, present={self.state: 1})
        bench.objects[self.state] = 1
        proofs = bench.proofs

        async def prove() -> Proof:
            bench.measured += 1
            if len(proofs) == 1:
                bench.objects[self.state] = state
            return proofs.pop(0) if len(proofs) > 1 else proofs[0]

        bench.prove = prove  # type: ignore[method-assign]  # measuring takes the ONT's time
        return await bench.do(plan)

    async def test_an_ont_that_was_up_before_is_not_taken_for_one_that_came_back(self) -> None:
        """It says `up` for some seconds after it was told to restart."""
        came_back = replace(HELPED, took_effect=True)
        bench = Bench(proofs=[HELPED, NO_HELP, came_back])
        assert (await self.end(bench, 1)).end is ActionEnd.PROVEN
        assert bench.measured == 3

    async def test_an_ont_that_never_went_down_has_not_been_seen_to_restart(self) -> None:
        """It is up, and nothing shows that it was restarted."""
        outcome = await self.end(Bench(proofs=[HELPED]), 1)
        assert outcome.end is ActionEnd.UNKNOWN

    async def test_an_ont_that_does_not_come_back_has_failed(self) -> None:
        """There is nothing to put back."""
        bench = Bench(proofs=[replace(NO_HELP, took_effect=True)])
        outcome = await self.end(bench, 2)
        assert outcome.end is ActionEnd.FAILED
        assert "differs" in outcome.words


class TestPutBack:
    """What does not help does not stay."""

    @pytest.mark.parametrize("proof", [NO_HELP, NOT_TOLD])
    async def test_a_setting_that_did_not_help_gets_its_previous_value(self, proof: Proof) -> None:
        """What is not proven does not stay either."""
        bench = Bench(proofs=[proof])
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.ROLLED_BACK
        assert bench.sent == [(PVID, "107"), (PVID, "999")]
        assert bench.objects[PVID] == 999
        assert "previous values stand again" in outcome.words
        assert bench.kinds()[-3:] == ["intent back 0", "answer done", "end rolled_back"]

    async def test_a_way_back_that_fails_is_unknown_and_says_what_to_look_at(self) -> None:
        """UNKNOWN is an honest outcome; it names object and value."""
        bench = Bench(fates=[Fate.DONE, *[Fate.REFUSED] * 99], proofs=[NO_HELP])
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.UNKNOWN
        assert not any(one.kind is EntryKind.END for one in bench.journal.entries)
        assert f"look at {PVID} = 999" in outcome.words

    async def test_a_way_back_whose_answer_is_lost_is_read(self) -> None:
        """It stands, so it is done."""
        bench = Bench(fates=[Fate.DONE, Fate.ANSWER_LOST], proofs=[NO_HELP])
        outcome = await bench.do(bench.plan("port.set_vlan", "107"))
        assert outcome.end is ActionEnd.ROLLED_BACK
        assert len(bench.sent) == 2

    async def test_a_restart_that_did_not_help_has_failed(self) -> None:
        """There is nothing to put back, and the port is open."""
        bench = Bench(proofs=[NO_HELP])
        outcome = await bench.do(bench.plan("port.restart"))
        assert outcome.end is ActionEnd.FAILED
        assert "did not help" in outcome.words
        assert bench.objects[ADMIN] == 1
        assert bench.sent == [(ADMIN, "2"), (ADMIN, "1")]

    async def test_a_restart_whose_second_set_is_refused_goes_the_way_back(self) -> None:
        """The same object, once more, is the only way to an open port."""
        bench = Bench(fates=[Fate.DONE, Fate.REFUSED])
        outcome = await bench.do(bench.plan("port.restart"))
        assert outcome.end is ActionEnd.ROLLED_BACK
        assert bench.objects[ADMIN] == 1
        assert bench.kinds()[-3:] == ["intent back 0", "answer done", "end rolled_back"]

    async def test_a_full_disk_in_the_middle_does_not_leave_a_port_shut(self) -> None:
        """The port comes first, and the words say that the journal is not whole."""
        bench = Bench(journal=FakeJournal(room=2))
        outcome = await bench.do(bench.plan("port.restart"))
        assert outcome.end is ActionEnd.PROVEN
        assert bench.objects[ADMIN] == 1
        assert "the journal is not complete" in outcome.words


class TestCommandLine:
    """Lines are as SETs, but nobody can look at what they have done."""

    def spec(self) -> ActionSpec:
        """Give two lines."""
        steps = (
            CliStep(line="interface gpon 0", expect="", send=""),
            CliStep(line="ont reset 7", expect=r"\[n\]", send="y"),
        )
        return replace(RESET, steps=steps)

    def bench(self, *, lost: frozenset[str] = frozenset()) -> tuple[Bench, ActionPlan]:
        """Give a node that takes them."""
        bench = Bench(proofs=[replace(HELPED, took_effect=True)])
        bench.shell = FakeShell(
            wire=bench.wire,
            answers={"interface gpon 0": "", "ont reset 7": "Are you sure?\n"},
            lost=lost,
        )
        return bench, plan_action(self.spec(), IFMIB, WHERE, wished=None, present={})

    async def test_lines_are_typed_in_their_order(self) -> None:
        """And what the node said is kept."""
        bench, plan = self.bench()
        outcome = await bench.do(plan)
        assert outcome.end is ActionEnd.PROVEN
        assert bench.shell.entered == ["interface gpon 0", "ont reset 7"]
        assert outcome.steps[1].words == "Are you sure?\n"

    async def test_after_a_line_that_is_not_taken_nothing_more_is_typed(self) -> None:
        """The next line would be read in a wrong mode."""
        bench, plan = self.bench()
        bench.shell.answers = {"ont reset 7": ""}
        outcome = await bench.do(plan)
        assert outcome.end is ActionEnd.FAILED
        assert bench.shell.entered == ["interface gpon 0"]

    async def test_a_lost_line_is_not_typed_again(self) -> None:
        """What was measured shows that it happened."""
        bench, plan = self.bench(lost=frozenset({"ont reset 7"}))
        outcome = await bench.do(plan)
        assert outcome.end is ActionEnd.PROVEN
        assert bench.shell.entered == ["interface gpon 0", "ont reset 7"]


class TestStopped:
    """A cancelled change is brought to a safe point first."""

    async def stopped_at(self, bench: Bench, plan: ActionPlan, moment: str) -> None:
        """Cancel when the journal holds an entry, several times."""
        work: list[asyncio.Task[ActionOutcome]] = []

        class Telling(FakeJournal):
            def write(self, entry: JournalEntry) -> None:
                FakeJournal.write(self, entry)
                if bench.kinds()[-1] == moment:
                    for _ in range(3):
                        asyncio.get_running_loop().call_soon(work[0].cancel)

        bench.journal = Telling()
        work.append(asyncio.create_task(bench.do(plan)))
        await asyncio.wait(work)
        assert work[0].cancelled()

    @pytest.mark.parametrize("moment", ["intent forward 0", "answer done"])
    async def test_a_restart_opens_the_port_before_it_ends(self, moment: str) -> None:
        """Ctrl-C, twice, with the port shut."""
        bench = Bench()
        await self.stopped_at(bench, bench.plan("port.restart"), moment)
        assert bench.objects[ADMIN] == 1
        assert (ADMIN, "1") in bench.sent
        assert bench.outcomes[-1].end is ActionEnd.UNKNOWN
        assert bench.kinds()[-1] == "end unknown"

    @pytest.mark.parametrize("moment", ["intent forward 0", "answer done", "note"])
    async def test_a_setting_that_is_not_proven_is_put_back(self, moment: str) -> None:
        """Whoever stops it does not want it."""
        bench = Bench()
        await self.stopped_at(bench, bench.plan("port.set_vlan", "107"), moment)
        assert bench.objects[PVID] == 999
        assert bench.outcomes[-1].end is ActionEnd.ROLLED_BACK
        assert {one.phase for one in bench.outcomes[-1].steps} == {Phase.FORWARD, Phase.BACK}


def test_probes_are_given_no_door_that_changes_anything() -> None:
    """Law 3: looking and changing are different types."""
    looking = {one.name for one in fields(Doors)}
    changing = {one.name for one in fields(ControlDoors)} - {"clock", "snmp"}
    assert not looking & changing
    assert not any(hasattr(door, "set") for door in (FakeSnmp, SnmpReader))


def test_one_file_of_the_engine_sends_changes() -> None:
    """What is sent has its intent on the disk: there is no second way."""
    engine = Path(perform_module.__file__).parent
    senders = [
        path.name
        for path in engine.glob("*.py")
        if re.search(r"\.(control|shell)\.(set|enter)\(", path.read_text(encoding="utf-8"))
    ]
    assert senders == ["changing.py"]
