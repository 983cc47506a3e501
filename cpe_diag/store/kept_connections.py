"""Pools of connections that stay open between uses, and are looked at only after a rest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool, QueuePool

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

RESTED_S: Final = 5.0
"""A connection that was used since then is taken to live: to ask it costs as much as a question.
Where it does not, the use fails as it does where the database has just gone away."""
_LEFT: Final = "cpe_diag_left_s"


def pool_of(connections: int, wait_s: float) -> dict[str, Any]:
    """Give what `create_engine` is told of its pool.

    Args:
        connections: how many at most are open, and stay so: a server has so many for all who
            use it. No use may need a second one of the same pool while it has one. 0: each use
            opens its own, and none stays open.
        wait_s: how long a use waits for one that others have.

    Returns:
        Arguments.
    """
    if not connections:
        return {"poolclass": NullPool}
    return {
        "poolclass": QueuePool,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": wait_s,
    }


def look_after_rest(engine: Engine) -> None:
    """Have connections looked at that were not used for a while, and made anew where they died."""

    def left(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_LEFT] = time.monotonic()

    def taken(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        left_s = record.info.get(_LEFT)
        if left_s is None or time.monotonic() - left_s < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None

    event.listen(engine, "checkin", left)
    event.listen(engine, "checkout", taken)
