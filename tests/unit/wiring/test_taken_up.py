"""A run that is taken up for the first time begins now; one that was begun goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import read
from cpe_diag.wiring.kept_runs import taken_up

if TYPE_CHECKING:
    from pathlib import Path

NEW = NewRun(id="run1", playbook="no_internet", subscriber="sub-1", ticket=None, wish={})


def test_a_first_attempt_has_no_past_and_the_next_one_has(tmp_path: Path) -> None:
    """A clock that jumps between the two writes of a beginning must not use its budget up."""
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n")
    config = read(tmp_path / "config.yaml", "a test")
    at = datetime.now(UTC)
    StoredRuns(CaseStore.at(tmp_path / "case.db")).submit(NEW, at=at)
    with taken_up(config, "run1") as first:
        assert (first.row.attempt, first.so_far) == (1, None)
        first.leave("its worker leaves")
    with taken_up(config, "run1") as second:
        assert second.row.attempt == 2
        assert second.so_far is not None
        assert second.so_far.started_at == first.row.started_at
