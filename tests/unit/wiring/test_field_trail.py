"""The audit trail of a laptop comes home: as its own chain, once, and never over what is here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from laptop_and_office import AT, came, carried
from sqlalchemy import update

from cpe_diag.cli import main
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.store.audit_key_source import KeyFile
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.carried import Arrival
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.laptop_tables import LAPTOP_LINKS
from cpe_diag.store.laptop_trails import (
    ArrivedTrail,
    CarriedTrail,
    bring_trail_in,
    carried_trail,
    kept_trails,
)
from cpe_diag.store.personal import held_about
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.field_pack import enrolled
from cpe_diag.wiring.retention import forget_subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from cpe_diag.wiring.config import Config

ANNA: Final = "anna's key"


def noted(laptop: Config, *subscribers: str) -> CarriedTrail:
    """Note a look at each, and give the laptop's chain."""
    desk = open_desk(laptop)
    for one in subscribers:
        desk.note(AuditKind.LOOK, "on site", About(subscriber=one))
    trail = carried_trail(case_store(laptop))
    assert trail is not None
    return trail


def nobody(_connection: Connection, _subscriber: str, _moment: str) -> bool:
    """Say that nobody was erased."""
    return False


def brought(office: Config, trail: CarriedTrail) -> ArrivedTrail:
    """Bring a chain in."""
    return bring_trail_in(case_store(office), ANNA, trail, at=AT, erased=nobody)


def test_each_entry_comes_once(laptop: Config, office: Config) -> None:
    """What was there is not appended again, in whatever order the files come."""
    morning = noted(laptop, "sub-1", "sub-2")
    evening = noted(laptop, "sub-3")
    told = brought(office, evening)
    assert (told.arrival, told.added, told.length) == (Arrival.NEW, 3, 3)
    again = [brought(office, one) for one in (morning, evening)]
    assert [(one.arrival, one.added, one.length) for one in again] == [(Arrival.SAME, 0, 3)] * 2
    (kept,) = kept_trails(case_store(office))
    assert (kept.laptop, kept.length, kept.hash, kept.flaws) == (ANNA, 3, told.hash, ())


def test_a_gap_is_a_conflict_and_nothing_of_it_comes_in(laptop: Config, office: Config) -> None:
    """An entry was taken out on the laptop."""
    trail = noted(laptop, "sub-1", "sub-2", "sub-3")
    cut = replace(trail, links=(trail.links[0], trail.links[2]))
    told = brought(office, cut)
    assert (told.arrival, told.added) == (Arrival.CONFLICT, 0)
    assert "entry 2 is missing" in told.words
    assert kept_trails(case_store(office)) == ()


def test_an_entry_that_was_changed_is_a_conflict(laptop: Config, office: Config) -> None:
    """Who has looked at whom is signed."""
    trail = noted(laptop, "sub-1")
    (person,) = trail.personal
    other = json.dumps(json.loads(person) | {"subscriber": "sub-9"})
    told = brought(office, replace(trail, personal=(other,)))
    assert told.arrival is Arrival.CONFLICT
    assert "who did it, about whom, or the words were changed" in told.words


def test_a_fork_is_a_conflict_and_what_is_here_stays(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """The laptop's store was put back to the morning, and told another day."""
    first = noted(laptop, "sub-1")
    morning = (tmp_path / "laptop.db").read_bytes()
    evening = noted(laptop, "sub-2")
    brought(office, evening)
    (tmp_path / "laptop.db").write_bytes(morning)
    told = brought(office, noted(laptop, "sub-3", "sub-4"))
    assert told.arrival is Arrival.CONFLICT
    assert "from entry 2 on it tells another past" in told.words
    assert brought(office, first).arrival is Arrival.SAME
    assert brought(office, evening).arrival is Arrival.SAME


def test_a_chain_that_was_begun_anew_is_a_conflict(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """The same laptop, and another key of its audit trail."""
    brought(office, noted(laptop, "sub-1"))
    other = CaseStore.at(tmp_path / "other.db")
    desk = replace(
        open_desk(laptop), audit=StoredAudit(other, KeyFile(tmp_path / "other.audit-key"))
    )
    desk.note(AuditKind.LOOK, "on site", About())
    trail = carried_trail(other)
    assert trail is not None
    told = brought(office, trail)
    assert told.arrival is Arrival.CONFLICT
    assert "signed by another key than before" in told.words


def test_whom_the_office_has_erased_is_in_no_chain_of_a_laptop(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Neither what is here already nor what comes; the chain still verifies."""
    noted(laptop, "sub-1", "sub-2")
    file = carried(laptop, tmp_path / "home")
    came(office, file)
    store = case_store(office)
    assert len(held_about(store, "sub-1")["laptop_personal"]) == 1
    forget_subscriber(office, "sub-1", "they asked")
    assert held_about(store, "sub-1")["laptop_personal"] == []
    noted(laptop, "sub-1")
    trail = came(office, carried(laptop, tmp_path / "later")).trail
    assert trail is not None
    assert (trail.arrival, trail.added) == (Arrival.NEW, 2)
    assert held_about(store, "sub-1")["laptop_personal"] == []
    assert len(held_about(store, "sub-2")["laptop_personal"]) == 1
    (kept,) = kept_trails(store)
    assert (kept.laptop, kept.flaws) == (enrolled().signs_as, ())


def test_audit_verify_checks_the_chains_of_laptops_too(
    laptop: Config, office: Config, tmp_path: Path
) -> None:
    """Somebody has changed one in the office."""
    noted(laptop, "sub-1")
    words = ["--config", office.origin]
    told = CliRunner().invoke(
        main, [*words, "field", "sync", str(carried(laptop, tmp_path / "home"))]
    )
    assert "audit chain of anna: 2 new entries, 2:" in told.output
    whole = CliRunner().invoke(main, [*words, "audit", "verify"])
    assert "laptop anna: 2 entries, whole: 2:" in whole.output
    assert whole.exit_code == 0
    shown = CliRunner().invoke(main, [*words, "audit", "show", "--laptop", "anna"])
    assert "look: sub-1 · on site" in shown.output
    other = CliRunner().invoke(main, [*words, "audit", "show", "--laptop", "anna", "-s", "sub-2"])
    assert (other.output, other.exit_code) == ("", 0)
    unknown = CliRunner().invoke(main, [*words, "audit", "show", "--laptop", "otto"])
    assert "names no laptop 'otto'; it names anna" in unknown.output
    with case_store(office).writing() as connection:
        connection.execute(update(LAPTOP_LINKS).values(at="2020"))
    broken = CliRunner().invoke(main, [*words, "audit", "verify"])
    assert "laptop anna: #1: entry 1 is not what was signed" in broken.output
    assert broken.exit_code == 10


@pytest.mark.parametrize("row", ["[]", "{}", '{"seq": 1}'])
def test_rows_of_another_version_are_refused(laptop: Config, office: Config, row: str) -> None:
    """Nothing of them is guessed."""
    trail = noted(laptop, "sub-1")
    with pytest.raises(Exception, match="another version"):
        brought(office, replace(trail, links=(row,)))
