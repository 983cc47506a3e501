"""Tells what of a database waiting may mend from what somebody has to mend."""

from __future__ import annotations

import errno
from typing import Final

# sqlite.org, "Result and Error Codes": another one has it, or the disk does not take it just now.
_FILE: Final = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_PROTOCOL",
    "SQLITE_FULL",
    "SQLITE_IOERR",
)
# PostgreSQL manual, "PostgreSQL Error Codes": connections, rollbacks that come from others, what
# the server is short of, locks, what an operator stops, the server's own disk; and a transaction
# that has stood still for too long.
_SERVER: Final = ("08", "40", "53", "55P03", "57", "58", "25P03")
# libpq gives no code of what a server answers to one who connects, but its words, which are those
# of its language: what is not known here is taken for what waiting may mend.
_REFUSALS: Final = (
    "authentication failed",
    "no pg_hba.conf entry",
    "no password supplied",
    "does not exist",
    "permission denied",
    "not permitted to log in",
    "certificate verify failed",
    "does not support SSL",
)
_SYSTEM: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE}
)


def is_away(error: Exception) -> bool:
    """Say whether what a database or the system said may be over after a while.

    Args:
        error: SQLAlchemy's with the driver's own below it, the driver's, or the system's.

    Returns:
        False: somebody has to do something, such as to give a right.
    """
    from sqlalchemy.exc import TimeoutError as NoTurnError  # noqa: PLC0415 - slow to import

    if isinstance(error, NoTurnError):
        return True
    said = getattr(error, "orig", None) or error
    if isinstance(said, OSError):
        return said.errno in _SYSTEM
    if (name := getattr(said, "sqlite_errorname", None)) is not None:
        return str(name).startswith(_FILE)
    if (state := getattr(said, "sqlstate", None)) is not None:
        return str(state).startswith(_SERVER)
    refused = any(one in str(said) for one in _REFUSALS)
    return type(said).__name__ in {"OperationalError", "ConnectionTimeout"} and not refused
