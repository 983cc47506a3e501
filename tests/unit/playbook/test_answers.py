"""Answers given on the command line are held against the playbook before anything is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.playbook.answers import check_answers, check_nothing_lacks, check_values
from cpe_diag.playbook.model import (
    ActStep,
    AllOf,
    AnswerCondition,
    AnyOf,
    AskStep,
    Choice,
    FindingCondition,
    Not,
    Playbook,
)

if TYPE_CHECKING:
    from cpe_diag.playbook.model import Condition

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


ALL = AnswerCondition(question="affected", choice="all_devices")
DOWN = FindingCondition(finding="port_down", answer="yes")


def _lacking(when: Condition | None, answers: dict[str, str], values: dict[str, str]) -> list[str]:
    """Give what is said of a playbook whose step `name` is done where `when` holds."""
    steps = tuple(
        replace(one, when=when) if isinstance(one, ActStep) else one for one in PLAYBOOK.steps
    )
    try:
        check_nothing_lacks(replace(PLAYBOOK, steps=steps), answers, values)
    except DefinitionError as error:
        return [one.message for one in error.faults]
    return []


@pytest.mark.parametrize(
    ("when", "answers"),
    [
        (None, {}),
        (ALL, {"affected": "all_devices"}),
        (Not(part=ALL), {}),
        (AnyOf(parts=(DOWN, Not(part=ALL))), {}),
        (AllOf(parts=(Not(part=ALL), Not(part=ALL))), {}),
    ],
    ids=["always", "answered", "by its default", "one of two", "both"],
)
def test_a_change_that_is_sure_to_have_no_value_is_refused_before_it_is_ordered(
    when: Condition | None, answers: dict[str, str]
) -> None:
    """Found at the router it would be a run that ends undecided."""
    words = "wifi.set_ssid needs a value: add --value name=..."
    assert _lacking(when, answers, {}) == [words]
    assert _lacking(when, answers, {"name": "Our home"}) == []


@pytest.mark.parametrize(
    ("when", "answers"),
    [
        (ALL, {}),
        (DOWN, {}),
        (Not(part=DOWN), {}),
        (AllOf(parts=(DOWN, Not(part=ALL))), {}),
        (AnyOf(parts=(DOWN, ALL)), {}),
    ],
)
def test_a_change_that_may_not_come_needs_no_value_beforehand(
    when: Condition, answers: dict[str, str]
) -> None:
    """What is measured decides whether it comes."""
    assert _lacking(when, answers, {}) == []


def test_a_question_that_may_not_be_asked_has_no_default_to_go_by() -> None:
    """Its step is done only where it was asked."""
    first, *others = PLAYBOOK.steps
    assert isinstance(first, AskStep)
    asked = replace(first, when=DOWN)
    steps = tuple(
        replace(one, when=Not(part=ALL)) if isinstance(one, ActStep) else one for one in others
    )
    check_nothing_lacks(replace(PLAYBOOK, steps=(asked, *steps)), {}, {})
    with pytest.raises(DefinitionError):
        check_nothing_lacks(replace(PLAYBOOK, steps=(first, *steps)), {}, {})
