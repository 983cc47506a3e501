"""Letters that name a subscriber: found to be given out, dropped or made nameless to erase them.

A letter about an outage names all who have met it. It belongs to the parent case, and still has to
reach its hub when one of them is erased: so it goes on, without them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, or_, select, update

from cpe_diag.store.outbox_tables import OUTBOX
from cpe_diag.store.run_tables import CASES

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection

ERASED: Final = "(erased)"
ABOUT_OTHERS: Final = "it names others too"


def letters_of(connection: Connection, subscriber: str) -> list[dict[str, Any]]:
    """Give the letters about a subscriber; of one about others too, only that it names them."""
    own = connection.execute(select(OUTBOX).where(_own(subscriber))).mappings().all()
    rows = [{str(name): value for name, value in row.items()} for row in own]
    for number, _document in _shared(connection, subscriber):
        row = connection.execute(select(OUTBOX).where(OUTBOX.c.number == number)).mappings().one()
        rows.append({str(k): v for k, v in row.items()} | {"document": ABOUT_OTHERS})
    return rows


def erase_letters(connection: Connection, subscriber: str) -> None:
    """Drop what is about a subscriber, and take their name out of what is about others too.

    It is to be called while their cases still say whose they are.
    """
    for number, document in _shared(connection, subscriber):
        changed = update(OUTBOX).where(OUTBOX.c.number == number)
        connection.execute(changed.values(document=json.dumps(document)))
    connection.execute(delete(OUTBOX).where(_own(subscriber)))


def _own(subscriber: str) -> ColumnElement[bool]:
    cases = select(CASES.c.id).where(CASES.c.subscriber == subscriber)
    return or_(OUTBOX.c.subscriber == subscriber, OUTBOX.c.case_id.in_(cases))


def _shared(connection: Connection, subscriber: str) -> list[tuple[int, object]]:
    """Give letters of parent cases that name a subscriber, each as it is without them."""
    cases = connection.execute(
        select(CASES.c.ticket, CASES.c.parent).where(
            CASES.c.subscriber == subscriber, CASES.c.parent.is_not(None)
        )
    ).all()
    names = {subscriber, *(one.ticket for one in cases if one.ticket)}
    found: list[tuple[int, object]] = []
    for parent in sorted({one.parent for one in cases}):
        letters = select(OUTBOX.c.number, OUTBOX.c.document).where(OUTBOX.c.case_id == parent)
        for number, text in connection.execute(letters.order_by(OUTBOX.c.number)).all():
            said = json.loads(text)
            nameless = _without(said, names)
            if nameless != said:
                found.append((number, nameless))
    return found


def _without(said: object, names: Collection[str]) -> object:
    if isinstance(said, dict):
        return {key: _without(value, names) for key, value in said.items()}
    if isinstance(said, list):
        return [_without(one, names) for one in said]
    return ERASED if isinstance(said, str) and said in names else said
