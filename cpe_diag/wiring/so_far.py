"""What is known of a run that goes on in another process, by its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    from cpe_diag.engine.run_notes import RunSoFar
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.config import Config


def so_far_of(config: Config, runs: StoredRuns) -> Callable[[RunRow, datetime], SoFar | None]:
    """Give what judges the journal of a run, as the run itself would in this moment.

    Args:
        config: the configuration.
        runs: of the store.

    Returns:
        A function of a run and now. It gives None where the run cannot be prepared any more,
        or its journal is another version's; it raises StoreError.
    """
    conclude = judge()

    def known(row: RunRow, at: datetime) -> SoFar | None:
        try:
            entries = runs.entries(row.id)
            prepared, _ = prepared_again(config, row)
            noted = run_so_far(entries, started_at=row.started_at or row.submitted_at)
        except StoreError:
            raise
        except CpeDiagError:
            return None
        evidence = _evidence(noted)
        case = CaseFile(
            evidence=evidence,
            subscriber=prepared.subscriber,
            symptom=prepared.playbook.symptom,
            device_mac=prepared.wish.device_mac,
            platform_host=prepared.platform.host if prepared.platform else None,
            thresholds=config.thresholds,
        )
        return SoFar(at=at, evidence=evidence, verdict=conclude(case))

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
