"""Answers and values that are given beforehand must fit the steps of the playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.playbook.model import (
    ActStep,
    AllOf,
    AnswerCondition,
    AnyOf,
    AskStep,
    Condition,
    Not,
    Playbook,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS: Final = "--answer"
"""Stands in messages where other faults name a file."""
VALUES: Final = "--value"
"""As above."""
TAKES_NO_VALUE: Final = "wifi.set_password"
"""A password is made by us or typed by the customer: what is ordered is kept as it is."""
NEEDS_VALUE: Final = frozenset(
    {"wifi.set_ssid", "wifi.set_channel", "wifi.set_enabled", "firmware.install"}
)


def check_answers(playbook: Playbook, answers: Mapping[str, str]) -> None:
    """Hold answers against the playbook's questions and their choices.

    Args:
        playbook: the playbook to run.
        answers: choice by question id.

    Raises:
        DefinitionError: a question is not asked there, or an answer is none of its choices:
            every fault.
    """
    questions = {
        step.id: [choice.id for choice in step.choices]
        for step in playbook.steps
        if isinstance(step, AskStep)
    }
    faults = tuple(
        Fault(file=ANSWERS, line=None, column=None, message=message)
        for question, choice in answers.items()
        if (message := _message(playbook, questions, question, choice)) is not None
    )
    if faults:
        raise DefinitionError(faults)


def check_values(playbook: Playbook, values: Mapping[str, str]) -> None:
    """Hold values against the `act` steps of the playbook, before anybody keeps them.

    Args:
        playbook: the playbook to run.
        values: what steps set, by their ids.

    Raises:
        DefinitionError: there is no such step, or it takes no value: every fault. No value is
            repeated, for it may be a password.
    """
    actions = {step.id: step.action for step in playbook.steps if isinstance(step, ActStep)}
    faults = tuple(
        Fault(file=VALUES, line=None, column=None, message=message)
        for step in values
        if (message := _wrong_value(playbook, actions, step)) is not None
    )
    if faults:
        raise DefinitionError(faults)


def check_nothing_lacks(
    playbook: Playbook, answers: Mapping[str, str], values: Mapping[str, str]
) -> None:
    """Find out before a run is ordered that a change is sure to have no value to set.

    Args:
        playbook: the playbook to run where nobody can be asked.
        answers: choice by question id; of others that are always asked the default holds.
        values: what steps set, by their ids.

    Raises:
        DefinitionError: a step that is done without regard to what is measured needs a value,
            and neither the playbook nor the order has one: every such step.
    """
    always = [step for step in playbook.steps if isinstance(step, AskStep) and step.when is None]
    told = {**{step.id: step.default for step in always}, **answers}
    faults = tuple(
        Fault(file=VALUES, line=None, column=None, message=_lacks(step))
        for step in playbook.steps
        if isinstance(step, ActStep)
        and step.action in NEEDS_VALUE
        and step.value is None
        and step.id not in values
        and _holds(step.when, told)
    )
    if faults:
        raise DefinitionError(faults)


def _lacks(step: ActStep) -> str:
    return f"{step.action} needs a value: add --value {step.id}=..."


def _holds(when: Condition | None, told: Mapping[str, str]) -> bool | None:
    """Say what answers alone decide; None: it hangs on what is measured or done."""
    match when:
        case None:
            return True
        case AnswerCondition(question=question, choice=choice):
            return told[question] == choice if question in told else None
        case Not(part=part):
            held = _holds(part, told)
            return None if held is None else not held
        case AllOf(parts=parts):
            found = [_holds(part, told) for part in parts]
            return False if False in found else None if None in found else True
        case AnyOf(parts=parts):
            found = [_holds(part, told) for part in parts]
            return True if True in found else None if None in found else False
        case _:
            return None


def _wrong_value(playbook: Playbook, actions: Mapping[str, str], step: str) -> str | None:
    if step not in actions:
        known = suggestion(step, actions) or f"; it has {', '.join(actions) or 'none'}"
        return f"{playbook.id} has no act step {step!r}{known}"
    if actions[step] == TAKES_NO_VALUE:
        return (
            f"{step} takes no value: a new password is made and sent to the customer, or typed by"
            " them (wifi set-password --typed)"
        )
    return None


def _message(
    playbook: Playbook, questions: Mapping[str, list[str]], question: str, choice: str
) -> str | None:
    if question not in questions:
        known = suggestion(question, questions) or f"; it asks {', '.join(questions) or 'nothing'}"
        return f"{playbook.id} does not ask {question!r}{known}"
    if choice not in questions[question]:
        choices = questions[question]
        expected = f"expected one of {', '.join(choices)}, found {choice!r}"
        return f"{question}: {expected}{suggestion(choice, choices)}"
    return None
