"""What becomes of a case whose mechanism nobody knows: its own cause is taken out of the tables.

Rules that no other cause rests on go with it. What is concluded then is what would have been
concluded before somebody thought of this cause, and of others that nobody has thought of yet.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cpe_diag.judge.calibration import LEARNED
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.competing import FLOOR
from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.seen import SHIPPED, Tables, look
from cpe_diag.judge.unforeseen import Ground, ground_of

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen


@cache
def own_rules(cause: str) -> frozenset[str]:
    """Give the findings that speak for one cause alone.

    A last resort takes signs of every cause on its side; whoever has not thought of a cause has
    not thought of its signs either.
    """
    speak: dict[str, set[str]] = {}
    for one in CAUSES:
        if one.last_resort:
            continue
        needed = (need.finding for need in one.needs if need.answer)
        for finding in (*(sign.finding for sign in one.supports), *needed):
            speak.setdefault(finding, set()).add(one.id)
    return frozenset(finding for finding, causes in speak.items() if causes == {cause})


@cache
def without(cause: str) -> Tables:
    """Give the shipped tables as if nobody had thought of a cause."""
    gone = own_rules(cause)
    return Tables(
        rules=tuple(rule for rule in RULES if rule.id not in gone),
        causes=tuple(one for one in CAUSES if one.id != cause),
    )


def concluded(case: CaseFile, left_out: str | None = None) -> tuple[str, Ground] | None:
    """Conclude in short.

    Args:
        case: the evidence.
        left_out: a cause that nobody has thought of; None: with all that is known.

    Returns:
        The cause, or `no_fault`, and what that rests on; None where nothing is concluded.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    seen = look(case, SHIPPED if left_out is None else without(left_out))
    lead = seen.weighing.lead
    if lead is not None:
        if LEARNED.confidence(seen.weighing.share) < FLOOR:
            return None
        return lead.cause.id, ground_of(lead, seen.on, (lead, *seen.weighing.also))
    return ("no_fault", Ground.HEALTHY) if _all_good(seen, left_out) else None


def _all_good(seen: Seen, left_out: str | None) -> bool:
    """Say whether no fault would be found.

    Whoever has not thought of a cause does not ask whether its own findings are good, either: they
    are no gap in what was seen, even where they would speak for the cause that is left out.
    """
    gone = own_rules(left_out) if left_out is not None else frozenset()
    return not seen.weighing.rivals and gone.issuperset(not_proven_good(seen.on))
