"""A run that is cancelled before it began: its desk hears of it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cpe_diag.domain.run_journal import RunState
from cpe_diag.report.decoding import decode
from cpe_diag.service.answer import Answer
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.cancelling import cancel
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from cpe_diag.store.run_rows import RunRow

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


def test_the_desk_is_told_what_stands_when_the_run_ends_and_not_what_stood_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs of one ticket may end at once: its desk must not read that nothing was found."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    config = read(tmp_path / "config.yaml", "a test")
    store = CaseStore.at(tmp_path / "case.db")
    runs = StoredRuns(store)
    new = NewRun(
        id="run1",
        playbook="no_internet",
        subscriber="sub-1",
        ticket="T-81",
        wish={},
        desk="main",
        desk_ticket="81",
    )
    begun = runs.begin(new, worker="a", at=AT, lease=timedelta(minutes=1))
    runs.submit(replace(new, id="run2", order_key="second"), at=AT)
    found = RunOutcome(
        state=RunState.FINISHED,
        destination="network_operations",
        words="the port is dark",
        domain="network",
        cause="fibre_cut",
    )
    ask_cancel = StoredRuns.ask_cancel

    def late(of: StoredRuns, run_id: str, **how: Any) -> RunRow:  # noqa: ANN401 - as it came
        of.end("run1", begun.attempt, found, at=AT + timedelta(seconds=9))
        return ask_cancel(of, run_id, **how)

    monkeypatch.setattr(StoredRuns, "ask_cancel", late)
    cancel(config, "run2", AT + timedelta(seconds=10))
    case = StoredCases(store).case(begun.case_id)
    (letter,) = StoredOutbox(store).letters()
    assert case.destination == "network_operations"
    assert "still stands: the port is dark (fibre_cut)" in decode(Answer, letter.document).note
