"""Who is told what, and when: quiet hours are kept, and nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from cpe_diag.report.plain import harmless
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.ticket_hours import Hours
from cpe_diag.service.ticket_rules import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TITLE: Final = 120
"""Characters: a text message has 160, and the link needs some."""

_MOST_QUIET_PARTS: Final = 15
"""Quiet hours that follow upon each other: a fortnight of whole days, and more is for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing to be told.

    `about` is the case or the incident; `occasion` of it happens once. Texts hold no data of a
    customer but the case's id: they go through mail, messengers and text messages.
    """

    about: str
    occasion: Occasion
    priority: Priority
    title: str
    body: str

    @property
    def key(self) -> str:
        """What makes it the same notification."""
        return f"{self.about}/{self.occasion}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """One person or group.

    `quiet` are the hours in which only what is urgent is told: total losses and incidents, where
    `urgent_at_night`; all else waits. None: no quiet hours. Empty `occasions`: all.
    """

    name: str
    zone: str
    quiet: Hours | None = None
    urgent_at_night: bool = True
    occasions: frozenset[Occasion] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellNow:
    """To be sent now."""

    person: str
    notification: Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class TellLater:
    """To be asked again at `at`, when the person's quiet hours end."""

    person: str
    notification: Notification
    at: datetime


Telling: TypeAlias = TellNow | TellLater

WasTold: TypeAlias = Callable[[str, str], bool]
"""Whether a person was told a notification, by its key, before."""


def tellings(
    notification: Notification, people: Sequence[OnCall], now: datetime, was_told: WasTold
) -> tuple[Telling, ...]:
    """Say whom to tell, and when.

    Args:
        notification: what happened.
        people: on call.
        now: in UTC.
        was_told: asked for each of them.

    Returns:
        One telling for each who is to be told and was not yet.
    """
    told: list[Telling] = []
    for one in people:
        wanted = not one.occasions or notification.occasion in one.occasions
        if not wanted or was_told(one.name, notification.key):
            continue
        until = None if _breaks_quiet(notification, one) else quiet_until(one, now)
        if until is None:
            told.append(TellNow(person=one.name, notification=notification))
        else:
            told.append(TellLater(person=one.name, notification=notification, at=until))
    return tuple(told)


def quiet_until(person: OnCall, now: datetime) -> datetime | None:
    """Say when a person's quiet hours end.

    Args:
        person: whose.
        now: in UTC.

    Returns:
        The moment in UTC; None where it is not quiet now.
    """
    if person.quiet is None:
        return None
    zone = ZoneInfo(person.zone)
    until: datetime | None = None
    for _ in range(_MOST_QUIET_PARTS):
        local = (until or now).astimezone(zone)
        if not person.quiet.covers(local):
            break
        until = _end(person.quiet, local, zone)
    return until


def text_of(
    about: str, occasion: Occasion, priority: Priority, words: str, link: str | None
) -> Notification:
    """Write a notification.

    Args:
        about: id of the case or the incident.
        occasion: what happened.
        priority: of the case.
        words: the first line is the title; without data of the customer.
        link: address of the case's page, or None.

    Returns:
        The notification, its title short enough for a text message.
    """
    first, *rest = [harmless(line) for line in words.splitlines() if line.strip()] or [about]
    title = first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 3]}..."
    body = [*([first] if title != first else []), *rest, *([harmless(link)] if link else [])]
    return Notification(
        about=about,
        occasion=occasion,
        priority=priority,
        title=title,
        body="\n".join(body),
    )


def _breaks_quiet(notification: Notification, person: OnCall) -> bool:
    urgent = (
        notification.priority is Priority.TOTAL_LOSS or notification.occasion is Occasion.INCIDENT
    )
    return urgent and person.urgent_at_night


def _end(quiet: Hours, local: datetime, zone: ZoneInfo) -> datetime:
    """Give the end of the hours that a moment lies in."""
    past_midnight = quiet.end <= quiet.start and local.time() >= quiet.start
    day = local.date() + timedelta(days=1 if past_midnight else 0)
    # Where clocks are set back an hour comes twice: the end is in the same one as the moment.
    end = datetime.combine(day, quiet.end, tzinfo=zone).replace(fold=local.fold)
    return max(end.astimezone(UTC), local.astimezone(UTC) + timedelta(seconds=1))
