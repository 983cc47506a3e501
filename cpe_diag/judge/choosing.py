"""What to ask next, what to ask along with it, and when nothing more need be waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.judge.calibration import LEARNED
from cpe_diag.judge.cause import NO_INTERNET, SLOW
from cpe_diag.judge.explaining import FOLLOWS
from cpe_diag.judge.healthy import not_proven_good, relevant
from cpe_diag.judge.keys import QUALITY_ROUTER
from cpe_diag.judge.overturning import could_change
from cpe_diag.judge.seen import look
from cpe_diag.judge.settle import (
    NODE_SIDE,
    ROUTER_SIDE,
    asked,
    first_that_brings,
    gains,
    information,
    side_open,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.offer import Offer
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen

DECIDED: Final = 0.9
"""A verdict that is this sure does not wait for answers that it can do without."""
OVERTURNING_BITS: Final = 0.1
"""Answers that are expected to tell less of a cause that leads will not overturn it."""
SECOND_WITHIN_S: Final = 1.5
"""So long it may take to look for a second cause once the first is sure."""
BEHIND_THE_PORT: Final = "router_unreachable"


def next_probes(
    case: CaseFile, offers: Mapping[str, Offer], tried: frozenset[str]
) -> tuple[str, ...]:
    """Choose what to ask now: the most bits for the price, and what comes along for nothing.

    Probes that interrupt the customer are chosen only where no other tells anything more. What
    no answer of could change the verdict is not asked.

    Args:
        case: the evidence so far.
        offers: all probes, in the order of their places on the path.
        tried: probes that were run already.

    Returns:
        Probes to run together, the chosen one first; empty where none is worth its time.
    """
    seen = look(case)
    open_offers = {name: one for name, one in offers.items() if name not in tried}
    facts = {name: one.gives for name, one in open_offers.items()}
    told = gains(seen.findings, seen.weighing.weighed, case.evidence, facts)
    worth = {
        one.probe: one.bits
        for one in told
        if could_change(seen, _answered(seen, open_offers[one.probe].gives))
    }
    calm = [one for one in worth if open_offers[one].nuisance is not Nuisance.DISRUPTIVE]
    if calm or worth:
        best = max(calm or worth, key=lambda one: worth[one] / open_offers[one].price_s)
        return best, *_along(best, worth, open_offers)
    by_id = {finding.id: finding for finding in seen.findings}
    missing = [key for name in not_proven_good(seen.on) for key in by_id[name].missing]
    needed = first_that_brings(missing, case.evidence, facts)
    return () if needed is None else (needed,)


def _along(best: str, worth: Iterable[str], offers: Mapping[str, Offer]) -> tuple[str, ...]:
    """Give the probes that bother nobody and are back before the chosen one is."""
    return tuple(
        one
        for one in worth
        if one != best
        and offers[one].nuisance is Nuisance.NONE
        and offers[one].cost_s <= offers[best].cost_s
    )


def second_probes(
    case: CaseFile, offers: Mapping[str, Offer], tried: frozenset[str]
) -> tuple[str, ...]:
    """Choose what could still name a second cause beside the one that is sure.

    Only what bothers nobody, is soon back, and tells of what matters to the complaint, or to how
    well the line works once that cause is mended.

    Args:
        case: the evidence so far.
        offers: all probes.
        tried: probes that were run already.

    Returns:
        Probes to run together; empty where none could name another one.
    """
    seen = look(case)
    lead = seen.weighing.lead
    if lead is None or lead.cause.last_resort or seen.weighing.also:
        return ()
    wanted = {*relevant(case.symptom), *(relevant(SLOW) if case.symptom == NO_INTERNET else ())}
    return tuple(
        name
        for name, one in offers.items()
        if name not in tried
        and one.nuisance is Nuisance.NONE
        and one.cost_s <= SECOND_WITHIN_S
        and could_change(
            seen,
            _answered(seen, [key for key in one.gives if not _cut_off(seen, key)]) & wanted,
        )
    )


def enough(case: CaseFile, outstanding: Mapping[str, Offer]) -> bool:
    """Tell whether a verdict stands that no outstanding answer could change.

    An answer from behind a fault that cuts it off will not come. Of what may come, nothing may be
    expected to overturn the cause that leads, nor be able to name a second one beside it.

    Args:
        case: the evidence so far.
        outstanding: the probes that have not answered.

    Returns:
        Whether waiting can end.
    """
    if not len(case.evidence):
        return False
    seen = look(case)
    if seen.weighing.lead is None or LEARNED.confidence(seen.weighing.share) < DECIDED:
        return False
    keys = [
        key
        for one in outstanding.values()
        for key in one.gives
        if not asked(case.evidence, key) and not _cut_off(seen, key)
    ]
    told = _answered(seen, keys)
    bits = information(told, seen.weighing.weighed)
    if sum(bits.values()) >= OVERTURNING_BITS:
        return False
    return not could_change(seen, told)


def _answered(seen: Seen, keys: Iterable[FactKey]) -> frozenset[str]:
    """Give the rules that cannot tell yet, and might with these facts."""
    wanted = set(keys)
    return frozenset(
        finding.id
        for finding in seen.findings
        if finding.answer is None and not wanted.isdisjoint(finding.missing)
    )


def _cut_off(seen: Seen, key: FactKey) -> bool:
    """Tell whether a fact can only be asked across what is known to be broken."""
    evidence = seen.case.evidence
    if key.kind == "reachability":
        return False
    if key == QUALITY_ROUTER:
        return _behind(seen)
    if key.kind in ROUTER_SIDE or key.subject == "router" or key.subject.startswith("router>"):
        return _behind(seen) or not side_open(evidence, ROUTER_SIDE)
    return key.kind in NODE_SIDE and not side_open(evidence, NODE_SIDE)


def _behind(seen: Seen) -> bool:
    """Tell whether the cause that leads explains why the router cannot be reached."""
    lead = seen.weighing.lead
    if lead is None or lead.cause.last_resort or BEHIND_THE_PORT not in lead.cause.explains:
        return False
    reasons = (BEHIND_THE_PORT, *dict(FOLLOWS)[BEHIND_THE_PORT])
    return any(seen.on.answers.get(reason) for reason in reasons)
