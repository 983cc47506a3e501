"""Rows of incidents, read and written in a transaction of whoever asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.incident import (
    CONFIRMED_FROM,
    KNOWN_FOR,
    Incident,
    IncidentKind,
    Reach,
)
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.store.case_tables import moment_of, moment_text
from cpe_diag.store.incident_tables import INCIDENT_CASES, INCIDENT_SIGHTINGS, INCIDENTS
from cpe_diag.store.run_rows import CaseRow, case_row
from cpe_diag.store.run_tables import CASES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Insert

MOST_REACHES: Final = 32
"""So many looks at one outage are kept; when a node falls its tickets come together."""


class MeanwhileError(Exception):
    """Another process has written the same meanwhile; nothing of ours is kept."""


def insert_row(connection: Connection, row: Insert) -> None:
    """Insert a row; on PostgreSQL another process may have done it since we looked.

    Raises:
        MeanwhileError: it has.
    """
    try:
        connection.execute(row)
    except IntegrityError:
        raise MeanwhileError from None


def plain(kind: IncidentKind, place: str) -> str:
    """Give a place as it is compared; names of hosts have no case (RFC 4343)."""
    return place.lower() if kind is IncidentKind.PLATFORM else place


def key_of(incident: Incident) -> dict[str, object]:
    """Give what names the rows of an incident."""
    return {"kind": incident.kind.value, "place": incident.place, "number": incident.number}


def latest(connection: Connection, kind: IncidentKind, place: str) -> Incident | None:
    """Give the newest incident of a place."""
    wanted = (
        select(INCIDENTS)
        .where(INCIDENTS.c.kind == kind.value, INCIDENTS.c.place == place)
        .order_by(INCIDENTS.c.number.desc())
        .limit(1)
    )
    row = connection.execute(wanted).mappings().first()
    return None if row is None else of_row(connection, row)


def held(connection: Connection, kind: IncidentKind, place: str) -> Incident:
    """Give an incident that is there, and keep others from counting until the transaction ends."""
    found = latest(connection, kind, place)
    if found is None:
        msg = f"the incident of {place} has just been written"
        raise AssertionError(msg)
    connection.execute(select(INCIDENTS.c.number).filter_by(**key_of(found)).with_for_update())
    return found


def again(connection: Connection, incident: Incident) -> Incident:
    """Read an incident once more."""
    row = connection.execute(select(INCIDENTS).filter_by(**key_of(incident))).mappings().one()
    return of_row(connection, row)


def put_under(connection: Connection, incident: Incident) -> None:
    """Put the cases of an incident under its parent case."""
    belong = select(INCIDENT_CASES.c.case_id).filter_by(**key_of(incident))
    connection.execute(
        update(CASES)
        .where(CASES.c.id.in_(belong), CASES.c.parent.is_(None))
        .values(parent=incident.case_id)
    )


def cases_of(connection: Connection, incident: Incident) -> tuple[CaseRow, ...]:
    """Give the cases that belong to an incident, the oldest first."""
    belong = select(INCIDENT_CASES.c.case_id).filter_by(**key_of(incident))
    wanted = select(CASES).where(CASES.c.id.in_(belong)).order_by(CASES.c.opened_at, CASES.c.id)
    return tuple(map(case_row, connection.execute(wanted).mappings().all()))


def of_row(connection: Connection, row: Mapping[Any, Any]) -> Incident:
    """Read a row, and count who has met it."""
    key = {name: row[name] for name in ("kind", "place", "number")}
    counted = select(func.count()).select_from(INCIDENT_SIGHTINGS).filter_by(**key)
    return Incident(
        kind=IncidentKind(row["kind"]),
        place=row["place"],
        number=row["number"],
        cause=row["cause"],
        title=row["title"],
        since=moment_of(row["since"]),
        last_at=moment_of(row["last_at"]),
        subscribers=connection.execute(counted).scalar_one(),
        case_id=row["case_id"],
        cleared_at=row["cleared_at"] and moment_of(row["cleared_at"]),
        told=json.loads(row["told"]),
        reaches=_reaches(row["reaches"]),
    )


def reach_further(connection: Connection, incident: Incident, reach: Reach) -> None:
    """Keep what one more run has seen of an outage; the caller holds its row."""
    held = again(connection, incident).reaches
    lately = [one for one in held if reach.at - one.at <= KNOWN_FOR]
    words = json.dumps(encode((*lately, reach)[-MOST_REACHES:]))
    connection.execute(update(INCIDENTS).filter_by(**key_of(incident)).values(reaches=words))


def _reaches(text: str) -> tuple[Reach, ...]:
    """Read what runs have seen; what another version wrote says nothing."""
    try:
        return decode(tuple[Reach, ...], json.loads(text))
    except UndecodableError:
        return ()


def somebody_is_well(connection: Connection, incident: Incident) -> bool:
    """Say whether anybody measures well who had met it, since the last one has met it."""
    well = select(INCIDENT_SIGHTINGS.c.subscriber).filter_by(**key_of(incident))
    since = INCIDENT_SIGHTINGS.c.well_at >= moment_text(incident.last_at)
    return connection.execute(well.where(since).limit(1)).first() is not None


def still_goes_on(connection: Connection, incident: Incident) -> bool:
    """Say whether an incident is not over, and keep it so until the transaction ends."""
    row = select(INCIDENTS.c.cleared_at).filter_by(**key_of(incident)).with_for_update()
    found = connection.execute(row).first()
    return found is not None and found.cleared_at is None


def is_well(connection: Connection, incident: Incident, digest: str, at: datetime) -> bool:
    """Keep that a subscriber measures well; says whether enough of them do, since it was met."""
    one = select(INCIDENTS.c.number).filter_by(**key_of(incident))
    # Two who measure well at once see each other; and whoever meets it takes its row first, too.
    connection.execute(one.with_for_update())
    of_it = {**key_of(incident), "subscriber": digest}
    well = update(INCIDENT_SIGHTINGS).filter_by(**of_it).values(well_at=moment_text(at))
    if connection.execute(well).rowcount != 1:
        return False
    now = again(connection, incident)
    counted = (
        select(func.count())
        .select_from(INCIDENT_SIGHTINGS)
        .filter_by(**key_of(now))
        .where(INCIDENT_SIGHTINGS.c.well_at >= moment_text(now.last_at))
    )
    return connection.execute(counted).scalar_one() >= CONFIRMED_FROM


def forget_rows(connection: Connection, before: datetime) -> int:
    """Forget incidents that nobody has met since a moment; gives how many."""
    old = connection.execute(
        select(INCIDENTS.c.kind, INCIDENTS.c.place, INCIDENTS.c.number).where(
            INCIDENTS.c.last_at < moment_text(before)
        )
    ).all()
    for table in (INCIDENT_SIGHTINGS, INCIDENT_CASES, INCIDENTS):
        for kind, place, number in old:
            connection.execute(
                delete(table).where(
                    table.c.kind == kind, table.c.place == place, table.c.number == number
                )
            )
    return len(old)


def count_once(connection: Connection, incident: Incident, digest: str) -> bool:
    """Count a subscriber once, who does not measure well any more; says whether it is new."""
    sighting = {**key_of(incident), "subscriber": digest}
    known = select(INCIDENT_SIGHTINGS.c.subscriber).filter_by(**sighting)
    if connection.execute(known).first() is None:
        insert_row(connection, insert(INCIDENT_SIGHTINGS).values(**sighting))
        return True
    connection.execute(update(INCIDENT_SIGHTINGS).filter_by(**sighting).values(well_at=None))
    return False


def is_of_note(connection: Connection, incident: Incident, case_id: str) -> bool:
    """Say whether somebody waits for a case, or it is the first of its subscriber in an incident.

    Who is measured again has a case of its own each time, which tells of nobody new.
    """
    wanted = select(CASES.c.ticket, CASES.c.subscriber).where(CASES.c.id == case_id)
    case = connection.execute(wanted).first()
    if case is None or case.ticket is not None:
        return True
    belong = select(INCIDENT_CASES.c.case_id).filter_by(**key_of(incident))
    others = select(CASES.c.id).where(
        CASES.c.id.in_(belong), CASES.c.id != case_id, CASES.c.subscriber == case.subscriber
    )
    return connection.execute(others.limit(1)).first() is None


def join_case(connection: Connection, incident: Incident, case_id: str) -> bool:
    """Have a case belong to an incident; says whether it is new."""
    joined = {**key_of(incident), "case_id": case_id}
    known = select(INCIDENT_CASES.c.case_id).filter_by(**joined)
    if connection.execute(known).first() is not None:
        return False
    insert_row(connection, insert(INCIDENT_CASES).values(**joined))
    return True
