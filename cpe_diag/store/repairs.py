"""Repairs that are planned on the pages: planned, perhaps with a customer's password, begun once.

Of a link only a digest is kept: its token has 256 random bits, which nobody finds by trying. A
password is sealed with a key that is not in the store, and is gone from it once it is taken.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, insert, select, update

from cpe_diag.domain.failures import NoSuchRunError, RunError
from cpe_diag.domain.router_plan import RouterPlan
from cpe_diag.domain.secret import Secret
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.processes import has_died
from cpe_diag.store.repair_tables import REPAIRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from cpe_diag.store.case_store import CaseStore

ID_BYTES: Final = 8
TOKEN_BYTES: Final = 32
LINK_LASTS: Final = timedelta(minutes=15)
"""Long enough to type a password with somebody on the line, too short to lie about."""
TYPED_LASTS: Final = timedelta(hours=1)
"""How long a password that was typed waits for its change; then it is typed again."""


class RepairState(StrEnum):
    """How far a repair is."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    """Its change has ended, or was never begun; `words` say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One repair; its id is that of its change. Moments are UTC.

    `staff` has planned it. `value` None: the action takes none, or it is the customer's password.
    `begun_at` None: nobody has begun it; `ended_at` None: it has not ended. `link_until` None: no
    link is open; `typed_at` None: no password was typed. `is_lost`: the process that did it has
    died.
    """

    id: str
    case_id: str
    subscriber: str
    ticket: str | None
    staff: str
    action: str
    value: str | None
    plan: RouterPlan
    state: RepairState
    words: str
    planned_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    link_until: datetime | None = None
    typed_at: datetime | None = None
    is_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRepair:
    """A repair that another version of cpe-diag has written: all that can be told of it.

    `state` is as it stands in the store; `problem` says what is wrong, and what to do.
    """

    id: str
    case_id: str
    staff: str
    action: str
    value: str | None
    state: str
    words: str
    problem: str
    planned_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None


class UnreadableRepairError(RunError):
    """A repair is there, and this version cannot read it."""


class StoredRepairs:
    """All repairs of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def add(self, repair: Repair) -> None:
        """Keep a repair that was planned.

        Raises:
            StoreError: it cannot be written.
        """
        row = {
            "id": repair.id,
            "case_id": repair.case_id,
            "subscriber": repair.subscriber,
            "ticket": repair.ticket,
            "staff": repair.staff,
            "action": repair.action,
            "value": repair.value,
            "plan": json.dumps(encode(repair.plan)),
            "state": repair.state.value,
            "words": repair.words,
            "process": "",
            "planned_at": moment_text(repair.planned_at),
            "sealed": "",
        }
        with self._store.writing() as connection:
            connection.execute(insert(REPAIRS).values(row))

    def repair(self, repair_id: str) -> Repair:
        """Give one repair.

        Raises:
            UnreadableRepairError: another version has written it.
            NoSuchRunError: there is none of this id.
            StoreError: the store cannot be read.
        """
        found = self._found(REPAIRS.c.id == repair_id)
        if not found:
            raise NoSuchRunError(f"there is no repair {repair_id!r}")
        if isinstance(found[0], UnreadableRepair):
            raise UnreadableRepairError(found[0].problem)
        return found[0]

    def of_case(self, case_id: str) -> tuple[Repair | UnreadableRepair, ...]:
        """Give the repairs of a case, the newest first, those of another version too.

        Raises:
            StoreError: the store cannot be read.
        """
        return self._found(REPAIRS.c.case_id == case_id)

    def offer_link(self, repair_id: str, at: datetime) -> Secret | None:
        """Make the link on which the customer types a password; one of before is none any more.

        Returns:
            Its token, which is kept nowhere; None where the repair waits for no password.

        Raises:
            StoreError: it cannot be written.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        steady = self._store.steady
        planned = and_(REPAIRS.c.id == repair_id, REPAIRS.c.state == RepairState.PLANNED.value)
        done = self._changed(
            planned,
            link_hash=_digest(token),
            link_until=moment_text(at + LINK_LASTS),
            link_ends_at=steady.moment(LINK_LASTS),
            link_ends_by=steady.name,
        )
        return Secret(token) if done else None

    def close_link(self, repair_id: str) -> None:
        """Take a link back that has certainly reached nobody.

        Raises:
            StoreError: it cannot be written.
        """
        self._changed(REPAIRS.c.id == repair_id, link_hash=None, link_until=None)

    def of_link(self, token: str, at: datetime) -> Repair | None:
        """Give the repair of a link that is open at a moment; None: it is none.

        A repair that this version cannot read takes no password: nothing could be done with it.

        Raises:
            StoreError: the store cannot be read.
        """
        found = self._found(self._open(token, at))
        return found[0] if found and isinstance(found[0], Repair) else None

    def type_password(self, token: str, sealed: str, at: datetime) -> bool:
        """Keep what the customer has typed, and close the link; False: it was none any more.

        Raises:
            StoreError: it cannot be written.
        """
        steady = self._store.steady
        typed = {
            "sealed": sealed,
            "typed_at": moment_text(at),
            "typed_ends_at": steady.moment(TYPED_LASTS),
            "typed_ends_by": steady.name,
        }
        return self._changed(self._open(token, at), link_hash=None, link_until=None, **typed)

    def forget_typed(self, at: datetime) -> int:
        """Drop passwords that nobody has used in time; give how many.

        Raises:
            StoreError: it cannot be written.
        """
        over = self._store.steady.has_ended(
            REPAIRS.c.typed_ends_at,
            REPAIRS.c.typed_ends_by,
            REPAIRS.c.typed_at <= moment_text(at - TYPED_LASTS),
        )
        planned = REPAIRS.c.state == RepairState.PLANNED.value
        old = and_(planned, REPAIRS.c.typed_at.is_not(None), over)
        with self._store.reading() as connection:
            if connection.execute(select(REPAIRS.c.id).where(old).limit(1)).first() is None:
                return 0
        with self._store.writing() as connection:
            gone = connection.execute(update(REPAIRS).where(old).values(sealed="", typed_at=None))
            return int(gone.rowcount)

    def begin(self, repair_id: str, *, process: str, at: datetime) -> str | None:
        """Take a repair up; nobody else can, and its password is in the store no more.

        Returns:
            The sealed password, empty where there is none; None: somebody has begun it.

        Raises:
            StoreError: it cannot be written.
        """
        planned = and_(REPAIRS.c.id == repair_id, REPAIRS.c.state == RepairState.PLANNED.value)
        begun = {
            "state": RepairState.RUNNING.value,
            "process": process,
            "begun_at": moment_text(at),
            "sealed": "",
            "link_hash": None,
            "link_until": None,
        }
        with self._store.writing() as connection:
            wanted = select(REPAIRS.c.sealed).where(planned).with_for_update()
            sealed: str | None = connection.execute(wanted).scalar()
            done = connection.execute(update(REPAIRS).where(planned).values(begun))
            return sealed if done.rowcount == 1 else None

    def end(self, repair_id: str, words: str, at: datetime) -> None:
        """Note that a repair has ended.

        Raises:
            StoreError: it cannot be written.
        """
        state = RepairState.ENDED.value
        self._changed(
            REPAIRS.c.id == repair_id, state=state, words=words, ended_at=moment_text(at)
        )

    def _open(self, token: str, at: datetime) -> ColumnElement[bool]:
        over = self._store.steady.has_ended(
            REPAIRS.c.link_ends_at,
            REPAIRS.c.link_ends_by,
            REPAIRS.c.link_until <= moment_text(at),
        )
        return and_(
            REPAIRS.c.link_hash == _digest(token),
            REPAIRS.c.state == RepairState.PLANNED.value,
            ~over,
        )

    def _changed(self, which: ColumnElement[bool], **values: object) -> bool:
        with self._store.writing() as connection:
            return connection.execute(update(REPAIRS).where(which).values(values)).rowcount == 1

    def _found(self, which: ColumnElement[bool]) -> tuple[Repair | UnreadableRepair, ...]:
        order = (REPAIRS.c.planned_at.desc(), REPAIRS.c.id)
        with self._store.reading() as connection:
            rows = connection.execute(select(REPAIRS).where(which).order_by(*order)).mappings()
            return tuple(_repair(dict(row)) for row in rows.all())


def new_repair_id() -> str:
    """Give an id that nobody has."""
    return secrets.token_hex(ID_BYTES)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _repair(row: Mapping[str, Any]) -> Repair | UnreadableRepair:
    try:
        state = RepairState(row["state"])
        plan: RouterPlan = decode(RouterPlan, json.loads(row["plan"]))
    except (UndecodableError, ValueError):
        return _unreadable(row)
    return Repair(
        id=row["id"],
        case_id=row["case_id"],
        subscriber=row["subscriber"],
        ticket=row["ticket"],
        staff=row["staff"],
        action=row["action"],
        value=row["value"],
        plan=plan,
        state=state,
        words=row["words"],
        planned_at=moment_of(row["planned_at"]),
        begun_at=_moment(row["begun_at"]),
        ended_at=_moment(row["ended_at"]),
        link_until=_moment(row["link_until"]),
        typed_at=_moment(row["typed_at"]),
        is_lost=state is RepairState.RUNNING and has_died(row["process"]),
    )


def _unreadable(row: Mapping[str, Any]) -> UnreadableRepair:
    what = {
        RepairState.PLANNED.value: "nothing was begun: plan it anew",
        RepairState.ENDED.value: "it has ended, and nothing need be done",
    }.get(row["state"], f"see what became of it: cpe-diag router recover {row['id']}")
    return UnreadableRepair(
        id=row["id"],
        case_id=row["case_id"],
        staff=row["staff"],
        action=row["action"],
        value=row["value"],
        state=row["state"],
        words=row["words"],
        problem=f"another version of cpe-diag has planned this repair, and this one cannot read"
        f" the plan; {what}",
        planned_at=moment_of(row["planned_at"]),
        begun_at=_moment(row["begun_at"]),
        ended_at=_moment(row["ended_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)
