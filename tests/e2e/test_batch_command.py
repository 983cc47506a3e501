"""`cpe-diag submit --batch` as it is typed: what holds for every order, and what the rows say."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import read
from cpe_diag.wiring.kept_runs import kept_wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
inventory: {kind: file, path: inventory.yaml}
store: {path: case.db}
staff: {me: anna, members: {anna: {role: senior}}}
"""
INVENTORY = """\
nodes:
  an-1: {address: 127.9.1.1}
subscribers:
  - {id: sub-1, node: an-1, port: "1"}
  - {id: sub-2, node: an-1, port: "2"}
"""
ORDERED_IN_S = 300.0
NAME = "Our secret home"


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """Leave no process behind, whatever a test comes to."""
    try:
        yield
    finally:
        process.kill()


def test_what_is_said_for_a_batch_holds_for_every_order_and_values_are_sealed(
    tmp_path: Path,
) -> None:
    """A network's name may be a customer's own: it stands nowhere in the store in plain words."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "orders.csv").write_text("subscriber\nsub-1\nsub-2\n", encoding="utf-8")
    config = read(tmp_path / "config.yaml", "test")
    words = (
        *("submit", "change_wifi", "--batch", "orders.csv", "--after", "2h", "--json"),
        *("--value", f"new_name={NAME}"),
    )
    began = datetime.now(UTC)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "cpe_diag", "--config", "config.yaml", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process, _ended(process):
        runs = StoredRuns(CaseStore.at(tmp_path / "case.db"))
        deadline = time.monotonic() + ORDERED_IN_S
        while len(found := runs.runs()) < 2:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
        for run in found:
            assert run.not_before is not None
            assert run.not_before >= began + timedelta(hours=2)
            assert kept_wish(config, run).values == {"new_name": NAME}
            assert runs.ask_cancel(run.id, at=datetime.now(UTC)).state is RunState.CANCELLED
        out, _ = process.communicate(timeout=ORDERED_IN_S)
    assert json.loads(out)["ended"] == 2
    for file in tmp_path.glob("case.db*"):
        assert NAME.encode() not in file.read_bytes()


def test_a_subscriber_or_ticket_of_a_batch_is_refused() -> None:
    """The file names them."""
    for words in (("--subscriber", "sub-1"), ("--ticket", "T-1")):
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "cpe_diag", "submit", "p", "--batch", "orders.csv", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert "the file says for whom and for which ticket" in done.stderr
