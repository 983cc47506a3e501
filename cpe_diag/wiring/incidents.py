"""Incidents of platforms and of parts of the network are kept when a verdict stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError, FailureKind
from cpe_diag.domain.incident import KEPT_FOR, Incident, IncidentKind, PlatformIncident
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.ports import Clock
    from cpe_diag.service.incident_letters import IncidentLetters
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.incidents import Sighting, StoredIncidents
    from cpe_diag.wiring.config import Config

NONE: Final = Missing(why=FailureKind.NOT_APPLICABLE)


def note_incident(  # noqa: PLR0913 - what a run has found, and by which clock
    config: Config,
    case: CaseFile,
    verdict: Verdict,
    at: datetime,
    case_id: str | None = None,
    *,
    clock: Clock | None = None,
) -> Maybe[PlatformIncident]:
    """Keep what fails for a subscriber and others; never raises for the store.

    Args:
        config: the configuration.
        case: what was seen.
        verdict: what was concluded.
        at: when, in UTC.
        case_id: the case in the store, None where nobody keeps one.
        clock: by which `at` was read, so that it is kept by the store's; None: it is the store's.

    Returns:
        The platform's incident, with all who have met it; Missing where no platform fails, or
        where the store cannot be used.
    """
    told: Maybe[PlatformIncident] = NONE
    try:
        if clock is not None:
            at = _store(config).dated(at, clock)
        _measured_well(config, case, verdict, at)
        for sighting in _sightings(case, verdict, at, case_id):
            letters = incident_letters(config, at)  # asked before: no use is inside another one
            incident = stored_incidents(config).seen(
                sighting, at=at, letters=letters.known, grown=letters.grown
            )
            if incident.kind is IncidentKind.PLATFORM:
                told = PlatformIncident(
                    host=incident.place,
                    cause=incident.cause,
                    since=incident.since,
                    last_at=incident.last_at,
                    subscribers=incident.subscribers,
                )
    except CpeDiagError:
        return Missing(why=FailureKind.DEPENDENCY)
    return told


def _measured_well(config: Config, case: CaseFile, verdict: Verdict, at: datetime) -> None:
    """Keep what does not fail any more for a subscriber.

    Where no fault is found that is everything; but of a platform only who asks for it can tell.
    Whose port is up again is out with no group, whatever else is wrong at home.
    """
    from cpe_diag.judge.outage_reach import own_port_up

    host, is_well = (case.platform_host or "").lower(), verdict.domain is FaultDomain.NONE
    if not is_well and (verdict.group is not None or not own_port_up(case)):
        return

    def tells(incident: Incident) -> bool:
        if incident.kind is IncidentKind.PLATFORM:
            return is_well and incident.place == host
        return is_well or bool(incident.reaches)

    incidents = stored_incidents(config)
    if not any(tells(one) for one in incidents.going(at - KEPT_FOR)):
        return
    letters = incident_letters(config, at)  # asked before, as above
    incidents.measured_well(case.subscriber.id, at, tells=tells, letters=letters.cleared)


def stored_incidents(config: Config) -> StoredIncidents:
    """Give the incidents of the case store; a team's key follows from its audit key.

    Args:
        config: the configuration.

    Returns:
        The incidents.

    Raises:
        MeasurementError: a reference of the store cannot be resolved.
        StoreError: the store's URL is none, or the key cannot be used.
    """
    from cpe_diag.store.incidents import StoredIncidents
    from cpe_diag.wiring.store_key import store_key

    return StoredIncidents(_store(config), store_key(config))


def _store(config: Config) -> CaseStore:
    from cpe_diag.wiring.desk import case_store

    return case_store(config)


def incident_letters(config: Config, now: datetime) -> IncidentLetters:
    """Give whom an incident is told to: desks, people on call, and hubs.

    Raises:
        StoreError: the store cannot be read.
    """
    from cpe_diag.service.incident_letters import IncidentLetters
    from cpe_diag.service.tmf_schema import Api
    from cpe_diag.store.event_hubs import StoredHubs
    from cpe_diag.wiring.tickets import tickets_of

    stored = StoredHubs(_store(config))
    hubs = (*stored.of(Api.ALARM_V4.value), *stored.of(Api.SERVICE_PROBLEM_V5.value))
    return IncidentLetters(tickets=tickets_of(config), hubs=hubs, now=now)


def _sightings(
    case: CaseFile, verdict: Verdict, at: datetime, case_id: str | None
) -> Iterator[Sighting]:
    from cpe_diag.judge.outage_reach import reach_of
    from cpe_diag.report.codec import encode
    from cpe_diag.service.incident_letters import GroupTold
    from cpe_diag.store.incidents import Sighting
    from cpe_diag.wiring.incident_places import shared_by

    cause = _of_platform(verdict)
    if cause is not None and case.platform_host is not None:
        yield Sighting(
            kind=IncidentKind.PLATFORM,
            place=case.platform_host,
            cause=cause,
            title=cause.replace("_", " "),
            subscriber=case.subscriber.id,
            destination=verdict.destination.value,
            case_id=case_id,
        )
    shared = shared_by(case, verdict, at)
    if shared is not None:
        group, node = shared.group, case.subscriber.node
        told = encode(
            GroupTold(group=group, node=node.id if node else "", next_action=verdict.next_action)
        )
        yield Sighting(
            kind=shared.kind,
            place=shared.place,
            cause=verdict.cause,
            title=verdict.title,
            subscriber=case.subscriber.id,
            destination=verdict.destination.value,
            case_id=case_id,
            told=told if isinstance(told, dict) else {},
            reach=reach_of(case, verdict, at),
        )


def _of_platform(verdict: Verdict) -> str | None:
    """Give the cause at a platform, whether it leads or stands beside another."""
    if verdict.domain is FaultDomain.PLATFORM:
        return verdict.cause
    return next((one.cause for one in verdict.also if one.domain is FaultDomain.PLATFORM), None)
