"""Rules about ways that are away for moments, alone or together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.judge.keys import WATCH_NEIGHBOURS, WATCH_REFERENCE, WATCH_ROUTER
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, no, own_restart, says
from cpe_diag.judge.rules_load import PAIR

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

ALL: Final = (WATCH_ROUTER, WATCH_REFERENCE, WATCH_NEIGHBOURS)


def _away(facts: Facts, key: FactKey) -> frozenset[int] | None:
    """Give the looks at which a way was away: two and more in a row that nobody answered.

    None: nobody knows which were lost, or nobody ever answers.
    """
    train = facts.fact(PathQuality, key)
    lost = None if train is None or not train.received else known(train.lost_numbers)
    if lost is None:
        return None
    return frozenset(one for one in lost if one - 1 in lost or one + 1 in lost)


def _neighbours(facts: Facts) -> list[frozenset[int]]:
    subjects = facts.case.evidence.subjects("path_quality", WATCH_NEIGHBOURS.subject[:-1])
    ways = (_away(facts, FactKey("path_quality", one)) for one in subjects)
    return [one for one in ways if one is not None]


def ways_flap(facts: Facts) -> Answer:
    """Answer whether the home and its neighbours are away for the same moments.

    The reference, which answered then, shows that our own side was well. A home that leaves pings
    unanswered does not tell.
    """
    mine, others = _away(facts, WATCH_ROUTER), _neighbours(facts)
    control = _away(facts, WATCH_REFERENCE)
    if len(others) < PAIR or control is None:
        return cannot_tell(facts, WATCH_NEIGHBOURS if len(others) < PAIR else WATCH_REFERENCE)
    looks = frozenset(one for way in others for one in way) - control
    common = {one for one in looks if sum(one in way for way in others) >= PAIR}
    whom = "neighbours"
    if mine is not None:
        common &= mine
        whom = "the home and neighbours"
    words = f"{whom} were away together at {len(common)} looks, and the reference was not"
    return says(len(common) >= facts.limits["away_looks"], words, *ALL)


def home_away_at_times(facts: Facts) -> Answer:
    """Answer whether the home alone is away for moments, while its neighbours are there."""
    mine, others = _away(facts, WATCH_ROUTER), _neighbours(facts)
    control = _away(facts, WATCH_REFERENCE)
    if mine is None or control is None:
        return cannot_tell(facts, WATCH_ROUTER if mine is None else WATCH_REFERENCE)
    own = own_restart(facts)
    if own is not None:
        return no("it was away with the router, which we have restarted", own)
    alone = mine - control - frozenset(one for way in others for one in way)
    words = f"the home alone was away at {len(alone)} looks"
    return says(len(alone) >= facts.limits["away_looks"], words, *ALL)


RULES_WAY_WATCH: Final[tuple[Rule, ...]] = (
    Rule(
        id="ways_flap",
        question="Are the home and its neighbours away for the same moments?",
        needs=ALL,
        ask=ways_flap,
    ),
    Rule(
        id="home_away_at_times",
        question="Is the home alone away for moments?",
        needs=ALL,
        ask=home_away_at_times,
    ),
)
