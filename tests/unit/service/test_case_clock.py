"""Cases are warned of and handed over on time, once, by whoever looks at the clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.letter import Letter, LetterKind
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind, RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.verdict import Destination
from cpe_diag.report.decoding import decode
from cpe_diag.service.answer import Answer
from cpe_diag.service.fifteen_minutes import HandOver, Warn
from cpe_diag.store.bundle import bundle_files
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.case_clock import case_clock_of, result_of
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.service.case_clock import CaseClock

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
ELSEWHERE = "elsewhere/boot/space/7/1"
NEW = NewRun(
    id="run1",
    playbook="no_internet",
    subscriber="sub-1",
    ticket="T-81",
    wish={},
    priority=1,
    desk="main",
    desk_ticket="81",
)
CONFIG = """\
tickets:
  desks:
    main:
      kind: zammad
      check: {hmac: env:ZAMMAD_TOKEN}
      answer:
        url: https://zammad.example.net
        credential: env:ZAMMAD_API
        routes:
          second_line: {group: Second}
  on_call:
    Ann: {send: env:ANN, zone: UTC}
"""


def later(minutes: float) -> datetime:
    """Give a moment of the case."""
    return AT + timedelta(minutes=minutes)


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


@pytest.fixture
def clock(tmp_path: Path, store: CaseStore) -> CaseClock:
    """Give the clock of a store."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    return case_clock_of(read(tmp_path / "config.yaml", "a test"), store)


def told(store: CaseStore) -> list[Letter]:
    """Give the letters, the oldest first."""
    return list(reversed(StoredOutbox(store).letters()))


def test_a_case_is_warned_of_at_10_minutes_and_goes_at_15_with_its_run(
    store: CaseStore, clock: CaseClock
) -> None:
    """Each once, however often somebody looks."""
    run, _ = StoredRuns(store).submit(NEW, at=AT)
    assert clock.tick(later(9.9)) == ()
    assert clock.tick(later(10)) == (Warn(case=run.case_id, left=timedelta(minutes=5)),)
    assert clock.tick(later(12)) == ()
    (gone,) = clock.tick(later(15))
    assert isinstance(gone, HandOver)
    assert clock.tick(later(20)) == ()
    case = StoredCases(store).case(run.case_id)
    assert (case.state, case.destination) == ("handed_over", "second_line")
    assert StoredRuns(store).run("run1").state is RunState.TIMED_OUT
    assert [one.kind for one in told(store)] == [
        LetterKind.NOTIFICATION,
        LetterKind.NOTE,
        LetterKind.NOTIFICATION,
    ]
    answer = decode(Answer, told(store)[1].document)
    assert answer.route.group == "Second"
    assert "Priority: total loss" in answer.note
    assert "playbook no_internet: ordered at 12:00 UTC, not begun" in answer.note


def test_of_many_who_look_at_the_clock_one_hands_the_case_over(
    store: CaseStore, clock: CaseClock
) -> None:
    """Every worker looks."""
    StoredRuns(store).submit(NEW, at=AT)
    with ThreadPoolExecutor(8) as pool:
        deeds = list(pool.map(lambda _number: clock.tick(later(16)), range(8)))
    assert sorted(map(len, deeds)) == [0] * 7 + [1]
    assert len(told(store)) == 2


def test_who_comes_late_warns_no_more(store: CaseStore, clock: CaseClock) -> None:
    """A service that was down for an hour, a clock that jumped."""
    StoredRuns(store).submit(NEW, at=AT)
    (gone,) = clock.tick(later(60))
    assert isinstance(gone, HandOver)
    assert gone.late == timedelta(minutes=45)


def test_a_run_that_is_being_done_is_asked_to_stop_and_its_steps_go_along(
    store: CaseStore, clock: CaseClock
) -> None:
    """Whatever the clock of its worker says: its lease stands."""
    runs = StoredRuns(store)
    row = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    StoredRunJournal(store, "run1", row.attempt).append(
        (
            RunEntry(kind=RunEntryKind.STEP_ENDED, at=later(1), step="look"),
            RunEntry(kind=RunEntryKind.JUDGED, at=later(2), document={"cause": "line_noise"}),
            RunEntry(kind=RunEntryKind.ACT_INTENDED, at=later(3), step="restart"),
        ),
        0,
    )
    clock.tick(later(15))
    run = runs.run("run1")
    assert (run.state, run.cancel_asked_at) == (RunState.RUNNING, later(15))
    note = decode(Answer, told(store)[0].document).note
    assert "not ended; so far look" in note
    assert "change restart: begun at 12:03 UTC, how it ended is not known" in note
    assert "so far it looks like line_noise" in note
    ended = RunOutcome(state=RunState.CANCELLED, destination="field_technician", words="noise")
    runs.end("run1", row.attempt, ended, at=later(16))
    assert StoredCases(store).case(run.case_id).destination == "field_technician"


@pytest.mark.parametrize("changing", [False, True])
def test_a_run_whose_worker_has_died_ends_unless_it_has_begun_a_change(
    store: CaseStore, clock: CaseClock, *, changing: bool
) -> None:
    """Somebody has to look at the change first."""
    runs = StoredRuns(store)
    row = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    if changing:
        entry = RunEntry(kind=RunEntryKind.ACT_INTENDED, at=later(1), step="restart")
        StoredRunJournal(store, "run1", row.attempt).append((entry,), 0)
    store.steady = replace(store.steady, ahead=LEASE)
    clock.tick(later(15))
    run = runs.run("run1")
    if changing:
        assert (run.state, run.cancel_asked_at) == (RunState.RUNNING, later(15))
    else:
        assert (run.state, run.ended_at) == (RunState.TIMED_OUT, later(15))


def test_a_case_that_was_opened_again_has_its_time_anew_and_what_was_found_before(
    store: CaseStore, clock: CaseClock
) -> None:
    """A ticket that comes back: the best verdict so far says where it goes."""
    runs, result = StoredRuns(store), sample_run()
    first = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    ended = RunOutcome(
        state=RunState.FINISHED,
        destination=result.destination,
        words="",
        files=bundle_files(result, 1.0),
    )
    runs.end("run1", first.attempt, ended, at=later(2))
    assert clock.tick(later(30)) == ()
    runs.submit(replace(NEW, id="run2"), at=later(60))
    assert clock.tick(later(69)) == ()
    (gone,) = clock.tick(later(75))
    assert isinstance(gone, HandOver)
    expected = result.destination
    assert gone.destination is (
        Destination.SECOND_LINE if expected is Destination.FIXED else expected
    )
    assert result.verdict.title in decode(Answer, told(store)[-2].document).note


def test_runs_of_a_batch_without_a_ticket_and_of_tomorrow_have_no_clock_today(
    store: CaseStore, clock: CaseClock
) -> None:
    """Nobody waits for them at a phone."""
    runs = StoredRuns(store)
    runs.submit(replace(NEW, batch="b-1"), at=AT)
    runs.submit(replace(NEW, id="run2", ticket=None), at=AT)
    runs.submit(
        replace(NEW, id="run3", ticket="T-82", not_before=later(600), lasts=timedelta(hours=11)),
        at=AT,
    )
    assert clock.tick(later(500)) == ()
    assert len(clock.tick(later(615))) == 1


def test_a_bundle_that_cannot_be_read_is_no_result(store: CaseStore) -> None:
    """The case goes all the same."""
    runs = StoredRuns(store)
    row = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    ended = RunOutcome(
        state=RunState.FINISHED, destination="second_line", words="", files={"case.json": b"{"}
    )
    runs.end("run1", row.attempt, ended, at=AT)
    assert result_of(runs, "run1") is None
