"""What the handlers work with; the wiring puts it together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.incident import Incident
from cpe_diag.domain.letter import NewLetter
from cpe_diag.domain.roles import Rights, Role
from cpe_diag.domain.subscriber import FoundSubscriber
from cpe_diag.playbook.model import Playbook
from cpe_diag.ports import Clock, SeenDeliveries
from cpe_diag.report.record import Run, SoFar
from cpe_diag.service.group_outage import GroupOutage
from cpe_diag.service.hub_hosts import HubHosts
from cpe_diag.service.openid.provider import Provider
from cpe_diag.service.repair_desk import RepairDesk
from cpe_diag.service.submit import Submit
from cpe_diag.service.ticket_rules import TicketRules
from cpe_diag.service.webhook import IncomingDesk
from cpe_diag.store.api_tokens import StoredTokens
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.event_hubs import StoredHubs
from cpe_diag.store.incoming_tickets import IncomingTicket, StoredTickets
from cpe_diag.store.page_attempts import StoredAttempts
from cpe_diag.store.page_sessions import StoredSessions
from cpe_diag.store.run_rows import RunRow
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.staff_passwords import StoredPasswords


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Stores, files and doors of one service.

    `result_of` gives what a run has left, None where it has left nothing. `outages` are the group
    outages that runs point to, `incidents` all that go on at a moment. `find` gives subscribers by
    id or address. `so_far` is what is known of a run at a moment, None where nobody can tell.
    `members` gives the staff who may sign in now, `provider` proves who they are, None: only
    passwords.
    `gives` are facts by probe. `case_link` gives the address of a case's page, None where there is
    none. `told_refused` gives the letters to a desk about a ticket that is refused, and why.
    `note` appends to the audit trail. `cancel` has a run cancelled at a moment; it raises
    RunError where it has ended. `close` closes what the store keeps open.
    """

    tickets: StoredTickets
    deliveries: SeenDeliveries
    tokens: StoredTokens
    hubs: StoredHubs
    hub_hosts: HubHosts
    runs: StoredRuns
    cases: StoredCases
    submit: Submit
    cancel: Callable[[str, datetime], RunRow]
    rules: TicketRules
    desks: Mapping[str, IncomingDesk]
    playbooks: Mapping[str, Playbook]
    gives: Mapping[str, tuple[FactKey, ...]]
    result_of: Callable[[str], Run | None]
    outages: Callable[[], tuple[GroupOutage, ...]]
    incidents: Callable[[datetime], tuple[Incident, ...]]
    find: Callable[[str, int], tuple[FoundSubscriber, ...]]
    so_far: Callable[[RunRow, datetime], SoFar | None]
    passwords: StoredPasswords
    sessions: StoredSessions
    attempts: StoredAttempts
    provider: Provider | None
    members: Callable[[], Mapping[str, Role]]
    repairs: RepairDesk
    case_link: Callable[[str], str | None]
    told_refused: Callable[[IncomingTicket, str], tuple[NewLetter, ...]]
    rights: Rights
    audit: StoredAudit
    clock: Clock
    close: Callable[[], None]
