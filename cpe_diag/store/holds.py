"""Holds: one change at a time on one device, whatever started it and on whatever machine.

A hold ends with its block. Where its process dies it ends at once for others on the same machine,
and when it is not renewed any more for all others, by moments that no clock of a machine moves
(`steady`). Every hold has a greater token than those
before it: what is written under an older one is refused (`check`).
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.failures import HeldElsewhereError, HoldLostError, StoreError
from cpe_diag.store.processes import has_died
from cpe_diag.store.renewing import renewed
from cpe_diag.store.run_tables import HOLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Update

    from cpe_diag.store.case_store import CaseStore

LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold: tokens by place. `holder` names who has it."""

    holder: str
    tokens: tuple[tuple[str, int], ...]


class Holds:
    """All holds of a store."""

    def __init__(
        self,
        store: CaseStore,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        """Keep them in `store`, each for `lease` until it is renewed."""
        self._store = store
        self._steady = store.steady
        self._lease = lease

    @contextmanager
    def held(
        self,
        places: Iterable[str],
        what: str,
        *,
        holder: str,
        lasts: timedelta | None = None,
    ) -> Iterator[Hold]:
        """Let only this block change what lies at some places, until it is left.

        Args:
            places: by any names that are always the same.
            what: says in a message what it is.
            holder: from `this_process`.
            lasts: after how long it is renewed no more, where the block hangs; None: never.

        Yields:
            The hold, which is renewed meanwhile.

        Raises:
            HeldElsewhereError: somebody else holds one of the places.
            StoreError: the store cannot be used.
        """
        hold = self._take(sorted(map(_digest, places)), what, holder)
        try:
            with renewed(lambda: self._renew(hold), self._lease, lasts=lasts):
                yield hold
        finally:
            with suppress(StoreError):  # then it ends with its lease
                self._leave(hold)

    def check(self, connection: Connection, hold: Hold) -> None:
        """Hold the places until the transaction ends, and for a lease from now.

        A hold that ran out and that nobody else has taken is still the holder's.

        Raises:
            HoldLostError: somebody else has taken it meanwhile.
        """
        until = self._steady.moment(self._lease)
        for place, token in hold.tokens:
            stands = connection.execute(_ours(hold, place, token).values(until=until))
            if stands.rowcount != 1:
                raise HoldLostError(
                    "somebody else holds the device: this process stood still for too long; "
                    "nothing more is sent"
                )

    def _take(self, places: list[str], what: str, holder: str) -> Hold:
        try:
            with self._store.writing() as connection:
                tokens = tuple((one, self._take_one(connection, one, holder)) for one in places)
        except _TakenError:
            raise HeldElsewhereError(f"{what} is being changed by another process") from None
        return Hold(holder=holder, tokens=tokens)

    def _take_one(self, connection: Connection, place: str, holder: str) -> int:
        said = {"holder": holder, "until": self._steady.moment(self._lease)}
        over = self._steady.is_over(HOLDS.c.until).label("over")
        wanted = select(HOLDS, over).where(HOLDS.c.place == place)
        row = connection.execute(wanted).mappings().first()
        if row is None:
            try:
                connection.execute(insert(HOLDS).values(place=place, token=1, **said))
            except IntegrityError:  # PostgreSQL: somebody else has come since we looked
                raise _TakenError from None
            return 1
        free = row["holder"] is None or row["over"] or has_died(row["holder"])
        token = int(row["token"]) + 1
        if not free:
            raise _TakenError
        taken = connection.execute(
            update(HOLDS)
            .where(HOLDS.c.place == place, HOLDS.c.token == row["token"])
            .where(HOLDS.c.until.is_not_distinct_from(row["until"]))
            .values(token=token, **said)
        )
        if taken.rowcount != 1:
            raise _TakenError
        return token

    def _renew(self, hold: Hold) -> None:
        with self._store.writing() as connection:
            until = self._steady.moment(self._lease)
            for place, token in hold.tokens:
                connection.execute(_ours(hold, place, token).values(until=until))

    def _leave(self, hold: Hold) -> None:
        with self._store.writing() as connection:
            for place, token in hold.tokens:
                connection.execute(_ours(hold, place, token).values(holder=None, until=None))


class _TakenError(Exception):
    """Somebody else holds it; nothing of ours is kept."""


def _ours(hold: Hold, place: str, token: int) -> Update:
    return update(HOLDS).where(
        HOLDS.c.place == place, HOLDS.c.token == token, HOLDS.c.holder == hold.holder
    )


def _digest(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()
