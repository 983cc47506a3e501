"""Answers given on the command line are held against the playbook before anything is asked."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.playbook.answers import check_answers, check_values
from cpe_diag.playbook.model import ActStep, AskStep, Choice, Playbook

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
        *(
            ActStep(
                id=step, when=None, action=action, value=None, bands=(), networks=(), hold_s=0.0
            )
            for step, action in (("name", "wifi.set_ssid"), ("word", "wifi.set_password"))
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


def test_a_value_for_a_step_that_sets_it_passes() -> None:
    """A name is no secret."""
    check_values(PLAYBOOK, {"name": "Our home"})


def test_a_password_given_as_a_value_is_refused_before_it_is_kept_and_not_repeated() -> None:
    """What is ordered with a run stands in the store, in plain words."""
    with pytest.raises(DefinitionError) as caught:
        check_values(PLAYBOOK, {"word": "correct horse", "nme": "battery staple"})
    told = [fault.message for fault in caught.value.faults]
    assert told[0].startswith("word takes no value: a new password is made and sent")
    assert told[1:] == ["mine has no act step 'nme'; did you mean 'name'?"]
    assert not any(word in " ".join(told) for word in ("horse", "staple"))
