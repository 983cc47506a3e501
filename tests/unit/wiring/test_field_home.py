"""What a laptop did offline comes home whole, once, and never over what the office has."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from laptop_and_office import AT, arrivals, came, carried, did
from sqlalchemy import insert, select, update

from cpe_diag.cli import main
from cpe_diag.domain.failures import CpeDiagError, PackError
from cpe_diag.field.pack import LONGEST
from cpe_diag.store.carried import Arrival, bring_in, ended_runs
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.erased import STILL_OUT
from cpe_diag.store.laptop_disputed import disputed
from cpe_diag.store.laptop_trails import ends_of_trails
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.run_tables import (
    ACTION_ENTRIES,
    ACTION_RECORDS,
    CASES,
    RUN_ENTRIES,
    RUN_RESULTS,
    RUNS,
)
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.sealed import seal
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_arrival import brought_home
from cpe_diag.wiring.field_given import Part, end_of, given, note_received, note_written
from cpe_diag.wiring.field_home import keep_due, kept_here, parted, parts_of, taken_out
from cpe_diag.wiring.field_pack import enrolled
from cpe_diag.wiring.kept_runs import kept_wish
from cpe_diag.wiring.retention import forget_subscriber
from cpe_diag.wiring.store_key import store_key
from cpe_diag.wiring.value_seal import value_seal

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from cpe_diag.wiring.config import Config


def the_office_has(office: Config) -> str:
    """Give what its next pack says to the one laptop."""
    ((length, hash_),) = ends_of_trails(case_store(office)).values()
    return end_of(length, hash_)


def nobody(_connection: Connection, _subscriber: str, _moment: str) -> bool:
    """Say that nobody was erased."""
    return False


def test_a_run_comes_home_whole_and_once(laptop: Config, office: Config, tmp_path: Path) -> None:
    """Case, verdict, journal and every file; the same file again changes nothing."""
    did(laptop, "run-a")
    file = carried(laptop, tmp_path / "home")
    assert arrivals(office, file) == [Arrival.NEW]
    assert arrivals(office, file) == [Arrival.SAME]
    runs = StoredRuns(case_store(office))
    assert runs.run("run-a").cause == "no_fault"
    assert runs.files("run-a") == {"case.json": b"{}", "raw/0001.txt": b"\xff\x00"}
    assert [one.kind.value for one in runs.entries("run-a")] == ["started"]
    case = StoredCases(case_store(office)).case(runs.run("run-a").case_id)
    assert (case.subscriber, case.ticket) == ("sub-1", "T-1")


def test_files_come_in_any_order(laptop: Config, office: Config, tmp_path: Path) -> None:
    """The evening's file before the morning's: what both hold is there once."""
    did(laptop, "run-a")
    morning = carried(laptop, tmp_path / "morning")
    did(laptop, "run-b")
    evening = carried(laptop, tmp_path / "evening")
    assert arrivals(office, evening) == [Arrival.NEW, Arrival.NEW]
    assert arrivals(office, morning) == [Arrival.SAME]
    assert len(StoredRuns(case_store(office)).runs()) == 2


def test_what_two_stores_tell_otherwise_is_shown_and_left(laptop: Config, office: Config) -> None:
    """Nothing is merged away: the office's stays, and somebody looks."""
    did(laptop, "run-a")
    (run,) = ended_runs(case_store(laptop), value_seal(laptop))
    store, seals = case_store(office), value_seal(office)
    bring_in(store, run, seals, nobody)
    otherwise = run.run.replace("no_fault", "wall_port_dead")
    other = replace(run, run=otherwise, files={"case.json": "e30="})
    told = bring_in(store, other, seals, nobody)
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
    (told,) = came(office, carried(laptop, tmp_path / "home")).runs
    assert told.arrival is Arrival.NEW
    assert "ticket T-1 has another case here" in told.words


def test_the_checks_of_one_visit_are_no_surprise_to_each_other(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Each visit has some, and each was pointed out beside the other when they came home."""
    did(laptop, "run-a")
    did(laptop, "run-b")
    told = came(office, carried(laptop, tmp_path / "home")).runs
    assert len({one.case for one in told}) == 2
    assert [one.words for one in told] == ["", ""]


def test_the_office_goes_on_with_a_case_that_came_home(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """What it does with it is no difference to what the laptop has told."""
    did(laptop, "run-a")
    file = carried(laptop, tmp_path / "home")
    came(office, file)
    with case_store(office).writing() as connection:
        connection.execute(update(CASES).values(state="closed", destination="fixed"))
    (again,) = came(office, file).runs
    assert (again.arrival, again.words) == (Arrival.SAME, "")


def test_a_laptop_that_nobody_knows_brings_nothing_in(
    laptop: Config, office: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is well sealed, and signed by somebody else."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    enrolled()
    did(laptop, "run-a")
    with pytest.raises(PackError, match="signature"):
        brought_home(office, carried(laptop, tmp_path / "home"))
    assert StoredRuns(case_store(office)).runs() == ()


def test_the_command_tells_how_many_came(laptop: Config, office: Config, tmp_path: Path) -> None:
    """On the laptop, then in the office, then again."""
    did(laptop, "run-a")
    file = str(tmp_path / "out.cases")
    out = CliRunner().invoke(main, ["--config", laptop.origin, "field", "sync", "--out", file])
    assert "1 run, sealed for the office" in out.output
    words = ["--config", office.origin, "field", "sync", file]
    assert "1 new, 0 same, 0 conflict" in CliRunner().invoke(main, words).output
    assert "0 new, 1 same, 0 conflict, 0 refused" in CliRunner().invoke(main, words).output
    assert CliRunner().invoke(main, words[:-1]).exit_code == 2


def test_a_run_since_the_last_file_keeps_a_laptop_from_being_wiped(
    laptop: Config, tmp_path: Path
) -> None:
    """Also where older ones were pruned meanwhile, and one that has not ended counts, too."""
    did(laptop, "run-a")
    did(laptop, "run-b")
    part = taken_out(laptop).part
    note_written(part)
    note_received(part.end)
    assert kept_here(laptop) == ()
    with case_store(laptop).writing() as connection:
        for table, column in ((RUN_RESULTS, "run"), (RUN_ENTRIES, "run"), (RUNS, "id")):
            connection.execute(table.delete().where(table.c[column] == "run-a"))
    new = NewRun(id="run-c", playbook="x", subscriber="sub-1", ticket=None, wish={})
    StoredRuns(case_store(laptop)).begin(new, worker="anna", at=AT, lease=timedelta(minutes=1))
    assert kept_here(laptop) == ("1 runs were not written for the office",)
    del tmp_path


def test_what_was_written_is_kept_until_a_pack_says_that_it_has_come(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """A stick is lost on the way; the evening's file brings what the morning's had."""
    did(laptop, "run-a")
    words = ["--config", laptop.origin, "field", "sync", "--out"]
    CliRunner().invoke(main, [*words, str(tmp_path / "lost")])
    note_received(None)
    assert kept_here(laptop) == ("1 runs were written, and no pack has said that they have come",)
    did(laptop, "run-b")
    CliRunner().invoke(main, [*words, str(tmp_path / "evening")])
    did(laptop, "run-c")
    came(office, tmp_path / "evening")
    note_received(the_office_has(office))
    assert kept_here(laptop) == ("1 runs were not written for the office",)


def test_what_the_office_tells_otherwise_has_not_come_however_far_the_chain_has(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """The run that comes beside it has; the laptop keeps the other until both tell the same."""
    did(laptop, "run-a")
    did(laptop, "run-b")
    did(office, "run-a", files={"case.json": b"{} "})
    words = ["--config", laptop.origin, "field", "sync", "--out", str(tmp_path / "home")]
    CliRunner().invoke(main, words)
    assert came(office, tmp_path / "home").conflict
    assert came(office, tmp_path / "home").conflict
    (told,) = disputed(case_store(office)).values()
    assert told == ("run-a",)
    end = the_office_has(office)
    note_received(end, frozenset(told))
    assert kept_here(laptop) == ("1 runs were written, and no pack has said that they have come",)
    with case_store(office).writing() as connection:
        for table, column in ((RUN_RESULTS, "run"), (RUN_ENTRIES, "run"), (RUNS, "id")):
            connection.execute(table.delete().where(table.c[column] == "run-a"))
    assert not came(office, tmp_path / "home").conflict
    assert disputed(case_store(office)) == {}
    note_received(end, frozenset())
    assert kept_here(laptop) == ()


def test_a_file_of_an_ended_pack_stays_while_something_in_it_is_disputed(laptop: Config) -> None:
    """Nobody on the laptop reads it any more, so that it goes as a whole or not at all."""
    file = keep_due("ended", b"sealed")
    note_written(Part(3, "aa", frozenset({"run-b", file.name})))
    note_received("3:aa", frozenset({"run-in-the-file"}))
    assert file.exists()
    assert given().received == {"run-b"}
    note_received("3:aa", frozenset())
    assert not file.exists()
    del laptop


def test_an_end_that_this_laptop_has_not_written_confirms_nothing(
    laptop: Config, tmp_path: Path
) -> None:
    """The office has a chain of before the laptop was put back."""
    did(laptop, "run-a")
    part = taken_out(laptop).part
    note_written(part)
    note_received(end_of(part.length + 5, part.hash))
    assert len(kept_here(laptop)) == 1
    del tmp_path


def test_a_file_that_fails_does_not_hide_what_came_with_the_one_before(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Its runs are in the store, so somebody must hear of them."""
    did(laptop, "run-a")
    good, bad = carried(laptop, tmp_path / "good"), tmp_path / "bad"
    bad.write_bytes(b"noise")
    words = ["--config", office.origin, "field", "sync", str(good), str(bad)]
    told = CliRunner().invoke(main, words)
    assert told.exit_code != 0
    assert "1 new, 0 same, 0 conflict" in told.output
    assert f"{bad}: " in told.output


def test_a_change_without_an_end_keeps_a_laptop_from_being_wiped(laptop: Config) -> None:
    """Its journal is all that says what the router may still have to be given back."""
    row = {"id": "4df2", "kind": "router", "begun_at": moment_text(AT), "document": "{}"}
    with case_store(laptop).writing() as connection:
        connection.execute(insert(ACTION_RECORDS).values(**row))
    with pytest.raises(CpeDiagError):
        kept_here(laptop)


WISH: Final[dict[str, object]] = {
    "answers": {},
    "values": {},
    "device_mac": None,
    "platform": None,
    "budget_s": 60.0,
    "everything": False,
    "load_agreed": False,
}


def test_values_that_a_laptop_has_sealed_are_opened_in_the_office(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Each store has a key of its own; in the file they are for the office alone."""
    sealed = seal(store_key(laptop), {"wifi_password": "a new secret"})
    did(laptop, "run-a", wish=WISH | {"sealed": sealed})
    file = carried(laptop, tmp_path / "home")
    assert b"a new secret" not in file.read_bytes()
    (told,) = came(office, file).runs
    assert (told.arrival, told.words) == (Arrival.NEW, "")
    row = StoredRuns(case_store(office)).run("run-a")
    assert kept_wish(office, row).values == {"wifi_password": "a new secret"}
    assert "a new secret" not in str(row)
    assert arrivals(office, file) == [Arrival.SAME]


def test_values_that_cannot_be_opened_on_the_laptop_are_missed_aloud(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """The run comes home in any case; nobody thinks that they are there."""
    did(laptop, "run-a", wish=WISH | {"sealed": seal(b"another key" * 3, {"x": "y"})})
    (told,) = came(office, carried(laptop, tmp_path / "home")).runs
    assert told.arrival is Arrival.NEW
    assert "stayed behind: the values of a run cannot be opened" in told.words


def test_nothing_of_whom_the_office_has_erased_comes_back(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Neither what had come before, nor what is in the file for the first time; others come."""
    now = AT.now(tz=AT.tzinfo)
    did(laptop, "run-a", at=now)
    first = carried(laptop, tmp_path / "first")
    came(office, first)
    forget_subscriber(office, "sub-1", "they asked")
    did(laptop, "run-b", at=now)
    did(laptop, "run-c", "T-2", subscriber="sub-2", at=now)
    assert arrivals(office, first) == [Arrival.REFUSED]
    told = came(office, carried(laptop, tmp_path / "second"))
    assert [run.arrival for run in told.runs] == [Arrival.REFUSED, Arrival.REFUSED, Arrival.NEW]
    assert "was erased here" in told.runs[0].words
    assert "sub-1" not in " ".join(run.words for run in told.runs)
    rows = StoredRuns(case_store(office)).runs()
    assert {row.subscriber for row in rows} == {None, "sub-2"}


def test_who_is_a_customer_again_long_after_is_not_refused(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """No pack from before the erasure can be in use then."""
    forget_subscriber(office, "sub-1", "they asked")
    did(laptop, "run-a", at=AT.now(tz=AT.tzinfo) + timedelta(days=15))
    assert arrivals(office, carried(laptop, tmp_path / "home")) == [Arrival.NEW]


def test_a_file_of_parts_that_was_cut_is_refused() -> None:
    """Half of it would look like all of it."""
    whole = parted([b"abc", b"de"])
    assert list(parts_of(whole)) == [b"abc", b"de"]
    assert list(parts_of(b"one alone")) == [b"one alone"]
    for broken in (*(whole[:length] for length in range(35, len(whole))), whole + b"x"):
        with pytest.raises(PackError, match="whole file"):
            list(parts_of(broken))


def test_nothing_comes_back_for_as_long_as_a_pack_may_live() -> None:
    """The room of the store cannot see the one of packs, so the two are held together here."""
    assert STILL_OUT == LONGEST


def changed(config: Config, name: str, *, words: str = "{}", subscriber: str = "sub-1") -> None:
    """Let a change have been done there, from its beginning to its end."""
    at = moment_text(AT)
    row = {"id": name, "kind": "router", "subscriber": subscriber, "begun_at": at}
    with case_store(config).writing() as connection:
        connection.execute(insert(ACTION_RECORDS).values(**row, ended_at=at, document=words))
        connection.execute(insert(ACTION_ENTRIES).values(action=name, seq=1, document=words))


def test_changes_come_home_with_their_journals(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Once; and until then they keep a laptop from being wiped."""
    changed(laptop, "4df2")
    assert kept_here(laptop) == ("1 changes were not written for the office",)
    file = tmp_path / "home"
    words = ["field", "sync", "--out", str(file)]
    CliRunner().invoke(main, ["--config", laptop.origin, *words])
    underway = "1 changes were written, and no pack has said that they have come"
    assert kept_here(laptop) == (underway,)
    for arrival in (Arrival.NEW, Arrival.SAME):
        (told,) = came(office, file).changes
        assert (told.change, told.arrival, told.words) == ("4df2", arrival, "")
    note_received(the_office_has(office))
    assert kept_here(laptop) == ()
    with case_store(office).reading() as connection:
        assert connection.execute(select(ACTION_RECORDS.c.id)).scalars().all() == ["4df2"]
        assert len(connection.execute(select(ACTION_ENTRIES)).all()) == 1


def test_a_change_that_is_told_otherwise_is_a_conflict(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """The office's stays."""
    changed(office, "4df2", words='{"ended": "proven"}')
    changed(laptop, "4df2", words='{"ended": "failed"}')
    file = carried(laptop, tmp_path / "home")
    told = CliRunner().invoke(main, ["--config", office.origin, "field", "sync", str(file)])
    assert "change 4df2: conflict: its journal is told otherwise here" in told.output
    assert "changes: 0 new, 0 same, 1 conflict, 0 refused" in told.output
    assert told.exit_code == 21


def test_a_change_of_whom_the_office_has_erased_stays_out(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """As their runs do."""
    forget_subscriber(office, "sub-1", "they asked")
    changed(laptop, "4df2")
    (told,) = came(office, carried(laptop, tmp_path / "home")).changes
    assert told.arrival is Arrival.REFUSED
