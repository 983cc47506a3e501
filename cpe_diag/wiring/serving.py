"""Puts together what `cpe-diag serve` serves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.incident import KEPT_FOR
from cpe_diag.playbook.load import list_playbooks
from cpe_diag.service.incident_letters import outage_of
from cpe_diag.service.refused_letters import refused_letters
from cpe_diag.service.tickets_config import incoming
from cpe_diag.service.web.served import Served
from cpe_diag.store.api_tokens import StoredTokens
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.event_hubs import StoredHubs
from cpe_diag.store.incidents import StoredIncidents
from cpe_diag.store.incoming_tickets import StoredTickets
from cpe_diag.store.page_attempts import StoredAttempts
from cpe_diag.store.page_sessions import StoredSessions
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.seen_deliveries import StoredDeliveries
from cpe_diag.store.staff_passwords import StoredPasswords
from cpe_diag.wiring.cancelling import cancel
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.keeping import Kept
from cpe_diag.wiring.kept_results import KeptResults
from cpe_diag.wiring.knowledge import facts_by_probe, vocabulary
from cpe_diag.wiring.openid import provider_of
from cpe_diag.wiring.orders import orders_of
from cpe_diag.wiring.people_now import PeopleNow
from cpe_diag.wiring.repairs import Repairing
from cpe_diag.wiring.so_far import so_far_of
from cpe_diag.wiring.store_key import store_key
from cpe_diag.wiring.subscriber_search import subscribers_of
from cpe_diag.wiring.tickets import rules_of, tickets_of

if TYPE_CHECKING:
    from cpe_diag.domain.incident import Incident
    from cpe_diag.service.group_outage import GroupOutage
    from cpe_diag.service.spans import Spans
    from cpe_diag.wiring.config import Config

GOES_ON_FOR: Final = timedelta(hours=24)
"""Proposal: a group outage that no run has pointed to for longer is not told of any more."""


def served_by(config: Config, spans: Spans | None = None) -> Served:
    """Put a service together; the store is opened when it is first used.

    Args:
        config: the configuration.
        spans: where the spans of runs go that are cancelled here; None: nowhere.

    Returns:
        What its handlers work with.

    Raises:
        CpeDiagError: a file is wrong, no inventory is configured, or a secret cannot be had.
    """
    store = case_store(config)
    store.keep_open()
    desk = open_desk(config, store)
    kept = Kept()
    keeping = replace(config, kept=kept)
    orders = orders_of(keeping, store)
    tickets = tickets_of(config)
    credentials = credentials_of(config)
    runs = StoredRuns(store)
    people = PeopleNow(config, desk.rights)
    repairing = Repairing(people, store)
    link = tickets.case_link
    # Each reader of a node looks at them every other second: one store, and one key, for all.
    incidents = cache(lambda: StoredIncidents(store, store_key(config)))

    def close() -> None:
        repairing.close()
        kept.close()
        store.close()

    return Served(
        tickets=StoredTickets(store),
        deliveries=StoredDeliveries(store),
        tokens=StoredTokens(store),
        hubs=StoredHubs(store),
        hub_hosts=tickets.hub_hosts,
        runs=runs,
        cases=StoredCases(store),
        submit=orders.submit,
        cancel=partial(cancel, config, spans=spans),
        rules=rules_of(config),
        desks={name: incoming(one, credentials.resolve) for name, one in tickets.desks.items()},
        playbooks={one.id: one for one in list_playbooks(vocabulary(), config.playbook_folders)},
        gives=facts_by_probe(),
        result_of=KeptResults(runs).of,
        outages=lambda: outages_of(incidents()),
        incidents=lambda at: open_incidents(incidents(), at),
        find=partial(subscribers_of, orders.inventory),
        so_far=so_far_of(keeping, runs),
        passwords=StoredPasswords(store),
        sessions=StoredSessions(store),
        attempts=StoredAttempts(store),
        provider=provider_of(config, credentials, people.group_roles),
        members=people.members,
        repairs=repairing.desk(desk, store),
        case_link=lambda case: None if link is None else link.replace("{case}", case),
        told_refused=partial(refused_letters, tickets),
        rights=desk.rights,
        audit=desk.audit,
        clock=desk.clock,
        close=close,
    )


def outages_of(incidents: StoredIncidents) -> tuple[GroupOutage, ...]:
    """Give the group outages that runs of several subscribers have met lately, the newest first.

    Raises:
        StoreError: the store cannot be read.
    """
    since = datetime.now(UTC) - GOES_ON_FOR
    found = (
        outage_of(one, incidents.cases(one))
        for one in incidents.every()
        if one.confirmed and one.last_at >= since
    )
    return tuple(one for one in found if one is not None)


def open_incidents(incidents: StoredIncidents, at: datetime) -> tuple[Incident, ...]:
    """Give the confirmed incidents that go on at a moment, the newest first.

    Raises:
        StoreError: the store cannot be read.
    """
    found = (one for one in incidents.going(at - KEPT_FOR) if one.is_open(at))
    return tuple(sorted(found, key=lambda one: one.since, reverse=True))
