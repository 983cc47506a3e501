"""What was about to be done is on the disk, whole or not at all, and no secret with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import (
    ActionPlan,
    ActionRecord,
    EntryKind,
    JournalEntry,
    Phase,
    PlannedLine,
    PlannedSet,
    PlannedWait,
    StepSaid,
)
from cpe_diag.domain.failures import ActionError, HoldLostError, StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.report.codec import encode
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.action_records import RunPart
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.old_journals import OldJournals, old_folder
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.action_samples import PORT_RESTART

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SET = PlannedSet(
    oid="1.3.6.1.2.1.2.2.1.7.7",
    object="IF-MIB ifAdminStatus",
    type="integer",
    value="2",
    readable=True,
    previous="1",
)
PLAN = replace(PORT_RESTART, steps=(SET, PlannedWait(wait_s=3.0)))
BESIDE = replace(PLAN, port="0/1/8", steps=(replace(SET, oid="1.3.6.1.2.1.2.2.1.7.8"),))
RECORD = ActionRecord(
    id="a1", begun_at=AT, plan=PLAN, ticket="T-1", symptom="port shut", entries=()
)
INTENT = JournalEntry(kind=EntryKind.INTENT, at=AT, words="SET ä", phase=Phase.BACK, step=1)
END = JournalEntry(kind=EntryKind.END, at=AT, words="done", said="proven")


@pytest.fixture
def store(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CaseStore:
    """Give an empty store of each kind, and a user without old journals."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return CaseStore.behind(Secret(store_url))


@pytest.fixture
def journals(store: CaseStore) -> ActionJournals:
    """Give the journals of an empty store."""
    return ActionJournals(store)


def begin(journals: ActionJournals, *entries: JournalEntry, record: ActionRecord = RECORD) -> None:
    """Begin an action, and write what it does."""
    with journals.held(record.plan) as hold:
        journal = journals.begin(record, hold)
        for entry in entries:
            journal.write(entry)


def go_on(journals: ActionJournals, *entries: JournalEntry) -> None:
    """Go on with the action, as another process does."""
    record = journals.record("a1")
    with journals.held(record.plan) as hold:
        journal = journals.resume("a1", hold)
        for entry in entries:
            journal.write(entry)


def test_what_is_written_is_read(journals: ActionJournals) -> None:
    """Plan, entries and end, equal to what was written."""
    begin(journals, INTENT)
    assert journals.record("a1").entries == (INTENT,)
    assert journals.record("a1").plan == PLAN
    assert [one.id for one in journals.unfinished()] == ["a1"]
    assert journals.unfinished_at(PLAN) == ("a1",)
    assert journals.unfinished_at(BESIDE) == ()
    go_on(journals, END)
    assert journals.record("a1").ended
    assert journals.record("a1").entries == (INTENT, END)
    assert journals.unfinished() == ()
    assert journals.find("a2") is None


def test_an_action_is_begun_once(journals: ActionJournals) -> None:
    """Two processes with one id would write each other's end."""
    begin(journals)
    with pytest.raises(ActionError, match="there is an action 'a1' already"):
        begin(journals)


def test_whoever_has_lost_the_device_writes_nothing_and_hears_it(
    journals: ActionJournals, store: CaseStore
) -> None:
    """A frozen process that wakes up: the intent of its next step is refused, and not sent."""
    with journals.held(PLAN) as frozen:
        journal = journals.begin(RECORD, frozen)
    with journals.held(PLAN):
        with pytest.raises(HoldLostError):
            journal.write(INTENT)
        with pytest.raises(HoldLostError):
            journals.begin(replace(RECORD, id="a2"), frozen)
    assert ActionJournals(store).record("a1").entries == ()


def test_whoever_has_lost_the_run_writes_nothing_and_hears_it(
    journals: ActionJournals, store: CaseStore
) -> None:
    """Another worker goes on with it, and looks first."""
    runs, lease = StoredRuns(store), timedelta(seconds=30)
    new = NewRun(id="run1", playbook="p", subscriber="sub-1", ticket=None, wish={})
    row = runs.begin(new, worker="elsewhere", at=AT, lease=lease)
    part = RunPart(run=row.id, attempt=row.attempt, step="restart")
    assert (
        part.action_id == replace(part, attempt=2).action_id != replace(part, step="b").action_id
    )
    with journals.held(PLAN) as hold:
        journal = journals.begin(RECORD, hold, part)
        journal.write(INTENT)
        store.steady = replace(store.steady, ahead=lease)
        runs.claim("run1", worker="b", at=AT, lease=lease)
        with pytest.raises(HoldLostError, match="another worker has taken it up"):
            journal.write(END)
    assert journals.record("a1").entries == (INTENT,)


def test_one_port_is_changed_by_one_process_at_a_time(journals: ActionJournals) -> None:
    """Two restarts at once would leave the port as chance wants it."""
    with (
        journals.held(PLAN),
        pytest.raises(ActionError, match="by another process"),
        journals.held(PLAN),
    ):
        pass
    with journals.held(PLAN):
        pass


SAME_PORT = [
    replace(PLAN, port="ifindex:7"),
    replace(PLAN, node="an-one", port="port seven"),
    replace(PLAN, action="port.set_speed", steps=(replace(SET, oid="1.3.6.1.2.1.26.5.1.1.9.7"),)),
]


@pytest.mark.parametrize("same", SAME_PORT)
def test_a_port_by_another_name_is_the_same_port(
    journals: ActionJournals, same: ActionPlan
) -> None:
    """An inventory may know a port, or its node, by two names; what is set tells."""
    begin(journals)
    assert journals.unfinished_at(same) == ("a1",)
    with (
        journals.held(PLAN),
        pytest.raises(ActionError, match="by another process"),
        journals.held(same),
    ):
        pass


def step(kind: EntryKind, said: str = "", number: int = 0) -> JournalEntry:
    """Give an entry of a step."""
    return JournalEntry(kind=kind, at=AT, words="", step=number, said=said)


INTENDED = step(EntryKind.INTENT)
JUST_BEFORE = AT - timedelta(seconds=1)


def done(journals: ActionJournals, *entries: JournalEntry, plan: ActionPlan = PLAN) -> None:
    """Write an action."""
    begin(journals, *entries, record=replace(RECORD, plan=plan))


def found(journals: ActionJournals, plan: ActionPlan = PLAN) -> str | None:
    """Give the id of the action that did the same already."""
    record = journals.done_already(plan, JUST_BEFORE)
    return record.id if record else None


@pytest.mark.parametrize("same", [PLAN, *SAME_PORT[:2]])
def test_what_was_done_at_a_port_is_found_by_any_of_its_names(
    journals: ActionJournals, same: ActionPlan
) -> None:
    """The port may have got another name in the inventory meanwhile."""
    done(journals, INTENDED, step(EntryKind.ANSWER, StepSaid.DONE), END)
    assert found(journals, same) == "a1"


OTHER = [
    BESIDE,
    replace(PLAN, action="port.set_admin", wished="down"),
    replace(PLAN, wished="up"),
]


@pytest.mark.parametrize("other", OTHER)
def test_another_port_action_or_value_is_no_repetition(
    journals: ActionJournals, other: ActionPlan
) -> None:
    """A port that was shut by mistake may be opened at once."""
    done(journals, INTENDED, END)
    assert found(journals, other) is None


def test_what_has_no_end_or_was_begun_before_is_no_repetition(journals: ActionJournals) -> None:
    """The one is unfinished, which is refused by itself; of the other everybody has heard."""
    done(journals, INTENDED)
    assert found(journals) is None
    go_on(journals, END)
    assert found(journals) == "a1"
    assert journals.done_already(PLAN, AT) is None


NOTHING_DONE: list[tuple[JournalEntry, ...]] = [
    (),
    (INTENDED, step(EntryKind.ANSWER, StepSaid.REFUSED)),
    (
        INTENDED,
        step(EntryKind.ANSWER, StepSaid.SILENT),
        step(EntryKind.ANSWER, StepSaid.NOT_FOUND),
    ),
]


@pytest.mark.parametrize("entries", NOTHING_DONE, ids=["stopped", "refused", "not_found"])
def test_an_action_that_failed_before_anything_was_changed_is_no_repetition(
    journals: ActionJournals, entries: tuple[JournalEntry, ...]
) -> None:
    """A corrected credential is tried at once."""
    done(journals, *entries, replace(END, said="failed"))
    assert found(journals) is None


MAYBE_DONE: list[tuple[JournalEntry, ...]] = [
    (INTENDED,),
    (INTENDED, step(EntryKind.ANSWER, StepSaid.NOT_TOLD)),
    (
        *(INTENDED, step(EntryKind.ANSWER, StepSaid.DONE)),
        *(step(EntryKind.INTENT, number=2), step(EntryKind.ANSWER, StepSaid.REFUSED, 2)),
    ),
]


@pytest.mark.parametrize("entries", MAYBE_DONE, ids=["killed", "not_told", "half"])
def test_what_may_have_been_done_counts_as_done(
    journals: ActionJournals, entries: tuple[JournalEntry, ...]
) -> None:
    """Nobody has seen that it was not."""
    done(journals, *entries, replace(END, said="failed"))
    assert found(journals) == "a1"


def test_the_last_of_several_repetitions_is_the_one_that_is_named(
    journals: ActionJournals,
) -> None:
    """Consent to repeat the first is none to repeat the second."""
    done(journals, INTENDED, END)
    later = replace(RECORD, id="a0", begun_at=AT + timedelta(seconds=60))
    begin(journals, INTENDED, END, record=later)
    assert found(journals) == "a0"


def test_two_ports_of_a_node_are_changed_side_by_side(journals: ActionJournals) -> None:
    """Two callers of one node do not wait for each other."""
    with journals.held(PLAN), journals.held(BESIDE):
        pass


@pytest.mark.parametrize("name", ["../a1", "", "a/b", "none"])
def test_an_id_that_is_none_is_told(journals: ActionJournals, name: str) -> None:
    """Nothing is recovered in its place."""
    with pytest.raises(ActionError, match="there is no action"):
        journals.record(name)


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Before anything is changed."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    journals = ActionJournals(CaseStore.at(tmp_path / "file" / "case.db"))
    with pytest.raises(StoreError), journals.held(PLAN):
        raise AssertionError


TYPED = PlannedLine(line="perform ont reset ont-id 900", expect="", send="")
BY_LINES = replace(PLAN, action="ont.reset", port="ont 900", steps=(TYPED,), place=("onu=17",))
SAME_BY_LINES = [
    replace(BY_LINES, port="900", place=()),
    replace(BY_LINES, port="row:17", steps=(replace(TYPED, line="perform ont reset 17"),)),
]


@pytest.mark.parametrize("same", SAME_BY_LINES, ids=["the same lines", "the same place"])
def test_a_port_by_another_name_is_the_same_port_where_nothing_is_set(
    journals: ActionJournals, same: ActionPlan
) -> None:
    """A plan of command lines has no objects: what is typed tells, or where the port is."""
    done(journals, INTENDED, plan=BY_LINES)
    assert journals.unfinished_at(same) == ("a1",)
    go_on(journals, END)
    assert found(journals, same) == "a1"
    with (
        journals.held(BY_LINES),
        pytest.raises(ActionError, match="by another process"),
        journals.held(same),
    ):
        pass


def test_two_ports_whose_last_lines_are_alike_are_two(journals: ActionJournals) -> None:
    """`shutdown` is typed in the mode of each port; the line before it tells which."""
    shut = replace(TYPED, line="shutdown")
    one, other = (
        replace(
            BY_LINES,
            port=name,
            place=(f"if_index={name}",),
            steps=(replace(TYPED, line=f"interface {name}", changes=False), shut),
        )
        for name in ("7", "8")
    )
    with journals.held(one), journals.held(other):
        pass


def old_file(*entries: JournalEntry, plan: ActionPlan = PLAN, leaves_out: bool = False) -> Path:
    """Write a journal as earlier versions did."""
    folder = old_folder("actions")
    folder.mkdir(parents=True, exist_ok=True)
    record = encode(replace(RECORD, plan=plan))
    assert isinstance(record, dict)
    if leaves_out:
        told = record["plan"]
        assert isinstance(told, dict)
        steps = told["steps"]
        assert isinstance(steps, list)
        assert isinstance(steps[0], dict)
        del told["repeats"], told["place"], steps[0]["changes"]
    lines = [record, *map(encode, entries)]
    path = folder / "a1.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="ascii")
    return path


def test_what_an_earlier_version_has_kept_in_files_is_taken_over_once(
    journals: ActionJournals, store: CaseStore
) -> None:
    """A port that was left shut by the version before is found by the one after."""
    path = old_file(INTENDED)
    assert journals.unfinished_at(PLAN) == ("a1",)
    assert journals.record("a1").entries == (INTENDED,)
    assert [one.name for one in path.parent.iterdir()] == ["a1.jsonl.taken"]
    go_on(journals, END)
    old_file(INTENDED)  # a copy that somebody has put back
    again = ActionJournals(store)
    assert again.unfinished() == ()
    assert again.record("a1").entries == (INTENDED, END)


def test_an_old_file_that_is_no_journal_is_told(journals: ActionJournals) -> None:
    """A file of another version is not passed over: a port may be shut."""
    old_file().write_text('{"id": "a1"}\n', encoding="utf-8")
    with pytest.raises(ActionError, match="is no journal of a change"):
        journals.unfinished()


def test_an_old_file_that_was_cut_anywhere_holds_what_was_whole(tmp_path: Path) -> None:
    """A line that was not whole on the disk was not acted on, so it counts for nothing."""
    whole_entries = (INTENT, END)
    path = tmp_path / "a1.jsonl"
    lines = [encode(RECORD), *map(encode, whole_entries)]
    whole = "".join(f"{json.dumps(one)}\n" for one in lines).encode("ascii")
    first, second, _ = (len(line) + 1 for line in whole.splitlines())
    old = OldJournals(tmp_path, ActionRecord)
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        ((_path, record),) = old.left()
        if cut < first - 1:
            assert record is None
            continue
        assert record is not None
        expected = sum(cut >= end - 1 for end in (first + second, len(whole)))
        assert len(record.entries) == expected


def test_an_old_file_without_a_whole_plan_is_put_aside(journals: ActionJournals) -> None:
    """Nothing was begun."""
    path = old_file()
    path.write_text('{"id":', encoding="ascii")
    assert journals.unfinished() == ()
    assert not path.exists()


def test_a_journal_of_an_earlier_form_is_read(journals: ActionJournals) -> None:
    """Refused as unreadable, it would block every change, and the port that it names stay shut."""
    old_file(INTENDED, plan=replace(BY_LINES, place=()), leaves_out=True)
    assert journals.record("a1").plan == replace(BY_LINES, place=())
    assert journals.unfinished_at(BY_LINES) == ("a1",)
