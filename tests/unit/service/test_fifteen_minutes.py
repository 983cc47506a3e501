"""The 15 minutes: a warning, a hand-over, what was tried and what need not be tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import CallerAnswer, OwnChange, PingCheck
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.service.do_not_repeat import do_not_repeat, lines
from cpe_diag.service.fifteen_minutes import (
    WHOLE,
    HandOver,
    OpenCase,
    Warn,
    best,
    due,
    hand_over_words,
    in_order,
    next_due,
    warning_words,
)
from cpe_diag.service.ticket_rules import Priority
from cpe_diag.service.tmf653 import VALID
from cpe_diag.testing.evidence_samples import dsl_home
from cpe_diag.testing.run_samples import sample_run

if TYPE_CHECKING:
    from cpe_diag.engine.run import RunResult

OPENED = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASE = OpenCase(
    id="c-1",
    opened_at=OPENED,
    due_at=OPENED + WHOLE,
    priority=Priority.TOTAL_LOSS,
    held_for=Destination.FIELD_TECHNICIAN,
)


def at(minutes: float) -> datetime:
    """Give a moment of the case."""
    return OPENED + timedelta(minutes=minutes)


def test_at_10_minutes_there_is_a_warning_and_at_15_the_case_goes() -> None:
    """With its priority, to where the best verdict so far sends it."""
    assert due(CASE, at(9.99)) is None
    assert due(CASE, at(10)) == Warn(case="c-1", left=timedelta(minutes=5))
    assert due(CASE, at(15)) == HandOver(
        case="c-1",
        destination=Destination.FIELD_TECHNICIAN,
        priority=Priority.TOTAL_LOSS,
        late=timedelta(),
    )


def test_a_warning_comes_once() -> None:
    """However often the clock is asked."""
    warned = replace(CASE, warned_at=at(10))
    assert [due(warned, at(minute)) for minute in (10, 11, 14.99)] == [None, None, None]
    assert isinstance(due(warned, at(15)), HandOver)


def test_who_comes_late_warns_no_more() -> None:
    """The service was down: the case goes, and says how late it is."""
    deed = due(CASE, at(40))
    assert isinstance(deed, HandOver)
    assert deed.late == timedelta(minutes=25)


def test_a_case_that_has_gone_is_left_alone() -> None:
    """Nothing is handed over twice."""
    gone = replace(CASE, gone_at=at(3))
    assert due(gone, at(60)) is None
    assert next_due(gone) is None


@settings(deadline=None)
@given(minute=st.floats(min_value=0, max_value=60))
def test_asking_when_it_is_due_misses_nothing(minute: float) -> None:
    """Before the moment that was told nothing is due, at that moment something is."""
    moment = next_due(CASE)
    assert moment is not None
    assert (due(CASE, at(minute)) is not None) == (at(minute) >= moment)


@pytest.mark.parametrize("held_for", [None, Destination.FIXED])
def test_an_open_case_is_never_closed_by_the_clock(held_for: Destination | None) -> None:
    """Without a verdict, or with one that was not confirmed, people look at it."""
    deed = due(replace(CASE, held_for=held_for), at(15))
    assert isinstance(deed, HandOver)
    assert deed.destination is Destination.SECOND_LINE


def test_a_case_with_less_time_is_warned_when_it_opens_at_the_earliest() -> None:
    """Three minutes leave no room for a warning at ten."""
    short = replace(CASE, due_at=at(3))
    assert next_due(short) == OPENED
    assert due(short, at(1)) == Warn(case="c-1", left=timedelta(minutes=2))


def test_total_loss_comes_first_then_the_time_left() -> None:
    """As the queue works."""
    cases = [
        replace(CASE, id="d", priority=Priority.REQUEST, due_at=at(1)),
        replace(CASE, id="c", priority=Priority.PARTIAL, due_at=at(2)),
        replace(CASE, id="b", due_at=at(9)),
        replace(CASE, id="a", due_at=at(5)),
    ]
    assert [one.id for one in in_order(cases)] == ["a", "b", "c", "d"]


def test_the_warning_says_how_long_and_where_to() -> None:
    """In one line."""
    assert warning_words(CASE, at(10)) == (
        "Case c-1: 5 min left of 15; at 12:15 UTC it goes to field technician (total loss)"
    )


def with_facts(*measurements: Measurement) -> RunResult:
    """Make a run with this evidence only."""
    run = sample_run()
    evidence = Evidence().with_measurements(measurements)
    return replace(run, case=replace(run.case, evidence=evidence))


def fact(kind: str, subject: str, value: object, moment: datetime) -> Measurement:
    """Make an observed fact."""
    return Measurement(
        key=FactKey(kind, subject), observation=Observed(value=value, source="test", at=moment)
    )


PING = next(
    one.value
    for _, one in dsl_home().evidence
    if isinstance(one, Observed) and isinstance(one.value, PingCheck)
)
RESTART = OwnChange(action="router.restart", ended="proven", words="restart the router")


def test_the_hand_over_is_complete() -> None:
    """Verdict, priority, what was tried, what holds: nobody has to call back."""
    run = with_facts(
        fact("ping", "router>gateway", PING, at(3)),
        fact("own_change", "1", RESTART, at(2)),
    )
    told = hand_over_words(CASE, [run], at(15)).splitlines()
    assert told[0].startswith("Handed over at 2026-03-01 12:15 UTC")
    assert "To: field technician" in told
    assert "Priority: total loss" in told
    assert any(run.verdict.title in line for line in told)
    assert "- router.restart: proven (restart the router)" in told
    assert any(
        line.startswith("- 12:00 UTC playbook no_internet: look, conclude") for line in told
    )
    assert any(line.startswith("- until 14:03 UTC: ping[router>gateway]: ") for line in told)


def test_a_case_without_a_run_is_handed_over_too() -> None:
    """It says that nothing was measured."""
    told = hand_over_words(replace(CASE, held_for=None), [], at(15))
    assert "Nothing was measured" in told
    assert "second line" in told


def test_a_test_holds_for_two_hours() -> None:
    """Then the technician measures again."""
    evidence = with_facts(fact("ping", "router>gateway", PING, at(0))).evidence
    key = FactKey("ping", "router>gateway")
    held = do_not_repeat([evidence], at(0) + VALID - timedelta(seconds=1))
    assert [one.key for one in held.valid] == [key]
    assert held.valid[0].until == at(0) + VALID
    assert do_not_repeat([evidence], at(0) + VALID).again == (key,)


def test_a_change_voids_what_was_measured_before_it() -> None:
    """A restarted router has other answers; a change that was not done has none."""
    before = fact("ping", "router>gateway", PING, at(1))
    after = fact("ping", "router>reference", PING, at(3))
    changed = fact("own_change", "1", RESTART, at(2))
    tests = do_not_repeat([with_facts(before, after, changed).evidence], at(5))
    assert [one.key for one in tests.valid] == [after.key]
    assert tests.again == (before.key,)
    undone = fact("own_change", "1", replace(RESTART, ended="not_done"), at(2))
    tests = do_not_repeat([with_facts(before, after, undone).evidence], at(5))
    assert [one.key for one in tests.valid] == [before.key, after.key]


def test_what_every_run_of_a_case_has_measured_holds_until_one_changes_something() -> None:
    """A technician is not to measure again what an earlier playbook has; the newest counts."""
    first = with_facts(
        fact("ping", "router>gateway", PING, at(1)), fact("ping", "router>site", PING, at(1))
    )
    second = with_facts(fact("ping", "router>gateway", PING, at(4)))
    told = hand_over_words(CASE, [first, second], at(15)).splitlines()
    assert [line.split(": ")[0] for line in told if line.startswith("- until")] == [
        "- until 14:01 UTC",
        "- until 14:04 UTC",
    ]
    changed = with_facts(fact("own_change", "1", RESTART, at(5)))
    tests = do_not_repeat([one.case.evidence for one in (first, second, changed)], at(15))
    assert (tests.valid, len(tests.again)) == ((), 2)


def test_a_run_that_cannot_decide_does_not_take_back_what_was_found() -> None:
    """Unless something was changed since, or it is long ago: then nobody knows any more."""
    found = with_facts()
    open_end = replace(
        found,
        started_at=found.started_at + timedelta(minutes=5),
        verdict=replace(found.verdict, domain=FaultDomain.UNDETERMINED, title="It is open"),
    )
    assert found.verdict.domain is not FaultDomain.UNDETERMINED
    assert best([found]) is found
    assert best([open_end, found]) is found
    assert best([found, open_end]) is found
    assert f"Best verdict so far: {found.verdict.title}" in hand_over_words(
        CASE, [found, open_end], at(15)
    )
    assert best([open_end]) is open_end
    restart = with_facts(fact("own_change", "1", RESTART, at(6)))
    changed = replace(open_end, case=restart.case)
    assert best([found, changed]) is changed
    late = replace(open_end, started_at=found.started_at + VALID)
    assert best([found, late]) is late


def test_what_was_said_or_is_not_known_is_no_test() -> None:
    """There is nothing to repeat."""
    silent = Failure(kind=FailureKind.SILENT, where="router", detail="no answer")
    evidence = with_facts(
        fact("answer", "affected", CallerAnswer(choice="all_devices"), at(0)),
        not_observed(FactKey("router_wan", "router"), silent, "ssh.connect", at(0)),
    ).evidence
    tests = do_not_repeat([evidence], at(1))
    assert (tests.valid, tests.again, lines(tests)) == ((), (), ())
