"""Runs and changes that a laptop tells otherwise than this store: what it has of them is its own.

A laptop keeps what the office has not; its audit chain comes home all the same, so that how far
that has come does not say of these that they have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from cpe_diag.store.laptop_tables import LAPTOP_DISPUTED
from cpe_diag.store.one_at_a_time import one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Collection

    from cpe_diag.store.case_store import CaseStore


def note_disputed(
    store: CaseStore, laptop: str, otherwise: Collection[str], same: Collection[str]
) -> None:
    """Note what a laptop tells otherwise, and no more what is the same by now.

    Args:
        store: of the office.
        laptop: by what it signs.
        otherwise: ids of runs and changes.
        same: ids of those that have come.

    Raises:
        StoreError: the store cannot be written.
    """
    table = LAPTOP_DISPUTED
    with store.writing() as connection:
        one_at_a_time(connection, "laptop disputed", laptop)
        gone = {*otherwise, *same}
        connection.execute(
            delete(table).where(table.c.laptop == laptop).where(table.c.item.in_(sorted(gone)))
        )
        for item in sorted(otherwise):
            connection.execute(insert(table).values(laptop=laptop, item=item))


def disputed(store: CaseStore) -> dict[str, tuple[str, ...]]:
    """Give what each laptop tells otherwise.

    Raises:
        StoreError: the store cannot be read.
    """
    table = LAPTOP_DISPUTED
    told: dict[str, tuple[str, ...]] = {}
    with store.reading() as connection:
        for row in connection.execute(select(table).order_by(table.c.laptop, table.c.item)):
            told[row.laptop] = (*told.get(row.laptop, ()), row.item)
    return told
