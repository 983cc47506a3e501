"""Pure: what was read and measured before a change, beside the same after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cpe_diag.domain.action import EntryKind, Reading
from cpe_diag.domain.router_plan import MEASURED, WISHED, RouterRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.action import ActionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A value and when it was seen, in UTC; None: it was asked for, and could not be read."""

    value: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One thing before and after; None: nobody has looked then.

    `what`, `of` and `unit` are those of a `Reading`.
    """

    what: str
    of: str
    unit: str
    before: Sighting | None
    after: Sighting | None

    @property
    def differs(self) -> bool:
        """Both were seen, and are not the same."""
        held = [one.value for one in (self.before, self.after) if one is not None]
        return None not in held and len(set(held)) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChange:
    """One change with all that was seen beside it.

    `place` is the router's address, or the node with its port. `end` is an `ActionEnd` by its
    word, empty where it has none yet; `words` say it. `symptom` is what was wrong before, and
    `measured` what was found when it was measured again, both in words; empty for a wish.
    """

    id: str
    action: str
    wished: str | None
    place: str
    begun_at: datetime
    ended_at: datetime | None
    end: str
    words: str
    symptom: str
    measured: str
    compared: tuple[Compared, ...]


def seen_change(record: ActionRecord | RouterRecord) -> SeenChange:
    """Put a change's readings together.

    What the plan expects was read when it was made, and held to that once more right before the
    act; what was read last counts as afterwards.

    Args:
        record: from a journal.

    Returns:
        The change; things that nobody read are not in it.
    """
    end = record.end
    plan = record.plan
    measured = [
        one.words.removeprefix(MEASURED)
        for one in record.entries
        if one.kind is EntryKind.NOTE and one.words.startswith(MEASURED)
    ]
    is_wish = record.symptom == WISHED
    return SeenChange(
        id=record.id,
        action=plan.action,
        wished=plan.wished or None,
        place=record.plan.router
        if isinstance(record, RouterRecord)
        else f"{record.plan.node} {record.plan.port}",
        begun_at=record.begun_at,
        ended_at=None if end is None else end.at,
        end="" if end is None else end.said,
        words="" if end is None else end.words,
        symptom="" if is_wish else record.symptom,
        measured="" if is_wish or not measured else measured[-1],
        compared=tuple(_compared(record)),
    )


def _compared(record: ActionRecord | RouterRecord) -> Iterator[Compared]:
    before = {
        (one.what, one.of): (one, Sighting(value=one.value, at=record.begun_at))
        for one in (*_planned(record), *record.measured)
    }
    after = {
        (one.what, one.of): (one, Sighting(value=one.value, at=entry.at))
        for entry in record.entries
        for one in entry.read
    }
    for key in dict.fromkeys((*before, *after)):
        one = (before.get(key) or after[key])[0]
        yield Compared(
            what=one.what,
            of=one.of,
            unit=one.unit,
            before=before[key][1] if key in before else None,
            after=after[key][1] if key in after else None,
        )


def _planned(record: ActionRecord | RouterRecord) -> Iterator[Reading]:
    """Give what was read when the plan was made."""
    if isinstance(record, RouterRecord):
        for one in record.plan.expected:
            yield Reading(what=one.reads.value, of=one.subject, value=one.previous)
        return
    for held in record.plan.read_back:
        yield Reading(what=held.object, of=held.oid, value=held.previous)
