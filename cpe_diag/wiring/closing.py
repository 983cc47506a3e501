"""Closes a change by hand whose end nobody will ever know: the device is gone for good."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.domain.action import ActionEnd, EntryKind, JournalEntry
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.failures import ActionError
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.wiring.desk import case_store, open_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cpe_diag.domain.action import ActionRecord
    from cpe_diag.domain.router_plan import RouterRecord
    from cpe_diag.ports import ActionJournal
    from cpe_diag.store.holds import Hold
    from cpe_diag.wiring.config import Config


def close_port_change(config: Config, action_id: str, because: str) -> str:
    """Close a change of a port; see `_closed`."""
    journals = ActionJournals(case_store(config))
    record = journals.record(action_id)
    held = journals.held(record.plan)
    return _closed(config, record, held, partial(journals.resume, action_id), because)


def close_router_change(config: Config, action_id: str, because: str) -> str:
    """Close a change of a router; see `_closed`."""
    journals = RouterJournals(case_store(config))
    record = journals.record(action_id)
    held = journals.held(record.plan.router)
    return _closed(config, record, held, partial(journals.resume, action_id), because)


def _closed(
    config: Config,
    record: ActionRecord | RouterRecord,
    held: AbstractContextManager[Hold],
    resume: Callable[[Hold], ActionJournal],
    because: str,
) -> str:
    """Give a change the end `unknown`, on somebody's word; the audit trail has it first.

    Args:
        config: the configuration.
        record: of the change.
        held: keeps others off the device meanwhile.
        resume: gives its journal.
        because: why nobody will know.

    Returns:
        The words that stand in the journal.

    Raises:
        ActionError: it has an end, another process is at it, or the journal cannot be written.
        RightsError: whoever wants it may not do such a change.
        StoreError: the audit trail cannot be written.
    """
    if record.ended:
        raise ActionError(f"change {record.id} has ended: {record.entries[-1].words}")
    desk = open_desk(config)
    about = About(
        subscriber=record.plan.subscriber,
        ticket=record.ticket,
        action=record.plan.action,
        digest=record.plan.digest,
    )
    desk.permit(record.plan.action, about)
    words = f"closed by hand by {desk.staff.name}, whatever stands there: {because}"
    with held as hold:
        desk.note(AuditKind.CHANGE_ENDED, f"change {record.id} unknown: {words}", about)
        resume(hold).write(
            JournalEntry(
                kind=EntryKind.END, at=desk.now(), words=words, said=ActionEnd.UNKNOWN.value
            )
        )
    return words
