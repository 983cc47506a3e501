"""Known issues for tests: one to use, and one whose remedy is retired."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from cpe_diag.domain.known_issue import (
    Fit,
    KnownIssue,
    KnownIssues,
    KnownMatch,
    Remedy,
    RemedyRecord,
)

ADDED_AT: Final = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
RETIRED_AT: Final = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


def sample_known() -> KnownIssues:
    """Make two known issues of the sample's router: one to use, one whose remedy is retired."""
    reset = KnownIssue(
        id="filogic-wan-hang",
        title="The WAN socket hangs after a noisy line",
        model="Sample AX*",
        firmware=">=24.10,<24.10.2",
        symptoms=("no_internet",),
        remedy=Remedy(
            action="human.reset",
            parameter="20 to 30 s",
            words="Hold the reset button until all lights go out, then wait two minutes.",
            playbook="known_reset_20s",
        ),
        source="vendor bulletin 2026-03",
        added_by="anna",
        added_at=ADDED_AT,
        retired_at=None,
        retired_because="",
    )
    reboot = replace(
        reset,
        id="filogic-wan-hang-reboot",
        remedy=Remedy(
            action="router.reboot", parameter="", words="Restart it.", playbook="reset_router"
        ),
        retired_at=RETIRED_AT,
        retired_because="it helped in 0 of the last 4 cases",
    )
    said = "the router is Sample AX3"
    return KnownIssues(
        found=(
            KnownMatch(
                issue=reset,
                fit=Fit.PERHAPS,
                because=f"{said}; its firmware is not known, and the issue is of >=24.10,<24.10.2",
                record=RemedyRecord(proven=9, failed=1, rolled_back=0, unknown=2),
            ),
            KnownMatch(
                issue=reboot,
                fit=Fit.YES,
                because=said,
                record=RemedyRecord(proven=0, failed=4, rolled_back=0, unknown=0),
            ),
        )
    )
