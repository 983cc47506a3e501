"""What a playbook says, once it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from cpe_diag.domain.verdict import Destination


class Operator(StrEnum):
    """How a condition compares."""

    IS = "is"
    IS_NOT = "is_not"
    BELOW = "below"
    ABOVE = "above"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCondition:
    """Compares one field of one fact: `fact: port_status[port].oper`, `is: up`.

    `expected` is None for `known`. A fact that is not known makes the condition "cannot tell".
    """

    fact: str
    subject: str
    field: str
    operator: Operator
    expected: str | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCondition:
    """Asks what a rule answers now: `yes`, `no` or `cannot_tell`."""

    finding: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCondition:
    """Asks what the caller said: the id of an `ask` step and one of its choices."""

    question: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCondition:
    """How an earlier `act` step ended: an ActionEnd by its word, or `not_done`."""

    step: str
    ended: str


Condition: TypeAlias = (
    FactCondition | FindingCondition | AnswerCondition | ActCondition | AllOf | AnyOf | Not
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer a caller can give: its id and the words that are read out."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStep:
    """Puts a question to the caller. `default` is taken when nobody can be asked."""

    id: str
    when: Condition | None
    question: str
    choices: tuple[Choice, ...]
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStep:
    """Runs probes, together wherever none needs another; `limit_s` bounds the step."""

    id: str
    when: Condition | None
    probes: tuple[str, ...]
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActStep:
    """Changes the router, with the customer's consent. `value` None: named with the order.

    `hold_s` is how long the person at the phone holds the button (`human.reset`), in seconds.
    """

    id: str
    when: Condition | None
    action: str
    value: str | None
    bands: tuple[str, ...]
    networks: tuple[str, ...]
    hold_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeStep:
    """Judges what is known so far."""

    id: str
    when: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigateStep:
    """Goes on with the next most telling probe until the confidence or the time is reached."""

    id: str
    when: Condition | None
    until_confidence: float
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStep:
    """Ends the playbook here."""

    id: str
    when: Condition | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """Hands the case over; `to` None means: where the verdict says."""

    id: str
    when: Condition | None
    to: Destination | None


Step: TypeAlias = (
    AskStep | ProbeStep | ActStep | JudgeStep | InvestigateStep | StopStep | RouteStep
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One playbook file, checked. `symptom` is the complaint it is for (`no_internet`, ...)."""

    id: str
    title: str
    description: str
    symptom: str
    file: str
    steps: tuple[Step, ...]
