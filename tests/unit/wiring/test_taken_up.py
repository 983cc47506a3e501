"""A run that is taken up for the first time begins now; one that was begun goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml
from sqlalchemy import insert

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.letter import LetterKind
from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.run_tables import RUN_ENTRIES
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.case_clock import case_clock_of
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.kept_runs import taken_up

if TYPE_CHECKING:
    from pathlib import Path

NEW = NewRun(id="run1", playbook="no_internet", subscriber="sub-1", ticket=None, wish={})
OF_A_DESK = replace(NEW, ticket="T-81", region="main", desk="main", desk_ticket="81")
TICKETS = """\
desks:
  main:
    kind: zammad
    check: {hmac: env:ZAMMAD_TOKEN}
    answer:
      url: https://zammad.example.net
      credential: env:ZAMMAD_API
      routes:
        second_line: {group: Second}
on_call:
  Ann: {send: env:ANN, zone: UTC}
"""


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    """Give a configuration with a desk, a person on call, and an empty store of each kind."""
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    document = {
        "store": {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"},
        "tickets": yaml.safe_load(TICKETS),
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read(file, str(file))


def test_a_first_attempt_has_no_past_and_the_next_one_has(config: Config) -> None:
    """A clock that jumps between the two writes of a beginning must not use its budget up."""
    StoredRuns(case_store(config)).submit(NEW, at=datetime.now(UTC))
    with taken_up(config, "run1") as first:
        assert (first.row.attempt, first.so_far) == (1, None)
        first.leave("its worker leaves")
    with taken_up(config, "run1") as second:
        assert second.row.attempt == 2
        assert second.so_far is not None
        assert second.so_far.started_at == first.row.started_at


def _of_another_version(config: Config, document: str, kind: str) -> StoredRuns:
    """Queue a run whose journal holds an entry that nobody here has written."""
    store = case_store(config)
    runs = StoredRuns(store)
    row, _is_new = runs.submit(OF_A_DESK, at=datetime.now(UTC))
    taken = runs.claim("run1", worker="w", at=row.submitted_at, lease=timedelta())
    at = "2026-11-26T12:00:00.000000+00:00"
    with store.writing() as connection:
        entry = {"run": taken.id, "seq": 0, "kind": kind, "step": "", "at": at}
        connection.execute(insert(RUN_ENTRIES).values(entry | {"document": document}))
    return runs


@pytest.mark.parametrize(
    ("document", "kind"), [("{}", "dreamt"), ("{", "judged"), ('{"choice": 7}', "answered")]
)
def test_a_run_whose_journal_cannot_be_read_ends_and_all_who_wait_are_told(
    config: Config, document: str, kind: str
) -> None:
    """Else it would be taken up again and again, and its desk would hear nothing."""
    runs = _of_another_version(config, document, kind)
    with pytest.raises(RunError, match="journal"), taken_up(config, "run1"):
        raise AssertionError
    run, store = runs.run("run1"), case_store(config)
    assert (run.state, run.destination) == (RunState.FAILED, "second_line")
    assert StoredCases(store).case(run.case_id).state == "handed_over"
    assert {one.kind for one in StoredOutbox(store).letters()} == {
        LetterKind.NOTE,
        LetterKind.NOTIFICATION,
    }


def test_a_run_that_was_taken_up_too_often_is_ended_without_a_look_at_its_journal(
    config: Config,
) -> None:
    """What kills its workers may stand there."""
    _of_another_version(config, "{}", "dreamt")
    with taken_up(config, "run1", most_attempts=1) as kept:
        assert (kept.row.attempt, kept.so_far) == (2, None)
        kept.fail("taken up too often")


def test_a_case_whose_journal_cannot_be_read_is_handed_over_on_time(config: Config) -> None:
    """The clock of all cases stands still for no run of another version."""
    runs = _of_another_version(config, "{}", "dreamt")
    clock = case_clock_of(config, case_store(config))
    assert len(clock.tick(runs.run("run1").due_at)) == 1
    assert StoredCases(case_store(config)).case(runs.run("run1").case_id).state == "handed_over"
