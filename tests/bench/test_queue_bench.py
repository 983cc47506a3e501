"""What `make bench-queue` measures is a run that ends with a verdict, on both inventories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from queue_doors import simulated
from queue_place import PLAYBOOK, name, placed

from cpe_diag.engine.run import RunEnd
from cpe_diag.wiring import runs
from cpe_diag.wiring.config import read
from cpe_diag.wiring.keeping import keeping

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["sql", "csv"])
async def test_a_run_of_the_bench_takes_all_its_steps(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that failed at once would be the quickest."""
    monkeypatch.setattr(runs, "open_doors", simulated)
    place = placed(tmp_path, kind, 400)
    for key, value in place.environment(f"sqlite:///{tmp_path / 'case.db'}").items():
        monkeypatch.setenv(key, value)
    with keeping(read(place.config, "bench")) as config:
        wish = runs.RunWish(playbook=PLAYBOOK, subscriber=name(209))
        prepared = runs.prepare(config, wish)
        result = await runs.perform(
            prepared, on_progress=lambda _: None, ask_caller=lambda _: None
        )
    assert result.end is RunEnd.FINISHED
    assert [step.state for step in result.steps] == ["done"] * 6
    assert len(prepared.node_ports) == 200
    assert any(True for _ in result.evidence)
