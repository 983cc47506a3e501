"""Rules about what lies beyond the operator's edge and is shared by our side and the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import LoadTest
from cpe_diag.domain.missing import known
from cpe_diag.judge.keys import (
    LOAD,
    LOAD_OPERATOR,
    QUALITY_GATEWAY,
    QUALITY_OPERATOR,
    QUALITY_REFERENCE,
    QUALITY_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, says
from cpe_diag.judge.rules_load import quality
from cpe_diag.judge.rules_rate import line_bps
from cpe_diag.judge.ways import Way, ms, way_of

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

WAYS: Final = (QUALITY_GATEWAY, QUALITY_REFERENCE, QUALITY_ROUTER, QUALITY_OPERATOR)


def core_queued(facts: Facts) -> Answer:
    """Answer whether packets to the reference stand in a queue that both sides meet.

    A queue makes round trips vary, and the middle one longer; a moment in which a machine does
    something else lengthens a few. From the router the way to its edge is the control, from here
    the way to the home.
    """
    near, far, inward, ours = (_way(facts, key) for key in WAYS)
    if near is None or far is None or inward is None or ours is None:
        ways = zip(WAYS, (near, far, inward, ours), strict=True)
        return cannot_tell(facts, *(key for key, way in ways if way is None))
    words = (
        f"{far.words('the reference')} from the router ({ms(near.most_s)} to its edge); from here"
        f" {ours.words('it')} ({ms(inward.most_s)} to the home)"
    )
    queued = _queued(facts, far, near) and _queued(facts, ours, inward)
    return says(queued, words, *WAYS)


def _queued(facts: Facts, way: Way, control: Way) -> bool:
    spread_s, waits_s = way.spread_s - control.spread_s, _waits_s(way) - _waits_s(control)
    limits = facts.limits
    return spread_s > limits["jitter_high_s"] and waits_s > limits["core_queue_s"]


def _waits_s(way: Way) -> float:
    return way.middle_s - way.least_s


def _way(facts: Facts, key: FactKey) -> Way | None:
    train = quality(facts, key)
    return None if train is None else way_of(train)


def core_rate_low(facts: Facts) -> Answer:
    """Answer whether a file of the reference comes slowly to the home and to our side alike."""
    sold = known(facts.subscriber.service.down_bps)
    if not sold:
        return does_not_arise("the inventory does not say what rate was sold")
    load, ours = facts.fact(LoadTest, LOAD), facts.fact(LoadTest, LOAD_OPERATOR)
    if load is None or ours is None:
        return cannot_tell(facts, LOAD if load is None else LOAD_OPERATOR)
    got, most = line_bps(load), facts.limits["core_rate_low_bps"]
    words = f"a file of the reference comes to the home with {rate(got)}"
    if got >= min(most, facts.limits["load_rate_share"] * sold):
        return no(words, LOAD)
    words += f", to the operator's side with {rate(ours.rate_bps)}"
    return says(ours.rate_bps < most, words, LOAD, LOAD_OPERATOR)


RULES_CORE: Final[tuple[Rule, ...]] = (
    Rule(
        id="core_queued",
        question="Do packets to the reference stand in a queue that both sides meet?",
        needs=WAYS,
        ask=core_queued,
    ),
    Rule(
        id="core_rate_low",
        question="Does the reference's file come slowly to the home and to our side alike?",
        needs=(LOAD, LOAD_OPERATOR),
        ask=core_rate_low,
    ),
)
