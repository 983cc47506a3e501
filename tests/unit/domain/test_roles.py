"""Claims about rights and about the second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cpe_diag.domain.roles import (
    Approval,
    Grant,
    PermissionState,
    Rights,
    Role,
    Staff,
    approval_of,
    approvers,
    permitted,
    token_name,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RIGHTS = Rights(
    origin="rights.yaml",
    grants={
        "firmware.install": {Role.SECOND_LINE: Grant.SECOND_PERSON, Role.SENIOR: Grant.ALONE},
        "plan.approve": {Role.SENIOR: Grant.ALONE},
    },
)
MEMBERS = {"anna": Role.SECOND_LINE, "boris": Role.SENIOR, "vera": Role.VIEWER}
APPROVAL = Approval(digest="aa", staff="boris", at=NOW)


def _approval(*ones: Approval, staff: str = "anna") -> Approval | None:
    who = Staff(name=staff, role=Role.SECOND_LINE)
    return approval_of(ones, approvers(RIGHTS, MEMBERS), digest="aa", staff=who)


def test_a_role_may_what_the_file_says_and_nothing_else() -> None:
    """What is not named is refused, with words that say who may."""
    assert permitted(RIGHTS, Role.SENIOR, "firmware.install").state is PermissionState.ALLOWED
    second = permitted(RIGHTS, Role.SECOND_LINE, "firmware.install")
    assert second.state is PermissionState.NEEDS_SECOND_PERSON
    refused = permitted(RIGHTS, Role.VIEWER, "firmware.install")
    assert refused.state is PermissionState.REFUSED
    assert refused.words == (
        "the role viewer may not do firmware.install; second_line, senior may (rights.yaml)"
    )
    nobody = permitted(RIGHTS, Role.SENIOR, "port.restart")
    assert nobody.state is PermissionState.REFUSED
    assert "nobody may" in nobody.words


def test_of_several_approvals_the_newest_counts() -> None:
    """Whichever comes first."""
    newer = replace(APPROVAL, at=NOW + timedelta(hours=1))
    assert _approval(newer, APPROVAL) == _approval(APPROVAL, newer) == newer
    assert _approval(APPROVAL) == APPROVAL
    assert _approval() is None


@pytest.mark.parametrize(
    "other",
    [
        replace(APPROVAL, digest="bb"),
        replace(APPROVAL, staff="anna"),
        replace(APPROVAL, staff="vera"),
        replace(APPROVAL, staff="somebody who left"),
    ],
)
def test_only_another_person_who_may_approve_approves(other: Approval) -> None:
    """Nobody approves their own plan, nor somebody without that right, nor another plan."""
    assert _approval(other) is None


def test_a_senior_does_not_approve_the_own_plan() -> None:
    """Also not where the role may approve."""
    assert _approval(APPROVAL, staff="boris") is None


def test_nobody_who_may_use_a_token_is_a_second_person_to_it() -> None:
    """One person with a token and a page would be two."""
    token = Staff(
        name=token_name("crm"), role=Role.SECOND_LINE, behind=frozenset({"crm", "boris"})
    )
    may_approve = approvers(RIGHTS, MEMBERS | {"crm": Role.SENIOR, "eva": Role.SENIOR})
    for who in ("boris", "crm", token.name):
        given = replace(APPROVAL, staff=who)
        assert approval_of([given], may_approve, digest="aa", staff=token) is None
    other = replace(APPROVAL, staff="eva")
    assert approval_of([other], may_approve, digest="aa", staff=token) == other


def test_an_automaton_is_no_second_person_whatever_the_file_says() -> None:
    """A ticket system has read no plan."""
    grants = {"plan.approve": {Role.AUTOMATION: Grant.ALONE, Role.SENIOR: Grant.ALONE}}
    rights = replace(RIGHTS, grants=grants)
    assert approvers(rights, {"robot": Role.AUTOMATION, "boris": Role.SENIOR}) == {"boris"}
