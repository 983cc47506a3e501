"""The outbox: told with what it tells or not at all, one sender at a time, one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.letter import TRIES, Letter, LetterKind, LetterState, NewLetter
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox, put
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=3)
NOTE = NewLetter(
    key="note 1", kind=LetterKind.NOTE, target="main", lane="main 81", document={"note": "x"}
)


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


def posted(store: CaseStore, *letters: NewLetter) -> StoredOutbox:
    """Put letters into an outbox."""
    with store.writing() as connection:
        put(connection, letters, AT)
    return StoredOutbox(store)


def claimed(outbox: StoredOutbox, at: datetime = AT) -> Letter:
    """Take up the next letter."""
    letter = outbox.claim(sender="a", at=at, lease=LEASE)
    assert letter is not None
    return letter


def test_what_is_to_be_told_is_kept_with_the_end_of_the_run_or_not_at_all(
    store: CaseStore,
) -> None:
    """A verdict that nobody hears of, and a note about a run that goes on, are both wrong."""
    runs, outbox = StoredRuns(store), StoredOutbox(store)
    new = NewRun(id="run1", playbook="no_internet", subscriber="sub-1", ticket="T", wish={})
    row = runs.begin(new, worker="a", at=AT, lease=LEASE)
    ended = RunOutcome(
        state=RunState.FINISHED, destination="second_line", words="", tells=lambda _: (NOTE,)
    )
    with pytest.raises(RunError):
        runs.end("run1", row.attempt + 1, ended, at=AT)
    assert outbox.letters() == ()
    runs.end("run1", row.attempt, ended, at=AT)
    (kept,) = outbox.letters()
    assert (kept.key, kept.document, kept.state) == ("note 1", {"note": "x"}, LetterState.WAITING)


def test_the_same_letter_is_put_once_also_after_it_was_sent(store: CaseStore) -> None:
    """A key says what is told, not when."""
    outbox = posted(store, NOTE, NOTE)
    outbox.sent(claimed(outbox), at=AT)
    posted(store, NOTE)
    (kept,) = outbox.letters()
    assert (kept.state, kept.document, kept.ended_at) == (LetterState.SENT, {}, AT)


def test_what_is_known_of_many_letters_is_asked_once(store: CaseStore) -> None:
    """And they are kept in the order in which they were given."""
    letters = [replace(NOTE, key=f"note {number}", lane=f"{number}") for number in range(9)]
    posted(store, letters[4])
    asked: list[str] = []

    def note(*words: object) -> None:
        asked.append(str(words[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        outbox = posted(store, *letters, letters[0])
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert sum("FROM outbox" in one for one in asked) == 1
    kept = [letter.key for letter in reversed(outbox.letters())]
    assert kept == [letters[4].key, *(one.key for one in letters if one is not letters[4])]


def test_what_is_due_of_all_kinds_is_told_in_one_question(store: CaseStore) -> None:
    """The first of each lane, no more than so many of a kind; taken up by one sender each."""
    notes = [replace(NOTE, key=f"note {number}", lane=f"{number // 2}") for number in range(6)]
    page = replace(NOTE, key="page", kind=LetterKind.NOTIFICATION, lane="Ann")
    outbox = posted(store, *notes, page)
    uses: list[object] = []

    def note(connection: object) -> None:
        uses.append(connection)

    event.listen(Engine, "begin", note)
    try:
        due = outbox.due(AT)
    finally:
        event.remove(Engine, "begin", note)
    assert len(uses) == 1
    assert [one.key for one in due] == ["note 0", "note 2", "note 4", "page"]
    assert [one.key for one in outbox.due(AT, each=2)] == ["note 0", "note 2", "page"]
    assert outbox.due(AT, ()) == ()
    taken = outbox.take(due[1], sender="a", lease=LEASE)
    assert taken is not None
    assert (taken.key, taken.tries, taken.sender) == ("note 2", 1, "a")
    assert outbox.take(due[1], sender="b", lease=LEASE) is None
    assert [one.key for one in outbox.due(AT)] == ["note 0", "note 4", "page"]


def test_a_letter_put_by_many_at_once_is_one(store_url: str, store: CaseStore) -> None:
    """A desk's event that every process hears of."""
    outbox = posted(store)

    def post(_number: int) -> None:
        posted(CaseStore.behind(Secret(store_url)), NOTE)

    outbox.letters()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(post, range(8)))
    assert len(outbox.letters()) == 1


def test_of_many_senders_one_gets_a_letter(store_url: str, store: CaseStore) -> None:
    """The others get the next one, or none."""
    posted(store, *(replace(NOTE, key=f"{n}", lane=f"{n}") for n in range(5)))

    def take(_number: int) -> int | None:
        one = StoredOutbox(CaseStore.behind(Secret(store_url)))
        letter = one.claim(sender="a", at=AT, lease=LEASE)
        return None if letter is None else letter.number

    with ThreadPoolExecutor(8) as pool:
        taken = [one for one in pool.map(take, range(8)) if one is not None]
    outbox = StoredOutbox(store)
    while (letter := outbox.claim(sender="a", at=AT, lease=LEASE)) is not None:
        taken.append(letter.number)
    assert len(taken) == len(set(taken)) == 5


def test_letters_of_a_lane_go_one_after_the_other(store: CaseStore) -> None:
    """A ticket's verdict does not come before its warning; a dead letter holds nobody up."""
    second, other = replace(NOTE, key="2"), replace(NOTE, key="3", lane="main 82")
    outbox = posted(store, NOTE, second, other)
    first = claimed(outbox)
    assert claimed(outbox).key == "3"
    assert outbox.claim(sender="a", at=AT, lease=LEASE) is None
    outbox.bury(first, at=AT, words="no such ticket")
    assert claimed(outbox).key == "2"


def test_a_sender_of_some_kinds_leaves_the_others_alone(store: CaseStore) -> None:
    """A page to a person does not wait behind the notes of a desk that hangs."""
    page = replace(NOTE, key="2", kind=LetterKind.NOTIFICATION, lane="Ann")
    outbox = posted(store, NOTE, page)
    kinds = (LetterKind.NOTIFICATION, LetterKind.EVENT)
    taken = outbox.claim(sender="a", at=AT, lease=LEASE, kinds=kinds)
    assert taken is not None
    assert taken.key == "2"
    assert outbox.claim(sender="a", at=AT, lease=LEASE, kinds=kinds) is None
    assert claimed(outbox).key == "note 1"


def test_a_letter_is_its_senders_until_the_claim_ends_and_then_somebody_elses(
    store: CaseStore,
) -> None:
    """A sender that stood still writes nothing any more."""
    outbox = posted(store, NOTE)
    first = claimed(outbox)
    late = AT + LEASE + timedelta(seconds=1)
    assert outbox.is_ours(first)
    store.steady = replace(store.steady, ahead=LEASE)
    outbox = StoredOutbox(store)
    assert not outbox.is_ours(first)
    again = claimed(outbox, late)
    assert (first.tries, again.tries) == (1, 2)
    outbox.sent(first, at=late)
    outbox.put_off(first, until=AT, words="too late")
    (kept,) = outbox.letters()
    assert (kept.state, kept.words, kept.sender) == (LetterState.WAITING, "", "a")
    assert outbox.is_ours(again)


def test_a_claim_ends_also_for_whoever_asks_with_the_same_words(tmp_path: Path) -> None:
    """What is due is asked with a statement that was built once: its moment is that of now."""
    store, seconds = CaseStore.at(tmp_path / "case.db"), [1000.0]
    store.steady = replace(store.steady, seconds=lambda: seconds[0])
    outbox = posted(store, NOTE)
    claimed(outbox)
    assert outbox.due(AT) == ()
    seconds[0] += LEASE.total_seconds() - 1
    assert outbox.due(AT) == ()
    seconds[0] += 1
    assert [one.key for one in outbox.due(AT)] == ["note 1"]
    assert outbox.due(AT - timedelta(days=1)) == outbox.due(AT)  # it was never put off


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_clock_that_jumps_sends_no_letter_twice_and_none_never(
    store: CaseStore, jump: timedelta
) -> None:
    """A sender whose clock is wrong takes up no letter that another is sending."""
    outbox = posted(store, NOTE)
    first = claimed(outbox, AT + jump)
    for at in (AT, AT - jump, AT + 2 * jump):
        assert outbox.claim(sender="b", at=at, lease=LEASE) is None
    assert outbox.is_ours(first)
    store.steady = replace(store.steady, ahead=LEASE)
    assert claimed(StoredOutbox(store)).tries == 2


def test_a_dead_letter_waits_for_a_person_and_is_looked_for_before_it_is_sent_again(
    store: CaseStore,
) -> None:
    """It may have arrived before it was given up."""
    outbox = posted(store, NOTE)
    outbox.bury(claimed(outbox), at=AT, words="PUT /x: 422")
    assert outbox.claim(sender="a", at=AT + timedelta(days=9), lease=LEASE) is None
    (dead,) = outbox.letters(state=LetterState.DEAD)
    assert (dead.words, dead.document) == ("PUT /x: 422", {"note": "x"})
    assert (outbox.revive(dead.number + 1, at=AT), outbox.revive(dead.number, at=AT)) == (0, 1)
    again = claimed(outbox)
    assert (again.tries, again.tries_left) == (2, TRIES[LetterKind.NOTE] - 1)
    outbox.bury(again, at=AT, words="")
    assert outbox.revive(None, at=AT) == 1
