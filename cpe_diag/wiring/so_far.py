"""What is known of a run that goes on in another process, by its journal."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import CpeDiagError, StoreError
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import CallerAnswer
from cpe_diag.engine.run_notes import run_so_far
from cpe_diag.judge.question import CaseFile
from cpe_diag.report.record import SoFar
from cpe_diag.wiring.kept_runs import prepared_again
from cpe_diag.wiring.knowledge import judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.engine.run_notes import RunSoFar
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.runs import PreparedRun


WATCHED: Final = 128
"""Of so many runs it is kept what is known: of those that were asked for last."""


class _Watched:
    """A run that is watched: how it was prepared, and what its journal has told so far."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._ordered: tuple[object, ...] | None = None
        self._prepared: PreparedRun | None = None
        self._entries: list[RunEntry] = []
        self._seq = -1
        self._known: tuple[Evidence, Verdict] | None = None

    def now(
        self,
        config: Config,
        runs: StoredRuns,
        row: RunRow,
        conclude: Callable[[CaseFile], Verdict],
    ) -> tuple[Evidence, Verdict]:
        """Read on in the journal, and judge where there was something new.

        Raises:
            CpeDiagError: the run cannot be prepared, or its journal is another version's.
            StoreError: it cannot be read.
        """
        ordered = (row.attempt, row.subscriber, row.wish)
        if self._prepared is None or ordered != self._ordered:
            self._prepared, _ = prepared_again(config, row)
            self._ordered, self._known = ordered, None
        new = runs.entries_after(row.id, self._seq)
        if new:
            self._entries.extend(entry for _, entry in new)
            self._seq, self._known = new[-1][0], None
        if self._known is None:
            self._known = self._judged(self._prepared, row, conclude)
        return self._known

    def _judged(
        self, prepared: PreparedRun, row: RunRow, conclude: Callable[[CaseFile], Verdict]
    ) -> tuple[Evidence, Verdict]:
        noted = run_so_far(self._entries, started_at=row.started_at or row.submitted_at)
        evidence = _evidence(noted)
        case = CaseFile(
            evidence=evidence,
            subscriber=prepared.subscriber,
            symptom=prepared.playbook.symptom,
            device_mac=prepared.wish.device_mac,
            platform_host=prepared.platform.host if prepared.platform else None,
            thresholds=prepared.config.thresholds,
        )
        return evidence, conclude(case)


def so_far_of(config: Config, runs: StoredRuns) -> Callable[[RunRow, datetime], SoFar | None]:
    """Give what judges the journal of a run, as the run itself would in this moment.

    A run is prepared once, and judged once for each entry, however many watch it.

    Args:
        config: the configuration.
        runs: of the store.

    Returns:
        A function of a run and now. It gives None where the run cannot be prepared any more,
        or its journal is another version's; it raises StoreError.
    """
    conclude = judge()
    watched: OrderedDict[str, _Watched] = OrderedDict()
    lock = threading.Lock()

    def known(row: RunRow, at: datetime) -> SoFar | None:
        with lock:
            one = watched.setdefault(row.id, _Watched())
            watched.move_to_end(row.id)
            if len(watched) > WATCHED:
                watched.popitem(last=False)
        with one.lock:
            try:
                evidence, verdict = one.now(config, runs, row, conclude)
            except StoreError:
                raise
            except CpeDiagError:
                return None
        return SoFar(at=at, evidence=evidence, verdict=verdict)

    return known


def _evidence(noted: RunSoFar) -> Evidence:
    evidence = Evidence()
    for wave in noted.waves:
        evidence = evidence.with_measurements(wave.measurements)
    said = tuple(
        Measurement(
            key=FactKey("answer", question),
            observation=Observed(
                value=CallerAnswer(choice=one.choice), source=one.source, at=one.at
            ),
        )
        for question, one in noted.answers.items()
        if one.source is not None
    )
    return evidence.with_measurements(said)
