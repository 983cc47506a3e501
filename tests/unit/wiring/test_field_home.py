"""What a laptop did offline comes home whole, once, and never over what the office has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pyrage  # type: ignore[import-untyped]  # no types there
import pytest
from click.testing import CliRunner
from sqlalchemy import insert, update

from cpe_diag.cli import main
from cpe_diag.domain.failures import CpeDiagError, PackError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.store.carried import Arrival, bring_in, ended_runs
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.run_tables import ACTION_RECORDS, CASES, RUN_ENTRIES, RUN_RESULTS, RUNS
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_home import brought_home, kept_here, note_sealed, taken_out
from cpe_diag.wiring.field_pack import enrolled

AT: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFICE: Final = pyrage.x25519.Identity.generate()


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a laptop's configuration; its keys are in a folder of this test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file = tmp_path / "laptop.yaml"
    file.write_text(
        f"store: {{path: laptop.db}}\nfield: {{office_recipient: {OFFICE.to_public()}}}\n",
        encoding="utf-8",
    )
    return read(file, str(file))


@pytest.fixture
def office(tmp_path: Path, laptop: Config) -> Config:
    """Give the office's configuration, which believes the laptop."""
    del laptop
    keys = tmp_path / "keys.yaml"
    keys.write_text(f"identity: {OFFICE}\n", encoding="utf-8")
    keys.chmod(0o600)
    file = tmp_path / "office.yaml"
    file.write_text(
        "store: {path: office.db}\n"
        "field:\n  identity: 'file:keys.yaml#identity'\n"
        f"  laptops: {{anna: '{enrolled().signs_as}'}}\n",
        encoding="utf-8",
    )
    return read(file, str(file))


def did(config: Config, run: str, ticket: str | None = "T-1", words: str = "well") -> None:
    """Let somebody do a run there, from its beginning to its end."""
    runs = StoredRuns(case_store(config))
    new = NewRun(
        id=run, playbook="at_wall_port", subscriber="sub-1", ticket=ticket, wish={"answers": {}}
    )
    row = runs.begin(new, worker="anna", at=AT, lease=timedelta(minutes=1))
    outcome = RunOutcome(
        state=RunState.FINISHED,
        destination="fixed",
        words=words,
        domain="none",
        cause="no_fault",
        confidence=0.9,
        files={"case.json": b"{}", "raw/0001.txt": b"\xff\x00"},
    )
    runs.end(run, row.attempt, outcome, at=AT + timedelta(minutes=3))


def carried(laptop: Config, place: Path) -> Path:
    """Seal what the laptop has done."""
    file = place / "home.cases"
    file.write_bytes(taken_out(laptop)[1])
    return file


def arrivals(office: Config, file: Path) -> list[Arrival]:
    """Bring a file in, and give what became of each run."""
    return [one.arrival for one in brought_home(office, file)]


def test_a_run_comes_home_whole_and_once(laptop: Config, office: Config, tmp_path: Path) -> None:
    """Case, verdict, journal and every file; the same file again changes nothing."""
    did(laptop, "run-a")
    file = carried(laptop, tmp_path)
    assert arrivals(office, file) == [Arrival.NEW]
    assert arrivals(office, file) == [Arrival.SAME]
    runs = StoredRuns(case_store(office))
    assert runs.run("run-a").cause == "no_fault"
    assert runs.files("run-a") == {"case.json": b"{}", "raw/0001.txt": b"\xff\x00"}
    case = StoredCases(case_store(office)).case(runs.run("run-a").case_id)
    assert (case.subscriber, case.ticket) == ("sub-1", "T-1")


def test_files_come_in_any_order(laptop: Config, office: Config, tmp_path: Path) -> None:
    """The evening's file before the morning's: what both hold is there once."""
    did(laptop, "run-a")
    morning = carried(laptop, tmp_path).rename(tmp_path / "morning")
    did(laptop, "run-b")
    evening = carried(laptop, tmp_path).rename(tmp_path / "evening")
    assert arrivals(office, evening) == [Arrival.NEW, Arrival.NEW]
    assert arrivals(office, morning) == [Arrival.SAME]
    assert len(StoredRuns(case_store(office)).runs()) == 2


def test_what_two_stores_tell_otherwise_is_shown_and_left(laptop: Config, office: Config) -> None:
    """Nothing is merged away: the office's stays, and somebody looks."""
    did(laptop, "run-a")
    (run,) = ended_runs(case_store(laptop))
    store = case_store(office)
    bring_in(store, run)
    otherwise = run.run.replace("no_fault", "wall_port_dead")
    other = replace(run, run=otherwise, files={"case.json": "e30="})
    told = bring_in(store, other)
    assert told.arrival is Arrival.CONFLICT
    assert "cause: here 'no_fault', there 'wall_port_dead'" in told.words
    assert "its file raw/0001.txt" in told.words
    assert StoredRuns(store).run("run-a").cause == "no_fault"


def test_another_case_of_the_same_ticket_is_pointed_out(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """The office has worked on it meanwhile: both stay, and are named."""
    did(office, "run-x")
    did(laptop, "run-a")
    (told,) = brought_home(office, carried(laptop, tmp_path))
    assert told.arrival is Arrival.NEW
    assert "ticket T-1 has another case here" in told.words


def test_the_office_goes_on_with_a_case_that_came_home(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """What it does with it is no difference to what the laptop has told."""
    did(laptop, "run-a")
    file = carried(laptop, tmp_path)
    (_told,) = brought_home(office, file)
    with case_store(office).writing() as connection:
        connection.execute(update(CASES).values(state="closed", destination="fixed"))
    (again,) = brought_home(office, file)
    assert (again.arrival, again.words) == (Arrival.SAME, "")


def test_a_laptop_that_nobody_knows_brings_nothing_in(
    laptop: Config, office: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is well sealed, and signed by somebody else."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    enrolled()
    did(laptop, "run-a")
    with pytest.raises(PackError, match="signature"):
        brought_home(office, carried(laptop, tmp_path))
    assert StoredRuns(case_store(office)).runs() == ()


def test_the_command_tells_how_many_came(laptop: Config, office: Config, tmp_path: Path) -> None:
    """On the laptop, then in the office, then again."""
    did(laptop, "run-a")
    file = str(tmp_path / "out.cases")
    out = CliRunner().invoke(main, ["--config", laptop.origin, "field", "sync", "--out", file])
    assert "1 runs, sealed for the office" in out.output
    words = ["--config", office.origin, "field", "sync", file]
    assert "1 new, 0 same, 0 conflict" in CliRunner().invoke(main, words).output
    assert "0 new, 1 same, 0 conflict" in CliRunner().invoke(main, words).output
    assert CliRunner().invoke(main, words[:-1]).exit_code == 2


def test_a_laptop_is_wiped_once_the_office_has_its_cases(laptop: Config, tmp_path: Path) -> None:
    """A lost laptop tells nothing, and no case is lost for it."""
    file = Path(laptop.origin)
    text = file.read_text(encoding="utf-8")
    file.write_text(f"inventory: {{kind: pack, path: today.pack}}\n{text}", encoding="utf-8")
    (tmp_path / "today.pack").write_bytes(b"sealed")
    enrolled()
    did(read(file, str(file)), "run-a")
    words = ["--config", str(file), "field", "wipe", "--yes"]
    assert "1 runs are not sealed" in CliRunner().invoke(main, words).output
    out = str(tmp_path / "out.cases")
    CliRunner().invoke(main, ["--config", str(file), "field", "sync", "--out", out])
    told = CliRunner().invoke(main, words[:-1]).output
    assert "would go: add --yes" in told
    assert (tmp_path / "today.pack").exists()
    assert CliRunner().invoke(main, words).exit_code == 0
    left = {place.name for place in tmp_path.iterdir()}
    assert left == {"laptop.yaml", "out.cases", "data"}
    assert not (tmp_path / "data" / "cpe-diag" / "field").exists()


def test_a_run_since_the_last_file_keeps_a_laptop_from_being_wiped(
    laptop: Config, tmp_path: Path
) -> None:
    """Also where older ones were pruned meanwhile, and one that has not ended counts, too."""
    enrolled()
    did(laptop, "run-a")
    did(laptop, "run-b")
    runs, _ = taken_out(laptop)
    note_sealed(runs)
    assert kept_here(laptop) == ()
    with case_store(laptop).writing() as connection:
        for table, column in ((RUN_RESULTS, "run"), (RUN_ENTRIES, "run"), (RUNS, "id")):
            connection.execute(table.delete().where(table.c[column] == "run-a"))
    new = NewRun(id="run-c", playbook="x", subscriber="sub-1", ticket=None, wish={})
    StoredRuns(case_store(laptop)).begin(new, worker="anna", at=AT, lease=timedelta(minutes=1))
    assert kept_here(laptop) == ("1 runs are not sealed for the office",)
    del tmp_path


def test_a_change_without_an_end_keeps_a_laptop_from_being_wiped(laptop: Config) -> None:
    """Its journal is all that says what the router may still have to be given back."""
    enrolled()
    row = {"id": "4df2", "kind": "router", "begun_at": moment_text(AT), "document": "{}"}
    with case_store(laptop).writing() as connection:
        connection.execute(insert(ACTION_RECORDS).values(**row))
    with pytest.raises(CpeDiagError):
        kept_here(laptop)
