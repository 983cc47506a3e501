"""Whom and what a look has shown, as the audit trail notes it.

What somebody typed to search is not noted: it may be a telephone number, which nothing of ours
keeps. Whom the search has found is, and so is each case that a list has shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.operation import Operation

FIND: Final = "findSubscribers"
"""The operation whose answer holds subscribers by their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One line of the trail; None as in an AuditEvent."""

    words: str
    subscriber: str | None = None
    ticket: str | None = None


def looks_of(operation: Operation, call: Call, body: Json) -> tuple[Look, ...]:
    """Say what an answer shows.

    Args:
        operation: what was asked.
        call: with which parts of its path.
        body: of the answer; None: there is none.

    Returns:
        A line for each subscriber who was found, else one for the answer: about its subscriber and
        ticket where it is about one of them, with the ids of what it lists. An empty list
        has shown nothing.
    """
    asked = " ".join((operation.id, *call.path.values()))
    if isinstance(body, Mapping):
        return (_about(asked, (body,)),)
    rows = [one for one in body if isinstance(one, Mapping)] if isinstance(body, list) else []
    ids = [str(one["id"]) for one in rows if one.get("id") is not None]
    if operation.id == FIND:
        found = tuple(Look(words=f"{asked}: found", subscriber=one) for one in ids)
        return found or (Look(words=f"{asked}: nobody found"),)
    if isinstance(body, list) and not rows:
        return ()
    return (_about(f"{asked}: shown {' '.join(ids)}" if ids else asked, rows),)


def _about(words: str, rows: Sequence[Mapping[str, Json]]) -> Look:
    return Look(
        words=words,
        subscriber=_only(one.get("subscriber") for one in rows),
        ticket=_only(one.get("ticket") for one in rows),
    )


def _only(said: Iterable[Json]) -> str | None:
    """Give what all of them say, or None where they differ, or one says nothing."""
    held = {one if isinstance(one, str) else "" for one in said}
    return (held.pop() or None) if len(held) == 1 else None
