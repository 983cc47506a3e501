"""Runs are kept in the case store while they go, so that they can be taken up where they died."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import CpeDiagError, RunError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.engine.critical_path import critical_path
from cpe_diag.engine.run import RunEnd
from cpe_diag.engine.run_notes import RunSoFar, run_so_far
from cpe_diag.judge.decide import belief_in
from cpe_diag.ports import RunJournal
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.store.bundle import bundle_files
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.kept_wish import KeptWish, encode_wish
from cpe_diag.store.processes import this_process
from cpe_diag.store.renewing import renewed
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_rows import CaseRow, NewRun, RunOutcome, RunRow
from cpe_diag.store.runs import SECOND_LINE, StoredRuns
from cpe_diag.store.sealed import seal, unseal
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.config import Config
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.runs import RunWish, prepare
from cpe_diag.wiring.store_key import store_key
from cpe_diag.wiring.told import ready, told_of_end, told_of_failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from cpe_diag.domain.incident import Incident
    from cpe_diag.engine.run import RunResult
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.run_room import Room
    from cpe_diag.wiring.runs import PreparedRun

ID_BYTES: Final = 5
LEASE: Final = timedelta(seconds=60)
STATES: Final = {
    RunEnd.FINISHED: RunState.FINISHED,
    RunEnd.STOPPED: RunState.FINISHED,
    RunEnd.OUT_OF_TIME: RunState.TIMED_OUT,
    RunEnd.CANCELLED: RunState.CANCELLED,
}


def refutes(case: CaseFile, cause: str) -> bool:
    """Say whether evidence shows that a cause does not hold, other than that it is not shown.

    Args:
        case: the evidence.
        cause: what was found before.

    Returns:
        Whether it cannot be, or all that was seen speaks against it, and would not if nothing had
        been seen: what does not arise for this subscriber was not measured.
    """
    nothing_seen = replace(case, evidence=Evidence())
    return _speaks_against(case, cause) and not _speaks_against(nothing_seen, cause)


def _speaks_against(case: CaseFile, cause: str) -> bool:
    believed = belief_in(case, cause)
    if believed is None:
        return False
    against = bool(believed.contradicted_by) and not believed.supported_by
    return against or believed.belief == 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """A run that this process has taken up, with its journal."""

    row: RunRow
    runs: StoredRuns
    journal: RunJournal
    so_far: RunSoFar | None
    config: Config
    case: CaseRow

    def end(self, result: RunResult) -> None:
        """Keep what a run has left, and route its case.

        Raises:
            RunError: another worker has it.
            StoreError: it cannot be written.
        """
        verdict = result.verdict
        outcome = RunOutcome(
            state=STATES[result.end],
            destination=result.destination.value,
            words=verdict.title,
            domain=verdict.domain.value,
            cause=verdict.cause,
            confidence=verdict.confidence,
            files=bundle_files(result, critical_path(result.trace).total_s, indent=None),
            tells=ready(
                lambda stands: told_of_end(self.config, self.case, self.row, result, stands)
            ),
            refutes=lambda cause: refutes(result.case, cause),
        )
        self.runs.end(self.row.id, self.row.attempt, outcome, at=_now())

    def fail(self, words: str) -> None:
        """End a run that a bug or a missing part of ours has ended.

        Its case is second line's, or stays where an earlier run's verdict says.

        Raises:
            RunError, StoreError: as for `end`.
        """
        now = _now()
        outcome = RunOutcome(
            state=RunState.FAILED,
            destination=SECOND_LINE,
            words=words,
            tells=ready(
                lambda stands: told_of_failure(self.config, self.case, self.row, now, stands)
            ),
        )
        self.runs.end(self.row.id, self.row.attempt, outcome, at=now)

    def know(self, incident: Incident) -> bool:
        """End a run before it begins: what it would find is known, and others have met it.

        Returns:
            False: the incident is over meanwhile, and the run has not ended.

        Raises:
            RunError, StoreError: as for `end`.
        """
        from cpe_diag.service.incident_letters import destination_of
        from cpe_diag.wiring.incidents import incident_letters, stored_incidents

        now = case_store(self.config).now(SystemClock())
        letters = incident_letters(self.config, now)
        goes_on = stored_incidents(self.config).attach(
            incident,
            self.case.id,
            at=now,
            attached=letters.attached(incident, self.case),
            grown=letters.grown,
        )
        if not goes_on:
            return False
        outcome = RunOutcome(
            state=RunState.FINISHED,
            destination=destination_of(incident).value,
            words=incident.title,
            cause=incident.cause,
        )
        self.runs.end(self.row.id, self.row.attempt, outcome, at=now)
        return True

    def give_back(self) -> None:
        """Let a run wait as before it was taken up: nothing of it was begun.

        Raises:
            RunError, StoreError: as for `end`.
        """
        self.runs.give_back(self.row.id, self.row.attempt)

    def leave(self, words: str) -> None:
        """Leave a run to whoever resumes it.

        Raises:
            RunError, StoreError: as for `end`.
        """
        self.runs.put_off(self.row.id, self.row.attempt, until=_now(), words=words)


@contextmanager
def begun(prepared: PreparedRun, values: Mapping[str, str]) -> Iterator[KeptRun]:
    """Begin a run that this process does.

    Args:
        prepared: the run.
        values: what its `act` steps set, by their ids.

    Yields:
        The run, which is this process's until the block is left or the process dies.

    Raises:
        StoreError: the store cannot be written.
    """
    wish, subscriber = prepared.wish, prepared.subscriber
    router = subscriber.router
    said = KeptWish(
        answers=wish.answers,
        values={},
        sealed=seal(store_key(prepared.config), values) if values else "",
        device_mac=wish.device_mac,
        platform=wish.platform,
        budget_s=wish.budget_s,
        everything=wish.everything,
        load_agreed=wish.load_agreed,
        looks_only=wish.looks_only,
    )
    store = case_store(prepared.config)
    runs = StoredRuns(store)
    row = runs.begin(
        NewRun(
            id=secrets.token_hex(ID_BYTES),
            playbook=prepared.playbook.id,
            subscriber=subscriber.id,
            ticket=wish.ticket,
            wish=encode_wish(said),
            node=subscriber.node.id if subscriber.node else None,
            router=f"{router.address}:{router.port}" if router else None,
            lasts=timedelta(seconds=wish.budget_s),
        ),
        worker=this_process(),
        at=_now(),
        lease=LEASE,
    )
    journal = StoredRunJournal(store, row.id, row.attempt)
    with renewed(lambda: runs.renew(row.id, row.attempt, lease=LEASE), LEASE):
        yield KeptRun(
            row=row,
            runs=runs,
            journal=journal,
            so_far=None,
            config=prepared.config,
            case=StoredCases(store).case(row.case_id),
        )


@contextmanager
def taken_up(  # noqa: PLR0913 - the limits of a worker
    config: Config,
    run_id: str,
    *,
    lease: timedelta = LEASE,
    lasts: timedelta | None = None,
    room: Room | None = None,
    most_attempts: int | None = None,
) -> Iterator[KeptRun]:
    """Take up a run whose process has died, or that waits.

    Args:
        config: the configuration.
        run_id: of the run.
        lease: how long it is this process's where that is not renewed.
        lasts: after how long it is renewed no more, so that a run that hangs is taken up by
            others; None: never.
        room: how many runs may be done; None: as many as come.
        most_attempts: the journal of a run that was taken up more often is not even read, for
            it may be that which kills its workers; None: it is.

    Yields:
        The run, as for `begun`.

    Raises:
        NoRoomError: as many are done.
        RunError: there is none, it has ended, or its worker still has it; or its journal cannot
            be read: then it has ended, its case is second line's, and those who wait are told.
        StoreError: the store cannot be used.
    """
    store = case_store(config)
    runs = StoredRuns(store)
    row = runs.claim(run_id, worker=this_process(), at=_now(), lease=lease, room=room)
    kept = KeptRun(
        row=row,
        runs=runs,
        journal=StoredRunJournal(store, row.id, row.attempt),
        so_far=None,
        config=config,
        case=StoredCases(store).case(row.case_id),
    )
    if most_attempts is None or row.attempt <= most_attempts:
        kept = _with_its_past(kept, store)
    with renewed(lambda: runs.renew(row.id, row.attempt, lease=lease), lease, lasts=lasts):
        yield kept


def _with_its_past(kept: KeptRun, store: CaseStore) -> KeptRun:
    """Read the journal of a run.

    Raises:
        RunError, StoreError: as for `taken_up`.
    """
    row = kept.row
    so_far: RunSoFar | None = None
    if row.attempt == 1:  # it begins now, whatever a clock does meanwhile
        return kept
    try:
        entries = kept.runs.entries(row.id)
        so_far = run_so_far(entries, started_at=row.started_at or _now())
    except RunError as error:
        kept.fail(str(error))
        raise
    journal = StoredRunJournal(store, row.id, row.attempt, earlier=len(entries))
    return replace(kept, journal=journal, so_far=so_far)


def prepared_again(config: Config, row: RunRow) -> tuple[PreparedRun, Mapping[str, str]]:
    """Prepare a run of the store as it was ordered.

    Args:
        config: the configuration.
        row: of the run.

    Returns:
        The run, and the values of its `act` steps.

    Raises:
        RunError: the subscriber was erased, or the order cannot be read.
        DefinitionError, InventoryError, MeasurementError: as for `prepare`.
    """
    if row.subscriber is None:
        raise RunError(f"the subscriber of run {row.id} was erased")
    said = kept_wish(config, row)
    wish = RunWish(
        playbook=row.playbook,
        subscriber=row.subscriber,
        ticket=row.ticket,
        budget_s=said.budget_s,
        answers=said.answers,
        device_mac=said.device_mac,
        platform=said.platform,
        everything=said.everything,
        load_agreed=said.load_agreed,
        looks_only=said.looks_only,
    )
    return prepare(config, wish), said.values


def kept_wish(config: Config, row: RunRow) -> KeptWish:
    """Read what a run was ordered with, its values opened.

    Raises:
        MeasurementError, StoreError: as for `store_key`; or they were sealed with another key.
        RunError: it cannot be read.
    """
    try:
        said: KeptWish = decode(KeptWish, row.wish)
    except UndecodableError as error:
        raise RunError(f"the order of run {row.id} cannot be read: {error}") from error
    if not said.sealed:
        return said
    return replace(said, values=unseal(store_key(config), said.sealed), sealed="")


def mistake(error: Exception) -> str:
    """Say what ended a run; of a bug of ours without its words, in which anything may stand."""
    if isinstance(error, CpeDiagError):
        return str(error)
    return f"a mistake of ours ended it ({type(error).__name__}); what ran it tells more"


def _now() -> datetime:
    return SystemClock().now()
