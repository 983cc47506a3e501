"""Filters, attributes and pages of a list, as TM Forum's REST guidelines (TMF630) name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.service.refused import Refused
from cpe_diag.service.ticket_reading import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from cpe_diag.report.codec import Json

USUAL: Final = 20
MOST: Final = 100
FARTHEST: Final = 100_000
ALWAYS: Final = ("id", "href", "@type")
"""Attributes that are given whatever `fields` says."""

_OWN: Final = frozenset({"fields", "offset", "limit"})
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_COMPARE: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "gt": lambda held, wanted: held > wanted,
    "gte": lambda held, wanted: held >= wanted,
    "lt": lambda held, wanted: held < wanted,
    "lte": lambda held, wanted: held <= wanted,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a list is wanted. `fields` empty: every attribute."""

    offset: int
    limit: int
    fields: tuple[str, ...]
    filters: Mapping[str, str]


def window_of(query: Mapping[str, str]) -> Window | Refused:
    """Read the parameters of a list.

    Args:
        query: as they came; every other one filters by the attribute of its name.

    Returns:
        The window; 400 where offset or limit is no number, or out of its bounds.
    """
    offset, limit = query.get("offset", "0"), query.get("limit", str(USUAL))
    if not _NUMBER.fullmatch(offset) or int(offset) > FARTHEST:
        return Refused(status=400, reason=f"offset: expected 0 to {FARTHEST}")
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MOST:
        return Refused(status=400, reason=f"limit: expected 1 to {MOST}")
    return Window(
        offset=int(offset),
        limit=int(limit),
        fields=fields_of(query),
        filters={name: value for name, value in query.items() if name not in _OWN},
    )


def fields_of(query: Mapping[str, str]) -> tuple[str, ...]:
    """Give the attributes that are wanted; empty: all."""
    return tuple(one.strip() for one in query.get("fields", "").split(",") if one.strip())


def fits(document: Mapping[str, Json], filters: Mapping[str, str]) -> bool:
    """Say whether a document is as every filter says.

    Args:
        document: JSON data.
        filters: by dotted path; commas mean `or`; a path ending in .gt, .gte, .lt or .lte
            compares moments.

    Returns:
        False also where the document has no such attribute.
    """
    return all(_fits(document, path, wanted) for path, wanted in filters.items())


def chosen(document: Mapping[str, Json], fields: Sequence[str]) -> dict[str, Json]:
    """Leave those attributes that are wanted, of the first level."""
    if not fields:
        return dict(document)
    kept = {one.partition(".")[0] for one in fields} | set(ALWAYS)
    return {name: value for name, value in document.items() if name in kept}


def headers_of(total: int, given: int) -> dict[str, str]:
    """Say how many there are, and how many of them are given."""
    return {"X-Total-Count": str(total), "X-Result-Count": str(given)}


def _fits(document: Mapping[str, Json], path: str, wanted: str) -> bool:
    place, _, compare = path.rpartition(".")
    if compare in _COMPARE and place:
        limit = moment_of(wanted)
        return limit is not None and any(
            (at := moment_of(value)) is not None and _COMPARE[compare](at, limit)
            for value in _values(document, place.split("."))
        )
    allowed = set(wanted.split(","))
    return any(_text(value) in allowed for value in _values(document, path.split(".")))


def _values(held: Json | Mapping[str, Json], parts: Sequence[str]) -> Iterator[Json]:
    if isinstance(held, list):
        for one in held:
            yield from _values(one, parts)
    elif isinstance(held, Mapping):
        if parts and parts[0] in held:
            yield from _values(held[parts[0]], parts[1:])
    elif not parts:
        yield held


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
