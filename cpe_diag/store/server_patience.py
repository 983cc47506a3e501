"""How long a database server is waited for, and how long it lets one of us wait for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

ONE_MOMENT: Final = "cpe_diag_one_moment"
"""The option of a connection whose transactions see one moment."""
TAKEN_WITHIN_MS: Final = 25_000
"""How long what was sent may stay unconfirmed; keepalives ask only where nothing was sent."""


# PostgreSQL manual, "Database Connection Control Functions", parameter key words.
def server_limits(wait_s: float) -> dict[str, object]:
    """Give how long a connection is waited for, and a server that is gone without a word."""
    return {
        "connect_timeout": max(2, round(wait_s)),  # libpq takes no less than two seconds
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": TAKEN_WITHIN_MS,
    }


# PostgreSQL manual, "Client Connection Defaults", statement behavior. SET LOCAL, for sessions may
# be shared behind a pooler. Who has stopped in the middle of a transaction, as a process does that
# is frozen there, loses it before the others give up.
def patience_of(wait_s: float) -> Callable[[Connection], None]:
    """Give what tells a server how long one transaction waits for another."""
    said = _limits(wait_s)

    def begins(connection: Connection) -> None:
        connection.exec_driver_sql(said)

    return begins


def begin_in_one(engine: Engine, wait_s: float) -> None:
    """Have transactions begin, and the server told the same, in one question.

    psycopg asks BEGIN apart, which for our short transactions is every fifth question; where it
    is told to commit by itself it leaves that to us, and ends what was begun all the same.
    """
    from sqlalchemy import event  # noqa: PLC0415 - whoever has no database need not load it

    said = _limits(wait_s)

    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - psycopg's own
        connection.autocommit = True

    def begins(connection: Connection) -> None:
        one = connection.get_execution_options().get(ONE_MOMENT, False)
        level = "REPEATABLE READ" if one else "READ COMMITTED"
        connection.exec_driver_sql(f"BEGIN ISOLATION LEVEL {level}; {said}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begins)


def _limits(wait_s: float) -> str:
    lock_ms, idle_ms = round(1000 * wait_s), round(500 * wait_s)
    return (
        f"SET LOCAL lock_timeout = {lock_ms}; "
        f"SET LOCAL idle_in_transaction_session_timeout = {idle_ms}"
    )
