"""Answers and values that are given beforehand must fit the steps of the playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.playbook.model import ActStep, AskStep, Playbook

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS: Final = "--answer"
"""Stands in messages where other faults name a file."""
VALUES: Final = "--value"
"""As above."""
TAKES_NO_VALUE: Final = "wifi.set_password"
"""A password is made by us or typed by the customer: what is ordered is kept as it is."""


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
