"""The causes that a verdict mentions, each with the sum that its belief is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import Candidate, ContributionKind
from cpe_diag.judge.accounts import account, beside
from cpe_diag.judge.calibration import Calibration
from cpe_diag.judge.competing import FLOOR, MENTION
from cpe_diag.judge.unforeseen import WORDS, ground_of
from cpe_diag.judge.weighing import weigh

if TYPE_CHECKING:
    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.seen import Seen

MOST_CANDIDATES: Final = 6
SHARED: Final = "what else would explain the same findings"


def named(seen: Seen, calibration: Calibration) -> tuple[Candidate, ...]:
    """Give the lead and what stands beside it, most believed first; nothing without a lead.

    Args:
        seen: the case.
        calibration: what was learned of such sums.

    Returns:
        The causes that the verdict names, with calibrated beliefs.
    """
    lead = seen.weighing.lead
    if lead is None:
        return ()
    takers: dict[str, str] = {}
    told = [_candidate(lead.cause, seen, takers, seen.weighing.share, calibration)]
    for one in seen.weighing.also:
        _take(_cause(seen, told[-1].cause), takers)
        told.append(_candidate(one.cause, seen, takers, one.belief, calibration))
    return tuple(told)


def mentioned(seen: Seen, calibration: Calibration) -> tuple[Candidate, ...]:
    """Give what was weighed and is worth a word, most believed first.

    Args:
        seen: the case.
        calibration: what was learned of the sums of causes that lead.

    Returns:
        Candidates. Where a cause leads, the others' beliefs are what is left to them when it has
        taken what it explains.
    """
    leading = named(seen, calibration)
    held = {one.cause for one in leading}
    takers: dict[str, str] = {}
    for one in leading:
        _take(_cause(seen, one.cause), takers)
    others = [
        _candidate(one.cause, seen, takers)
        for one in seen.weighing.weighed
        if one.belief >= MENTION and one.cause.id not in held
    ]
    return tuple(sorted((*leading, *others), key=lambda one: -one.belief))[:MOST_CANDIDATES]


def one_of(seen: Seen, name: str) -> Candidate | None:
    """Write out the belief in any one cause, with what the named ones have taken.

    Args:
        seen: the case.
        name: the cause's id.

    Returns:
        The cause and its sum; None: there is no such cause.
    """
    takers: dict[str, str] = {}
    for one in named(seen, Calibration()):
        if one.cause != name:
            _take(_cause(seen, one.cause), takers)
    found = next((one for one in seen.tables.causes if one.id == name), None)
    return None if found is None else _candidate(found, seen, takers)


def _candidate(
    cause: Cause,
    seen: Seen,
    takers: dict[str, str],
    share: float | None = None,
    calibration: Calibration | None = None,
) -> Candidate:
    """Weigh a cause with what others have taken; `share` and `calibration` for one that leads."""
    on = replace(seen.on, taken=seen.on.taken | takers.keys(), complaint_told=bool(takers))
    weighed = weigh(cause, on)
    belief = weighed.belief
    lines = account(cause, on, {one.id: one for one in seen.findings}, takers)
    if share is not None:
        belief = share
        lines = beside(lines, share, ContributionKind.RIVALS, SHARED)
    if calibration is not None:
        belief = calibration.confidence(belief)
        lines = beside(lines, belief, ContributionKind.CALIBRATION, calibration.words())
        ground = ground_of(weighed, seen.on, (seen.weighing.lead or weighed, *seen.weighing.also))
        belief = max(calibration.beside_unforeseen(belief, ground), min(belief, FLOOR))
        words = f"something that nobody foresaw could come out alike: {WORDS[ground]}"
        lines = beside(lines, belief, ContributionKind.UNFORESEEN, words)
    return Candidate(
        cause=cause.id,
        domain=cause.domain,
        belief=round(belief, 3),
        supported_by=weighed.supported_by,
        contradicted_by=weighed.contradicted_by,
        contributions=lines,
    )


def _cause(seen: Seen, name: str) -> Cause:
    return next(one.cause for one in seen.weighing.weighed if one.cause.id == name)


def _take(cause: Cause, takers: dict[str, str]) -> None:
    for finding in cause.explains:
        takers.setdefault(finding, cause.id)
