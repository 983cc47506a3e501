"""A pack that is over goes with the next command, whatever it is and the clock shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from laptop_and_office import STORE_URL, arrivals, carried, did, laptop_at, office_at
from sqlalchemy import insert, select

from cpe_diag.cli import main
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.failures import PackError
from cpe_diag.domain.known_issue import KnownIssue, Remedy
from cpe_diag.field.pack import Pack, PackedVisit, seal
from cpe_diag.field.sealing import key_text
from cpe_diag.store.carried import Arrival
from cpe_diag.store.case_tables import AUDIT_HEAD, AUDIT_LINKS, METADATA, moment_text
from cpe_diag.store.known_issues import StoredKnownIssues
from cpe_diag.store.laptop_trails import ends_of_trails
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.run_tables import ACTION_RECORDS
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.field_arrival import brought_home
from cpe_diag.wiring.field_end import ENDING, settled
from cpe_diag.wiring.field_given import end_of
from cpe_diag.wiring.field_home import kept_here
from cpe_diag.wiring.field_pack import enrolled, keep_seen, opened, seen
from cpe_diag.wiring.laptop_key import folder, store_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpe_diag.wiring.config import Config

KEY: Final = Ed25519PrivateKey.generate()
NOW: Final = datetime.now(UTC)
OVER: Final = timedelta(hours=-1)
KNOWN: Final = KnownIssue(
    id="nat-hangs",
    title="NAT hangs",
    model="Sample AX*",
    firmware="",
    symptoms=(),
    remedy=Remedy(action="human.reset", parameter="", words="Reset it.", playbook=""),
    source="ticket 4711",
    added_by="ines",
    added_at=NOW,
    retired_at=None,
    retired_because="",
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a laptop and its office."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv(STORE_URL, f"sqlite:///{tmp_path / 'office.db'}")
    return tmp_path


def packed(
    place: Path,
    ends: timedelta,
    name: str = "p-1",
    received: Mapping[str, str] = MappingProxyType({}),
) -> Config:
    """Give a laptop with a pack that ends so long after now."""
    config = laptop_at(place, f", office_key: '{key_text(KEY.public_key())}'", pack="today.pack")
    pack = Pack(
        id=name,
        area="north",
        made_at=NOW + ends - timedelta(hours=20),
        valid_until=NOW + ends,
        visits=(PackedVisit(subscriber=sample_subscriber(), ticket="T-1", node_ports=()),),
        secrets={"file:keys.yaml#router": "very secret"},
        known=(KNOWN,),
        playbooks={},
        drivers={},
        cases={},
        revoked=(),
        received=received,
    )
    (place / "today.pack").write_bytes(seal(pack, KEY, enrolled().recipient))
    return config


def held(config: Config) -> dict[str, int]:
    """Count the rows of each table that has some."""
    with case_store(config).reading() as connection:
        counts = {
            table.name: len(connection.execute(select(table)).all())
            for table in METADATA.sorted_tables
        }
    return {name: count for name, count in counts.items() if count}


def test_before_its_end_a_pack_stays(place: Path) -> None:
    """With everything that was done from it."""
    config = packed(place, timedelta(hours=1))
    did(config, "run-a")
    assert settled(config) == ()
    assert opened(config).id == "p-1"
    assert held(config) == {"cases": 1, "runs": 1, "run_entries": 1, "run_results": 2}


def test_a_pack_that_is_over_goes_and_its_cases_stay_sealed_for_the_office(place: Path) -> None:
    """No credential, subscriber or case is left on the laptop, and none is lost."""
    config = packed(place, OVER)
    did(config, "run-a")
    key = store_keys()
    told = CliRunner().invoke(main, ["--config", config.origin, "playbook", "list"])
    assert "pack p-1 was valid until" in told.stderr
    assert "1 runs stay sealed for the office" in told.stderr
    assert not (place / "today.pack").exists()
    assert set(held(config)) == {AUDIT_LINKS.name, AUDIT_HEAD.name, "audit_personal"}
    assert store_keys() != key
    assert settled(config) == ()
    assert kept_here(config) == (
        "1 files of packs that have ended were not written for the office",
    )
    home = carried(config, place / "home")
    assert arrivals(office_at(place), home) == [Arrival.NEW]
    assert arrivals(office_at(place), home) == [Arrival.SAME]


def test_what_was_sealed_stays_until_the_office_was_given_it(place: Path) -> None:
    """A second pack ends before anybody was at the office: both are in the file."""
    first = packed(place, OVER)
    did(first, "run-a")
    settled(first)
    second = packed(place, OVER, "p-2")
    did(second, "run-b", "T-2")
    settled(second)
    out = place / "out"
    words = ["--config", second.origin, "field", "sync", "--out", str(out)]
    assert "2 files of packs that have ended" in CliRunner().invoke(main, words).output
    assert len(list((folder() / "due").iterdir())) == 2
    office = office_at(place)
    assert arrivals(office, out) == [Arrival.NEW, Arrival.NEW]
    third = packed(place, timedelta(hours=1), "p-3", received=ends(office))
    opens = ["--config", third.origin, "field", "open", str(place / "today.pack")]
    assert CliRunner().invoke(main, opens).exit_code == 0
    assert kept_here(third) == ()
    assert list((folder() / "due").iterdir()) == []


def test_a_pack_whose_place_another_one_took_ends_in_its_time_all_the_same(place: Path) -> None:
    """Who opens tomorrow's pack today has no right to today's visits tomorrow."""
    config = packed(place, timedelta(hours=1))
    opened(config)
    did(config, "run-a")
    (place / "today.pack").rename(place / "kept.pack")
    packed(place, timedelta(hours=9), "p-2")
    (place / "today.pack").rename(place / "tomorrow.pack")
    (place / "kept.pack").rename(place / "today.pack")
    opens = ["--config", config.origin, "field", "open", str(place / "tomorrow.pack")]
    assert CliRunner().invoke(main, opens).exit_code == 0
    assert settled(config) == ()
    assert held(config)["runs"] == 1
    assert list(seen()["replaced"]) == ["p-1"]
    keep_seen(seen() | {"replaced": {"p-1": (NOW + OVER).isoformat()}})
    assert "pack p-1, whose place another one took, was valid until" in settled(config)[0]
    assert set(held(config)) == {*NO_PERSONS, "known_issues"}
    assert seen()["replaced"] == {}
    assert opened(config).id == "p-2"
    assert settled(config) == ()


NO_PERSONS = {AUDIT_LINKS.name, AUDIT_HEAD.name, "audit_personal"}


def ends(office: Config) -> dict[str, str]:
    """Give what a pack of this office says of what has come."""
    return {name: end_of(*end) for name, end in ends_of_trails(case_store(office)).items()}


def test_a_pack_that_was_opened_while_a_run_of_the_one_before_went_on_stays(place: Path) -> None:
    """With its known issues: the end of one pack is not the end of another."""
    config = packed(place, OVER)
    new = NewRun(id="run-a", playbook="x", subscriber="sub-1", ticket=None, wish={})
    StoredRuns(case_store(config)).begin(new, worker="anna", at=NOW, lease=timedelta(minutes=1))
    assert "1 runs are still being done" in settled(config)[-1]
    packed(place, timedelta(hours=1), "p-2")
    assert "1 runs are still being done" in settled(config)[-1]
    assert opened(config).id == "p-2"
    StoredRuns(case_store(config)).end_lease(StoredRuns(case_store(config)).run("run-a"))
    assert "1 runs stay sealed" in settled(config)[-1]
    assert opened(config).id == "p-2"
    assert StoredKnownIssues(case_store(config)).every() == (KNOWN,)
    assert settled(config) == ()


def test_a_clock_that_was_put_back_does_not_keep_a_pack(place: Path) -> None:
    """The store has seen a later time, also where nothing else on the laptop remembers it."""
    config = packed(place, timedelta(hours=1))
    did(config, "run-a", at=NOW + timedelta(hours=2))
    (folder() / "packs.json").unlink(missing_ok=True)
    (told, *_) = settled(config)
    assert "pack p-1 was valid until" in told
    assert not (place / "today.pack").exists()
    assert datetime.fromisoformat(seen()["last_seen"]) >= NOW + timedelta(hours=2)


def test_a_pack_that_was_called_back_goes_too(place: Path) -> None:
    """The laptop has heard of it with a later one."""
    config = packed(place, timedelta(hours=1))
    (folder() / "packs.json").write_text('{"last_seen": null, "revoked": ["p-1"]}')
    assert "called back" in settled(config)[0]
    assert not (place / "today.pack").exists()


def test_without_an_office_to_seal_for_cases_stay_encrypted(place: Path) -> None:
    """They are not lost; the pack goes in any case."""
    config = packed(place, OVER)
    did(config, "run-a")
    (folder() / "laptop.key").unlink()
    told = settled(config)
    assert "stays in the encrypted store" in told[1]
    assert not (place / "today.pack").exists()
    assert held(config)["runs"] == 1


def test_a_run_that_is_being_done_is_not_torn_away(place: Path) -> None:
    """Its process goes on; the rest follows with the command after its end."""
    config = packed(place, OVER)
    new = NewRun(id="run-a", playbook="x", subscriber="sub-1", ticket=None, wish={})
    StoredRuns(case_store(config)).begin(new, worker="anna", at=NOW, lease=timedelta(minutes=1))
    assert "1 runs are still being done" in settled(config)[-1]
    assert not (place / "today.pack").exists()
    assert held(config)["runs"] == 1
    assert (folder() / ENDING).exists()
    run = StoredRuns(case_store(config)).run("run-a")
    StoredRuns(case_store(config)).end_lease(run)
    assert "1 runs stay sealed" in settled(config)[-1]
    assert "runs" not in held(config)
    assert not (folder() / ENDING).exists()


def test_a_change_without_an_end_stays_for_what_must_be_given_back(place: Path) -> None:
    """Its journal is the only one who knows what stands in the router."""
    config = packed(place, OVER)
    row = {"kind": "router", "begun_at": moment_text(NOW), "document": "{}"}
    with case_store(config).writing() as connection:
        for name, ended in (("4df2", None), ("5df2", moment_text(NOW))):
            connection.execute(insert(ACTION_RECORDS).values(id=name, ended_at=ended, **row))
    settled(config)
    with case_store(config).reading() as connection:
        assert connection.execute(select(ACTION_RECORDS.c.id)).scalars().all() == ["4df2"]


def test_the_chain_of_the_laptop_goes_on_without_its_persons(place: Path) -> None:
    """It still verifies; at the office who looked at whom stays as it came before the end."""
    config = packed(place, OVER)
    about = About(subscriber="sub-1")
    desk = open_desk(config)
    desk.note(AuditKind.LOOK, "on site", about)
    settled(config)
    assert desk.audit.verify().flaws == ()
    assert desk.audit.entries(subscriber="sub-1") == ()
    desk.note(AuditKind.LOOK, "on site again", About(subscriber="sub-2"))
    office = office_at(place)
    later = carried(config, place / "later")
    ended, now = brought_home(office, later)
    assert ended.trail is not None
    assert now.trail is not None
    assert (ended.trail.length, now.trail.length, now.trail.added) == (2, 5, 3)


def test_a_pack_for_another_laptop_is_left_for_whoever_uses_it_to_be_told(place: Path) -> None:
    """Nothing of it can be read here."""
    config = packed(place, OVER)
    (place / "today.pack").write_bytes(b"somebody else's")
    assert settled(config) == ()
    with pytest.raises(PackError, match="somebody else"):
        opened(config)
