"""What one number is that a rule compares with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PROPOSAL: Final = "proposal of this project: no published consensus was found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One limit: `value` in `unit`; `meaning` reads as the claim that is made beyond it."""

    id: str
    value: float
    unit: str
    source: str
    meaning: str
