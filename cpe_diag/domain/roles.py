"""Who works with the agent, in which role, and what a role may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

APPROVE: Final = "plan.approve"
"""The action of a second person."""

TOKENS: Final = "token "
"""How the name of a token begins where members of staff are named."""
ACCOUNT: Final = "account "
"""The same for an account of the operating system that is named like a member and is none."""

APPROVAL_LASTS: Final = timedelta(hours=8)
"""An approval is for a call that is going on, or for the shift."""


class Role(StrEnum):
    """What somebody is here."""

    VIEWER = "viewer"
    """Looks and changes nothing; also everybody whom the configuration does not name."""
    SECOND_LINE = "second_line"
    """Speaks with the customer."""
    SENIOR = "senior"
    """Second line with more experience; approves what needs a second person."""
    TECHNICIAN = "technician"
    """Stands at the customer's wall port with a laptop."""
    AUTOMATION = "automation"
    """No person: a ticket system or a schedule."""


class Grant(StrEnum):
    """How a role may do an action; a role that the file does not name for it may not."""

    ALONE = "alone"
    SECOND_PERSON = "second_person"
    """Only after another member of staff has approved exactly that plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A member of staff, by the name in the configuration; or a token, as `token_name` has it.

    `behind` are the people who may well use a token: none of them is a second person to it.
    """

    name: str
    role: Role
    behind: frozenset[str] = field(default_factory=frozenset)

    @property
    def names(self) -> frozenset[str]:
        """Everybody whom this may be."""
        return self.behind | {self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A second person's yes to the plan of this digest; `at` is UTC."""

    digest: str
    staff: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """By action, then by role, how it may be done. `origin` is the file, for messages."""

    origin: str
    grants: Mapping[str, Mapping[Role, Grant]]


class PermissionState(StrEnum):
    """The three answers."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    NEEDS_SECOND_PERSON = "needs_second_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whether a role may do an action; `words` say who may where it may not, else are empty."""

    state: PermissionState
    words: str


def permitted(rights: Rights, role: Role, action: str) -> Permission:
    """Say whether a role may do an action.

    Args:
        rights: what the file says.
        role: of whoever wants it.
        action: its id, for example `wifi.set_password` or `look.subscriber`.

    Returns:
        Refused where the file does not say otherwise.
    """
    grants = rights.grants.get(action, {})
    grant = grants.get(role)
    if grant is Grant.ALONE:
        return Permission(state=PermissionState.ALLOWED, words="")
    if grant is Grant.SECOND_PERSON:
        return Permission(
            state=PermissionState.NEEDS_SECOND_PERSON,
            words=f"{action} by {role} needs the approval of a second person ({rights.origin})",
        )
    who = ", ".join(one for one in Role if one in grants) or "nobody"
    return Permission(
        state=PermissionState.REFUSED,
        words=f"the role {role} may not do {action}; {who} may ({rights.origin})",
    )


def token_name(name: str) -> str:
    """Name a token where members of staff are named: no member is called so."""
    return f"{TOKENS}{name}"


def approvers(rights: Rights, members: Mapping[str, Role]) -> frozenset[str]:
    """Give the names of the staff who may approve a plan of somebody else; automata may not."""
    return frozenset(
        name
        for name, role in members.items()
        if role is not Role.AUTOMATION
        and permitted(rights, role, APPROVE).state is PermissionState.ALLOWED
    )


def approval_of(
    approvals: Iterable[Approval],
    may_approve: frozenset[str],
    *,
    digest: str,
    staff: Staff,
) -> Approval | None:
    """Find the second person's approval of a plan.

    Args:
        approvals: those that stand, in any order: the store tells when they end, by its clock.
        may_approve: from `approvers`, of today: whoever has left no longer approves.
        digest: of the plan.
        staff: who wants to do it; nobody approves their own plan.

    Returns:
        The newest that counts, or None.
    """
    counting = [
        one
        for one in approvals
        if one.digest == digest and one.staff not in staff.names and one.staff in may_approve
    ]
    return max(counting, key=lambda one: one.at, default=None)
