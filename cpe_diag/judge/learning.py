"""Learns from labelled cases what a sum of weights has meant: two numbers, by Platt's method.

`calibration` says what for. The two are fitted to the most likely values given the cases (Newton's
method), with what was reasoned as the prior: a slope of 1 and an offset of 0, either as likely to
be off by SPREAD as a normal distribution says. Without many cases little is learned, and cases
that are all right do not make anything certain (Platt's targets). Several runs of a case count as
one. Pure: no files, no clock.

How often what nobody foresaw comes out alike is counted on the same cases, each with its own cause
left out (see `left_out`), and set against how often such a verdict is right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cpe_diag.judge.calibration import Calibration
from cpe_diag.judge.unforeseen import HEALTHY_SHARE, SHARE, Ground
from cpe_diag.judge.weighing import CERTAIN_AT_MOST, chance, log_odds_of

SPREAD: Final = 0.5
"""A standard deviation of slope and offset before anything is learned (reasoned: weights set by
hand are right to about half of themselves)."""
LEAST_CASES: Final = 20
"""Fewer cases tell of themselves, and not of confidences."""
LEAST_SLOPE: Final = 0.1
"""More evidence never makes less sure."""
STEPS: Final = 50
CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """One conclusion: which case it is of, how sure the sum was (0 to 1), and whether it is so."""

    case: str
    belief: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What a case comes out as: `foreseen` False with its own cause left out.

    `ground` None: nothing is concluded. `healthy` where nothing is wrong in truth.
    """

    case: str
    ground: Ground | None
    foreseen: bool
    right: bool
    healthy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A conclusion as the fit sees it: runs of one case share the weight of one."""

    log_odds: float
    right: bool
    weight: float


class TooFewCasesError(Exception):
    """There are not enough cases to learn from; the message says how many."""


def learn(
    cases: Sequence[Concluded],
    *,
    learned_on: str,
    source: str,
    alike: Sequence[Alike] = (),
) -> Calibration:
    """Fit.

    Args:
        cases: conclusions whose truth is known, abstentions left out.
        alike: the same runs with and without what is known of their causes, abstentions too.
        learned_on: today, ISO 8601.
        source: which runs these are.

    Returns:
        The two numbers, with the Brier scores of the sums as they were and, each case left out
        of the fit in turn, of what is learned.

    Raises:
        TooFewCasesError: there are fewer than LEAST_CASES.
    """
    names = {one.case for one in cases}
    if len(names) < LEAST_CASES:
        raise TooFewCasesError(
            f"{len(names)} cases with a conclusion; {LEAST_CASES} are needed to learn from"
        )
    slope, offset = _fit(_points(cases))
    before = after = 0.0
    for name in sorted(names):
        own = [one for one in cases if one.case == name]
        kept = _fit(_points([one for one in cases if one.case != name]))
        without = Calibration(slope=kept[0], offset=kept[1])
        before += sum(_missed(one.belief, one) for one in own) / len(own)
        after += sum(_missed(without.confidence(one.belief), one) for one in own) / len(own)
    return Calibration(
        slope=round(slope, 3),
        offset=round(offset, 3),
        cases=len(names),
        learned_on=learned_on,
        source=source,
        brier_before=round(before / len(names), 4),
        brier_after=round(after / len(names), 4),
        unforeseen=unforeseen_odds(alike) if alike else {},
    )


def unforeseen_odds(alike: Sequence[Alike]) -> dict[str, float]:
    """Count for each ground how many unforeseen ones come to it for each that is right."""
    odds = {}
    for ground in Ground:
        of_none = ground is Ground.HEALTHY
        known = [one for one in alike if one.foreseen and one.healthy is of_none]
        left_out = [one for one in alike if not one.foreseen]
        right = _rate(known, ground, right=True)
        astray = _rate(left_out, ground, right=False)
        base = (1 - HEALTHY_SHARE) * SHARE / HEALTHY_SHARE if of_none else SHARE / (1 - SHARE)
        odds[str(ground)] = round(base * astray / right, 3)
    return odds


def _rate(alike: Sequence[Alike], ground: Ground, *, right: bool) -> float:
    """Give the share of cases that come to a ground so, with Laplace's one more of each."""
    runs = Counter(one.case for one in alike)
    hits = (one for one in alike if one.ground is ground and one.right is right)
    return (1 + sum(1 / runs[one.case] for one in hits)) / (len(Ground) + len(runs))


def _missed(confidence: float, one: Concluded) -> float:
    return (confidence - one.right) ** 2


def _points(cases: Sequence[Concluded]) -> list[_Point]:
    runs: dict[str, int] = {}
    for one in cases:
        runs[one.case] = runs.get(one.case, 0) + 1
    return [
        _Point(
            log_odds=log_odds_of(min(one.belief, CERTAIN_AT_MOST)),
            right=one.right,
            weight=1.0 / runs[one.case],
        )
        for one in cases
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """What a fit makes least: how badly two numbers fit the cases, and how far they are off."""

    points: Sequence[_Point]
    targets: Mapping[bool, float]

    def at(self, slope: float, offset: float) -> float:
        """Give it at two numbers."""
        cost = ((slope - 1.0) ** 2 + offset**2) / (2 * SPREAD**2)
        for one in self.points:
            held = slope * one.log_odds + offset
            cost += one.weight * (_softplus(held) - self.targets[one.right] * held)
        return cost

    def step(self, slope: float, offset: float) -> tuple[float, float]:
        """Give Newton's step from two numbers."""
        tied = 1.0 / SPREAD**2
        down, down_offset = tied * (slope - 1.0), tied * offset
        curve, both, curve_offset = tied, 0.0, tied
        for one in self.points:
            held = chance(slope * one.log_odds + offset)
            off = one.weight * (held - self.targets[one.right])
            bend = one.weight * held * (1.0 - held)
            down += off * one.log_odds
            down_offset += off
            curve += bend * one.log_odds**2
            both += bend * one.log_odds
            curve_offset += bend
        area = curve * curve_offset - both * both
        return (
            -(curve_offset * down - both * down_offset) / area,
            -(curve * down_offset - both * down) / area,
        )


def _fit(points: Sequence[_Point]) -> tuple[float, float]:
    """Give slope and offset; the cost is convex, so that there is one answer."""
    right = sum(one.weight for one in points if one.right)
    wrong = sum(one.weight for one in points if not one.right)
    targets = {True: (right + 1) / (right + 2), False: 1 / (wrong + 2)}
    cost = _Cost(points=points, targets=targets)
    slope, offset = 1.0, 0.0
    for _ in range(STEPS):
        more, more_offset = cost.step(slope, offset)
        now = cost.at(slope, offset)
        while cost.at(slope + more, offset + more_offset) > now + CLOSE:
            more, more_offset = more / 2, more_offset / 2
        slope, offset = slope + more, offset + more_offset
        if math.hypot(more, more_offset) < CLOSE:
            break
    return max(slope, LEAST_SLOPE), offset


def _softplus(log_odds: float) -> float:
    """Give log(1 + e^x) without overflow."""
    return max(log_odds, 0.0) + math.log1p(math.exp(-abs(log_odds)))
