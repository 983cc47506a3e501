"""What the audit trail notes: who looked, asked, agreed, changed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AuditKind(StrEnum):
    """What happened."""

    LOOK = "look"
    """A subscriber's line or home was looked at."""
    REFUSAL = "refusal"
    """Something was refused: by rights, by the guard, for want of consent or of a second person,
    or a code that was wrong."""
    PLAN = "plan"
    """A plan was made and shown."""
    CONSENT_ASKED = "consent_asked"
    """A code or a link was sent to the customer."""
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    LINK = "link"
    """A link on which the customer types a new password was made, or used."""
    APPROVAL = "approval"
    """A second person approved a plan."""
    CHANGE_BEGUN = "change_begun"
    """The next thing that happens is the first step."""
    CHANGE_RESUMED = "change_resumed"
    """A change that was broken off was taken up again."""
    CHANGE_ENDED = "change_ended"
    ERASURE = "erasure"
    """Persons were erased; `action` names the entries that they stood in, by their numbers."""
    EXPORT = "export"
    """Everything that is held about a subscriber was given out; about nobody: what a laptop has
    done was sealed for its office."""
    KNOWN_ISSUE = "known_issue"
    """A known issue is added, or its remedy retired: it changes what everybody is advised."""
    TOKEN = "token"  # noqa: S105 - a word, no secret
    """A token of another system is made or revoked."""
    SIGN_IN = "sign_in"
    """Somebody signs in to the pages, or out; or gets a password for that, or loses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One thing that happened. It never holds a secret, nor a value that is the customer's.

    `staff` is the name of whoever did it. None: the event is about no subscriber (a sweep),
    there is no ticket, it is about no action, there is no plan. `words` say what else is to be
    known, in one line: the reason of a refusal, the end of a change.
    """

    kind: AuditKind
    at: datetime
    staff: str
    words: str
    subscriber: str | None = None
    ticket: str | None = None
    action: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What something is about; None as in an AuditEvent."""

    subscriber: str | None = None
    ticket: str | None = None
    action: str | None = None
    digest: str | None = None
