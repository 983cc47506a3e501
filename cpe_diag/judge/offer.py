"""What can still be asked: a probe with the facts that it brings and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.nuisance import Nuisance

NUISANCE_S: Final = {Nuisance.NONE: 0.0, Nuisance.NOTICED: 20.0, Nuisance.DISRUPTIVE: 120.0}
"""What bothering the customer counts as, in seconds of waiting (reasoned: a call that stutters is
worse than twenty seconds on the phone, one that breaks off worse than two minutes)."""
LEAST_S: Final = 0.05
"""No question costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One probe that could be run: `cost_s` typical seconds, `nuisance` to the customer."""

    gives: tuple[FactKey, ...]
    cost_s: float = 1.0
    nuisance: Nuisance = Nuisance.NONE

    @property
    def price_s(self) -> float:
        """Seconds and nuisance in one number of seconds."""
        return max(self.cost_s, LEAST_S) + NUISANCE_S[self.nuisance]
