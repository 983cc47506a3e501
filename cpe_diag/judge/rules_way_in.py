"""Rules about the way from the operator's side to a router that tells us nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.port_facts import PortRates
from cpe_diag.judge.keys import (
    PING_NEIGHBOURS_FULL,
    PING_ROUTER_FULL,
    PORT_RATES,
    QUALITY_NEIGHBOURS,
    QUALITY_OPERATOR,
    QUALITY_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_load import PAIR, gateway_loss, lossy, neighbour_trains, quality, uneven
from cpe_diag.judge.rules_router import spoken

TRAIN_GAP_S: Final = 0.01
"""How far apart the packets of a train are sent."""

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.judge.rule import Facts


def way_in_loss(facts: Facts) -> Answer:
    """Answer whether packets from our side to the router are lost, and are not lost elsewhere.

    Nothing is said without a control, the reference or neighbours: our own side may lose them.
    """
    train = facts.fact(PathQuality, QUALITY_ROUTER)
    told = gateway_loss(facts).answer is not None
    if told or (train is None and spoken(facts) is not None):
        return does_not_arise("the router itself tells of its line")
    if train is None:
        return cannot_tell(facts, QUALITY_ROUTER)
    words = f"{train.lost} of {train.sent} packets from our side to the router lost"
    if not train.received:
        return _open(f"{words}: it may leave them unanswered", QUALITY_ROUTER)
    if not lossy(facts, train.lost, train.sent):
        return no(words, QUALITY_ROUTER)
    return _against_control(facts, train, words)


def _against_control(facts: Facts, train: PathQuality, words: str) -> Answer:
    found = _control(facts)
    if found is None:
        return cannot_tell(facts, QUALITY_OPERATOR)
    lost, sent, whom, key = found
    words += f", {lost} of {sent} to {whom}"
    if not uneven(facts, (train.lost, train.sent), (lost, sent)):
        return _open(f"{words}: it may be our own side", QUALITY_ROUTER, key)
    return yes(words, QUALITY_ROUTER, key)


def _open(because: str, *keys: FactKey) -> Answer:
    """Answer that what was measured leaves it open."""
    return Answer(answer=None, because=because, rests_on=(), missing=keys)


def _control(facts: Facts) -> tuple[int, int, str, FactKey] | None:
    """Give lost and sent to somebody else at the same time, who, and the fact."""
    reference = quality(facts, QUALITY_OPERATOR)
    if reference is not None:
        return reference.lost, reference.sent, "the reference", QUALITY_OPERATOR
    trains = neighbour_trains(facts)
    if len(trains) < PAIR:
        return None
    lost, sent = sum(one.lost for one in trains), sum(one.sent for one in trains)
    return lost, sent, f"{len(trains)} neighbours", QUALITY_NEIGHBOURS


def way_in_narrow(facts: Facts) -> Answer:
    """Answer whether large packets to a router that says nothing are lost, and small ones not.

    A router that hangs answers pings of every size; neighbours show what the way itself carries.
    """
    heard, train = spoken(facts), facts.fact(PathQuality, QUALITY_ROUTER)
    if heard is not None:
        return does_not_arise("the router itself tells of its line")
    full = facts.fact(PingCheck, PING_ROUTER_FULL)
    if train is None or full is None or not full.sent:
        return cannot_tell(facts, QUALITY_ROUTER if train is None else PING_ROUTER_FULL)
    words = (
        f"{full.received} of {full.sent} large packets came back from the router,"
        f" {train.received} of {train.sent} small ones"
    )
    if full.received:
        return no(words, PING_ROUTER_FULL)
    if lossy(facts, train.lost, train.sent):
        return does_not_arise(f"{words}: small ones are lost too")
    return _beside_neighbours(facts, words)


def _beside_neighbours(facts: Facts, words: str) -> Answer:
    keys = [
        FactKey("ping", one) for one in facts.case.evidence.subjects("ping", "operator>neighbour/")
    ]
    checks = [one for key in keys if (one := facts.fact(PingCheck, key)) is not None]
    good = sum(bool(one.received) for one in checks)
    if not good:
        return cannot_tell(facts, PING_NEIGHBOURS_FULL)
    words += f"; {good} of {len(checks)} neighbours answer large ones"
    return yes(words, PING_ROUTER_FULL, QUALITY_ROUTER)


def home_answers_elsewhere(facts: Facts) -> Answer:
    """Answer whether somebody answers with the home's address, and not at the home's port.

    The port was counted meanwhile: what comes from the home comes in there. A count that stands
    still while nothing at all moves may be an old one, of an agent that keeps its answers.
    """
    train, rates = quality(facts, QUALITY_ROUTER), facts.fact(PortRates, PORT_RATES)
    come = known(rates.in_packets_per_s) if rates else None
    go = known(rates.out_packets_per_s) if rates else None
    if train is None or rates is None or come is None or go is None:
        return cannot_tell(facts, QUALITY_ROUTER, PORT_RATES)
    asked, counted = _seen_at(facts, QUALITY_ROUTER), _seen_at(facts, PORT_RATES)
    if asked is None or counted is None:
        return cannot_tell(facts, QUALITY_ROUTER, PORT_RATES)
    took_s, later_s = train.sent * TRAIN_GAP_S, (asked - counted).total_seconds()
    both_s = min(0.0, later_s) - max(-rates.interval_s, later_s - took_s)
    if both_s < facts.limits["elsewhere_overlap"] * took_s:
        return does_not_arise("the port was not counted while the home was asked")
    answered = train.received * both_s / took_s
    words = f"about {answered:.0f} packets were answered while the port was counted, at which"
    words += f" {come * rates.interval_s:.0f} came in"
    few = come * rates.interval_s < facts.limits["elsewhere_share"] * answered
    return says(few and come + go > 0, words, QUALITY_ROUTER, PORT_RATES)


def _seen_at(facts: Facts, key: FactKey) -> datetime | None:
    observation = facts.case.evidence.observations.get(key)
    return observation.at if isinstance(observation, Observed) else None


RULES_WAY_IN: Final[tuple[Rule, ...]] = (
    Rule(
        id="way_in_loss",
        question="Are packets lost between the operator's side and the router?",
        needs=(QUALITY_ROUTER, QUALITY_OPERATOR, QUALITY_NEIGHBOURS),
        ask=way_in_loss,
    ),
    Rule(
        id="way_in_narrow",
        question="Are large packets lost on the way to a router that says nothing?",
        needs=(QUALITY_ROUTER, PING_ROUTER_FULL, PING_NEIGHBOURS_FULL),
        ask=way_in_narrow,
    ),
    Rule(
        id="home_answers_elsewhere",
        question="Does somebody answer with the home's address, and not at the home's port?",
        needs=(QUALITY_ROUTER, PORT_RATES),
        ask=home_answers_elsewhere,
    ),
)
