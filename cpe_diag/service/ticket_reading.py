"""A desk's JSON -> a ticket, by the expressions that say where everything stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from cpe_diag.service.plain_text import document_text, plain_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.ticket import LONGEST_LINE, LONGEST_TEXT, Ticket
from cpe_diag.service.ticket_csv import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

_MILLISECONDS_FROM: Final = 1e11
"""A count since 1970 beyond this (the year 5138 in seconds) is of milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTicket:
    """What was read: the ticket, and when the sender says that it sent or changed it.

    `wanted` False: the desk's event is about something else.
    """

    ticket: Ticket
    changed_at: datetime | None
    wanted: bool


class TicketReader:
    """The expressions of one desk, compiled."""

    def __init__(self, desk: str, paths: Mapping[str, str]) -> None:
        """Compile.

        Args:
            desk: its name in the configuration.
            paths: field (`ticket_paths.FIELDS`) -> JMESPath; fields that are not there stay
                empty.

        Raises:
            JMESPathError: an expression is none; `fault_of` tells before.
        """
        self._desk = desk
        self._paths = {name: jmespath.compile(path) for name, path in paths.items()}

    def read(self, data: Mapping[str, object]) -> ReadTicket | Refused:
        """Read one ticket.

        Args:
            data: the body, of limited size and depth.

        Returns:
            The ticket, or 422 where there is none in it. Fields of wrong types are empty.
        """
        wanted = self._value("wanted", data) if "wanted" in self._paths else True
        number = self._line("number", data)
        id_ = self._line("id", data) or number
        if not id_ and wanted:
            return Refused(status=422, reason="there is no ticket id where it was expected")
        ticket = Ticket(
            desk=self._desk,
            id=id_,
            number=number or id_,
            title=self._line("title", data),
            text=self._text(data),
            category=self._line("category", data),
            service=self._line("service", data),
            subscriber=self._line("subscriber", data),
            phone=self._line("phone", data),
            priority=self._line("priority", data),
            state=self._line("state", data),
            created_at=moment_of(self._value("created_at", data)),
        )
        changed_at = moment_of(self._value("changed_at", data))
        return ReadTicket(ticket=ticket, changed_at=changed_at, wanted=bool(wanted))

    def _value(self, name: str, data: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        path = self._paths.get(name)
        if path is None:
            return None
        try:
            return path.search(data)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError):
            # Functions of the library meet values of types that they were not written for.
            return None

    def _line(self, name: str, data: Mapping[str, object]) -> str:
        return " ".join(_as_text(self._value(name, data)).split())[:LONGEST_LINE]

    def _text(self, data: Mapping[str, object]) -> str:
        value = self._value("text", data)
        if isinstance(value, dict):
            return document_text(value)[:LONGEST_TEXT]
        kind = _as_text(self._value("text_type", data))
        return plain_text(_as_text(value)[: 4 * LONGEST_TEXT], kind)[:LONGEST_TEXT]


def fault_of(path: str) -> str | None:
    """Say what is wrong with an expression, or None where it is right."""
    try:
        jmespath.compile(path)
    except (JMESPathError, ValueError, RecursionError) as error:
        return " ".join(str(error).split()) or "no JMESPath"
    return None


def moment_of(value: object) -> datetime | None:
    """Read a time: ISO 8601 (UTC where no zone is named), or seconds or milliseconds since 1970.

    Args:
        value: from JSON.

    Returns:
        The moment in UTC, or None where the value is none.
    """
    if isinstance(value, str):
        return moment(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        count = float(value)
        seconds = count / 1000 if abs(count) >= _MILLISECONDS_FROM else count
        return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None
    except (OverflowError, ValueError, OSError):
        return None


def _as_text(value: object) -> str:
    """Give text and numbers as text; several of them with commas; nothing for all else."""
    match value:
        case str():
            # No database holds NUL, and a customer's mail may.
            return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
        case bool():
            return ""
        case int() | float():
            return _number_text(value)
        case list():
            return ", ".join(text for one in value[:20] if (text := _scalar_text(one)))
        case _:
            return ""


def _scalar_text(value: object) -> str:
    return "" if isinstance(value, list) else _as_text(value)


def _number_text(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than Python writes
        return ""
