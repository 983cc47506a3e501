"""Puts together what `cpe-diag serve` serves."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import BundleError
from cpe_diag.domain.verdict import Verdict
from cpe_diag.playbook.load import list_playbooks
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.service.group_outage import GroupOutage
from cpe_diag.service.tickets_config import incoming
from cpe_diag.service.web.served import Served
from cpe_diag.store.api_tokens import StoredTokens
from cpe_diag.store.bundle import read_bundle, write_files
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.event_hubs import StoredHubs
from cpe_diag.store.incoming_tickets import StoredTickets
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.seen_deliveries import StoredDeliveries
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.knowledge import facts_by_probe, vocabulary
from cpe_diag.wiring.orders import orders_of
from cpe_diag.wiring.tickets import rules_of, tickets_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.report.record import Run
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config

GOES_ON_FOR: Final = timedelta(hours=24)
"""Proposal: a group outage that no run has pointed to for longer is not told of any more."""

SCANNED: Final = 500
"""The newest runs, among which group outages are looked for."""

_BUNDLE: Final = "run"


def served_by(config: Config) -> Served:
    """Put a service together; the store is opened when it is first used.

    Args:
        config: the configuration.

    Returns:
        What its handlers work with.

    Raises:
        CpeDiagError: a file is wrong, no inventory is configured, or a secret cannot be had.
    """
    store = case_store(config)
    desk = open_desk(config)
    orders = orders_of(config)
    tickets = tickets_of(config)
    credentials = credentials_of(config)
    runs = StoredRuns(store)
    link = tickets.case_link
    return Served(
        tickets=StoredTickets(store),
        deliveries=StoredDeliveries(store),
        tokens=StoredTokens(store),
        hubs=StoredHubs(store),
        runs=runs,
        cases=StoredCases(store),
        submit=orders.submit,
        rules=rules_of(config),
        desks={name: incoming(one, credentials.resolve) for name, one in tickets.desks.items()},
        playbooks={one.id: one for one in list_playbooks(vocabulary(), config.playbook_folders)},
        gives=facts_by_probe(),
        result_of=partial(result_of, runs),
        outages=partial(outages_of, runs),
        case_link=lambda case: None if link is None else link.replace("{case}", case),
        rights=desk.rights,
        note=desk.audit.note,
        clock=desk.clock,
    )


def result_of(runs: StoredRuns, run_id: str) -> Run | None:
    """Give what a run has left; None where it has left nothing that can be read.

    Raises:
        StoreError: the store cannot be read.
    """
    files = runs.files(run_id)
    if not files:
        return None
    with tempfile.TemporaryDirectory(prefix="cpe-diag-") as folder:
        try:
            return read_bundle(write_files(Path(folder) / _BUNDLE, files)).result
        except BundleError:
            return None


def outages_of(runs: StoredRuns) -> tuple[GroupOutage, ...]:
    """Give the group outages that runs have found lately, the newest first.

    Raises:
        StoreError: the store cannot be read.
    """
    since = datetime.now(UTC) - GOES_ON_FOR
    found: dict[str, list[tuple[RunRow, Verdict]]] = {}
    for row in runs.runs(limit=SCANNED):
        if row.ended_at is None or row.ended_at < since or row.domain != "network":
            continue
        verdict = _verdict(runs, row.id)
        if verdict is not None and verdict.group is not None:
            found.setdefault(verdict.group.parent_key, []).append((row, verdict))
    return tuple(_outage(together) for together in found.values())


def _outage(together: list[tuple[RunRow, Verdict]]) -> GroupOutage:
    """Make one outage of the runs that point to it, the newest of them first."""
    row, verdict = together[0]
    first, told = together[-1]
    if verdict.group is None or told.group is None or first.ended_at is None:
        msg = "only ended runs with a group come here"
        raise AssertionError(msg)
    began = first.started_at or first.submitted_at
    if told.group.since_s is not None:
        began -= timedelta(seconds=told.group.since_s)
    return GroupOutage(
        group=verdict.group,
        node=row.node or "",
        cause=verdict.cause,
        title=verdict.title,
        next_action=verdict.next_action,
        raised_at=began,
        reported_at=first.ended_at,
        tickets=_once(one.ticket for one, _ in together),
        subscribers=_once(one.subscriber for one, _ in together),
    )


def _once(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({one for one in names if one is not None}))


def _verdict(runs: StoredRuns, run_id: str) -> Verdict | None:
    content = runs.files(run_id).get("verdict.json")
    return None if content is None else _read_verdict(content)


@lru_cache(maxsize=SCANNED)
def _read_verdict(content: bytes) -> Verdict | None:
    import json

    try:
        said = json.loads(content)
        return decode(Verdict, said["verdict"])
    except (ValueError, KeyError, TypeError, UndecodableError):
        return None
