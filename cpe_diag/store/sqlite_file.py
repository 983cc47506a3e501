"""The case store as a SQLite file: how it is made, opened and written."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
WRITES: Final = "cpe_diag_writes"
"""The option of a connection whose transactions write."""


# SQLAlchemy manual, SQLite dialect, "Serializable isolation / Savepoints / Transactional DDL":
# the sqlite3 module begins no transaction by itself, SQLAlchemy's own events do.
def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
    """Set up a connection: every commit is on the disk, and references hold."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def begins(connection: Connection) -> None:
    """Begin a transaction; one that writes takes the file at once."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process at a time make or change the file; it is there, and private, afterwards."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
        yield
    finally:
        os.close(descriptor)


def switch_to_wal(engine: Engine) -> None:
    """Have SQLite write ahead; it remembers that in the file."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.fetchall()
        cursor.close()
    finally:
        connection.close()
