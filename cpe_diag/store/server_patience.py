"""How long a database server is waited for, and how long it lets one of us wait for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
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
    lock_ms, idle_ms = round(1000 * wait_s), round(500 * wait_s)
    said = (
        f"SET LOCAL lock_timeout = {lock_ms}; "
        f"SET LOCAL idle_in_transaction_session_timeout = {idle_ms}"
    )

    def begins(connection: Connection) -> None:
        connection.exec_driver_sql(said)

    return begins
