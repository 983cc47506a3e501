"""A run that is cancelled before it began: its desk hears of it, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cpe_diag.domain.run_journal import RunState
from cpe_diag.report.decoding import decode
from cpe_diag.service.answer import Answer
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.cancelling import cancel
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CONFIG = """\
store: {path: case.db}
tickets:
  desks:
    main:
      kind: zammad
      check: {hmac: env:ZAMMAD_TOKEN}
      answer:
        url: https://zammad.example.net
        credential: env:ZAMMAD_API
        routes:
          second_line: {group: Second}
"""


def test_the_desk_of_a_waiting_run_that_is_cancelled_is_told(tmp_path: Path) -> None:
    """Else its ticket waits for an answer that never comes."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    config = read(tmp_path / "config.yaml", "a test")
    store = CaseStore.at(tmp_path / "case.db")
    StoredRuns(store).submit(
        NewRun(
            id="run1",
            playbook="no_internet",
            subscriber="sub-1",
            ticket="T-81",
            wish={},
            desk="main",
            desk_ticket="81",
        ),
        at=AT,
    )
    assert cancel(config, "run1", AT).state is RunState.CANCELLED
    (letter,) = StoredOutbox(store).letters()
    answer = decode(Answer, letter.document)
    assert (answer.ticket_id, answer.route.group) == ("81", "Second")
    assert "was cancelled" in answer.note
