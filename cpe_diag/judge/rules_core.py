"""Rules about what lies beyond the operator's edge and is shared by our side and the home."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import LoadTest
from cpe_diag.domain.missing import known
from cpe_diag.judge.chance import as_uneven_by_chance
from cpe_diag.judge.keys import (
    LOAD,
    LOAD_OPERATOR,
    QUALITY_GATEWAY,
    QUALITY_NEIGHBOURS,
    QUALITY_OPERATOR,
    QUALITY_REFERENCE,
    QUALITY_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, says, yes
from cpe_diag.judge.rules_load import PAIR, neighbour_trains, quality
from cpe_diag.judge.rules_rate import OF_ITS_NAME, line_bps
from cpe_diag.judge.ways import Way, ms, way_of

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.judge.rule import Facts

TRAIN_GAP_S: Final = 0.01
"""How far apart the packets of a train are sent."""
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
    got, most = line_bps(facts, load), facts.limits["core_rate_low_bps"]
    if got is None:
        return does_not_arise(OF_ITS_NAME)
    words = f"a file of the reference comes to the home with {rate(got)}"
    if got >= min(most, facts.limits["load_rate_share"] * sold):
        return no(words, LOAD)
    words += f", to the operator's side with {rate(ours.rate_bps)}"
    return says(ours.rate_bps < most, words, LOAD, LOAD_OPERATOR)


def packets_overtake(facts: Facts) -> Answer:
    """Answer whether packets to the reference or the home come back in another order than others.

    A way of two lengths delays some packets behind later ones, which TCP takes for loss (RFC 4737,
    section 1; RFC 5681, section 3.2). Our own machine may read late, and does so for all ways at
    once: the neighbours are the control.
    """
    others = [_overtaken(train) for train in neighbour_trains(facts)]
    controls = [one for one in others if one is not None]
    if len(controls) < PAIR:
        return cannot_tell(facts, QUALITY_NEIGHBOURS)
    worst = max(controls, key=lambda one: one[0] / one[1])
    words = []
    for key in (QUALITY_OPERATOR, QUALITY_ROUTER):
        train = quality(facts, key)
        found = None if train is None else _overtaken(train)
        if found is None:
            continue
        words.append(
            f"{found[0]} of {found[1]} packets to {key.subject.partition('>')[2]} came back after"
            f" later ones, of a neighbour's {worst[0]} of {worst[1]}"
        )
        if as_uneven_by_chance(*found, *worst) < facts.limits["overtaken_chance"]:
            return yes(words[-1], key, QUALITY_NEIGHBOURS)
    if not words:
        return cannot_tell(facts, QUALITY_OPERATOR)
    return no("; ".join(words), QUALITY_OPERATOR, QUALITY_ROUTER, QUALITY_NEIGHBOURS)


def _overtaken(train: PathQuality) -> tuple[int, int] | None:
    """Count packets that came back after later ones, of all that did; None: nobody noted them."""
    echoes = known(train.echoes_s)
    if echoes is None:
        return None
    came = [at * TRAIN_GAP_S + took for at, took in enumerate(echoes) if took is not None]
    overtaken, first = 0, math.inf
    for at in reversed(came):
        overtaken += at > first
        first = min(first, at)
    return (overtaken, len(came)) if came else None


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
    Rule(
        id="packets_overtake",
        question="Do packets to the reference or the home come back in another order than others?",
        needs=(QUALITY_OPERATOR, QUALITY_ROUTER, QUALITY_NEIGHBOURS),
        ask=packets_overtake,
    ),
)
