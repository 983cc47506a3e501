"""Does a step's condition hold: yes, no, or it cannot be told because something is not known.

The logic is Kleene's: `not` of what cannot be told cannot be told; `all` fails as soon as one
part fails, `any` holds as soon as one part holds, whatever the others are. A step whose
condition cannot be told is not taken, because a playbook acts on what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, assert_never

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Unobserved
from cpe_diag.playbook.model import (
    ActCondition,
    AllOf,
    AnswerCondition,
    AnyOf,
    Condition,
    FactCondition,
    FindingCondition,
    Not,
    Operator,
)

if TYPE_CHECKING:
    from cpe_diag.domain.observations import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What conditions are held against; `findings` are asked for only when one is named."""

    evidence: Evidence
    findings: Callable[[], tuple[Finding, ...]]
    answers: Mapping[str, str]
    acts: Mapping[str, str] = field(default_factory=dict)
    """How each `act` step ended that was taken, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whether a condition holds (None: cannot tell), and why in a few words."""

    holds: bool | None
    because: str


def evaluate(  # noqa: PLR0911 - one return for each form
    condition: Condition, known: Known
) -> Told:
    """Hold a condition against what is known.

    Args:
        condition: from a checked playbook.
        known: evidence, findings and answers so far.

    Returns:
        Whether it holds, and why.
    """
    match condition:
        case FactCondition():
            return _fact(condition, known.evidence)
        case FindingCondition():
            return _finding(condition, known)
        case AnswerCondition():
            return _answer(condition, known)
        case ActCondition():
            ended = known.acts.get(condition.step)
            if ended is None:
                return Told(holds=None, because=f"{condition.step} was not taken")
            because = f"{condition.step} ended {ended}"
            return Told(holds=ended == condition.ended, because=because)
        case AllOf():
            return _first([evaluate(part, known) for part in condition.parts], deciding=False)
        case AnyOf():
            return _first([evaluate(part, known) for part in condition.parts], deciding=True)
        case Not():
            part = evaluate(condition.part, known)
            holds = None if part.holds is None else not part.holds
            return Told(holds=holds, because=part.because)
        case _:
            assert_never(condition)


def _first(parts: list[Told], *, deciding: bool) -> Told:
    """Give what the parts say together: one deciding part decides, else one that is not told."""
    for part in parts:
        if part.holds is deciding:
            return part
    for part in parts:
        if part.holds is None:
            return part
    return Told(holds=not deciding, because="; ".join(part.because for part in parts))


def _finding(condition: FindingCondition, known: Known) -> Told:
    found = next((one for one in known.findings() if one.id == condition.finding), None)
    if found is None or found.answer is None:
        holds = True if condition.answer == "cannot_tell" else None
        because = found.because if found else "no rule has answered it"
        return Told(holds=holds, because=f"{condition.finding} cannot be told: {because}")
    answer = "yes" if found.answer else "no"
    return Told(
        holds=answer == condition.answer,
        because=f"{condition.finding} is {answer}: {found.because}",
    )


def _answer(condition: AnswerCondition, known: Known) -> Told:
    given = known.answers.get(condition.question)
    if given is None:
        return Told(holds=None, because=f"{condition.question} was not asked")
    return Told(
        holds=given == condition.choice, because=f"the answer to {condition.question} is {given}"
    )


def _fact(condition: FactCondition, evidence: Evidence) -> Told:
    name = f"{condition.fact}[{condition.subject}]"
    observation = evidence.get(condition.fact, condition.subject)
    gap = _gap(name, observation)
    value: object = None
    if gap is None and condition.field:
        name = f"{name}.{condition.field}"
        value = reduce(_part, condition.field.split("."), _value(observation))
        if isinstance(value, Missing):
            gap = f"{name} is missing ({value.why})"
    if condition.operator is Operator.KNOWN:
        return Told(holds=gap is None, because=gap or f"{name} is known")
    if gap is not None:
        return Told(holds=None, because=gap)
    return Told(holds=_compare(value, condition), because=f"{name} is {_said(value)}")


def _gap(name: str, observation: Observation[object] | None) -> str | None:
    if observation is None:
        return f"{name} was not asked"
    if isinstance(observation, Unobserved):
        return f"{name} is not known ({observation.failure.kind})"
    return None


def _value(observation: Observation[object] | None) -> object:
    if observation is None or isinstance(observation, Unobserved):
        msg = "the caller has looked at the gap"
        raise TypeError(msg)
    return observation.value


def _part(value: object, name: str) -> object:
    """Give a field of a value; what is missing as a whole is missing in each part."""
    return value if isinstance(value, Missing) else getattr(value, name)


def _compare(value: object, condition: FactCondition) -> bool:
    expected = condition.expected
    match condition.operator:
        case Operator.IS:
            return value == expected
        case Operator.IS_NOT:
            return value != expected
        case Operator.BELOW:
            return _number(value) < _number(expected)
        case Operator.ABOVE:
            return _number(value) > _number(expected)
        case Operator.KNOWN:
            return True
        case _:
            assert_never(condition.operator)


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        msg = f"a checked playbook compares only numbers, found {value!r}"
        raise TypeError(msg)
    return value


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
