"""What a laptop on site says in words of its own where the evidence does not decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.on_site import PLACES
from cpe_diag.judge.rule import cannot_tell

if TYPE_CHECKING:
    from cpe_diag.judge.seen import Seen

MOST: Final = 2
"""A summary is read aloud; the rest is among the findings."""


def said_on_site(seen: Seen) -> tuple[str, ...]:
    """Give why what matters there cannot be told, where the laptop itself has seen why.

    Args:
        seen: the case.

    Returns:
        Sentences without their full stop; empty in a case from afar.
    """
    if seen.case.symptom not in PLACES:
        return ()
    untold = (
        finding.because
        for finding in seen.by_id(not_proven_good(seen.on))
        if finding.answer is None
        and finding.missing
        and finding.because != cannot_tell(seen.facts, *finding.missing).because
    )
    return tuple(dict.fromkeys(untold))[:MOST]
