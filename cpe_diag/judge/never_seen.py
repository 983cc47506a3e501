"""How well a fault is told that nobody has thought of: each case without what knows its cause.

The case's own cause is taken out of the table, and with it the rules that speak for no other (see
`left_out`). A judge that generalises then tells a sibling, or whose fault it is by where things
stop working; or it abstains. A case that is called healthy, or another's fault, is told wrongly.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.left_out import concluded
from cpe_diag.judge.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.judge.question import CaseFile

DOMAINS: Final = {cause.id: cause.domain for cause in CAUSES}


class Outcome(StrEnum):
    """How a case came out beside whose fault it is in truth."""

    RIGHT = "domain right"
    ABSTAINED = "abstained"
    NO_FAULT = "told no fault"
    WRONG_SIDE = "wrong side"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverSeen:
    """One case judged without its own cause; `cause` is what is told, empty for nothing."""

    name: str
    case: str
    truth: Truth
    domain: FaultDomain
    cause: str
    outcome: Outcome


def never_seen(name: str, case: CaseFile, truth: Truth) -> NeverSeen | None:
    """Judge a case as if nobody had thought of its cause.

    Args:
        name: its place in an archive.
        case: the evidence.
        truth: what is wrong.

    Returns:
        What is told then; None where nothing is wrong, or more than one thing.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    if truth.domain is FaultDomain.NONE or truth.also:
        return None
    told = concluded(case, truth.cause)
    cause = told[0] if told else ""
    domain = DOMAINS.get(cause, FaultDomain.NONE) if cause else FaultDomain.UNDETERMINED
    outcome = Outcome.WRONG_SIDE
    if domain is truth.domain:
        outcome = Outcome.RIGHT
    elif domain is FaultDomain.UNDETERMINED:
        outcome = Outcome.ABSTAINED
    elif domain is FaultDomain.NONE:
        outcome = Outcome.NO_FAULT
    return NeverSeen(
        name=name, case=truth.case, truth=truth, domain=domain, cause=cause, outcome=outcome
    )


def counted(cases: Iterable[NeverSeen]) -> dict[Outcome, int]:
    """Count, with a nought for what never came out.

    Args:
        cases: from `never_seen`.

    Returns:
        How many came out in which way.
    """
    found = Counter(one.outcome for one in cases)
    return {outcome: found[outcome] for outcome in Outcome}
