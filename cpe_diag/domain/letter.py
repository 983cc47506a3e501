"""What has to be told to somebody outside, kept until it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class LetterKind(StrEnum):
    """Which way a letter goes."""

    NOTE = "note"
    """A note and the way of a ticket, to a desk."""
    EVENT = "event"
    """A TM Forum event, to a hub's listener."""
    NOTIFICATION = "notification"
    """To somebody on call."""
    POSTED = "posted"
    """A note in trouble tickets that were posted here."""


class LetterState(StrEnum):
    """Where a letter is."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    """It was refused, or tried for long enough; a person looks at it."""


TRIES: Final[Mapping[LetterKind, int]] = {
    LetterKind.NOTE: 32,
    LetterKind.EVENT: 32,
    LetterKind.NOTIFICATION: 12,
    LetterKind.POSTED: 32,
}
"""Proposal: a day of an absent desk or listener; of a call to a person, an hour and a half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A letter to be sent. `document` is plain JSON data and holds no secret.

    Letters of the same `key` are one letter. `target` is the name of the desk, the hub or the
    person, or the case whose tickets they are. Letters of one `lane` go one after the other.
    `subscriber`: whom it is about, with whose erasure it goes as it does with that of its case;
    None: nobody alone. `not_before` None: at once.
    """

    key: str
    kind: LetterKind
    target: str
    lane: str
    document: Mapping[str, object]
    case_id: str | None = None
    subscriber: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as it is kept.

    `tries` counts how often it was taken up, this time among them: it is also the number with
    which its sender writes. After `tries_left` more it is given up. `document` is empty once it
    was sent. `ended_at` None: it waits.
    """

    number: int
    key: str
    kind: LetterKind
    target: str
    lane: str
    case_id: str | None
    subscriber: str | None
    document: Mapping[str, object]
    state: LetterState
    made_at: datetime
    not_before: datetime
    tries: int
    tries_left: int
    sender: str | None
    lease_until: datetime | None
    words: str
    ended_at: datetime | None
