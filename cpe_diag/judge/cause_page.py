"""What there is to say of a cause before any case: what speaks for it and against it, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.rule_limits import limits_of
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.thresholds import BY_ID, limits
from cpe_diag.judge.weighing import chance, start

if TYPE_CHECKING:
    from cpe_diag.judge.cause import Cause

COMPLAINT_OF_NONE: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUsed:
    """A threshold as it holds: `value` in `unit`; `shipped` is the value before any override."""

    id: str
    value: float
    shipped: float
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUsed:
    """A finding that is weighed: `answer` yes (true) or no, `weight` in log-odds.

    `question` is the rule's, `facts` what it looks at, `limits` the ids of its thresholds.
    """

    finding: str
    answer: bool
    weight: float
    question: str
    facts: tuple[FactKey, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedUsed:
    """A finding that must have this answer, or the cause cannot be."""

    finding: str
    answer: bool
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePage:
    """A cause, told.

    `starts_at` is the belief before anything is seen, by complaint (`""`: any other complaint).
    """

    cause: str
    title: str
    domain: FaultDomain
    destination: Destination
    technologies: tuple[str, ...]
    bystander: bool
    starts_at: Mapping[str, float]
    needs: tuple[NeedUsed, ...]
    supports: tuple[SignUsed, ...]
    against: tuple[SignUsed, ...]
    explains: tuple[str, ...]
    limits: tuple[LimitUsed, ...]
    next_action: str
    tell_customer: str
    source: str


def cause_page(name: str, overrides: Mapping[str, float]) -> CausePage | None:
    """Tell of a cause.

    Args:
        name: its id.
        overrides: the operator's thresholds.

    Returns:
        All of it; None: there is no such cause.

    Raises:
        DefinitionError: an override names no threshold.
    """
    cause = next((one for one in CAUSES if one.id == name), None)
    if cause is None:
        return None
    values = limits(overrides)
    supports, against = (_signs(cause, positive=positive) for positive in (True, False))
    used = {limit for sign in (*supports, *against) for limit in sign.limits}
    used |= {limit for need in cause.needs for limit in _limits_of(need.finding)}
    questions = {rule.id: rule.question for rule in RULES}
    return CausePage(
        cause=cause.id,
        title=cause.title,
        domain=cause.domain,
        destination=cause.destination,
        technologies=tuple(map(str, cause.technologies)),
        bystander=cause.bystander,
        starts_at={
            symptom: round(chance(start(cause, symptom)), 3)
            for symptom in (COMPLAINT_OF_NONE, *(name for name, _ in cause.shifts))
        },
        needs=tuple(
            NeedUsed(finding=one.finding, answer=one.answer, question=questions[one.finding])
            for one in cause.needs
        ),
        supports=supports,
        against=against,
        explains=cause.explains,
        limits=tuple(
            LimitUsed(
                id=limit.id,
                value=values[limit.id],
                shipped=limit.value,
                unit=limit.unit,
                meaning=limit.meaning,
                source=limit.source,
            )
            for limit in BY_ID.values()
            if limit.id in used
        ),
        next_action=cause.next_action,
        tell_customer=cause.tell_customer,
        source=cause.source,
    )


def _signs(cause: Cause, *, positive: bool) -> tuple[SignUsed, ...]:
    rules = {rule.id: rule for rule in RULES}
    signs = sorted(cause.supports if positive else cause.against, key=lambda one: -abs(one.weight))
    return tuple(
        SignUsed(
            finding=sign.finding,
            answer=sign.answer,
            weight=sign.weight,
            question=rules[sign.finding].question,
            facts=rules[sign.finding].needs,
            limits=_limits_of(sign.finding),
        )
        for sign in signs
    )


def _limits_of(finding: str) -> tuple[str, ...]:
    return next((limits_of(rule) for rule in RULES if rule.id == finding), ())
