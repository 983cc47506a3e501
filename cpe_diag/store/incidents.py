"""Incidents in the case store; subscribers stand in it as digests, to be counted only."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import insert, select, update

from cpe_diag.domain.incident import KEPT_FOR, KNOWN_FOR, Incident, IncidentKind, Reach
from cpe_diag.domain.letter import NewLetter
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import CLOSED, HANDED_OVER, ID_BYTES
from cpe_diag.store.incident_rows import (
    MeanwhileError,
    again,
    cases_of,
    count_once,
    forget_rows,
    held,
    insert_row,
    is_of_note,
    is_well,
    join_case,
    key_of,
    latest,
    of_row,
    plain,
    put_under,
    reach_further,
    somebody_is_well,
    still_goes_on,
)
from cpe_diag.store.incident_tables import INCIDENT_SIGHTINGS, INCIDENTS
from cpe_diag.store.outbox import put
from cpe_diag.store.run_rows import CaseRow
from cpe_diag.store.run_tables import CASES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.store.case_store import CaseStore

Letters: TypeAlias = Callable[[Incident, tuple[CaseRow, ...]], Iterable[NewLetter]]
"""What has to be told of an incident, with the cases that are attached to it."""

URGENT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a run has met. `case_id` None: nobody keeps a case for it.

    `destination` is where the parent case goes. `reach`: which ports it takes, None: not known.
    """

    kind: IncidentKind
    place: str
    cause: str
    title: str
    subscriber: str
    destination: str
    case_id: str | None = None
    told: Mapping[str, object] = field(default_factory=dict)
    reach: Reach | None = None


def _tells_nobody(_incident: Incident, _cases: tuple[CaseRow, ...]) -> tuple[NewLetter, ...]:
    return ()


class StoredIncidents:
    """All incidents of this store."""

    def __init__(self, store: CaseStore, key: bytes) -> None:
        """Keep them in `store`; `key` makes the digests that count subscribers."""
        self._store = store
        self._key = key

    def every(self) -> tuple[Incident, ...]:
        """Give all incidents, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            rows = connection.execute(select(INCIDENTS).order_by(INCIDENTS.c.since.desc()))
            return tuple(of_row(connection, row) for row in rows.mappings().all())

    def going(self, since: datetime) -> tuple[Incident, ...]:
        """Give confirmed incidents that nobody has cleared, of those that began after a moment.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(INCIDENTS)
            .where(INCIDENTS.c.cleared_at.is_(None), INCIDENTS.c.case_id.is_not(None))
            .where(INCIDENTS.c.since >= moment_text(since))
        )
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
            return tuple(of_row(connection, row) for row in rows)

    def latest(self, kind: IncidentKind, place: str) -> Incident | None:
        """Give the newest incident of a place; None: there is none.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return latest(connection, kind, plain(kind, place))

    def standing(self, now: datetime) -> tuple[Incident, ...]:
        """Give confirmed incidents that go on as far as anybody knows, the last met first.

        Args:
            now: a run must have met it lately, and nobody who had met it measures well since;
                else whoever comes next is measured.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(INCIDENTS)
            .where(INCIDENTS.c.cleared_at.is_(None), INCIDENTS.c.case_id.is_not(None))
            .where(INCIDENTS.c.last_at >= moment_text(now - KNOWN_FOR))
            .order_by(INCIDENTS.c.last_at.desc())
        )
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
            found = tuple(of_row(connection, row) for row in rows)
            return tuple(one for one in found if not somebody_is_well(connection, one))

    def has_met(self, incident: Incident, subscriber: str) -> bool:
        """Say whether a subscriber's run has pointed to an incident.

        Raises:
            StoreError: the store cannot be read.
        """
        digest = self._digest(incident, subscriber)
        one = select(INCIDENT_SIGHTINGS.c.subscriber).filter_by(**key_of(incident))
        with self._store.reading() as connection:
            found = connection.execute(one.where(INCIDENT_SIGHTINGS.c.subscriber == digest))
            return found.first() is not None

    def cases(self, incident: Incident) -> tuple[CaseRow, ...]:
        """Give the cases that belong to an incident, the oldest first.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            return cases_of(connection, incident)

    def forget(self, before: datetime) -> int:
        """Forget incidents that nobody has met since a moment; gives how many.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            return forget_rows(connection, before)

    def seen(
        self,
        sighting: Sighting,
        *,
        at: datetime,
        letters: Letters = _tells_nobody,
        grown: Letters = _tells_nobody,
    ) -> Incident:
        """Keep that a subscriber has met it; whoever confirms it opens the parent case.

        Args:
            sighting: what was met; a subscriber counts once in each incident.
            at: when, in UTC.
            letters: what has to be told when it is confirmed, once.
            grown: what has to be told when a further subscriber or case belongs to it then.

        Returns:
            The incident that it belongs to, with this subscriber; a new one where nobody has met
            it for an hour, or where it was cleared.

        Raises:
            StoreError: the store cannot be written.
        """
        try:
            return self._seen(sighting, at, letters, grown)
        except MeanwhileError:
            return self._seen(sighting, at, letters, grown)

    def attach(
        self,
        incident: Incident,
        case_id: str,
        *,
        at: datetime,
        attached: Iterable[NewLetter] = (),
        grown: Letters = _tells_nobody,
    ) -> bool:
        """Have a case belong to a confirmed incident, and tell of it, before it can be over.

        Args:
            incident: which one.
            case_id: the case.
            at: now.
            attached: what has to be told to those who wait for the case.
            grown: what has to be told of the incident.

        Returns:
            False: it is over meanwhile, and nothing was done.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            if not still_goes_on(connection, incident):
                return False
            is_new = join_case(connection, incident, case_id)
            put_under(connection, incident)
            put(connection, attached, at)
            if is_new:
                put(connection, grown(incident, cases_of(connection, incident)), at)
            return True

    def clear(
        self, kind: IncidentKind, place: str, *, at: datetime, letters: Letters = _tells_nobody
    ) -> Incident | None:
        """Keep that an incident is over, close its parent case, and tell all who waited.

        Args:
            kind: of the incident.
            place: where.
            at: now.
            letters: what has to be told.

        Returns:
            The incident; None where there is none that goes on.

        Raises:
            StoreError: the store cannot be written.
        """
        with self._store.writing() as connection:
            seen = latest(connection, kind, plain(kind, place))
            if seen is None or seen.cleared_at is not None:
                return None
            return _over(connection, seen, at, letters)

    def measured_well(
        self,
        subscriber: str,
        at: datetime,
        *,
        tells: Callable[[Incident], bool],
        letters: Letters = _tells_nobody,
    ) -> tuple[Incident, ...]:
        """Keep that a subscriber measures well; what enough of those who met it say so of is over.

        Args:
            subscriber: whom a run has measured.
            at: when, in UTC.
            tells: whether that run can tell of an incident.
            letters: what has to be told when one is over.

        Returns:
            Confirmed incidents that are over with this: two of those who had met them measure
            well since the last one has met them. Their parent cases are closed.

        Raises:
            StoreError: the store cannot be written.
        """
        asked = [one for one in self.going(at - KEPT_FOR) if tells(one)]
        over: list[Incident] = []
        for incident in asked:
            digest = self._digest(incident, subscriber)
            with self._store.writing() as connection:
                if is_well(connection, incident, digest, at):
                    cleared = _over(connection, again(connection, incident), at, letters)
                    over += [] if cleared is None else [cleared]
        return tuple(over)

    def _seen(
        self, sighting: Sighting, at: datetime, letters: Letters, grown: Letters
    ) -> Incident:
        kind, place = sighting.kind, plain(sighting.kind, sighting.place)
        with self._store.writing() as connection:
            forget_rows(connection, at - KEPT_FOR)
            found = latest(connection, kind, place)
            if found is None or not found.is_open(at):
                number = 1 if found is None else found.number + 1
                _open(connection, sighting, place, number, at)
            elif at > found.last_at:
                moment = moment_text(at)
                connection.execute(
                    update(INCIDENTS).filter_by(**key_of(found)).values(last_at=moment)
                )
            incident = held(connection, kind, place)
            if sighting.reach is not None:
                reach_further(connection, incident, sighting.reach)
            is_new = count_once(connection, incident, self._digest(incident, sighting.subscriber))
            if sighting.case_id is not None and is_of_note(connection, incident, sighting.case_id):
                is_new |= join_case(connection, incident, sighting.case_id)
            now = _confirmed(connection, incident, sighting, at, letters)
            if is_new and incident.case_id is not None:
                put(connection, grown(now, cases_of(connection, now)), at)
            return now

    def _digest(self, incident: Incident, subscriber: str) -> str:
        """Give what counts a subscriber once in one incident, and is another in the next."""
        kind = "" if incident.kind is IncidentKind.PLATFORM else f"{incident.kind} "
        words = f"{kind}{incident.place}\n{incident.number}\n{subscriber}"
        return hmac.digest(self._key, words.encode(), "sha256").hex()


def _over(
    connection: Connection, incident: Incident, at: datetime, letters: Letters
) -> Incident | None:
    """Clear an incident, and tell of it; None: another has just done so."""
    still = update(INCIDENTS).filter_by(**key_of(incident)).where(INCIDENTS.c.cleared_at.is_(None))
    cleared = still.values(cleared_at=moment_text(at), reaches="[]")  # homes by their ports
    if connection.execute(cleared).rowcount != 1:
        return None
    if incident.case_id is not None:
        closed = update(CASES).where(CASES.c.id == incident.case_id)
        connection.execute(closed.values(state=CLOSED))
    over = again(connection, incident)
    put(connection, letters(over, cases_of(connection, over)), at)
    return over


def _confirmed(
    connection: Connection,
    incident: Incident,
    sighting: Sighting,
    at: datetime,
    letters: Letters,
) -> Incident:
    """Open the parent case of an incident that is confirmed, and put its cases under it."""
    now = again(connection, incident)
    if not now.confirmed or (now.case_id is None and sighting.case_id is None):
        return now
    if now.case_id is None:
        parent = secrets.token_hex(ID_BYTES)
        connection.execute(update(INCIDENTS).filter_by(**key_of(now)).values(case_id=parent))
        connection.execute(
            insert(CASES).values(
                id=parent,
                opened_at=moment_text(at),
                state=HANDED_OVER,
                priority=URGENT,
                due_at=moment_text(at),
                destination=sighting.destination,
                words=f"{now.title}: {now.place}",
            )
        )
        now = again(connection, now)
        put(connection, letters(now, cases_of(connection, now)), at)
    put_under(connection, now)
    return now


def _open(
    connection: Connection, sighting: Sighting, place: str, number: int, at: datetime
) -> None:
    moment = moment_text(at)
    insert_row(
        connection,
        insert(INCIDENTS).values(
            kind=sighting.kind.value,
            place=place,
            number=number,
            cause=sighting.cause,
            title=sighting.title,
            since=moment,
            last_at=moment,
            told=json.dumps(sighting.told),
        ),
    )
