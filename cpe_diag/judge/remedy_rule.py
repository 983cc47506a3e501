"""When a remedy has stopped working: the rule by which it is retired, with its figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpe_diag.domain.known_issue import RemedyRecord

WINDOW: Final = 20
"""How many of the last outcomes count: a proposal of this project. A month of a common issue, and
little enough that a firmware which broke the remedy shows."""

LEAST_SHARE: Final = 0.5
"""A remedy that helps fewer than every second customer is none: a proposal of this project."""

Z_95: Final = 1.959964
"""Two-sided 95 % of the normal distribution."""


def likely_share(helped: int, told: int) -> tuple[float, float]:
    """Give between which shares the true rate lies with 95 %.

    Wilson's score interval (E. B. Wilson, JASA 22:209, 1927), which is right for few cases too
    (Brown, Cai and DasGupta, Statistical Science 16:101, 2001).

    Args:
        helped: how often it helped.
        told: of how many.

    Returns:
        The lower and the upper share; 0 and 1 where nothing is known.
    """
    if not told:
        return 0.0, 1.0
    share = helped / told
    spread = Z_95**2 / told
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) / told + spread / (4 * told)) * Z_95 / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def retire_because(record: RemedyRecord) -> str:
    """Say why a remedy should be retired.

    Args:
        record: of the last outcomes.

    Returns:
        The reason with its figures; empty while it may still help every second customer.
    """
    _, most = likely_share(record.proven, record.told)
    if most >= LEAST_SHARE:
        return ""
    return (
        f"it helped in {record.proven} of the last {record.told} cases, so with 95 % certainty"
        f" in fewer than {LEAST_SHARE:.0%} (at most {most:.0%})"
    )
