"""Rules about the way from the operator's side to a router that tells us nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.judge.keys import (
    PING_NEIGHBOURS_FULL,
    PING_ROUTER_FULL,
    QUALITY_NEIGHBOURS,
    QUALITY_OPERATOR,
    QUALITY_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_load import PAIR, gateway_loss, lossy, neighbour_trains, quality, uneven
from cpe_diag.judge.rules_router import spoken

if TYPE_CHECKING:
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
)
