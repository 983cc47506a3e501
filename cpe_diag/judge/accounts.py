"""A belief as a printed sum: what every finding added to it, and what was not counted, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import Contribution, ContributionKind
from cpe_diag.judge.weighing import (
    CERTAIN_AT_MOST,
    POSSIBLE_AT_MOST,
    PRIOR_LOG_ODDS,
    chance,
    counted,
    log_odds_of,
    ruled_out,
    start_on,
    unproven_needs,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.cause import Cause, Sign
    from cpe_diag.judge.weighing import Board

ANY_CAUSE: Final = f"any one cause is rare: about {chance(PRIOR_LOG_ODDS):.0%}"


def account(
    cause: Cause,
    on: Board,
    findings: Mapping[str, Finding],
    takers: Mapping[str, str],
) -> tuple[Contribution, ...]:
    """Write out how the belief in a cause came about.

    Args:
        cause: which one.
        on: what it was weighed on, with what other causes have taken.
        findings: every rule's answer, by id.
        takers: which cause has taken a finding, by finding.

    Returns:
        The lines of the sum: the start, what counts (most telling first), what does not, and
        what bounds it. They add up to the log-odds of the belief that `weigh` gives.
    """
    lines = [_line(ContributionKind.START, PRIOR_LOG_ODDS, ANY_CAUSE)]
    shift = start_on(cause, on) - PRIOR_LOG_ODDS
    if shift:
        lines.append(_line(ContributionKind.COMPLAINT, shift, f"the complaint is {on.symptom}"))
    added = counted(cause, on)
    lines += [_counted(sign, weight, findings) for sign, weight in added]
    heard = {sign.finding for sign, _ in added}
    lines += [
        _line(
            ContributionKind.NOT_COUNTED,
            0.0,
            _why_not(sign, on, findings, takers),
            finding=sign.finding,
        )
        for sign in cause.supports + cause.against
        if on.answers.get(sign.finding) is sign.answer and sign.finding not in heard
    ]
    return (*lines, *_bounds(cause, on, sum(line.log_odds or 0.0 for line in lines), takers))


def total(lines: tuple[Contribution, ...]) -> float | None:
    """Add up an account; None: something makes the cause impossible."""
    added = 0.0
    for line in lines:
        if line.log_odds is None:
            return None
        added += line.log_odds
    return added


def beside(
    lines: tuple[Contribution, ...], belief: float, kind: ContributionKind, words: str
) -> tuple[Contribution, ...]:
    """Add the line that brings an account to a belief above 0 and below 1, if one is needed."""
    added = total(lines)
    if added is None or abs(log_odds_of(belief) - added) < _NOTHING:
        return lines
    return (*lines, _line(kind, log_odds_of(belief) - added, words))


_NOTHING: Final = 1e-9


def _line(
    kind: ContributionKind, log_odds: float | None, words: str, finding: str | None = None
) -> Contribution:
    return Contribution(kind=kind, finding=finding, log_odds=log_odds, words=words)


def _counted(sign: Sign, weight: float, findings: Mapping[str, Finding]) -> Contribution:
    kind = ContributionKind.FOR if weight > 0 else ContributionKind.AGAINST
    words = _said(sign, findings)
    if weight != sign.weight:
        kind = ContributionKind.REPEATED
        words = (
            f"{words} (from the same facts as before: {weight / sign.weight:.0%} of its weight)"
        )
    return _line(kind, weight, words, finding=sign.finding)


def _said(sign: Sign, findings: Mapping[str, Finding]) -> str:
    because = findings[sign.finding].because if sign.finding in findings else ""
    return f"{'yes' if sign.answer else 'no'}: {because}"


def _why_not(
    sign: Sign, on: Board, findings: Mapping[str, Finding], takers: Mapping[str, str]
) -> str:
    would = f"would be {sign.weight:+.1f}"
    if sign.finding in on.explained:
        return f"{would}, but follows from {findings[sign.finding].follows_from}"
    if sign.finding in on.taken:
        return f"{would}, but {takers.get(sign.finding, 'another cause')} explains it"
    return f"{would}, but nothing unusual speaks for this cause"


def _bounds(
    cause: Cause, on: Board, added: float, takers: Mapping[str, str]
) -> list[Contribution]:
    """Give the lines for what limits a belief whatever speaks for it."""
    impossible = ruled_out(cause, on)
    if impossible is not None:
        finding, words = impossible
        return [_line(ContributionKind.RULED_OUT, None, words, finding=finding)]
    open_needs = unproven_needs(cause, on)
    bounds = []
    if open_needs and chance(added) > POSSIBLE_AT_MOST:
        name = open_needs[0]
        owner = takers.get(name)
        why = f"{owner} explains {name}" if owner else f"{', '.join(open_needs)} is not known"
        words = f"{why}: at most {POSSIBLE_AT_MOST:.0%}"
        bounds.append(
            _line(
                ContributionKind.NEED_UNKNOWN,
                log_odds_of(POSSIBLE_AT_MOST) - added,
                words,
                finding=name,
            )
        )
    elif chance(added) > CERTAIN_AT_MOST:
        words = f"nothing is certain: at most {CERTAIN_AT_MOST:.0%}"
        bounds.append(_line(ContributionKind.LIMIT, log_odds_of(CERTAIN_AT_MOST) - added, words))
    return bounds
