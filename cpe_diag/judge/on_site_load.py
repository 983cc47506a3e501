"""What a laptop on site tells of the line under load: the answers, each about one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldLink
from cpe_diag.domain.field_load_facts import Direction, FieldLoad
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site import LAN, key_at, no_link_there, untold
from cpe_diag.judge.on_site_alone import if_alone
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, rate, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.domain.field_load_facts import LoadRun

NEAR_LIMIT: Final = 0.9
"""Share of what a test can see at most: what comes that near may be the test's own limit."""
UNANSWERED_S: Final = 0.9
"""What a first packet takes at least that nobody answers in time (fact `field_load`)."""


def _load(facts: Facts, place: PluggedInto) -> FieldLoad | Answer:
    if (none := no_link_there(facts, place)) is not None:
        return none
    key = key_at("field_load", place)
    load = facts.fact(FieldLoad, key)
    return cannot_tell(facts, key) if load is None else load


def bloated(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether packets wait long in a queue while the line is full."""
    load = _load(facts, place)
    if isinstance(load, Answer):
        return load
    idle = known(load.idle)
    idle_s = None if idle is None else known(idle.rtt_median_s)
    added: dict[Direction, float] = {}
    owns: dict[Direction, float] = {}
    for run in load.runs:
        if (more := _added_s(run, idle_s)) and more > added.get(run.direction, 0.0):
            added[run.direction], owns[run.direction] = more, _own_s(run)
    if idle_s is None or not added:
        return does_not_arise("nobody answered the laptop's packets beside the load")
    worst = max(added, key=lambda direction: added[direction])
    words = f"idle {1000 * idle_s:.0f} ms, {1000 * added[worst]:.0f} ms more while the line is"
    words += f" full {'towards' if worst is Direction.DOWN else 'from'} the customer"
    limit_s = facts.limits["field_bloat_s"]
    claim = added[worst] > limit_s
    if claim and added[worst] - owns[worst] <= limit_s:
        took = f"connections to itself took {1000 * owns[worst]:.0f} ms"
        return untold(f"{words}; the laptop itself was busy: {took}", key_at("field_load", place))
    answer = if_not_filled(facts, place, says(claim, words, key_at("field_load", place)))
    return if_alone(facts, place, answer, key_at("field_load", LAN))


def _added_s(run: LoadRun, idle_s: float | None) -> float | None:
    """Give how much longer a first packet takes in the middle, during this load."""
    loaded = known(run.loaded)
    if loaded is None or idle_s is None:
        return None
    in_middle = known(loaded.rtt_median_s)
    if in_middle is None or loaded.received < loaded.sent / 2:
        in_middle = UNANSWERED_S
    return max(0.001, in_middle - idle_s)


def _own_s(run: LoadRun) -> float:
    """Give how long a connection of the laptop to itself took meanwhile, in the middle."""
    own = known(run.own)
    if own is None:
        return 0.0
    in_middle = known(own.rtt_median_s)
    return UNANSWERED_S if in_middle is None or own.received < own.sent / 2 else in_middle


def _beside(runs: Sequence[LoadRun], best: float) -> str:
    """Mark a rate of which a part was somebody else's."""
    run = next(one for one in runs if one.passed_bps == best)
    foreign = known(run.beside_bps)
    return f" ({rate(foreign)} of it passed beside the load)" if foreign else ""


def rate_low(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the line lets through much less than was sold, by the best of the tests."""
    load = _load(facts, place)
    if isinstance(load, Answer):
        return load
    link = facts.fact(FieldLink, key_at("field_link", place))
    at_most = known(link.speed_bps) if link is not None else None
    service = facts.subscriber.service
    sold = {Direction.DOWN: known(service.down_bps), Direction.UP: known(service.up_bps)}
    told = []
    for direction, promised in sold.items():
        runs = [one for one in load.runs if one.direction is direction]
        best = max((one.passed_bps for one in runs), default=0.0)
        if promised is None or not best:
            continue
        wanted = min(promised, at_most or promised)
        low = best < facts.limits["load_rate_share"] * wanted
        if low and best >= NEAR_LIMIT * load.most_bps:
            continue
        words = f"{direction.value} {rate(best)} of {rate(promised)}"
        told.append((low, words + _beside(runs, best)))
    if not told:
        return does_not_arise("nobody says which rate was sold, or the test is too small for it")
    words = ", ".join(one for _, one in told)
    answer = says(any(low for low, _ in told), words, key_at("field_load", place))
    answer = if_not_filled(facts, place, answer)
    return if_alone(facts, place, answer, key_at("field_load", LAN))
