"""The outbox of the case store, and who sends what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from cpe_diag.service.sender import Sender
    from cpe_diag.store.outbox import StoredOutbox
    from cpe_diag.wiring.config import Config


def stored_outbox(config: Config) -> StoredOutbox:
    """Give the outbox.

    Args:
        config: the configuration.

    Returns:
        The outbox.

    Raises:
        MeasurementError, StoreError: as for `case_store`.
    """
    from cpe_diag.store.outbox import StoredOutbox
    from cpe_diag.wiring.desk import case_store

    return StoredOutbox(case_store(config))


def sender_of(config: Config, client: httpx.AsyncClient) -> Sender:
    """Give the sender of the outbox.

    Args:
        config: the configuration.
        client: sends requests, from `http_exchange.new_client`; the caller closes it.

    Returns:
        The sender; `run` it.

    Raises:
        MeasurementError, StoreError: as for `case_store`.
    """
    from cpe_diag.domain.letter import LetterKind
    from cpe_diag.service.apprise_pager import ApprisePager
    from cpe_diag.service.call_way import CallWay
    from cpe_diag.service.desk_way import DeskWay
    from cpe_diag.service.event_way import EventWay
    from cpe_diag.service.posted_way import PostedWay
    from cpe_diag.service.sender import Sender
    from cpe_diag.store.event_hubs import StoredHubs
    from cpe_diag.store.incoming_tickets import StoredTickets
    from cpe_diag.store.processes import this_process
    from cpe_diag.transports.clock import SystemClock
    from cpe_diag.wiring.credentials import credentials_of
    from cpe_diag.wiring.desk import case_store
    from cpe_diag.wiring.tickets import tickets_of

    tickets, resolve, clock = tickets_of(config), credentials_of(config).resolve, SystemClock()
    store = case_store(config)
    hubs = StoredHubs(store)
    return Sender(
        stored_outbox(config),
        {
            LetterKind.NOTE: DeskWay(tickets.desks, resolve, client),
            LetterKind.EVENT: EventWay(hubs.callback, client, tickets.hub_hosts),
            LetterKind.NOTIFICATION: CallWay(tickets.on_call, resolve, ApprisePager(), clock),
            LetterKind.POSTED: PostedWay(StoredTickets(store), hubs.of, clock),
        },
        clock,
        name=this_process(),
    )
