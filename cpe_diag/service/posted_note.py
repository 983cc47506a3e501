"""What trouble tickets that were posted here are to say: one note, and perhaps a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.report.codec import moment_text
from cpe_diag.service.tmf621 import Status, Version, noted
from cpe_diag.service.tmf621 import note as ticket_note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

AUTHOR: Final = "cpe-diag"
OPEN: Final = frozenset({"acknowledged", "inProgress", "pending", "held"})
"""Of TroubleTicketStatusType; what somebody has resolved, closed or cancelled stays so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedNote:
    """One note; `reference` is the same whenever it is written again.

    `status` is what an open ticket becomes, for this `reason`; None: it stays as it is.
    """

    reference: str
    reason: str
    text: str
    status: Status | None


def written(
    held: Mapping[str, object], said: PostedNote, version: Version, at: datetime
) -> Mapping[str, object]:
    """Write a note into a ticket.

    Args:
        held: the ticket as it is.
        said: the note.
        version: of the ticket.
        at: now.

    Returns:
        The ticket as it is then; the same object where the note is there already.
    """
    notes = held.get("note")
    there = notes if isinstance(notes, list) else []
    if any(isinstance(one, dict) and one.get("id") == said.reference for one in there):
        return held
    note = ticket_note(version, note_id=said.reference, words=said.text, author=AUTHOR, at=at)
    moment = moment_text(at)
    made: dict[str, object] = {**held, **noted(held, note), "lastUpdate": moment}
    if said.status is None or held.get("status") not in OPEN:
        return made
    made |= {
        "status": said.status.value,
        "statusChangeReason": said.reason,
        "statusChangeDate": moment,
    }
    if said.status is Status.RESOLVED:
        made["resolutionDate"] = moment
    return made
