"""What a run says of the SSH that it needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.trace import legacy_logins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.trace import Exchange


def legacy_words(trace: Iterable[Exchange]) -> tuple[str, ...]:
    """Say which devices needed legacy algorithms: one line each, none where all are modern."""
    return tuple(
        f"{device} was reached over legacy algorithms ({names}), which are weak: update its "
        "firmware, or replace it"
        for device, names in legacy_logins(trace)
    )
