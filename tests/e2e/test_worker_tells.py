"""A worker looks at the clock of the cases, and tells their desks, whatever runs it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from ticket_desk import TOKEN, ticket_desk

from cpe_diag.domain.letter import LetterState
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 120.0
INVENTORY = """\
nodes: {an-1: {address: 192.0.2.1, region: elsewhere}}
subscribers: [{id: sub-1, node: an-1, port: "1"}]
"""
CONFIG = """\
store: {{path: case.db}}
inventory: {{kind: file, path: inventory.yaml}}
tickets:
  desks:
    main:
      kind: zammad
      check: {{hmac: env:ZAMMAD_TOKEN}}
      answer:
        url: {url}
        credential: env:DESK_TOKEN
        routes:
          second_line: {{group: Second}}
"""


@pytest.mark.skipif(os.name != "posix", reason="the worker is stopped by a signal")
def test_a_case_whose_time_is_up_is_told_to_its_desk_by_a_worker(tmp_path: Path) -> None:
    """Nobody took its run up in time: no worker of that region lives, and this one says so."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    store = CaseStore.at(tmp_path / "case.db")
    ordered = NewRun(
        id="run1",
        playbook="no_internet",
        subscriber="sub-1",
        ticket="T-81",
        wish={},
        region="elsewhere",
        desk="main",
        desk_ticket="81",
    )
    StoredRuns(store).submit(ordered, at=datetime.now(UTC) - timedelta(minutes=16))
    log = tmp_path / "worker.log"
    with ticket_desk() as desk, log.open("wb") as heard:
        (tmp_path / "config.yaml").write_text(CONFIG.format(url=desk.url))
        worker = subprocess.Popen(
            [sys.executable, "-m", "cpe_diag", "--config", "config.yaml", "worker"],
            cwd=tmp_path,
            env={**os.environ, "DESK_TOKEN": TOKEN},
            stderr=heard,
        )
        try:
            ends = time.monotonic() + PATIENCE_S
            while not _sent(store) and time.monotonic() < ends:
                time.sleep(0.1)
        finally:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(PATIENCE_S) == 0
    told = log.read_text(encoding="utf-8")
    assert "no access node of the inventory is in region 'default'; there are elsewhere" in told
    assert (desk.groups, desk.count("Handed over at")) == ({"81": "Second"}, 1)


def _sent(store: CaseStore) -> bool:
    return [one.state for one in StoredOutbox(store).letters()] == [LetterState.SENT]
