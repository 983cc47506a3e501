"""A time of day as files say it: its schema, its value, and the zones there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As `datetime.weekday` counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A time of day; where `end` is not after `start` it goes on past midnight.

    `days` are those on which it starts; empty: all.
    """

    start: time
    end: time
    days: frozenset[str] = frozenset()

    def covers(self, moment: datetime) -> bool:
        """Say whether a moment lies in it.

        Args:
            moment: in the zone in which the hours are meant.

        Returns:
            True from `start` on and before `end`.
        """
        now = moment.time()
        if self.start < self.end:
            return self.start <= now < self.end and self._starts_on(moment.weekday())
        if now >= self.start:
            return self._starts_on(moment.weekday())
        return now < self.end and self._starts_on((moment.weekday() - 1) % len(DAYS))

    def _starts_on(self, weekday: int) -> bool:
        return not self.days or DAYS[weekday] in self.days


_CLOCK: Final[Mapping[str, object]] = {
    "type": "string",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    "description": "a time of day such as 22:30",
}

HOURS: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "Time of day",
    "description": "Where `to` is not after `from` it goes on past midnight.",
    "required": ["from", "to"],
    "properties": {
        "from": _CLOCK,
        "to": _CLOCK,
        "days": {
            "type": "array",
            "title": "Days on which this time starts",
            "items": {"enum": list(DAYS)},
            "minItems": 1,
            "uniqueItems": True,
        },
    },
    "additionalProperties": False,
}


def is_zone(name: str) -> bool:
    """Say whether a time zone of this name is there."""
    # Every command reads the schema above; only those with tickets need zones.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - the reason stands above

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def hours_of(entry: Mapping[str, object]) -> Hours:
    """Read hours that the schema has checked."""
    return Hours(
        start=time.fromisoformat(str(entry["from"])),
        end=time.fromisoformat(str(entry["to"])),
        days=frozenset(cast("list[str]", entry.get("days") or [])),
    )
