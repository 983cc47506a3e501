"""Answers that are given beforehand must fit the questions of the playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.playbook.model import AskStep, Playbook

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS: Final = "--answer"
"""Stands in messages where other faults name a file."""


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
