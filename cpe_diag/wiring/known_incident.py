"""Whether a ticket belongs to an incident that is known, so that it is answered without a run.

Too little is answered at once rather than too much: whoever is answered so is not measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.incident import Incident, IncidentKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.sibling_choice import placed, splitter_group
from cpe_diag.judge.cause import NO_INTERNET, SITE
from cpe_diag.playbook.model import ActStep
from cpe_diag.store.port_memory import PortMemoryFile, default_path
from cpe_diag.wiring.detection import remembered_driver
from cpe_diag.wiring.incidents import stored_incidents

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.store.incidents import StoredIncidents
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.runs import PreparedRun

OF_EVERYBODY: Final = frozenset(
    {
        *("platform_down", "platform_error", "platform_name", "platform_certificate"),
        *("platform_tls_broken", "platform_redirect_loop"),
    }
)
"""Causes by which a site fails for whoever asks for it, whatever machine of it he meets."""


def known_incident(prepared: PreparedRun, runs: StoredRuns, now: datetime) -> Incident | None:
    """Give the incident that a ticket's run would find.

    Args:
        prepared: the run, which has not begun.
        runs: of the store.
        now: in UTC.

    Returns:
        An outage that takes the subscriber's port, where the complaint is that nothing works; a
        site that fails for everybody, where the complaint names that site; None where there is
        none, where the playbook is to change something, or where a run since the incident began
        has found something else for this subscriber.

    Raises:
        MeasurementError, StoreError: as for `stored_incidents`.
        DefinitionError: a driver's file is wrong.
    """
    playbook = prepared.playbook
    if any(isinstance(step, ActStep) for step in playbook.steps):
        return None
    if playbook.symptom not in {NO_INTERNET, SITE}:
        return None
    incidents = stored_incidents(prepared.config)
    for incident in incidents.standing(now):
        if playbook.symptom == SITE:
            belongs = _is_site(prepared, incident)
        else:
            belongs = _is_out(prepared, incident, now)
        if belongs and not _found_otherwise(prepared.subscriber, incident, incidents, runs):
            return incident
    return None


def _is_site(prepared: PreparedRun, incident: Incident) -> bool:
    """Tell whether it is the site that the order names; the configured default is a guess."""
    if prepared.wish.platform is None or prepared.platform is None:
        return False
    failing = incident.kind is IncidentKind.PLATFORM and incident.cause in OF_EVERYBODY
    return failing and incident.place == prepared.platform.host.lower()


def _is_out(prepared: PreparedRun, incident: Incident, now: datetime) -> bool:
    node, port = prepared.subscriber.node, known(prepared.subscriber.port)
    here = node is not None and any(one.node == node.id for one in incident.reaches)
    if not here or port is None:
        return False
    groups = _groups(prepared.subscriber, port, _driver(prepared, now))
    return incident.takes(port.strip(), groups, now)


def _driver(prepared: PreparedRun, now: datetime) -> AccessDriver | None:
    """Give the driver of the node; the runs that have met the incident have remembered it."""
    if prepared.access_driver is not None:
        return prepared.access_driver
    memory = PortMemoryFile(default_path())
    return remembered_driver(prepared.config, prepared.subscriber, memory, now)


def _groups(subscriber: Subscriber, name: str, driver: AccessDriver | None) -> tuple[str, ...]:
    """Name what a port shares, as the probe of siblings does."""
    port = NodePort(port=name, in_service=True, splitter=known(subscriber.splitter))
    technology = known(subscriber.technology)
    words = None if technology is None else technology.value
    place = None if driver is None else placed(driver, port, words)
    return splitter_group(port) if place is None else place.groups


def _found_otherwise(
    subscriber: Subscriber, incident: Incident, incidents: StoredIncidents, runs: StoredRuns
) -> bool:
    """Tell whether a run since it began has measured the subscriber, and did not point to it."""
    measured = (
        one
        for one in runs.runs(subscriber=subscriber.id)
        if one.confidence is not None and (one.started_at or incident.since) >= incident.since
    )
    return any(True for _ in measured) and not incidents.has_met(incident, subscriber.id)
