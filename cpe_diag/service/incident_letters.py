"""What desks, hubs and people on call are told of an incident: when it is known, and when over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.incident import IncidentKind
from cpe_diag.domain.verdict import Destination, OutageGroup
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.service.group_outage import (
    PROBLEM_CHANGED,
    PROBLEM_CREATED,
    PROBLEM_STATE,
    GroupOutage,
    alarm_event,
    problem_event,
)
from cpe_diag.service.hub_query import told as told_to_hub
from cpe_diag.service.letters import (
    call_letters,
    case_link,
    event_letter,
    posted_letters,
    words_letters,
)
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import text_of
from cpe_diag.service.ticket_rules import Priority
from cpe_diag.service.tickets_config import TicketsConfig
from cpe_diag.service.tmf621 import Status
from cpe_diag.service.tmf_schema import Api
from cpe_diag.store.event_hubs import EventHub

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cpe_diag.domain.incident import Incident
    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.store.run_rows import CaseRow

WIDER: Final = frozenset({IncidentKind.AREA, IncidentKind.RESOLVER})

CUSTOMER_KNOWN: Final = (
    "Other customers are affected too, and it is being worked on. You will be told when it is"
    " over; nothing need be done at your end until then."
)
CUSTOMER_CLEARED: Final = "It is over. Please tell us if something still does not work."


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTold:
    """What an incident of a part of the network keeps of what was found first."""

    group: OutageGroup
    node: str
    next_action: str


def known_words(incident: Incident) -> str:
    """Say that an incident is known."""
    return (
        f"Known incident: {incident.title} ({incident.place}), since"
        f" {incident.since:%Y-%m-%d %H:%M} UTC, met by {incident.subscribers} subscribers.\n"
        f"Parent case: {incident.case_id}"
    )


def outage_of(incident: Incident, cases: tuple[CaseRow, ...]) -> GroupOutage | None:
    """Give an incident as alarms and problems have it.

    Args:
        incident: which one.
        cases: that belong to it.

    Returns:
        The outage; None for a platform, which is no resource of ours.
    """
    try:
        told = decode(GroupTold, incident.told)
    except UndecodableError:
        return None
    return GroupOutage(
        group=told.group,
        node=told.node,
        cause=incident.cause,
        title=incident.title,
        next_action=told.next_action,
        raised_at=incident.since - timedelta(seconds=told.group.since_s or 0.0),
        reported_at=incident.since,
        cleared_at=incident.cleared_at,
        tickets=_once(one.ticket for one in cases),
        subscribers=_once(one.subscriber for one in cases),
        wider=incident.kind if incident.kind in WIDER else None,
    )


def _once(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({one for one in names if one is not None}))


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLetters:
    """Whom to tell; `hubs` are those who want alarms, and those who want service problems."""

    tickets: TicketsConfig
    hubs: tuple[EventHub, ...]
    now: datetime

    def known(self, incident: Incident, cases: tuple[CaseRow, ...]) -> Iterator[NewLetter]:
        """Tell all that an incident is confirmed."""
        first = f"Incident: {incident.title} ({incident.place})"
        yield from self._people(incident, Occasion.INCIDENT, first)
        for case in cases:
            yield from self.attached(incident, case)
        yield from self._hubs(incident, cases, "raised", PROBLEM_CREATED)

    def grown(self, incident: Incident, cases: tuple[CaseRow, ...]) -> Iterator[NewLetter]:
        """Tell hubs of service problems that more have met it."""
        what = f"{len(cases)}-{incident.subscribers}"
        yield from self._hubs(incident, cases, what, PROBLEM_CHANGED)

    def attached(self, incident: Incident, case: CaseRow) -> Iterator[NewLetter]:
        """Tell the desk of a case which incident it belongs to."""
        yield from words_letters(
            self.tickets,
            case,
            about=case.id,
            occasion=f"incident-{incident.case_id}",
            subject="Known incident",
            words=known_words(incident),
            destination=None,
            customer_words=CUSTOMER_KNOWN,
        )
        yield from posted_letters(
            self.tickets,
            case,
            occasion=f"incident-{incident.case_id}",
            reason=f"Known incident: {incident.title}",
            words=known_words(incident),
        )

    def cleared(self, incident: Incident, cases: tuple[CaseRow, ...]) -> Iterator[NewLetter]:
        """Tell all that an incident is over."""
        first = f"Over: {incident.title} ({incident.place})"
        if incident.case_id is not None:
            yield from self._people(incident, Occasion.CLEARED, first)
        words = f"{first}.\nPlease check whether the customer's fault is gone with it."
        for case in cases:
            yield from words_letters(
                self.tickets,
                case,
                about=case.id,
                occasion=f"cleared-{incident.case_id}",
                subject="Incident over",
                words=words,
                destination=None,
                customer_words=CUSTOMER_CLEARED,
            )
            yield from posted_letters(
                self.tickets,
                case,
                occasion=f"cleared-{incident.case_id}",
                reason=first,
                words=words,
                status=Status.RESOLVED,
            )
        yield from self._hubs(incident, cases, "cleared", PROBLEM_STATE)

    def _people(self, incident: Incident, occasion: Occasion, words: str) -> Iterator[NewLetter]:
        about = incident.case_id or incident.place
        link = case_link(self.tickets, about)
        call = text_of(about, occasion, Priority.TOTAL_LOSS, words, link)
        yield from call_letters(self.tickets, call, self.now, case_id=incident.case_id)

    def _hubs(
        self, incident: Incident, cases: tuple[CaseRow, ...], what: str, kind: str
    ) -> Iterator[NewLetter]:
        outage = outage_of(incident, cases)
        if outage is None:
            return
        name = f"{incident.case_id}-{what}"
        events = {Api.SERVICE_PROBLEM_V5: problem_event(outage, kind, event_id=name, at=self.now)}
        if kind != PROBLEM_CHANGED:  # the alarm is the same, whoever has met it
            events[Api.ALARM_V4] = alarm_event(outage, event_id=name, at=self.now)
        for hub in self.hubs:
            event = events.get(Api(hub.api))
            wanted = None if event is None else told_to_hub(hub.query, event)
            if wanted is not None:
                yield event_letter(hub.id, wanted, incident.case_id)


def destination_of(incident: Incident) -> Destination:
    """Say where cases of an incident go."""
    if incident.kind is IncidentKind.PLATFORM:
        return Destination.PLATFORM_STATUS
    return Destination.NETWORK_OPERATIONS
