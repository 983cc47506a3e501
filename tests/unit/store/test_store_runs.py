"""Runs are one worker's at a time, their journal is durable, and they end with a routed case."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import insert

from cpe_diag.domain.failures import RunError, StoreError
from cpe_diag.domain.letter import LetterKind, NewLetter
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind, RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.service.tmf653 import VALID
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import STANDS_FOR, StoredCases
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.processes import has_died, this_process
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_queries import is_orphan, one_run
from cpe_diag.store.run_room import NoRoomError, Room
from cpe_diag.store.run_rows import NewRun, RunOutcome, RunRow
from cpe_diag.store.run_tables import ACTION_RECORDS
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.conformance_runs import check_run_journal
from cpe_diag.testing.run_journals import FakeRunJournal

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
ELSEWHERE = "elsewhere/boot/space/7/1"
NEW = NewRun(
    id="run1", playbook="no_internet", subscriber="sub-1", ticket="T-1", wish={"budget_s": 900.0}
)
ENDED = RunOutcome(
    state=RunState.FINISHED,
    destination="network_operations",
    words="the port is dark",
    domain="network",
    cause="fibre_cut",
    confidence=0.9,
    files={"raw/0001.txt": b"\x00\xff", "verdict.json": json.dumps({}).encode()},
)


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


@pytest.fixture
def runs(store: CaseStore) -> StoredRuns:
    """Give the runs of an empty store."""
    return StoredRuns(store)


def pass_by(store: CaseStore, after: timedelta) -> None:
    """Let time pass, as leases count it."""
    store.steady = replace(store.steady, ahead=store.steady.ahead + after)


def orphaned(store: CaseStore, run_id: str) -> bool:
    """Say whether a run is an orphan now."""
    with store.reading() as connection:
        return is_orphan(connection, store.steady, one_run(connection, run_id))


def taken_away(store: CaseStore, runs: StoredRuns) -> None:
    """Let another take the run up once its lease is over."""
    pass_by(store, 2 * LEASE)
    runs.claim("run1", worker="b", at=AT, lease=LEASE)


def test_the_same_order_given_twice_is_one_run(runs: StoredRuns) -> None:
    """A ticket desk that hears no answer asks again."""
    first, is_new = runs.submit(replace(NEW, order_key="aa"), at=AT)
    again, is_new_again = runs.submit(replace(NEW, id="run2", order_key="aa"), at=AT)
    assert (first.state, first.attempt, first.wish) == (RunState.QUEUED, 0, {"budget_s": 900.0})
    assert (is_new, is_new_again, again) == (True, False, first)
    assert len(runs.runs()) == 1


def test_the_same_order_given_at_once_by_many_is_one_run(store_url: str, runs: StoredRuns) -> None:
    """A webhook that is delivered to every process."""
    runs.runs()

    def order(number: int) -> str:
        one = StoredRuns(CaseStore.behind(Secret(store_url)))
        return one.submit(replace(NEW, id=f"run{number}", order_key="aa"), at=AT)[0].id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(order, range(8)))) == 1


def test_two_playbooks_ordered_at_once_for_a_new_ticket_are_in_one_case(
    store_url: str, runs: StoredRuns
) -> None:
    """Else its desk is answered twice, and second line looks at half of it."""
    runs.runs()

    def order(number: int) -> str:
        one = StoredRuns(CaseStore.behind(Secret(store_url)))
        row, _is_new = one.submit(replace(NEW, id=f"run{number}", order_key=f"{number}"), at=AT)
        return row.case_id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(order, range(8)))) == 1


def test_a_run_that_is_given_back_is_as_it_was(runs: StoredRuns) -> None:
    """Nothing of it was begun, and whoever takes it up begins it under the limits of beginners."""
    queued, _is_new = runs.submit(NEW, at=AT)
    taken = runs.claim("run1", worker="w", at=AT, lease=LEASE)
    runs.give_back("run1", taken.attempt)
    assert runs.run("run1") == queued
    with pytest.raises(RunError, match="another worker"):
        runs.give_back("run1", taken.attempt)
    begun = runs.claim("run1", worker="w", at=AT, lease=LEASE)
    runs.put_off("run1", begun.attempt, until=AT, words="left")
    again = runs.claim("run1", worker="w", at=AT, lease=LEASE)
    runs.give_back("run1", again.attempt)
    waits = runs.run("run1")
    assert (waits.state, waits.attempt, waits.started_at) == (RunState.WAITING, 1, AT)


def test_of_many_who_take_runs_up_no_more_are_on_a_node_than_may_be(
    store_url: str, runs: StoredRuns
) -> None:
    """Whatever their queues; whose worker has died, or has lost its lease, counts no more."""
    runs.runs()
    for number in range(8):
        runs.submit(replace(NEW, id=f"run{number}", node="an-1"), at=AT)

    def take(number: int, after: timedelta = timedelta()) -> str:
        store = CaseStore.behind(Secret(store_url))
        pass_by(store, after)
        one = StoredRuns(store)
        try:
            row = one.claim(
                f"run{number}", worker=ELSEWHERE, at=AT, lease=LEASE, room=Room(per_node=3)
            )
        except NoRoomError:
            return ""
        return row.id

    with ThreadPoolExecutor(8) as pool:
        taken = [one for one in pool.map(take, range(8)) if one]
    assert len(taken) == 3
    left = [number for number in range(8) if f"run{number}" not in taken]
    assert take(left[0]) == ""
    assert runs.run(f"run{left[0]}").state is RunState.QUEUED
    runs.end(taken[0], 1, ENDED, at=AT)
    assert take(left[0])
    runs.submit(replace(NEW, id="far", node="an-2"), at=AT)
    assert runs.claim("far", worker="a", at=AT, lease=LEASE, room=Room(per_node=1)).attempt == 1
    assert take(left[1], 2 * LEASE)


def test_no_more_runs_of_a_region_begin_in_a_minute_than_may(
    store_url: str, runs: StoredRuns
) -> None:
    """Whatever their queues and their workers; one that was begun before does not wait."""
    runs.runs()
    for number in range(8):
        runs.submit(replace(NEW, id=f"run{number}", region="north"), at=AT)
    runs.submit(replace(NEW, id="far", region="south"), at=AT)

    def take(name: str, after: timedelta = timedelta()) -> bool:
        one, room = StoredRuns(CaseStore.behind(Secret(store_url))), Room(per_minute=3)
        try:
            one.claim(name, worker="w", at=AT + after, lease=LEASE, room=room)
        except NoRoomError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: take(f"run{number}"), range(8)))
    assert sum(taken) == 3
    assert take("far")
    begun, left = f"run{taken.index(True)}", f"run{taken.index(False)}"
    runs.put_off(begun, 1, until=AT, words="its worker leaves")
    assert take(begun)
    assert not take(left, timedelta(seconds=59))
    assert take(left, timedelta(seconds=61))


def test_of_many_who_take_a_run_up_one_gets_it(store_url: str, runs: StoredRuns) -> None:
    """The others are told."""
    runs.submit(NEW, at=AT)

    def take(number: int) -> int:
        one = StoredRuns(CaseStore.behind(Secret(store_url)))
        try:
            return one.claim("run1", worker=f"worker {number}", at=AT, lease=LEASE).attempt
        except RunError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(8))) == [0] * 7 + [1]


def test_a_run_is_its_workers_until_the_lease_ends(store: CaseStore, runs: StoredRuns) -> None:
    """Then it is an orphan, and whoever has it next has a greater number."""
    begun = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    with pytest.raises(RunError, match="is being done by elsewhere"):
        runs.claim("run1", worker="b", at=AT, lease=LEASE)
    assert runs.renew("run1", begun.attempt, lease=2 * LEASE)
    pass_by(store, 1.5 * LEASE)
    assert not orphaned(store, "run1")
    pass_by(store, 1.5 * LEASE)
    assert orphaned(store, "run1")
    taken = runs.claim("run1", worker="b", at=AT + LEASE, lease=LEASE)
    assert (taken.attempt, taken.started_at) == (begun.attempt + 1, AT)
    assert not runs.renew("run1", begun.attempt, lease=LEASE)
    with pytest.raises(RunError, match="another worker"):
        runs.end("run1", begun.attempt, ENDED, at=AT)
    assert runs.files("run1") == {}


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(minutes=-3)])
def test_no_clock_that_is_wrong_takes_a_run_from_its_worker(
    store: CaseStore, runs: StoredRuns, ahead: timedelta
) -> None:
    """Neither that of whoever has the run, nor that of whoever wants it."""
    begun = runs.begin(replace(NEW, node="an-1"), worker=ELSEWHERE, at=AT + ahead, lease=LEASE)
    with pytest.raises(RunError, match="is being done by elsewhere"):
        runs.claim("run1", worker="b", at=AT, lease=LEASE)
    runs.submit(replace(NEW, id="run2", ticket=None, node="an-1"), at=AT)
    with pytest.raises(NoRoomError):
        runs.claim("run2", worker="b", at=AT, lease=LEASE, room=Room(per_node=1))
    pass_by(store, LEASE)
    assert runs.renew("run1", begun.attempt, lease=LEASE)
    assert not orphaned(store, "run1")
    pass_by(store, LEASE)
    assert runs.claim("run2", worker="b", at=AT, lease=LEASE, room=Room(per_node=1)).attempt == 1
    assert runs.claim("run1", worker="b", at=AT, lease=LEASE).attempt == 2


def test_a_run_of_before_this_machine_was_started_again_waits_for_no_lease(tmp_path: Path) -> None:
    """A laptop whose battery was empty: its file holds the seconds of the start before."""
    runs = StoredRuns(CaseStore.at(tmp_path / "case.db"))
    host, boot, *more = this_process().split("/")
    if not boot:
        pytest.skip("this system does not tell its boots")
    runs.begin(NEW, worker="/".join([host, "before", *more]), at=AT, lease=LEASE)
    assert runs.claim("run1", worker="b", at=AT, lease=LEASE).attempt == 2


def test_the_death_of_a_process_of_this_machine_is_seen_at_once(runs: StoredRuns) -> None:
    """Whoever types `resume` after a crash waits for no lease."""
    *here, _pid, _start = this_process().split("/")
    dead = "/".join([*here, "1", "0"])
    assert not has_died(this_process())
    if not has_died(dead):
        pytest.skip("this system does not tell when processes began")
    runs.begin(NEW, worker=dead, at=AT, lease=LEASE)
    assert runs.claim("run1", worker="b", at=AT, lease=LEASE).attempt == 2


def test_an_ended_run_has_its_files_and_its_case_is_routed(
    store: CaseStore, runs: StoredRuns
) -> None:
    """The case goes to the desk that the verdict names, with what was found."""
    begun = runs.begin(NEW, worker="a", at=AT, lease=LEASE)
    ended = runs.end("run1", begun.attempt, ENDED, at=AT + LEASE)
    assert (ended.state, ended.cause, ended.ended_at) == (
        RunState.FINISHED,
        "fibre_cut",
        AT + LEASE,
    )
    assert runs.files("run1") == ENDED.files
    case = StoredCases(store).case(ended.case_id)
    assert (case.state, case.destination, case.words) == (
        "handed_over",
        "network_operations",
        "the port is dark",
    )
    with pytest.raises(RunError, match="has ended: it is finished"):
        runs.claim("run1", worker="b", at=AT, lease=LEASE)
    with pytest.raises(RunError, match="has ended"):
        runs.ask_cancel("run1", at=AT)


UNDECIDED: Final = RunOutcome(
    state=RunState.FINISHED,
    destination="second_line",
    words="not decided",
    domain="undetermined",
    cause="undetermined",
)


@pytest.mark.parametrize(
    ("later", "outcome", "changed", "expected"),
    [
        (10, UNDECIDED, False, "network_operations"),
        (10, UNDECIDED, True, "second_line"),
        (121, UNDECIDED, False, "second_line"),
        (10, replace(UNDECIDED, refutes=lambda cause: cause == "fibre_cut"), False, "second_line"),
        (10, replace(UNDECIDED, domain="router", cause="x"), False, "second_line"),
    ],
    ids=["stands", "changed since", "too old", "refuted", "decided anew"],
)
def test_what_a_run_has_found_stands_where_a_later_one_cannot_decide(  # noqa: PLR0913 - one row
    store: CaseStore,
    runs: StoredRuns,
    *,
    later: int,
    outcome: RunOutcome,
    changed: bool,
    expected: str,
) -> None:
    """Unless it was measured not to hold, is two hours old, or something was changed since."""
    first = runs.begin(NEW, worker="a", at=AT, lease=LEASE)
    runs.end("run1", first.attempt, ENDED, at=AT + LEASE)
    again = replace(NEW, id="run2", order_key="second")
    at = AT + timedelta(minutes=later)
    second = runs.begin(again, worker="a", at=at, lease=LEASE)
    assert second.case_id == first.case_id
    if changed:
        record = insert(ACTION_RECORDS).values(
            id="a1", kind="port", begun_at=moment_text(at), run="run2", document="{}"
        )
        with store.writing() as connection:
            connection.execute(record)
    runs.end("run2", second.attempt, outcome, at=at + LEASE)
    case = StoredCases(store).case(first.case_id)
    assert (case.state, case.destination) == ("handed_over", expected)
    assert runs.run("run2").destination == "second_line"
    if expected == "network_operations":
        assert case.words == "the port is dark; a later run could not decide: not decided"


def test_two_runs_of_a_case_that_end_at_once_end_one_after_the_other(
    runs: StoredRuns, store: CaseStore
) -> None:
    """Else the later one would not see what the other has found, and take the case from it."""
    first = runs.begin(NEW, worker="a", at=AT, lease=LEASE)
    second = runs.begin(
        replace(NEW, id="run2", order_key="second"), worker="a", at=AT, lease=LEASE
    )
    in_it, goes_on = threading.Event(), threading.Event()
    stood: list[str | None] = []

    def slowly(_stands: RunRow | None) -> tuple[NewLetter, ...]:
        in_it.set()
        assert goes_on.wait(30)
        return ()

    def told(stands: RunRow | None) -> tuple[NewLetter, ...]:
        stood.append(None if stands is None else stands.id)
        return ()

    ends = (
        ("run1", first.attempt, replace(ENDED, tells=slowly)),
        ("run2", second.attempt, replace(UNDECIDED, tells=told)),
    )
    with ThreadPoolExecutor() as pool:
        one = pool.submit(runs.end, *ends[0], at=AT + LEASE)
        assert in_it.wait(30)
        other = pool.submit(runs.end, *ends[1], at=AT + LEASE)
        other_waits = not wait([other], timeout=0.2).done
        goes_on.set()
        one.result(30)
        other.result(30)
    assert (other_waits, stood) == (True, ["run1"])
    assert StoredCases(store).case(first.case_id).destination == "network_operations"


def test_what_a_run_has_found_stands_where_a_later_one_fails_or_is_cancelled(
    runs: StoredRuns, store: CaseStore
) -> None:
    """A bug of ours, or a colleague who has ordered one too many, moves no case to second line."""
    first = runs.begin(NEW, worker="a", at=AT, lease=LEASE)
    runs.end("run1", first.attempt, ENDED, at=AT + LEASE)
    second = runs.begin(
        replace(NEW, id="run2", order_key="second"), worker="a", at=AT + LEASE, lease=LEASE
    )
    failed = RunOutcome(state=RunState.FAILED, destination="second_line", words="a bug")
    runs.end("run2", second.attempt, failed, at=AT + 2 * LEASE)
    case = StoredCases(store).case(first.case_id)
    assert (case.destination, case.words) == (
        "network_operations",
        "the port is dark; a later run failed: a bug",
    )
    runs.submit(replace(NEW, id="run3", order_key="third"), at=AT + 3 * LEASE)
    runs.ask_cancel("run3", at=AT + 3 * LEASE)
    case = StoredCases(store).case(first.case_id)
    assert (case.destination, case.words) == (
        "network_operations",
        "the port is dark; a later run: cancelled before it began",
    )


def test_what_was_found_hours_before_a_run_was_cancelled_stands_no_more(
    runs: StoredRuns, store: CaseStore
) -> None:
    """It was ordered soon after, to begin later, and never began: its order is old too."""
    first = runs.begin(NEW, worker="a", at=AT, lease=LEASE)
    runs.end("run1", first.attempt, ENDED, at=AT + LEASE)
    runs.submit(replace(NEW, id="run2", order_key="second"), at=AT + LEASE)
    runs.ask_cancel("run2", at=AT + timedelta(hours=3))
    assert StoredCases(store).case(first.case_id).destination == "second_line"


def test_a_verdict_stands_as_long_as_its_measurements_hold() -> None:
    """The store cannot ask the interface that says so outside."""
    assert STANDS_FOR == VALID


def test_runs_of_one_ticket_are_in_one_case_until_it_is_fixed(
    store: CaseStore, runs: StoredRuns
) -> None:
    """Second line looks twice; a customer who calls next week has a new case."""
    first = runs.begin(NEW, worker="a", at=AT, lease=LEASE)
    runs.end("run1", 1, replace(ENDED, destination="fixed"), at=AT)
    second = runs.begin(replace(NEW, id="run2"), worker="a", at=AT, lease=LEASE)
    runs.end("run2", 1, ENDED, at=AT)
    third = runs.begin(replace(NEW, id="run3"), worker="a", at=AT, lease=LEASE)
    other = runs.begin(replace(NEW, id="run4", ticket=None), worker="a", at=AT, lease=LEASE)
    assert second.case_id == third.case_id
    assert len({first.case_id, second.case_id, other.case_id}) == 3
    cases = StoredCases(store)
    assert cases.case(first.case_id).state == "closed"
    assert cases.case(third.case_id).state == "open"
    assert len(cases.search(ticket="T-1")) == 2
    assert len(cases.search("DARK")) == 2
    assert len(cases.search("DARK", state="open")) == 1
    assert cases.search("100%") == ()
    assert {one.id for one in runs.runs(case_id=third.case_id)} == {"run2", "run3"}


def test_a_run_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked(
    store: CaseStore, runs: StoredRuns
) -> None:
    """What was begun comes to a safe point first."""
    runs.submit(NEW, at=AT)
    letter = NewLetter(key="k1", kind=LetterKind.NOTE, target="main", lane="81", document={})
    cancelled = runs.ask_cancel("run1", at=AT, tells=lambda _: (letter,))
    assert cancelled.state is RunState.CANCELLED
    assert StoredCases(store).case(cancelled.case_id).destination == "second_line"
    runs.begin(replace(NEW, id="run2"), worker="a", at=AT, lease=LEASE)
    asked = runs.ask_cancel("run2", at=AT, tells=lambda _: (replace(letter, key="k2"),))
    assert (asked.state, asked.cancel_asked_at) == (RunState.RUNNING, AT)
    assert [one.key for one in StoredOutbox(store).letters()] == ["k1"]
    runs.put_off("run2", 1, until=AT + LEASE, words="the router is off")
    assert runs.run("run2").state is RunState.WAITING
    assert runs.ask_cancel("run2", at=AT).state is RunState.CANCELLED
    with pytest.raises(RunError, match="no run 'nothing'"):
        runs.ask_cancel("nothing", at=AT)


async def test_the_stores_journal_is_as_the_door_says(store: CaseStore, runs: StoredRuns) -> None:
    """It is durable, in order, and closed to whoever has lost the run."""
    begun = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    await check_run_journal(
        StoredRunJournal(store, "run1", begun.attempt, monotonic=partial(next, count(step=1.0))),
        lambda: runs.entries("run1"),
        ask_cancel=lambda: runs.ask_cancel("run1", at=AT),
        take_away=lambda: taken_away(store, runs),
    )


async def test_a_wish_to_cancel_is_seen_a_second_late_at_most(
    store: CaseStore, runs: StoredRuns
) -> None:
    """Who has just noted something knows it from then, and asks the store no second time."""
    begun = runs.begin(NEW, worker=ELSEWHERE, at=AT, lease=LEASE)
    moments = iter((0.0, 0.1, 0.9, 1.1))
    journal = StoredRunJournal(store, "run1", begun.attempt, monotonic=lambda: next(moments))
    await journal.note((RunEntry(kind=RunEntryKind.STARTED, at=AT),), first=0)
    assert not await journal.stop_asked()
    runs.ask_cancel("run1", at=AT)
    assert not await journal.stop_asked()
    assert await journal.stop_asked()


async def test_the_fake_journal_is_as_the_door_says() -> None:
    """Or tests with it would prove nothing."""
    fake = FakeRunJournal()

    def ask_cancel() -> None:
        fake.stops_after = 0

    def take_away() -> None:
        fake.ours_for = 0

    await check_run_journal(fake, lambda: fake.entries, ask_cancel=ask_cancel, take_away=take_away)


async def test_a_journal_without_a_store_says_so_and_asks_for_no_stop(tmp_path: object) -> None:
    """A full disk is no wish to cancel."""
    journal = StoredRunJournal(CaseStore.behind(Secret(f"sqlite:///{tmp_path}")), "run1", 1)
    assert not await journal.stop_asked()
    with pytest.raises(StoreError):
        await journal.note((RunEntry(kind=RunEntryKind.STARTED, at=AT),), first=0)


def test_runs_that_ended_lately_are_found_however_many_were_ordered_after_them(
    runs: StoredRuns,
) -> None:
    """Whoever counts them looks for their ends; a queue of ten thousand hides none."""
    for number in range(4):
        runs.submit(replace(NEW, id=f"run{number}", ticket=None), at=AT)
    for number in (2, 0, 1):
        taken = runs.claim(f"run{number}", worker="w", at=AT, lease=LEASE)
        runs.end(taken.id, taken.attempt, ENDED, at=AT + timedelta(seconds=5 - number))
    assert runs.ended_since(AT) == ("run2", "run1", "run0")
    assert runs.ended_since(AT + timedelta(seconds=4)) == ("run1", "run0")


def test_runs_without_an_end_are_counted_with_the_one_that_waits_longest(
    runs: StoredRuns,
) -> None:
    """A queue of ten thousand is ten thousand; one that is to begin later does not wait yet."""
    later = AT + timedelta(hours=1)
    for number in range(3):
        at = AT + timedelta(seconds=number)
        runs.submit(replace(NEW, id=f"run{number}", ticket=None), at=at)
    runs.submit(replace(NEW, id="run9", ticket=None, not_before=later), at=AT)
    runs.claim("run0", worker=ELSEWHERE, at=AT, lease=LEASE)
    assert runs.going() == {
        RunState.QUEUED: (3, AT + timedelta(seconds=1)),
        RunState.RUNNING: (1, AT),
    }
