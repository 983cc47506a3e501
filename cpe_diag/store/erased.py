"""Who was erased here, so that nothing of them comes back from elsewhere.

What is kept is a keyed digest: it answers whether somebody was erased, and tells nobody who.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.laptop_tables import ERASED_SUBSCRIBERS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

PURPOSE: Final = b"cpe-diag erased subscribers"
STILL_OUT: Final = timedelta(days=14)
"""So long a pack from before may be in use (`field.pack.LONGEST`; a test holds them together)."""


class ErasedSubscribers:
    """Notes who was erased, and asks for it, under the key of a store."""

    def __init__(self, key: bytes) -> None:
        """Take the key of the store, which serves other purposes too."""
        self._key = hmac.digest(key, PURPOSE, "sha256")

    def note(self, connection: Connection, subscriber: str, at: datetime) -> None:
        """Note an erasure in the transaction that does it."""
        digest = self._digest(subscriber)
        table = ERASED_SUBSCRIBERS
        connection.execute(delete(table).where(table.c.digest == digest))
        connection.execute(insert(table).values(digest=digest, at=moment_text(at)))

    def of(self, connection: Connection, subscriber: str, moment: str) -> bool:
        """Say whether something of a moment is of somebody who was erased.

        What was done from a pack that may be from before counts too; whoever is a customer again
        after that is somebody new.
        """
        wanted = select(ERASED_SUBSCRIBERS.c.at).where(
            ERASED_SUBSCRIBERS.c.digest == self._digest(subscriber)
        )
        at = connection.execute(wanted).scalar()
        return at is not None and moment_of(moment) <= moment_of(at) + STILL_OUT

    def _digest(self, subscriber: str) -> str:
        return hmac.new(self._key, subscriber.encode(), "sha256").hexdigest()
