"""An outage of a group: TMF642 alarm (version 4) and TMF656 service problem (version 5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.incident import IncidentKind
from cpe_diag.domain.verdict import GroupKind, OutageGroup
from cpe_diag.report.codec import moment_text
from cpe_diag.report.words import group_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.report.codec import Json

SYSTEM: Final = "cpe-diag"
ALARMS: Final = "/tmf-api/alarm/v4/alarm"
PROBLEMS: Final = "/tmf-api/serviceProblemManagement/v5/serviceProblem"
"""TMF642's `basePath`; TMF656 publishes none, and this is as TM Forum names them."""

PROBLEM_CREATED: Final = "ServiceProblemCreateEvent"
PROBLEM_CHANGED: Final = "ServiceProblemAttributeValueChangeEvent"
PROBLEM_STATE: Final = "ServiceProblemStateChangeEvent"
PROBLEM_EVENTS: Final = (PROBLEM_CREATED, PROBLEM_CHANGED, PROBLEM_STATE)

_SEVERITY: Final[Mapping[str, str]] = {
    GroupKind.BRANCH: "minor",
    GroupKind.CARD: "major",
    GroupKind.NODE: "critical",
    IncidentKind.AREA: "major",
    IncidentKind.RESOLVER: "critical",
}
"""ITU-T X.733, 8.1.2.3 names them; which group has which is a proposal of this project."""

_PRIORITY: Final[Mapping[str, int]] = {
    GroupKind.BRANCH: 3,
    GroupKind.CARD: 2,
    GroupKind.NODE: 1,
    IncidentKind.AREA: 2,
    IncidentKind.RESOLVER: 1,
}
"""1 is the highest."""

# ITU-T X.733, 8.1.2.1, probable causes.
_PROBABLE_CAUSE: Final[Mapping[str, str]] = {
    "area_power_cut": "Power problem",
    "uplink_congested": "Congestion",
    "splitter_outage": "Loss of signal",
    "card_outage": "Equipment malfunction",
    "node_outage": "Communications subsystem failure",
}
_OTHER_CAUSE: Final = "Communications subsystem failure"

_LARGEST_EXACT: Final = 2**53 - 1
"""An integer that JavaScript keeps exactly (RFC 8259, section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOutage:
    """One outage with its one parent case.

    `cause` is the verdict's cause id; `cleared_at` None: it goes on. `tickets` are the ids of
    those that were attached; `subscribers` the ids of those who are known to be out. `wider` is
    an incident that is no part of the node: an area, a resolver; None: it is the group.
    """

    group: OutageGroup
    node: str
    cause: str
    title: str
    next_action: str
    raised_at: datetime
    reported_at: datetime
    cleared_at: datetime | None = None
    tickets: tuple[str, ...] = ()
    subscribers: tuple[str, ...] = ()
    wider: IncidentKind | None = None

    @property
    def kind(self) -> str:
        """What is out, in a word."""
        return (self.wider or self.group.kind).value

    @property
    def object_id(self) -> str:
        """What is out, as alarms and problems name it."""
        return self.group.name if self.wider else f"{self.node}/{self.group.name}"


def alarm_id(outage: GroupOutage) -> int:
    """Give a whole number, as TMF642 version 4 wants it: always the same for the same case."""
    digest = hashlib.sha256(outage.group.parent_key.encode()).digest()
    return int.from_bytes(digest[:8], "big") & _LARGEST_EXACT


def alarm(outage: GroupOutage) -> dict[str, Json]:
    """Write the alarm.

    Args:
        outage: which one.

    Returns:
        `Alarm`; its state is `raised` or `cleared`.
    """
    cleared = outage.cleared_at
    made: dict[str, Json] = {
        "@type": "Alarm",
        "id": alarm_id(outage),
        "href": f"{ALARMS}/{alarm_id(outage)}",
        "externalAlarmId": outage.group.parent_key,
        "alarmType": "Communications Alarm",
        "perceivedSeverity": "cleared" if cleared else _SEVERITY[outage.kind],
        "probableCause": _PROBABLE_CAUSE.get(outage.cause, _OTHER_CAUSE),
        "specificProblem": outage.cause,
        "alarmDetails": f"{outage.title}: {group_words(outage.group)}",
        "alarmedObject": {"id": outage.object_id},
        "alarmedObjectType": outage.kind,
        "alarmRaisedTime": moment_text(outage.raised_at),
        "alarmReportingTime": moment_text(outage.reported_at),
        "isRootCause": True,
        "serviceAffecting": True,
        "proposedRepairedActions": outage.next_action,
        "sourceSystemId": SYSTEM,
        "reportingSystemId": SYSTEM,
        "state": "cleared" if cleared else "raised",
        "affectedService": [{"id": one} for one in outage.subscribers],
    }
    if cleared:
        made["alarmClearedTime"] = moment_text(cleared)
        made["clearSystemId"] = SYSTEM
    return made


def alarm_create(outage: GroupOutage) -> dict[str, Json]:
    """Write the body that creates the alarm elsewhere: `Alarm_Create`, without an id."""
    return {key: value for key, value in alarm(outage).items() if key not in {"id", "href"}}


def alarm_event(outage: GroupOutage, *, event_id: str, at: datetime) -> dict[str, Json]:
    """Write the event for a listener: AlarmCreateEvent; AlarmStateChangeEvent once it clears."""
    kind = "AlarmStateChangeEvent" if outage.cleared_at else "AlarmCreateEvent"
    return {
        "eventId": event_id,
        "eventTime": moment_text(at),
        "eventType": kind,
        "correlationId": outage.group.parent_key,
        "event": {"alarm": alarm(outage)},
    }


def problem(outage: GroupOutage) -> dict[str, Json]:
    """Write the service problem.

    Args:
        outage: which one.

    Returns:
        `ServiceProblem`; resolved once the outage has cleared.
    """
    key = outage.group.parent_key
    problem_id = hashlib.sha256(key.encode()).hexdigest()[:16]
    return {
        **problem_create(outage),
        "id": problem_id,
        "href": f"{PROBLEMS}/{problem_id}",
        "creationDate": moment_text(outage.reported_at),
    }


def problem_event(
    outage: GroupOutage, kind: str, *, event_id: str, at: datetime
) -> dict[str, Json]:
    """Write an event of the problem for a listener; `kind` is one of PROBLEM_EVENTS."""
    return {
        "@type": kind,
        "eventId": event_id,
        "eventTime": moment_text(at),
        "eventType": kind,
        "correlationId": outage.group.parent_key,
        "event": {"@type": f"{kind}Payload", "serviceProblem": problem(outage)},
    }


def problem_create(outage: GroupOutage) -> dict[str, Json]:
    """Write the body that creates the problem elsewhere: `ServiceProblem_FVO`."""
    group, cleared = outage.group, outage.cleared_at
    made: dict[str, Json] = {
        "@type": "ServiceProblem",
        "name": outage.title,
        "category": "system.originated",
        "description": f"{outage.title}: {group_words(group)}",
        "reason": outage.cause,
        "priority": _PRIORITY[outage.kind],
        "originatingSystem": SYSTEM,
        "originatorParty": _party(SYSTEM),
        "externalIdentifier": [
            {
                "@type": "ExternalIdentifier",
                "id": group.parent_key,
                "owner": SYSTEM,
                "externalIdentifierType": "parentCase",
            }
        ],
        "rootCauseResource": [_ref("ResourceRef", outage.object_id)],
        "affectedService": _refs("ServiceRef", outage.subscribers),
        "troubleTicket": _refs("TroubleTicketRef", outage.tickets),
        "status": "resolved" if cleared else "inProgress",
        "statusChangeDate": moment_text(cleared or outage.reported_at),
    }
    if group.affected is not None:
        made["affectedNumberOfServices"] = group.affected
    if cleared:
        made["resolutionDate"] = moment_text(cleared)
    return made


def _party(name: str) -> Json:
    return {
        "@type": "RelatedPartyRefOrPartyRoleRef",
        "role": "originator",
        "partyOrPartyRole": {"@type": "PartyRef", "id": name, "name": name},
    }


def _ref(kind: str, ref_id: str) -> Json:
    return {"@type": kind, "id": ref_id}


def _refs(kind: str, ids: Sequence[str]) -> list[Json]:
    return [_ref(kind, one) for one in ids]
