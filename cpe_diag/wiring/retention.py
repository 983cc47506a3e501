"""Gives out, erases and drops what is kept about subscribers, wherever it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cpe_diag.domain.audit import About, AuditEvent, AuditKind
from cpe_diag.domain.failures import (
    DefinitionError,
    InventoryError,
    MeasurementError,
    UnknownSubscriberError,
)
from cpe_diag.report.codec import encode
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.erased import ErasedSubscribers
from cpe_diag.store.kept_copies import KeptCopyFiles, default_copies
from cpe_diag.store.personal import Erased, erase, held_about, prune
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.store.run_tables import RUNS
from cpe_diag.store.sealed import unseal
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.port_history import earlier_samples, forget_samples
from cpe_diag.wiring.store_key import store_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.wiring.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What an erasure has erased.

    `samples` are those of the port's history. `unasked` says why the inventory could not be asked
    for the address of their router, which may then still stand in neighbours' runs; None: it was.
    `is_known`: it knows them; else there was no address to look for but those of their own runs.
    """

    gone: Erased
    samples: int
    unasked: str | None
    is_known: bool


def export_subscriber(config: Config, subscriber: str, because: str) -> dict[str, Any]:
    """Give everything that is kept about a subscriber.

    Args:
        config: the configuration.
        subscriber: the id; the inventory need not know it any more.
        because: who wants it; it is noted.

    Returns:
        JSON data by where it is kept.

    Raises:
        RightsError: whoever wants it may not.
        StoreError: the store cannot be used, or a value was sealed with another key.
    """
    desk = open_desk(config)
    about = About(subscriber=subscriber)
    desk.permit("subscriber.export", about)
    desk.note(AuditKind.EXPORT, because, about)
    store = case_store(config)
    _take_over(store)
    samples = earlier_samples(config, subscriber)
    held = held_about(store, subscriber)
    for row in held[RUNS.name]:
        row["wish"] = _opened(config, row["wish"])
    return held | {"port_history": [encode(one) for one in samples]}


def _opened(config: Config, wish: dict[str, Any]) -> dict[str, Any]:
    """Give what a run was ordered with in plain words: it is theirs."""
    sealed = wish.pop("sealed", "")
    return wish | {"values": unseal(store_key(config), sealed)} if sealed else wish


def forget_subscriber(config: Config, subscriber: str, because: str) -> Forgotten:
    """Erase everything personal about a subscriber; the audit chain still verifies.

    It may be done again, and erases then what is still there.

    Args:
        config: the configuration.
        subscriber: the id.
        because: who wants it; it is noted, without whom it is about.

    Returns:
        What is gone, and whether the inventory could be asked.

    Raises:
        RightsError: whoever wants it may not.
        RunError: a run or a change of theirs has no end yet.
        ActionError: a copy of a router's settings cannot be removed; run it again.
        StoreError: the store cannot be used.
    """
    desk = open_desk(config)
    desk.permit("subscriber.forget", About())
    _take_over(case_store(config))
    erased = ErasedSubscribers(store_key(config))
    known, unasked = _addresses(config, subscriber)
    addresses = known or frozenset()

    def work(connection: Connection) -> tuple[Erased, AuditEvent]:
        now = desk.now()
        gone = erase(connection, subscriber, addresses)
        erased.note(connection, subscriber, now)
        return gone, AuditEvent(
            kind=AuditKind.ERASURE,
            at=now,
            staff=desk.staff.name,
            words=because,
            action=gone.numbers,
        )

    # The copies go first: their ids stand in the journals only.
    _drop_copies(
        journal.id
        for journal in RouterJournals(case_store(config)).every(subscriber=subscriber)
        if journal.ended
    )
    samples = forget_samples(config, subscriber=subscriber, before=None)
    gone = desk.audit.together(work)
    return Forgotten(gone=gone, samples=samples, unasked=unasked, is_known=known is not None)


def _addresses(config: Config, subscriber: str) -> tuple[frozenset[str] | None, str | None]:
    """Give the address of their router as the inventory knows it, else why it cannot tell.

    Neither: it knows no such subscriber, or there is no inventory.
    """
    if config.inventory is None:
        return None, None
    try:
        inventory = inventory_of(config, credentials_of(config))
        router = inventory.subscriber(subscriber).router
    except UnknownSubscriberError:
        return None, None
    except (InventoryError, DefinitionError, MeasurementError) as error:
        return None, str(error)
    return frozenset() if router is None else frozenset({router.address}), None


def prune_store(config: Config, before: datetime, because: str) -> tuple[Erased, int]:
    """Drop what is older than a moment and nobody's work any more.

    Args:
        config: the configuration.
        before: the moment, in UTC.
        because: why; it is noted.

    Returns:
        As for `forget_subscriber`.

    Raises:
        RightsError, ActionError, StoreError: as for `forget_subscriber`.
    """
    desk = open_desk(config)
    desk.permit("store.prune", About())
    _take_over(case_store(config))

    def work(connection: Connection) -> tuple[Erased, AuditEvent]:
        gone = prune(connection, before)
        words = (
            f"{because}: {gone.cases} cases, {gone.runs} runs, {len(gone.actions)} changes, "
            f"{gone.tickets} tickets, {gone.letters} letters"
        )
        return gone, AuditEvent(
            kind=AuditKind.ERASURE, at=desk.now(), staff=desk.staff.name, words=words
        )

    gone = desk.audit.together(work)
    _drop_copies(gone.actions)
    return gone, forget_samples(config, subscriber=None, before=before)


def _take_over(store: CaseStore) -> None:
    """Let what an earlier version has kept in files come into the store first."""
    ActionJournals(store).find("")
    RouterJournals(store).find("")


def _drop_copies(actions: Iterable[str]) -> None:
    copies = KeptCopyFiles(default_copies())
    for action_id in actions:
        copies.drop(action_id)
