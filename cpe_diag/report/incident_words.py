"""A platform's incident in words for the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known

if TYPE_CHECKING:
    from cpe_diag.domain.incident import PlatformIncident
    from cpe_diag.domain.missing import Maybe


def incident_lines(incident: Maybe[PlatformIncident]) -> tuple[str, ...]:
    """Say whether others have met the same, so that it is told once.

    Args:
        incident: of the case's platform; Missing where there is none.

    Returns:
        One line, or none.
    """
    one = known(incident)
    if one is None:
        return ()
    since = f"{one.since:%Y-%m-%d %H:%M} UTC"
    what = f"{one.host} ({one.cause})"
    if not one.confirmed:
        return (f"{what}: seen by this subscriber first, at {since}",)
    told = "reported once is enough"
    return (f"known incident since {since}: {what}, {one.subscribers} subscribers; {told}",)
