"""What was seen a moment ago from another place, once the laptop has looked from this one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.judge.on_site import BEYOND, LAN, PLACES, WALL, WIFI, key_at
from cpe_diag.judge.on_site_load import rate_low
from cpe_diag.judge.rule import Answer, Facts, does_not_arise, no, span

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.field_facts import PluggedInto

Ask: TypeAlias = "Callable[[Facts, PluggedInto], Answer]"
Since: TypeAlias = "Callable[[Facts, Answer, PluggedInto, Ask], Answer]"
"""Gives what counts of an answer about a place: the question is asked elsewhere where it helps."""


def home_of(facts: Facts) -> PluggedInto:
    """Give from where the home was looked at last: by its Wi-Fi, else by cable."""
    return facts.once(_last_looked)


def _last_looked(facts: Facts) -> PluggedInto:
    by_cable, by_radio = (_at(facts, key_at("field_link", spot)) for spot in (LAN, WIFI))
    if by_radio is None:
        return LAN
    return WIFI if by_cable is None or by_radio > by_cable else LAN


def of_its_wire(facts: Facts, answer: Answer, place: PluggedInto, ask: Ask) -> Answer:
    """Let what is on the wire of a place count there, and at home until a page opens there.

    What is on the home's own wire does not reach the wall port. What was at the wall port does
    not matter any more where the home behind it has its pages since.
    """
    del ask
    here = _here(facts)
    if here is None or not answer.answer or _same(here, place):
        return answer
    if here is WALL:
        return does_not_arise(f"{_dated(facts, answer).because}, in the home")
    key = key_at("http", home_of(facts), BEYOND)
    page = facts.fact(HttpCheck, key)
    opens = page is not None and page.outcome is HttpOutcome.OK
    if page is not None and opens and _later(facts, (key,), answer.rests_on):
        return does_not_arise(f"{answer.because}; since then {page.url} opens at home")
    return _dated(facts, answer)


def of_its_radio(facts: Facts, answer: Answer, place: PluggedInto, ask: Ask) -> Answer:
    """Let what is in the air count as long as the laptop is on the Wi-Fi."""
    del ask
    if not answer.answer or (_here(facts) is not WALL and home_of(facts) is place):
        return answer
    return does_not_arise(f"{_dated(facts, answer).because}, by Wi-Fi")


def while_slow(facts: Facts, answer: Answer, place: PluggedInto, ask: Ask) -> Answer:
    """Let what makes the wall port's link slow count, at home too, as long as that is slow."""
    if place is WALL and rate_low(facts, home_of(facts)).answer:
        return beyond_wire(facts, answer, place, rate_low)
    return of_its_wire(facts, answer, place, ask)


def beyond_wire(facts: Facts, answer: Answer, place: PluggedInto, ask: Ask) -> Answer:
    """Let what was wrong beyond the wall port count until the home behind it has it well."""
    here = _here(facts)
    if here is None or not answer.answer or _same(here, place):
        return answer
    if here is WALL:
        return _dated(facts, answer)
    return _unless_well(facts, answer, ask(facts, home_of(facts)))


def in_network(facts: Facts, answer: Answer, place: PluggedInto, ask: Ask) -> Answer:
    """Let what was wrong in the operator's network count until it is well from either place."""
    here = _here(facts)
    if here is None or not answer.answer or _same(here, place):
        return answer
    return _unless_well(facts, answer, ask(facts, WALL if here is WALL else home_of(facts)))


def _unless_well(facts: Facts, answer: Answer, now: Answer) -> Answer:
    if now.answer is False and _later(facts, now.rests_on, answer.rests_on):
        return no(f"{answer.because}; since then: {now.because}", *now.rests_on)
    return _dated(facts, answer)


def _here(facts: Facts) -> PluggedInto | None:
    """Give where the laptop is now: the wall port or the home; None: it is not on site."""
    return PLACES.get(facts.case.symptom)


def _same(here: PluggedInto, place: PluggedInto) -> bool:
    return (here is WALL) is (place is WALL)


def _dated(facts: Facts, answer: Answer) -> Answer:
    """Say of an answer from another place how long ago it was seen."""
    here = WALL if _here(facts) is WALL else home_of(facts)
    now = _at(facts, key_at("field_link", here))
    seen = [at for key in answer.rests_on if (at := _at(facts, key)) is not None]
    if now is None or not seen or now <= max(seen):
        return answer
    ago = span((now - max(seen)).total_seconds())
    return replace(answer, because=f"{answer.because}, {ago} before")


def _later(facts: Facts, new: tuple[FactKey, ...], old: tuple[FactKey, ...]) -> bool:
    """Tell whether all of the one was seen after all of the other."""
    after = [at for key in new if (at := _at(facts, key)) is not None]
    before = [at for key in old if (at := _at(facts, key)) is not None]
    return bool(after) and bool(before) and min(after) > max(before)


def _at(facts: Facts, key: FactKey) -> datetime | None:
    observation = facts.case.evidence.get(key.kind, key.subject)
    return observation.at if isinstance(observation, Observed) else None
