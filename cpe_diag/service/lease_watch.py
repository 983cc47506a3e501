"""Tells runs that nobody renews any more, by seconds that jump on no machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta

    from cpe_diag.store.run_rows import RunRow


class LeaseWatch:
    """Remembers since when it has seen each lease as it is.

    Whoever watches does not go by the clock of a server, which may be set meanwhile. A lease that
    stands unchanged for its whole length is over; one that changes is not.
    """

    def __init__(self, lease: timedelta, monotonic: Callable[[], float]) -> None:
        """Watch leases that are renewed several times in `lease`."""
        self._lease_s = lease.total_seconds()
        self._monotonic = monotonic
        self._seen: dict[str, tuple[tuple[int, str | None], float]] = {}

    def over(self, rows: Iterable[RunRow]) -> frozenset[str]:
        """Look at all runs that are being done.

        Args:
            rows: all of them.

        Returns:
            The ids of those whose lease stands as it is for so long.
        """
        now = self._monotonic()
        before, self._seen = self._seen, {}
        for row in rows:
            lease = (row.attempt, row.lease_until)
            seen = before.get(row.id)
            same = seen is not None and seen[0] == lease
            self._seen[row.id] = seen if seen is not None and same else (lease, now)
        return frozenset(
            run for run, (_lease, since) in self._seen.items() if now - since >= self._lease_s
        )

    def forget(self) -> None:
        """Begin anew: the store was away, and nobody could renew anything."""
        self._seen.clear()
