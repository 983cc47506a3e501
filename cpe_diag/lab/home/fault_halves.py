"""The halves of the faults: one that numbers may be set by, and those that are held back."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Half(StrEnum):
    """What a fault may be used for."""

    TUNING = "tuning"
    """Its runs have been seen by those who write rules. Whatever was held back once is here."""
    UNSEEN9 = "unseen9"
    """Written apart from the judge, by somebody who did not read it, after all others had been
    seen. No rule, weight, threshold or prior is set by how it comes out."""


HELD_BACK: Final = (Half.UNSEEN9,)
