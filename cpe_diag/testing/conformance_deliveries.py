"""What every store of seen deliveries promises, for adapters and for the fake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.deliveries import Sighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.ports import SeenDeliveries

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNTIL: Final = NOW + timedelta(hours=1)


def check_seen_deliveries(
    seen: SeenDeliveries, passes: Callable[[timedelta], object] = lambda _: None
) -> None:
    """Hold a store to its door.

    Args:
        seen: one that has seen nothing of the desks `a` and `b`.
        passes: lets time pass for a store that has a clock of its own.

    Raises:
        AssertionError: it does not do what `ports.SeenDeliveries` says.
    """

    def sighted(desk: str, delivery: str, digest: str, now: datetime = NOW) -> Sighting:
        return seen.sighted(desk, delivery, digest, now=now, until=UNTIL)

    _expect(sighted("a", "d-1", "x"), Sighting.NEW, "the first of its kind")
    _expect(sighted("a", "d-1", "x"), Sighting.SAME, "the same again")
    _expect(sighted("a", "d-2", "x"), Sighting.OTHER, "the same body under another id")
    _expect(sighted("a", "d-2", "x"), Sighting.OTHER, "a replay that was refused is no delivery")
    _expect(sighted("a", "d-1", "y"), Sighting.SAME, "another body under the same id")
    _expect(sighted("a", "d-3", "y"), Sighting.OTHER, "that body is remembered too")
    _expect(sighted("a", "d-3", "z"), Sighting.NEW, "an id that was only refused is free")
    _expect(sighted("b", "d-1", "x"), Sighting.NEW, "another desk")
    passes(UNTIL - NOW)
    _expect(sighted("a", "d-1", "x", UNTIL), Sighting.NEW, "what is over is forgotten")


def _expect(found: Sighting, wanted: Sighting, case: str) -> None:
    if found is not wanted:
        msg = f"{case}: expected {wanted}, found {found}"
        raise AssertionError(msg)
