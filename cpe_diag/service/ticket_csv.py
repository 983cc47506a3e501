"""Old tickets exported as CSV -> tickets; every wrong cell with its line."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.service.ticket import LONGEST_LINE, LONGEST_TEXT, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FIELDS: Final[tuple[str, ...]] = (
    *("id", "number", "title", "text", "category", "service"),
    *("subscriber", "phone", "priority", "state", "created_at", "desk"),
)
"""Columns that are read; at least one of TELLING must be there."""

TELLING: Final[tuple[str, ...]] = ("title", "text", "category", "service")

MOST_TICKETS: Final = 200_000
MOST_FAULTS: Final = 20

_DELIMITERS: Final = ",;\t"


def read_tickets(path: Path, columns: Mapping[str, str]) -> tuple[Ticket, ...]:
    """Read old tickets.

    Args:
        path: UTF-8, with a line of titles; separated by comma, semicolon or tab.
        columns: field -> title of its column; other fields stand under their own names.

    Returns:
        The tickets in their order. A time without a zone is UTC.

    Raises:
        DefinitionError: the file cannot be read, has no column that tells something, or cells are
            wrong: the first 20 faults.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
            rows = csv.reader(file, delimiter=delimiter, strict=True)
            return _tickets(str(path), rows, columns)
    except OSError as error:
        raise _wrong(str(path), None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _wrong(str(path), None, f"is no UTF-8 text (byte {error.start})") from error


def _tickets(
    file: str, rows: Iterator[list[str]], columns: Mapping[str, str]
) -> tuple[Ticket, ...]:
    faults: list[Fault] = []
    tickets: list[Ticket] = []
    line = 1
    try:
        places = _places(file, next(rows, []), columns)
        for row in rows:
            line = getattr(rows, "line_num", line)
            if not any(row):
                continue
            if len(tickets) >= MOST_TICKETS:
                raise _wrong(file, line, f"more than {MOST_TICKETS} tickets; split the file")
            cells = {name: row[at].strip() for name, at in places.items() if at < len(row)}
            created_at = moment(cells.get("created_at", ""))
            if cells.get("created_at") and created_at is None:
                faults.append(_no_moment(file, line, cells["created_at"]))
            tickets.append(_ticket(cells, created_at, len(tickets) + 1))
            if len(faults) >= MOST_FAULTS:
                break
    except csv.Error as error:
        faults.append(Fault(file=file, line=line + 1, column=None, message=f"no CSV: {error}"))
    if faults:
        raise DefinitionError(tuple(faults))
    return tuple(tickets)


def moment(text: str) -> datetime | None:
    """Read a time in ISO 8601; without a zone it is UTC.

    Args:
        text: such as `2026-03-01T12:00:00Z` or `2026-03-01 12:00`.

    Returns:
        The moment in UTC, or None where the text is none.
    """
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _places(file: str, titles: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    shown = [title.strip() for title in titles]
    for name, title in columns.items():
        if name not in FIELDS:
            hint = suggestion(name, FIELDS) or f"; there are {', '.join(FIELDS)}"
            raise _wrong(file, None, f"there is no field {name!r}{hint}")
        if title not in shown:
            raise _wrong(file, 1, f"there is no column {title!r}{suggestion(title, shown)}")
    lower = [title.casefold() for title in shown]
    places: dict[str, int] = {name: lower.index(name) for name in FIELDS if name in lower}
    places |= {name: shown.index(title) for name, title in columns.items()}
    if not any(name in places for name in TELLING):
        wanted = ", ".join(TELLING)
        raise _wrong(file, 1, f"expected at least one of the columns {wanted}")
    return places


def _ticket(cells: Mapping[str, str], created_at: datetime | None, count: int) -> Ticket:
    number = cells.get("number") or cells.get("id") or str(count)
    rest = {
        name: cells.get(name, "")[:LONGEST_LINE]
        for name in ("title", "category", "service", "subscriber", "phone", "priority", "state")
    }
    return Ticket(
        desk=cells.get("desk", ""),
        id=cells.get("id") or number,
        number=number,
        text=cells.get("text", "")[:LONGEST_TEXT],
        created_at=created_at,
        **rest,
    )


def _no_moment(file: str, line: int, found: str) -> Fault:
    message = f"created_at: expected a time such as 2026-03-01T12:00:00Z, found {found[:40]!r}"
    return Fault(file=file, line=line, column=None, message=message)


def _wrong(file: str, line: int | None, message: str) -> DefinitionError:
    return DefinitionError((Fault(file=file, line=line, column=None, message=message),))
