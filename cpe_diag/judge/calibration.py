"""Confidences that mean what they say: what was learned about sums of weights from labelled cases.

Weights are set by hand and by reasoning. Whether a verdict whose weights add up to 95 % is right
in 95 of 100 cases can only be counted. Platt scaling (Platt 1999, "Probabilistic outputs for
support vector machines") does it with two numbers that can be printed: the log-odds of a verdict
are multiplied by a slope, and an offset is added. The cases that teach are those that rules were
written for, and are told better than those that nobody has seen yet; so what is learned may make a
verdict less sure, never surer than its sum.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Final

from cpe_diag.judge.unforeseen import WHERE_AT_MOST, Ground, beside_unforeseen
from cpe_diag.judge.weighing import CERTAIN_AT_MOST, chance, log_odds_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Two numbers, and where they come from.

    `cases` labelled verdicts were counted; 0 means that nothing was learned. `learned_on` is a
    date (ISO 8601) or empty; `source` names the runs, with the seeds of their order.
    Brier scores are mean squared differences between confidence and truth, 0 is perfect: of the
    sums themselves, and of what is learned, on cases that were left out of the learning.
    `unforeseen` are odds by ground (see `unforeseen`): how many verdicts on it are of mechanisms
    that nobody foresaw, for each one that is right.
    """

    slope: float = 1.0
    offset: float = 0.0
    cases: int = 0
    learned_on: str = ""
    source: str = "nothing was learned yet"
    brier_before: float | None = None
    brier_after: float | None = None
    unforeseen: Mapping[str, float] = field(default_factory=dict)

    def confidence(self, belief: float) -> float:
        """Give what a belief has meant so far, never more than itself."""
        if belief <= 0.0:
            return 0.0
        held = min(belief, CERTAIN_AT_MOST)
        return min(chance(self.slope * log_odds_of(held) + self.offset), held)

    def beside_unforeseen(self, confidence: float, ground: Ground) -> float:
        """Give what is left of a confidence beside what nobody foresaw."""
        left = beside_unforeseen(confidence, self.unforeseen.get(ground, 0.0))
        return min(left, WHERE_AT_MOST) if ground is Ground.WHERE else left

    def words(self) -> str:
        """Say in a line what it does and where it comes from."""
        if not self.cases:
            return self.source
        return (
            f"the sum times {self.slope:.2f}, {self.offset:+.2f}, where that makes it less;"
            f" learned from {self.cases} labelled cases on {self.learned_on} ({self.source})"
        )


FILE: Final = "calibration.json"
LEARNED: Final = Calibration(
    **json.loads(resources.files("cpe_diag.judge").joinpath(FILE).read_text(encoding="utf-8"))
)
"""What is shipped; `cpe-diag judge learn` writes it."""
