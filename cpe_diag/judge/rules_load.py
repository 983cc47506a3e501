"""Rules about loss and delay of each part of the way: core, access line, home.

Loss is told from chance by an exact test, and one part from the next by comparing them: what is
lost on the way to the operator's edge is lost on the way to the reference behind it too. An edge
that answers pings rarely (RFC 1812, section 4.3.2.8) while what goes through it arrives is well.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.judge.chance import as_many_by_chance, as_uneven_by_chance
from cpe_diag.judge.keys import (
    PING_DEVICE,
    PING_GATEWAY,
    PING_REFERENCE,
    QUALITY_DEVICE,
    QUALITY_GATEWAY,
    QUALITY_NEIGHBOURS,
    QUALITY_OPERATOR,
    QUALITY_REFERENCE,
    QUALITY_ROUTER,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says
from cpe_diag.judge.rules_paths import pings
from cpe_diag.judge.ways import Way, ms, uneven_times, way_of

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import PingCheck
    from cpe_diag.judge.rule import Facts

PAIR: Final = 2
"""One neighbour that suffers too may have a line of its own to blame; two share the node."""


def quality(facts: Facts, key: FactKey) -> PathQuality | None:
    """Give a train of which anything came back: a target that is silent says nothing of loss."""
    found = facts.fact(PathQuality, key)
    return found if found is not None and found.received else None


def _ping(facts: Facts, key: FactKey) -> PingCheck | None:
    check = pings(facts, key)
    return check if check is not None and check.received else None


def _silent(facts: Facts, key: FactKey) -> Answer | None:
    """Answer no where nothing at all came back: that is no part of the packets."""
    check = pings(facts, key)
    if check is None or check.received:
        return None
    return no(f"none of {check.sent} packets to {check.target} answered", key)


def _counts(facts: Facts, train: FactKey, few: FactKey) -> tuple[int, int, FactKey] | None:
    """Give lost, sent and the fact: of the train, or of the few pings where there is none."""
    long = quality(facts, train)
    if long is not None:
        return long.lost, long.sent, train
    check = _ping(facts, few)
    return None if check is None else (check.sent - check.received, check.sent, few)


def lossy(facts: Facts, lost: int, sent: int) -> bool:
    """Tell whether so many losses are more than a good way has by chance."""
    chance = as_many_by_chance(lost, sent, facts.limits["path_loss_share"])
    return chance < facts.limits["path_loss_chance"]


def uneven(facts: Facts, more: tuple[int, int], less: tuple[int, int]) -> bool:
    """Tell whether one way (lost, sent) loses more than the other beyond chance."""
    return as_uneven_by_chance(*more, *less) < facts.limits["path_loss_uneven"]


def _lost_words(facts: Facts, lost: int, sent: int, whom: str) -> str:
    words = f"{lost} of {sent} packets to {whom} lost"
    if not lost or lossy(facts, lost, sent):
        return words
    return f"{words}, which may be chance"


def gateway_loss(facts: Facts) -> Answer:
    """Answer whether packets are lost between the router and the operator's edge."""
    near = _counts(facts, QUALITY_GATEWAY, PING_GATEWAY)
    if near is None:
        return _silent(facts, PING_GATEWAY) or cannot_tell(facts, PING_GATEWAY)
    lost, sent, key = near
    words = _lost_words(facts, lost, sent, "the operator's edge")
    far = quality(facts, QUALITY_REFERENCE)
    if key != QUALITY_GATEWAY or far is None:
        return says(lossy(facts, lost, sent), words, key)
    both = f"{words}, {far.lost} of {far.sent} to the reference behind it"
    if uneven(facts, (lost, sent), (far.lost, far.sent)):
        because = f"{both}: the edge leaves pings unanswered and loses nothing"
        return no(because, key, QUALITY_REFERENCE)
    if uneven(facts, (far.lost, far.sent), (lost, sent)):
        return says(lossy(facts, lost, sent), both, key, QUALITY_REFERENCE)
    # As many on both: they share the line, so that their losses count together.
    claim = bool(lost) and lossy(facts, lost + far.lost, sent + far.sent)
    return says(claim, both, key, QUALITY_REFERENCE)


def internet_loss(facts: Facts) -> Answer:
    """Answer whether packets are lost on the way to the reference host."""
    far = _counts(facts, QUALITY_REFERENCE, PING_REFERENCE)
    if far is None:
        return _silent(facts, PING_REFERENCE) or cannot_tell(facts, PING_REFERENCE)
    lost, sent, key = far
    words = _lost_words(facts, lost, sent, "the reference")
    control = quality(facts, QUALITY_OPERATOR)
    if control is None:
        return says(lossy(facts, lost, sent), words, key)
    words += f"; from the operator's side {control.lost} of {control.sent}"
    return says(lossy(facts, lost, sent), words, key, QUALITY_OPERATOR)


def device_loss(facts: Facts) -> Answer:
    """Answer whether packets are lost between the router and the device in question."""
    near = _counts(facts, QUALITY_DEVICE, PING_DEVICE)
    if near is None:
        return cannot_tell(facts, QUALITY_DEVICE)
    lost, sent, key = near
    words = _lost_words(facts, lost, sent, "the device")
    return says(lossy(facts, lost, sent), words, key)


def _way(facts: Facts, key: FactKey) -> Way | None:
    train = quality(facts, key)
    return None if train is None else way_of(train)


def _of_few(check: PingCheck) -> float | None:
    """Give the shortest of few round trips: one late packet makes the mean of eight a late one."""
    least_s = known(check.rtt_min_s)
    return known(check.rtt_avg_s) if least_s is None else least_s


def latency_high(facts: Facts) -> Answer:
    """Answer whether the way to the operator's edge takes too long."""
    train = quality(facts, QUALITY_GATEWAY)
    few = _ping(facts, PING_GATEWAY)
    took_s = known(train.rtt_median_s) if train else _of_few(few) if few else None
    if took_s is None:
        return cannot_tell(facts, PING_GATEWAY)
    words = f"{ms(took_s)} to the operator's edge and back"
    key = QUALITY_GATEWAY if train else PING_GATEWAY
    least_s, beside_s = known(train.rtt_min_s) if train else None, _longer_than_neighbours(facts)
    if least_s is None or beside_s is None:
        return says(took_s > facts.limits["latency_high_s"], words, key)
    longer = min(least_s, beside_s) > facts.limits["latency_beside_s"]
    words += f", {ms(least_s)} at best; from our side to the home at best {ms(beside_s)} longer"
    words += " than to any neighbour"
    high = longer or took_s > facts.limits["latency_high_s"]
    return says(high, words, key, QUALITY_ROUTER, QUALITY_NEIGHBOURS)


def _longer_than_neighbours(facts: Facts) -> float | None:
    """Give how much longer the home takes than all neighbours, in s; None: nobody knows.

    The shortest round trips hold no queue of a moment, and lines of one node differ by little.
    """
    ours = quality(facts, QUALITY_ROUTER)
    own_s = known(ours.rtt_min_s) if ours else None
    theirs = [known(one.rtt_min_s) for one in neighbour_trains(facts)]
    told = [one for one in theirs if one is not None]
    if own_s is None or len(told) < PAIR or own_s <= max(told):
        return None
    return own_s - max(told)


def gateway_jitter(facts: Facts) -> Answer:
    """Answer whether the way to the operator's edge takes now short, now long."""
    way = _way(facts, QUALITY_GATEWAY)
    if way is None:
        return cannot_tell(facts, QUALITY_GATEWAY)
    uneven = uneven_times(facts, way, facts.limits["jitter_high_s"])
    return says(uneven, way.words("the operator's edge"), QUALITY_GATEWAY)


def internet_delay(facts: Facts) -> Answer:
    """Answer whether the way beyond the operator's edge adds too much time, or jitter."""
    near, far = _way(facts, QUALITY_GATEWAY), _way(facts, QUALITY_REFERENCE)
    if near is None or far is None:
        return cannot_tell(facts, QUALITY_GATEWAY if near is None else QUALITY_REFERENCE)
    words = f"{ms(near.middle_s)} to the operator's edge; {far.words('the reference')}"
    beyond = replace(far, most_s=far.most_s - near.spread_s, step_s=far.step_s - near.step_s)
    high = far.middle_s - near.middle_s > facts.limits["core_delay_s"] or uneven_times(
        facts, beyond, facts.limits["jitter_high_s"]
    )
    return says(high, words, QUALITY_GATEWAY, QUALITY_REFERENCE)


def device_delay(facts: Facts) -> Answer:
    """Answer whether the way between router and device takes too long, or now short, now long."""
    way = _way(facts, QUALITY_DEVICE)
    if way is None:
        return cannot_tell(facts, QUALITY_DEVICE)
    high = way.middle_s > facts.limits["home_delay_s"]
    uneven = uneven_times(facts, way, facts.limits["home_jitter_s"])
    return says(high or uneven, way.words("the device"), QUALITY_DEVICE)


def neighbour_trains(facts: Facts) -> list[PathQuality]:
    """Give the trains to neighbours on the node of which anything came back."""
    subjects = facts.case.evidence.subjects("path_quality", "operator>neighbour/")
    return [
        found
        for subject in subjects
        if (found := quality(facts, FactKey("path_quality", subject))) is not None
    ]


def neighbours_suffer(facts: Facts) -> Answer:
    """Answer whether homes on the same node have loss or delay too: they share its uplink."""
    trains = neighbour_trains(facts)
    if len(trains) < PAIR:
        return cannot_tell(facts, QUALITY_NEIGHBOURS)
    control = quality(facts, QUALITY_OPERATOR)
    bad = [train for train in trains if _suffers(facts, train, control)]
    words = f"{len(bad)} of {len(trains)} neighbours on the node have loss or delay as well"
    if bad:
        way = way_of(bad[0])
        took = "" if way is None else f", {way.words('one of them')}"
        words += f": {bad[0].lost} of {bad[0].sent} lost{took}"
    if control is None:
        return says(len(bad) >= PAIR, words, QUALITY_NEIGHBOURS)
    words += f"; to the reference {control.lost} of {control.sent} lost"
    if len(bad) >= PAIR and _suffers(facts, control, None):  # a way of our own that is bad
        return cannot_tell(facts, QUALITY_OPERATOR)
    ours = way_of(control)
    if len(bad) >= PAIR and ours is not None and not any(map(partial(_slow, facts, ours), bad)):
        words += f", {ours.words('it')}: our own side was too busy to say more"
        return does_not_arise(words)
    return says(len(bad) >= PAIR, words, QUALITY_NEIGHBOURS, QUALITY_OPERATOR)


def _slow(facts: Facts, ours: Way, train: PathQuality) -> bool:
    """Tell whether a way is bad by more than that it is uneven while ours is uneven as well."""
    way = way_of(train)
    if way is None or lossy(facts, train.lost, train.sent):
        return True
    calm = ours.spread_s <= facts.limits["jitter_high_s"]
    return calm or way.middle_s - ours.middle_s > facts.limits["latency_high_s"]


def _suffers(facts: Facts, train: PathQuality, control: PathQuality | None) -> bool:
    """Tell whether a way from our side is bad, beyond what our own side does to every way.

    A moment in which our own machine does nothing else makes all ways uneven at once, so that
    without a control nothing is said of jitter.
    """
    loses = lossy(facts, train.lost, train.sent)
    if control is not None:
        loses = loses and uneven(facts, (train.lost, train.sent), (control.lost, control.sent))
    way, ours = way_of(train), None if control is None else way_of(control)
    if way is None or loses:
        return loses
    if ours is None:
        return way.middle_s > facts.limits["latency_high_s"]
    more = replace(way, most_s=way.most_s - ours.spread_s, step_s=way.step_s - ours.step_s)
    return way.middle_s - ours.middle_s > facts.limits["latency_high_s"] or uneven_times(
        facts, more, facts.limits["jitter_high_s"]
    )


RULES_LOAD: Final[tuple[Rule, ...]] = (
    Rule(
        id="gateway_loss",
        question="Are packets lost between router and operator's edge?",
        needs=(PING_GATEWAY, QUALITY_GATEWAY, QUALITY_REFERENCE),
        ask=gateway_loss,
    ),
    Rule(
        id="latency_high",
        question="Does the way to the operator's edge take too long?",
        needs=(PING_GATEWAY, QUALITY_GATEWAY, QUALITY_ROUTER, QUALITY_NEIGHBOURS),
        ask=latency_high,
    ),
    Rule(
        id="gateway_jitter",
        question="Does the way to the operator's edge take now short, now long?",
        needs=(QUALITY_GATEWAY,),
        ask=gateway_jitter,
    ),
    Rule(
        id="internet_loss",
        question="Are packets lost on the way to the reference?",
        needs=(PING_REFERENCE, QUALITY_REFERENCE, QUALITY_OPERATOR),
        ask=internet_loss,
    ),
    Rule(
        id="internet_delay",
        question="Does the way beyond the operator's edge take too long?",
        needs=(QUALITY_GATEWAY, QUALITY_REFERENCE),
        ask=internet_delay,
    ),
    Rule(
        id="neighbours_suffer",
        question="Do other homes on the node have loss or delay too?",
        needs=(QUALITY_NEIGHBOURS, QUALITY_OPERATOR),
        ask=neighbours_suffer,
    ),
    Rule(
        id="device_loss",
        question="Are packets lost between the router and the device?",
        needs=(QUALITY_DEVICE, PING_DEVICE),
        ask=device_loss,
    ),
    Rule(
        id="device_delay",
        question="Does the way between the router and the device take too long?",
        needs=(QUALITY_DEVICE,),
        ask=device_delay,
    ),
)
