"""`cpe-diag outbox`: what waits, what is dead and why, and another try for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.letter import LetterKind, NewLetter
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox, put

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CONFIG = """\
store: {path: case.db}
inventory: {kind: file, path: inventory.yaml}
staff: {me: anna, members: {anna: {role: second_line}}}
"""
NOW = datetime.now(UTC)
NOTE = NewLetter(
    key="note 1",
    kind=LetterKind.NOTE,
    target="main",
    lane="main 81",
    document={"note": "the customer's line"},
)


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredOutbox:
    """Give the outbox of a configuration, with one letter."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "inventory.yaml").write_text("nodes: {}\nsubscribers: [{id: sub-1}]\n")
    monkeypatch.setenv("CPE_DIAG_CONFIG", str(tmp_path / "config.yaml"))
    store = CaseStore.at(tmp_path / "case.db")
    with store.writing() as connection:
        put(connection, (NOTE,), NOW - timedelta(minutes=1))
    return StoredOutbox(store)


def said(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, words)


def test_a_dead_letter_is_shown_with_its_reason_and_without_its_words(
    outbox: StoredOutbox,
) -> None:
    """What a customer's note says is for the desk."""
    letter = outbox.claim(sender="a", at=NOW, lease=timedelta(minutes=1))
    assert letter is not None
    outbox.bury(letter, at=NOW, words="PUT /x: 422")
    told = said("outbox", "list", "--state", "dead", "--json").stdout
    assert [one["words"] for one in json.loads(told)] == ["PUT /x: 422"]
    assert "customer" not in told
    assert "422" in said("outbox", "list").stdout
    assert said("outbox", "list", "--state", "waiting").stdout == "There is no letter.\n"


def test_dead_letters_are_sent_again_by_number_or_all(outbox: StoredOutbox) -> None:
    """Once the desk is mended."""
    assert said("outbox", "retry").exit_code == ExitCode.BAD_INPUT
    assert said("outbox", "retry", "1").exit_code == ExitCode.BAD_INPUT
    for words in (("1",), ("--all",)):
        at = NOW + timedelta(hours=1)
        letter = outbox.claim(sender="a", at=at, lease=timedelta(minutes=1))
        assert letter is not None
        outbox.bury(letter, at=at, words="")
        assert said("outbox", "retry", *words).stdout == "1 to be sent again\n"
    assert said("outbox", "retry", "--all").stdout == "0 to be sent again\n"
