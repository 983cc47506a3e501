"""What a database says of an error, in one line and without what is secret in its URL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import URL


PLACES: Final = frozenset({"host", "hostaddr", "port"})
"""PostgreSQL manual, "Parameter Key Words": where a server is."""
NO_TURN: Final = (
    "all connections that this process may have to it have been in use for too long; "
    "see what holds up the database, or give this process less to do at once"
)


def sql_words(error: Exception, url: URL) -> str:
    """Say in one line what the database said, or why it was not even asked.

    Args:
        error: SQLAlchemy's, with the driver's own below it.
        url: of the database; its password and its parameters are left out of the words, but for
            those that say where it is.
    """
    from sqlalchemy.exc import TimeoutError as NoTurnError  # noqa: PLC0415 - slow to import

    if isinstance(error, NoTurnError):
        return NO_TURN
    said = str(getattr(error, "orig", None) or error).strip()
    line = said.splitlines()[0] if said else type(error).__name__
    hidden = [str(url.password)] if url.password else []
    hidden += [
        part for name, value in url.query.items() if name not in PLACES for part in _parts(value)
    ]
    secrets = "|".join(re.escape(one) for one in sorted(hidden, key=len, reverse=True) if one)
    return re.sub(secrets, "[secret]", line) if secrets else line


def without(words: str, values: Mapping[str, object]) -> str:
    """Leave out what was asked for: a number that somebody searched is nobody's to log.

    Args:
        words: what a database said.
        values: of the query.
    """
    for value in sorted(map(str, values.values()), key=len, reverse=True):
        if value:
            words = words.replace(value, "[value]")
    return words


def _parts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
