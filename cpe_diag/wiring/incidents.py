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
    from cpe_diag.store.platform_incidents import StoredIncidents
    from cpe_diag.wiring.desk import case_store

    try:
        stored = StoredIncidents(case_store(config))
        return stored.seen(case.platform_host, cause=cause, subscriber=case.subscriber.id, at=at)
    except CpeDiagError:
        return Missing(why=FailureKind.DEPENDENCY)


def _of_platform(verdict: Verdict) -> str | None:
    """Give the cause at a platform, whether it leads or stands beside another."""
    if verdict.domain is FaultDomain.PLATFORM:
        return verdict.cause
    return next((one.cause for one in verdict.also if one.domain is FaultDomain.PLATFORM), None)
