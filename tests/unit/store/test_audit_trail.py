"""Claims about the audit trail on the disk: beside others, through kills, and told when wrong."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.store.audit_key import PublicAuditKey, key_of, read_key
from cpe_diag.store.audit_key_source import KeptKey, KeyFile
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.case_store import CaseStore

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVENT = AuditEvent(
    kind=AuditKind.LOOK,
    at=AT,
    staff="anna",
    words="playbook no_internet",
    subscriber="sub-1",
    ticket="T-1",
)

APPENDS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.store.audit_key_source import KeyFile
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.case_store import CaseStore

folder, staff, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
trail = StoredAudit(CaseStore.at(folder / "case.db"), KeyFile(folder / "audit.key"))
for number in range(many):
    trail.note(AuditEvent(
        kind=AuditKind.LOOK, at=datetime(2026, 3, 1, tzinfo=UTC), staff=staff, words=str(number),
        subscriber="sub-1",
    ))
    print(number, flush=True)
"""


def _trail(folder: Path) -> StoredAudit:
    return StoredAudit(CaseStore.at(folder / "case.db"), KeyFile(folder / "audit.key"))


def _process(folder: Path, staff: str, many: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", APPENDS, str(folder), staff, str(many)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def _sql(folder: Path, *statements: str) -> None:
    with CaseStore.at(folder / "case.db").writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_what_was_noted_is_read_back_and_the_chain_holds(tmp_path: Path) -> None:
    """The key is made on first use, and is private."""
    trail = _trail(tmp_path)
    assert trail.verify().flaws == ()
    assert not (tmp_path / "audit.key").exists()
    other = replace(EVENT, subscriber=None, ticket=None, kind=AuditKind.REFUSAL, digest="aa")
    trail.note(EVENT)
    trail.note(other)
    assert [one.event for one in trail.entries()] == [EVENT, other]
    assert [one.event for one in trail.entries(subscriber="sub-1")] == [EVENT]
    assert [one.seq for one in trail.entries(newest=1)] == [2]
    verified = _trail(tmp_path).verify()
    assert (verified.length, verified.flaws) == (2, ())
    assert stat.S_IMODE((tmp_path / "audit.key").stat().st_mode) == 0o600
    assert trail.holds_at(2, verified.hash)
    assert not trail.holds_at(1, verified.hash)
    public = PublicAuditKey(verified.public_key)
    assert _trail(tmp_path).verify(public).flaws == ()


def test_what_one_look_has_shown_is_noted_at_once_and_all_of_it_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty homes of a street were twenty waits for the disk."""
    trail = _trail(tmp_path)
    shown = [replace(EVENT, subscriber=f"sub-{one}") for one in range(3)]
    wrote = list[CaseStore]()
    writing = CaseStore.writing

    def counted(store: CaseStore) -> AbstractContextManager[Connection]:
        wrote.append(store)
        return writing(store)

    monkeypatch.setattr(CaseStore, "writing", counted)
    trail.note(*shown)
    assert len(wrote) == 1
    with pytest.raises(AttributeError):
        trail.note(EVENT, None)  # type: ignore[arg-type] # a mistake in the middle of it
    assert [one.event.subscriber for one in trail.entries()] == ["sub-0", "sub-1", "sub-2"]
    found = trail.verify()
    assert (found.length, found.flaws) == (3, ())


def test_two_processes_append_to_one_chain(tmp_path: Path) -> None:
    """From the first moment on: both find neither store nor key."""
    processes = [_process(tmp_path, staff, 40) for staff in ("anna", "boris")]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    verified = _trail(tmp_path).verify()
    assert (verified.length, verified.flaws) == (80, ())
    entries = _trail(tmp_path).entries()
    for staff in ("anna", "boris"):
        numbers = [int(one.event.words) for one in entries if one.event.staff == staff]
        assert numbers == list(range(40))


def test_a_kill_in_the_middle_leaves_a_chain_that_holds(tmp_path: Path) -> None:
    """Whatever was told as noted is there; whatever was cut off is not there in part."""
    told = 0
    for _ in range(6):
        process = _process(tmp_path, "anna", 10_000)
        assert process.stdout is not None
        for _line in range(3):
            told += bool(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest, _err = process.communicate(timeout=60)
        told += len(rest.splitlines())
        verified = _trail(tmp_path).verify()
        assert verified.flaws == ()
        assert told <= verified.length <= told + 6


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE audit_links SET kind = 'plan' WHERE seq = 3", 3),
        ("UPDATE audit_personal SET words = 'nothing' WHERE seq = 4", 4),
        ("DELETE FROM audit_links WHERE seq = 2", 2),
        ("DELETE FROM audit_links WHERE seq = 5", 5),
        ("DELETE FROM audit_personal WHERE seq = 5", 5),
        ("UPDATE audit_head SET length = 4", 4),
        ("DELETE FROM audit_head", 5),
    ],
)
def test_a_hand_in_the_table_is_found_where_it_was(
    statement: str, seq: int, tmp_path: Path
) -> None:
    """As somebody with the file and sqlite3 would do it."""
    trail = _trail(tmp_path)
    for _ in range(5):
        trail.note(EVENT)
    _sql(tmp_path, statement)
    assert trail.verify().flaws[0].seq == seq


def test_a_chain_that_was_emptied_is_not_a_new_one(tmp_path: Path) -> None:
    """The key is still there."""
    trail = _trail(tmp_path)
    trail.note(EVENT)
    _sql(
        tmp_path,
        "DELETE FROM audit_links",
        "DELETE FROM audit_personal",
        "DELETE FROM audit_head",
    )
    assert "all of it was cut" in trail.verify().flaws[0].words
    with pytest.raises(StoreError, match="an audit key and no chain"):
        _trail(tmp_path).note(EVENT)


def test_a_kill_before_the_first_entry_leaves_no_cut_chain(tmp_path: Path) -> None:
    """The key is made before the entry that it signs; only then it has its name."""
    made = KeyFile(tmp_path / "audit.key").made()
    trail = _trail(tmp_path)
    assert trail.verify().flaws == ()
    trail.note(EVENT)
    assert trail.verify().public_key == made.public
    assert {one.name for one in tmp_path.iterdir()} == {"audit.key", "case.db", "case.db.lock"}


def test_a_kill_right_after_the_first_entry_leaves_a_chain_that_goes_on(tmp_path: Path) -> None:
    """Its key has the name of a new one still."""
    _trail(tmp_path).note(EVENT)
    (tmp_path / "audit.key").rename(tmp_path / "audit.key.new")
    _trail(tmp_path).note(EVENT)
    verified = _trail(tmp_path).verify()
    assert (verified.length, verified.flaws) == (2, ())


def test_a_chain_goes_on_under_its_own_key_only(tmp_path: Path) -> None:
    """A second key would make all that was signed before worthless."""
    _trail(tmp_path).note(EVENT)
    (tmp_path / "audit.key").rename(tmp_path / "kept.key")
    with pytest.raises(StoreError, match="the audit key is missing"):
        _trail(tmp_path).note(EVENT)
    with pytest.raises(StoreError, match="give the public one"):
        _trail(tmp_path).verify()
    other = StoredAudit(
        CaseStore.at(tmp_path / "case.db"), KeptKey(lambda: key_of(Secret("00" * 32)))
    )
    with pytest.raises(StoreError, match="signed by another key"):
        other.note(EVENT)
    assert "another key" in " ".join(flaw.words for flaw in other.verify().flaws)
    (tmp_path / "kept.key").rename(tmp_path / "audit.key")
    _trail(tmp_path).note(EVENT)
    assert _trail(tmp_path).verify().length == 2


def test_a_key_that_others_may_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    """Whoever has it can write history."""
    path = tmp_path / "audit.key"
    path.write_text("00" * 32, encoding="ascii")
    path.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    assert read_key(path) is not None
    path.write_text("topsecret", encoding="ascii")
    with pytest.raises(StoreError) as told:
        read_key(path)
    assert "topsecret" not in str(told.value)


def test_the_chain_holds_without_the_persons(tmp_path: Path) -> None:
    """A person who is erased leaves links that still follow from each other."""
    trail = _trail(tmp_path)
    for _ in range(3):
        trail.note(EVENT)
    _sql(tmp_path, "DELETE FROM audit_personal WHERE seq = 2")
    flaws = trail.verify().flaws
    assert [flaw.words for flaw in flaws] == ["entry 2 has lost who did it, and about whom"]
    assert trail.entries()[1].event.staff == "(not there)"


def test_a_changed_entry_is_told_when_the_trail_is_shown(tmp_path: Path) -> None:
    """It is not shown as if it were one."""
    trail = _trail(tmp_path)
    trail.note(EVENT)
    _sql(tmp_path, "UPDATE audit_links SET kind = 'nonsense'")
    with pytest.raises(StoreError, match="audit verify"):
        trail.entries()
