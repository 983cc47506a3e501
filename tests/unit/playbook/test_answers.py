"""Answers given on the command line are held against the playbook before anything is asked."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.playbook.answers import check_answers
from cpe_diag.playbook.model import AskStep, Choice, Playbook

PLAYBOOK = Playbook(
    id="mine",
    title="Mine",
    description="",
    symptom="no_internet",
    file="mine.yaml",
    steps=(
        AskStep(
            id="affected",
            when=None,
            question="Which?",
            choices=(Choice(id="all_devices", text="All"), Choice(id="unknown", text="?")),
            default="unknown",
        ),
    ),
)


def test_a_fitting_answer_passes() -> None:
    """The good case says nothing."""
    check_answers(PLAYBOOK, {"affected": "all_devices"})


def test_every_answer_that_fits_nothing_is_named_with_what_would_fit() -> None:
    """A wrong answer that is ignored would turn the case without anybody noticing."""
    with pytest.raises(DefinitionError) as caught:
        check_answers(PLAYBOOK, {"affected": "all", "afected": "unknown"})
    assert [fault.message for fault in caught.value.faults] == [
        "affected: expected one of all_devices, unknown, found 'all'",
        "mine does not ask 'afected'; did you mean 'affected'?",
    ]
