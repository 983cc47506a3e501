"""Whether what else passed the laptop's own port filled the line while it was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.field_facts import FieldLink
from cpe_diag.domain.field_load_facts import Direction, FieldLoad
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.missing import known
from cpe_diag.judge.rule import Answer, rate

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.judge.rule import Facts

MENTIONED_BPS: Final = 750_000.0
"""More than our own packets are (0.57 Mbit/s at most, measured in `make lab-field`): what is above
is somebody else's."""


def use_at(place: PluggedInto) -> FactKey:
    """Name what says how much passed the laptop's own port at a place."""
    return FactKey("field_use", place.value)


def filled(facts: Facts, place: PluggedInto) -> bool:
    """Tell whether something else filled the line while it was measured from there."""
    use = facts.fact(FieldUse, use_at(place))
    return use is not None and any(_full(facts, place, way, bps) for way, bps in _ways(use))


def if_not_filled(facts: Facts, place: PluggedInto, answer: Answer) -> Answer:
    """Let what was measured count where nothing else filled the line meanwhile; mark it.

    It is for whatever rests on packets that did not come, or came late: a full queue drops and
    delays those of everybody. An answer that came, whatever it says, came all the same.

    Args:
        facts: of the case.
        place: where it was measured.
        answer: what was measured; a "no" counts whatever passed.

    Returns:
        The answer; or that it does not tell, as the line was full.
    """
    key = use_at(place)
    use = facts.fact(FieldUse, key)
    if use is None or not answer.answer or max(use.in_bps, use.out_bps) < MENTIONED_BPS:
        return answer
    words = f"{answer.because}; meanwhile {rate(use.in_bps)} came in and {rate(use.out_bps)}"
    words += " went out by the laptop's own port"
    if filled(facts, place):
        words += ": end what uses the line there, and look again"
        return Answer(answer=None, because=words, rests_on=(), missing=(key,))
    return replace(answer, because=words, rests_on=(*answer.rests_on, key))


def _ways(use: FieldUse) -> tuple[tuple[Direction, float], ...]:
    return (Direction.DOWN, use.in_bps), (Direction.UP, use.out_bps)


def _full(facts: Facts, place: PluggedInto, way: Direction, bps: float) -> bool:
    """Tell whether a rate fills one way of the line; where nobody knows its rate, it may."""
    if bps < MENTIONED_BPS:
        return False
    most = _carries_bps(facts, place, way)
    return most is None or bps >= facts.limits["field_use_share"] * most


def _carries_bps(facts: Facts, place: PluggedInto, way: Direction) -> float | None:
    """Give what one way of the line carries: as sold, else as measured; no more than the link."""
    service = facts.subscriber.service
    line: float | None = known(service.down_bps if way is Direction.DOWN else service.up_bps)
    load = facts.fact(FieldLoad, FactKey("field_load", place.value))
    if line is None and load is not None:
        line = max((one.passed_bps for one in load.runs if one.direction is way), default=None)
    link = facts.fact(FieldLink, FactKey("field_link", place.value))
    speed = None if link is None else known(link.speed_bps)
    return min(line, speed) if line and speed else line
