"""Lets transactions that look before they write come one after the other, by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

# PostgreSQL manual, "System Administration Functions", advisory lock functions.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def one_at_a_time(connection: Connection, *name: str) -> None:
    """Wait until no other transaction holds a name, and hold it until this one ends.

    Args:
        connection: that writes; on SQLite it is alone with the file already.
        name: in parts. A transaction takes one name, or all take theirs in the same order.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"name": "\n".join(name)})
