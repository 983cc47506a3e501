"""Who is told what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import (
    LONGEST_TITLE,
    OnCall,
    TellLater,
    TellNow,
    quiet_until,
    tellings,
    text_of,
)
from cpe_diag.service.ticket_hours import DAYS, Hours
from cpe_diag.service.ticket_rules import Priority

NIGHT = Hours(start=time(22), end=time(7))
ANN = OnCall(name="ann", zone="Europe/Berlin", quiet=NIGHT)
SLOW = text_of("c-1", Occasion.WARNING, Priority.PARTIAL, "Case c-1: 5 min left", "https://x/c-1")
DEAD = replace(SLOW, priority=Priority.TOTAL_LOSS)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)  # 00:00 of Tuesday in Berlin


def never(_person: str, _key: str) -> bool:
    """Nobody was told anything."""
    return False


def test_by_day_people_are_told_at_once() -> None:
    """That is what they are on call for."""
    assert tellings(SLOW, [ANN], NOON, never) == (TellNow(person="ann", notification=SLOW),)


def test_in_quiet_hours_only_what_is_urgent_is_told() -> None:
    """All else waits until they end."""
    morning = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert tellings(SLOW, [ANN], MIDNIGHT, never) == (
        TellLater(person="ann", notification=SLOW, at=morning),
    )
    assert tellings(DEAD, [ANN], MIDNIGHT, never) == (TellNow(person="ann", notification=DEAD),)
    incident = replace(SLOW, occasion=Occasion.INCIDENT)
    assert isinstance(tellings(incident, [ANN], MIDNIGHT, never)[0], TellNow)
    asleep = replace(ANN, urgent_at_night=False)
    assert isinstance(tellings(DEAD, [asleep], MIDNIGHT, never)[0], TellLater)


def test_nothing_is_said_twice() -> None:
    """Neither to the same person nor of the same occasion; another occasion is news."""
    told = {("ann", SLOW.key)}

    def was_told(person: str, key: str) -> bool:
        return (person, key) in told

    bob = replace(ANN, name="bob")
    assert tellings(SLOW, [ANN, bob], NOON, was_told) == (
        TellNow(person="bob", notification=SLOW),
    )
    gone = replace(SLOW, occasion=Occasion.HANDED_OVER)
    assert len(tellings(gone, [ANN, bob], NOON, was_told)) == 2
    assert SLOW.key != gone.key


def test_people_are_told_only_what_they_want() -> None:
    """The network's people need no warnings of single cases."""
    noc = replace(ANN, occasions=frozenset({Occasion.INCIDENT, Occasion.CLEARED}))
    assert tellings(SLOW, [noc], NOON, never) == ()


def test_without_quiet_hours_it_is_never_quiet() -> None:
    """A chat channel does not sleep."""
    assert quiet_until(replace(ANN, quiet=None), MIDNIGHT) is None


def test_quiet_hours_that_follow_upon_each_other_end_together() -> None:
    """A quiet weekend is not interrupted at midnight."""
    weekend = Hours(start=time(0), end=time(0), days=frozenset({"sat", "sun"}))
    one = OnCall(name="ann", zone="Etc/UTC", quiet=weekend)
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)
    assert quiet_until(one, saturday) == datetime(2026, 3, 9, tzinfo=UTC)
    assert quiet_until(one, datetime(2026, 3, 6, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(now: datetime, end: datetime) -> None:
    """In the nights in which clocks are changed too."""
    assert quiet_until(ANN, now) == end


@settings(deadline=None)
@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 - zone follows
        lambda one: one.replace(tzinfo=UTC)
    ),
    start=st.times(),
    end=st.times(),
    days=st.frozensets(st.sampled_from(DAYS)),
)
def test_whoever_waits_is_told_some_time(
    now: datetime, start: time, end: time, days: frozenset[str]
) -> None:
    """The end of quiet hours is after now, and within the fortnight."""
    one = replace(ANN, quiet=Hours(start=start, end=end, days=days))
    until = quiet_until(one, now)
    assert until is None or now < until <= now + timedelta(days=17)


def test_a_title_fits_into_a_text_message() -> None:
    """What was cut stands in the body; nothing acts on a terminal."""
    made = text_of("c-1", Occasion.RUN_FAILED, Priority.REQUEST, "x" * 300 + "\n\x1b[2J two", None)
    assert len(made.title) == LONGEST_TITLE
    assert made.body.splitlines() == ["x" * 300, "?[2J two"]
    assert SLOW.body == "https://x/c-1"
    assert text_of("c-1", Occasion.CLEARED, Priority.REQUEST, " \n", None).title == "c-1"
