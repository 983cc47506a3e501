"""Pure: what the guard says of changes of the same port that were begun before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.agreement import GuardState
from cpe_diag.report.duration import age

if TYPE_CHECKING:
    from cpe_diag.engine.guard_case import GuardCase


def unfinished(case: GuardCase) -> tuple[GuardState, str]:
    """Refuse where nobody knows what an earlier change has left on the port."""
    if case.unfinished:
        first = case.unfinished[0]
        return (
            GuardState.REFUSED,
            f"change {first} of this port has no known end: cpe-diag port recover {first}",
        )
    return GuardState.CLEAR, "no change of this port is unfinished"


def repeated(case: GuardCase) -> tuple[GuardState, str]:
    """Refuse what was done just now: whoever asks may not have heard of its end."""
    earlier = case.done_already
    if earlier is None or earlier.end is None:
        return GuardState.CLEAR, "nothing that was done here just now would be done again"
    ago = age((case.now - earlier.begun_at).total_seconds())
    end = f"ended as {earlier.end.said} ({earlier.end.words})"
    return (
        GuardState.UNKNOWN,
        f"change {earlier.id} did the same here, begun {ago}, and {end}; is it wanted once more?",
    )
