"""Gathers the checks of a visit from the store, for its record."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import BundleError, NoSuchRunError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.run_journal import RunState
from cpe_diag.field.acceptance import AcceptanceRecord, Check, record_of
from cpe_diag.report.plain import harmless
from cpe_diag.store.bundle import VERDICT, kept_case
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field import PLAYBOOKS
from cpe_diag.wiring.laptop_key import on_laptop
from cpe_diag.wiring.staff import staff_of

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config

EVERY: Final = 1_000_000
VISIT_LASTS: Final = timedelta(hours=12)
"""Checks of one home that are further apart are of two visits."""


def checks_of(config: Config, visit: str) -> tuple[RunRow, ...]:
    """Give the runs of a visit, the newest first.

    Args:
        config: where runs are kept.
        visit: a run, a case, a ticket, or a subscriber (the last visit there).

    Returns:
        All checks on site of that home around the newest that is meant.

    Raises:
        NoSuchRunError: no check on site is meant by it.
        StoreError: the store cannot be read.
    """
    rows = [
        row
        for row in StoredRuns(case_store(config)).runs(state=RunState.FINISHED, limit=EVERY)
        if row.playbook in PLAYBOOKS.values() and row.subscriber is not None
    ]
    meant = [row for row in rows if visit in {row.id, row.case_id, row.ticket, row.subscriber}]
    if not meant:
        words = f"no check on site that has ended is of a run, case or visit {visit!r}"
        raise NoSuchRunError(words)
    newest = meant[0]
    return tuple(
        row
        for row in rows
        if row.subscriber == newest.subscriber
        and abs(row.submitted_at - newest.submitted_at) <= VISIT_LASTS
    )


def record(config: Config, rows: tuple[RunRow, ...]) -> AcceptanceRecord:
    """Make the record of a visit.

    Args:
        config: where runs are kept.
        rows: of its runs, the newest first.

    Returns:
        The record.

    Raises:
        BundleError: what was kept of a run cannot be read.
        StoreError: the store cannot be read.
    """
    runs = StoredRuns(case_store(config))
    tickets = [row.ticket for row in rows if row.ticket]
    return record_of(
        [_check(row, runs.files(row.id)) for row in rows],
        subscriber=rows[0].subscriber or "",
        ticket=tickets[0] if tickets else None,
        technician=staff_of(config).name if on_laptop(config) else "",
    )


def _check(row: RunRow, files: dict[str, bytes]) -> Check:
    case = kept_case(files)
    try:
        verdict: dict[str, Any] = json.loads(files[VERDICT])["verdict"]
        title, summary = str(verdict["title"]), str(verdict["summary"])
        tell = str(verdict["tell_customer"])
    except (KeyError, ValueError, TypeError) as error:
        raise BundleError(f"run {row.id}: {VERDICT} cannot be read") from error
    return Check(
        run=row.id,
        place=_place(row, case.evidence),
        at=row.submitted_at,
        fault=harmless(summary if summary.startswith(title) else f"{title}: {summary}"),
        tell_customer=harmless(tell),
        evidence=case.evidence,
        service=case.subscriber.service,
        thresholds=case.thresholds,
    )


def _place(row: RunRow, evidence: Evidence) -> PluggedInto:
    """Say where the laptop was: what it saw from its other places is older than the run."""
    newest = max(
        (
            (observation.at, PluggedInto(key.subject))
            for key, observation in evidence
            if key.kind == "field_link" and key.subject in set(PluggedInto)
        ),
        default=None,
    )
    if newest is not None:
        return newest[1]
    at_wall = row.playbook == PLAYBOOKS[PluggedInto.WALL_PORT]
    return PluggedInto.WALL_PORT if at_wall else PluggedInto.ROUTER_LAN
