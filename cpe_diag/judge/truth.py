"""What was really wrong in a case, where somebody knows it: labs that caused it, or a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict

TUNING: Final = "tuning"
"""The half of all causes of which runs may set numbers of the judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong; a healthy home has `none` and `no_fault`."""

    domain: FaultDomain
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is wrong: `domain` and `cause` first, `also` beside it.

    `half` is `tuning` where numbers of the judge may be set by this case. `lab` and `case` say
    where it comes from.
    """

    domain: FaultDomain
    cause: str
    also: tuple[Fault, ...] = ()
    half: str = ""
    lab: str = ""
    case: str = ""

    @property
    def causes(self) -> frozenset[str]:
        """All that is wrong."""
        return frozenset({self.cause, *(one.cause for one in self.also)})

    @property
    def domains(self) -> frozenset[FaultDomain]:
        """All whose fault it is."""
        return frozenset({self.domain, *(one.domain for one in self.also)})


class Mark(StrEnum):
    """How a verdict stands beside the truth."""

    RIGHT = "right"
    """The cause is one that is true."""
    DOMAIN_ONLY = "domain_only"
    """Another cause, but whose fault it is, is told rightly."""
    ABSTAINED = "abstained"
    WRONG = "wrong"


def mark_of(verdict: Verdict, truth: Truth) -> Mark:
    """Hold a verdict against the truth.

    Args:
        verdict: what was concluded.
        truth: what was so.

    Returns:
        The mark.
    """
    if verdict.domain is FaultDomain.UNDETERMINED:
        return Mark.ABSTAINED
    if verdict.cause in truth.causes:
        return Mark.RIGHT
    return Mark.DOMAIN_ONLY if verdict.domain in truth.domains else Mark.WRONG
