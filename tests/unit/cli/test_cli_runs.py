"""Lists of runs and cases are read at 80 columns, and say so where there is nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.domain.letter import LetterKind, NewLetter
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind, RunState
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import put
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_rows import NewRun, RunOutcome, RunRow
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 26, 12, 0, 7, tzinfo=UTC)
WORDS = "The port is dark and nobody who lives beside it has lost theirs, so it is this line"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a configuration with an empty store, and a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n", encoding="utf-8")
    (tmp_path / "inventory.yaml").write_text(
        'nodes: {an-1: {address: 192.0.2.1}}\nsubscribers: [{id: sub-1, node: an-1, port: "1"}]\n'
    )
    return tmp_path


def said(place: Path, *words: str) -> tuple[int, str]:
    """Give a command; gives its exit code and what it printed."""
    result = CliRunner().invoke(main, ["--config", str(place / "config.yaml"), *words])
    return result.exit_code, result.output


def ended(place: Path) -> RunRow:
    """Keep a run that has ended."""
    store = CaseStore.at(place / "case.db")
    runs = StoredRuns(store)
    new = NewRun(
        id="e8259cbb57",
        playbook="reinstall_firmware",
        subscriber="sub-1001",
        ticket="INC0012345",
        wish={"answers": {"affected": "all_devices"}, "budget_s": 900.0, "sealed": "00"},
    )
    begun = runs.begin(new, worker="a", at=AT, lease=timedelta(minutes=1))
    record = {"id": "look", "state": "done", "note": "nothing more would tell", "started_s": 0.1}
    journal = StoredRunJournal(store, begun.id, begun.attempt)
    measured = {"probes": ["a", "b"], "evidence": [1, 2, 3]}
    entries = [
        RunEntry(kind=RunEntryKind.MEASURED, at=AT, step="look", document=measured),
        RunEntry(kind=RunEntryKind.STEP_ENDED, at=AT, step="look", document={"record": record}),
    ]
    journal.append(entries, 1)
    outcome = RunOutcome(
        state=RunState.FINISHED,
        destination="field_technician",
        words=WORDS,
        domain="network",
        cause="line_cut",
        confidence=0.8,
    )
    return runs.end(begun.id, begun.attempt, outcome, at=AT)


def test_a_list_at_80_columns_breaks_no_name_and_no_moment(place: Path) -> None:
    """Who copies a run's id from the list gets the whole of it."""
    row = ended(place)
    for words, cells in (
        (("runs", "list"), (row.id, "reinstall_firmware", "INC0012345", "2026-11-26 12:00")),
        (("case", "search"), (row.case_id, "field_technician", "INC0012345", "2026-11-26 12:00")),
        (("case", "show", row.case_id), (row.id, "network/line_cut", "2026-11-26 12:00 UTC")),
    ):
        code, text = said(place, *words)
        assert code == 0
        assert all(cell in text for cell in cells), text
        assert " ".join(WORDS.split()) in " ".join(text.split())


def test_a_run_is_shown_as_people_read_it_and_whole_as_json(place: Path) -> None:
    """What every probe is called, and how many milliseconds a step took, hides what it said."""
    row = ended(place)
    _code, text = said(place, "runs", "show", row.id)
    for part in (
        "12:00:07.000  measured    look  2 probes, 3 observations",
        "step_ended  look  done; nothing more would tell",
        "network/line_cut, confidence 0.80",
        "2026-11-26 12:00:07 UTC",
        'answers: {"affected": "all_devices"}',
    ):
        assert part in text
    assert "started_s" not in text
    assert "sealed" not in text
    assert '"started_s": 0.1' in said(place, "runs", "show", row.id, "--json")[1]


def test_a_list_of_nothing_says_so(place: Path) -> None:
    """An empty line of heads looks like a command that broke off."""
    assert said(place, "runs", "list")[1].startswith("There is no such run;")
    assert said(place, "case", "search", "words")[1].startswith("There is no such case;")


def test_an_order_for_later_says_when_it_begins(place: Path) -> None:
    """And that it has no journal until then."""
    config = place / "config.yaml"
    config.write_text(f"{config.read_text()}inventory: {{kind: file, path: inventory.yaml}}\n")
    words = ("submit", "no_internet", "-s", "sub-1", "--at", "2199-01-02")
    code, text = said(place, *words)
    assert code == 0
    assert re.search(r"It begins 2199-01-0[12] \d\d:00 UTC at the earliest", text)
    (run,) = StoredRuns(CaseStore.at(place / "case.db")).runs()
    assert "no journal: it has not begun" in said(place, "runs", "show", run.id)[1]


def test_a_letter_that_waits_is_read_at_80_columns(place: Path) -> None:
    """Where it goes, when it is tried again, and why it did not arrive."""
    store = CaseStore.at(place / "case.db")
    letter = NewLetter(
        key="k", kind=LetterKind.NOTE, target="zammad-of-the-office", lane="k", document={}
    )
    with store.writing() as connection:
        put(connection, (letter,), AT)
    _code, text = said(place, "outbox", "list")
    assert "zammad-of-the-office" in text
    assert "2026-11-26 12:00" in text


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--at", "2020-01-01", "--at: 2020-01-01 00:00 is over; give a moment to come"),
        ("--ticket", " ", "--ticket is empty; leave it out where there is no ticket"),
    ],
)
def test_an_order_with_a_slip_is_refused(place: Path, option: str, value: str, words: str) -> None:
    """A year mistyped would begin at once, and a variable that is not set be no ticket."""
    code, text = said(place, "submit", "no_internet", "-s", "sub-1", option, value)
    assert code == 2
    assert words in " ".join(text.split())
    assert said(place, "runs", "list")[1].startswith("There is no such run;")
