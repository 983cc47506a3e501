"""What is known of a run that goes on is worked out once, however many watch it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.report.codec import encode
from cpe_diag.service.submit import Order
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.testing.evidence_samples import ethernet_home
from cpe_diag.wiring import so_far
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.kept_runs import prepared_again
from cpe_diag.wiring.knowledge import judge
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.runs import PreparedRun

NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


def test_a_run_that_many_watch_is_prepared_once_and_judged_once_for_each_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of 200 readers of 20 runs read the whole inventory anew, and came 99 s late."""
    (tmp_path / "inventory.yaml").write_text("subscribers: [{id: sub-1}]\n")
    path = tmp_path / "config.yaml"
    path.write_text("store: {path: case.db}\ninventory: {kind: file, path: inventory.yaml}\n")
    prepared: list[str] = []
    judged: list[CaseFile] = []
    prepare, conclude = prepared_again, judge()

    def preparing(config: Config, row: RunRow) -> tuple[PreparedRun, Mapping[str, str]]:
        prepared.append(row.id)
        return prepare(config, row)

    def judging(case: CaseFile) -> Verdict:
        judged.append(case)
        return conclude(case)

    monkeypatch.setattr(so_far, "prepared_again", preparing)
    monkeypatch.setattr(so_far, "judge", lambda: judging)
    config = read(path, "a test")
    served = served_by(config)
    try:
        row = served.submit(Order(playbook="no_internet", subscriber="sub-1", ticket="T-1")).run
        row = served.runs.claim(row.id, worker="w", at=NOW, lease=timedelta(minutes=1))
        journal = StoredRunJournal(case_store(config), row.id, row.attempt)
        began = RunEntry(
            kind=RunEntryKind.STARTED, at=NOW, step="", document={"playbook": "no_internet"}
        )
        evidence = ethernet_home("no_internet").evidence
        measured = RunEntry(
            kind=RunEntryKind.MEASURED,
            at=NOW,
            step="look",
            document={"probes": ["port_status"], "evidence": encode(evidence)},
        )
        told = []
        for seq, entry in enumerate((began, measured)):
            journal.append((entry,), seq)
            for reader in range(3):
                known = served.so_far(row, NOW + timedelta(seconds=reader))
                assert known is not None
                assert known.at == NOW + timedelta(seconds=reader)
                told.append(len(known.evidence))
    finally:
        served.close()
    assert told == [0, 0, 0, *[len(evidence)] * 3]
    assert prepared == [row.id]
    assert [len(case.evidence) for case in judged] == [0, len(evidence)]


def test_what_is_known_of_a_run_of_somebody_who_was_erased_is_nothing(tmp_path: Path) -> None:
    """Nor is what was known of them told from what is kept."""
    (tmp_path / "inventory.yaml").write_text("subscribers: [{id: sub-1}]\n")
    path = tmp_path / "config.yaml"
    path.write_text("store: {path: case.db}\ninventory: {kind: file, path: inventory.yaml}\n")
    served = served_by(read(path, "a test"))
    try:
        row = served.submit(Order(playbook="no_internet", subscriber="sub-1", ticket="T-1")).run
        assert served.so_far(row, NOW) is not None
        assert served.so_far(replace(row, subscriber=None), NOW) is None
    finally:
        served.close()
