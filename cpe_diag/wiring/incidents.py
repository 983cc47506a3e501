"""A platform's incident is kept when the verdict stands, and told with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError, FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.incident import PlatformIncident
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.platform_incidents import StoredIncidents
    from cpe_diag.wiring.config import Config

NONE: Final = Missing(why=FailureKind.NOT_APPLICABLE)


def note_incident(
    config: Config, case: CaseFile, verdict: Verdict, at: datetime
) -> Maybe[PlatformIncident]:
    """Keep that a platform fails for a subscriber; never raises for the store.

    Args:
        config: the configuration.
        case: what was seen.
        verdict: what was concluded.
        at: when, in UTC.

    Returns:
        The incident, with all who have met it; Missing where no platform fails, or where the
        store cannot be used.
    """
    cause = _of_platform(verdict)
    if cause is None or case.platform_host is None:
        return NONE
    try:
        stored = stored_incidents(config)
        return stored.seen(case.platform_host, cause=cause, subscriber=case.subscriber.id, at=at)
    except CpeDiagError:
        return Missing(why=FailureKind.DEPENDENCY)


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
    from cpe_diag.store.case_store import default_path
    from cpe_diag.store.incident_key import derived_key, kept_key
    from cpe_diag.store.platform_incidents import StoredIncidents
    from cpe_diag.wiring.credentials import credentials_of
    from cpe_diag.wiring.desk import case_store

    wanted = config.store
    if wanted.audit_key is not None:
        key = derived_key(credentials_of(config).resolve(wanted.audit_key).reveal())
    else:
        path = wanted.path or default_path()
        key = kept_key(path.with_name(f"{path.name}.incident-key"))
    return StoredIncidents(case_store(config), key)


def _of_platform(verdict: Verdict) -> str | None:
    """Give the cause at a platform, whether it leads or stands beside another."""
    if verdict.domain is FaultDomain.PLATFORM:
        return verdict.cause
    return next((one.cause for one in verdict.also if one.domain is FaultDomain.PLATFORM), None)
