"""Claims about the case store: private, durable, beside others, and clear about what is wrong."""

from __future__ import annotations

import gc
import os
import re
import sqlite3
import stat
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, Pool, create_engine, event, insert, inspect, select

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.store import case_store
from cpe_diag.store.case_store import CaseStore, default_path
from cpe_diag.store.case_tables import HEAD, METADATA
from cpe_diag.store.incident_tables import INCIDENTS
from cpe_diag.store.incoming_tables import INCOMING_TICKETS
from cpe_diag.store.laptop_tables import LAPTOP_HEADS
from cpe_diag.store.outbox_tables import OUTBOX
from cpe_diag.store.page_tables import PAGE_SESSIONS
from cpe_diag.store.repair_tables import REPAIRS
from cpe_diag.store.run_tables import HOLDS, RUNS

if TYPE_CHECKING:
    from cpe_diag.testing.postgres_server import PostgresServer


def _value(store: CaseStore, question: str) -> object:
    with store.reading() as connection:
        found: object = connection.exec_driver_sql(question).scalar()
        return found


def _made(path: Path) -> CaseStore:
    store = CaseStore.at(path)
    with store.writing():
        pass
    return store


def test_a_store_is_private_and_writes_ahead_and_through(tmp_path: Path) -> None:
    """What is personal is nobody else's to read, and a commit survives a power failure."""
    path = tmp_path / "new" / "case.db"
    store = _made(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert _value(store, "PRAGMA journal_mode") == "wal"
    assert _value(store, "PRAGMA synchronous") == 2  # FULL
    with store.writing():
        modes = {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    assert modes == {0o600}


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(empty_url: str) -> None:
    """A column that only one of the two knows is an error on somebody's machine, later."""
    config = Config()
    config.set_main_option("script_location", "cpe_diag.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    assert RUNS.metadata is METADATA
    assert INCOMING_TICKETS.metadata is METADATA
    assert OUTBOX.metadata is INCIDENTS.metadata is LAPTOP_HEADS.metadata is METADATA
    assert PAGE_SESSIONS.metadata is REPAIRS.metadata is METADATA
    with CaseStore.behind(Secret(empty_url)).reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_many_who_come_first_make_one_store(tmp_path: Path) -> None:
    """Two commands that are started together on a new machine."""
    path = tmp_path / "case.db"
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(_made, [path] * 16))
    assert _value(CaseStore.at(path), "SELECT count(*) FROM alembic_version") == 1


def test_a_block_that_fails_has_written_nothing(tmp_path: Path) -> None:
    """Both or neither."""
    store = _made(tmp_path / "case.db")
    row = "INSERT INTO approvals (id, digest, staff, at) VALUES ('1', 'aa', 'anna', 'now')"

    def fail() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql(row)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _value(store, "SELECT count(*) FROM approvals") == 0


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """An older version would write rows that the newer one does not understand."""
    path = tmp_path / "case.db"
    with _made(path).writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="a newer version of cpe-diag has written it"):
        _made(path)


def test_a_store_that_others_hold_is_waited_for_and_then_told(tmp_path: Path) -> None:
    """A process that hangs must not hang us."""
    path = tmp_path / "case.db"
    _made(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    store = CaseStore.at(path, wait_s=0.05)
    with pytest.raises(StoreError, match="another process has held it"), store.writing():
        pass
    assert _value(store, "SELECT count(*) FROM approvals") == 0  # who reads does not wait
    holder.execute("ROLLBACK")
    with store.writing():
        pass
    holder.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no database at all" * 100, "this file is no case store")],
)
def test_another_file_is_told(content: bytes, words: str, tmp_path: Path) -> None:
    """And is left as it is."""
    path = tmp_path / "case.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=re.escape(words)):
        _made(path)
    assert path.read_bytes() == content


def test_a_place_where_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=r"case store .*case\.db: "):
        _made(tmp_path / "file" / "case.db")


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    """/dev/full is no place for a database, so the size of files is limited instead."""
    path = tmp_path / "case.db"
    _made(path)
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "from cpe_diag.store.case_store import CaseStore;"
        "from cpe_diag.domain.failures import StoreError;"
        "store = CaseStore.at(Path(sys.argv[1]));\n"
        "with store.reading(): pass\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))\n"
        "try:\n"
        "    with store.writing() as connection:\n"
        "        connection.exec_driver_sql(\n"
        "            \"INSERT INTO approvals VALUES ('1', ?, 'anna', 'now')\", ('a' * 200000,))\n"
        "except StoreError as error: print(error)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert f"case store {path}: " in done.stdout
    assert _value(CaseStore.at(path), "SELECT count(*) FROM approvals") == 0


def test_a_url_is_told_without_its_password() -> None:
    """Messages go into tickets."""
    with pytest.raises(StoreError) as told:
        CaseStore.behind(Secret("topsecret"))
    assert "topsecret" not in str(told.value)
    store = CaseStore.behind(Secret("postgresql+nodriver://u:topsecret@db/cases"))
    with pytest.raises(StoreError) as told, store.reading():
        pass
    assert "topsecret" not in str(told.value)
    assert store.name == "postgresql://db/cases"


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_server_that_is_too_old_is_told_as_that(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any table is made there; else it fails in the middle of something, some day."""
    monkeypatch.setattr(case_store, "LEAST_POSTGRESQL", 99)
    with pytest.raises(StoreError, match=r"is PostgreSQL \d\d; cpe-diag needs 99 or newer"):
        _value(CaseStore.behind(Secret(empty_url)), "SELECT 1")
    engine = create_engine(empty_url, poolclass=NullPool)
    with engine.connect() as connection:
        assert not inspect(connection).get_table_names()


def test_the_usual_place_is_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Consents are kept, unlike a cache or a journal."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "cpe-diag" / "case.db"


def test_a_process_that_is_asked_again_and_again_opens_a_connection_once(store_url: str) -> None:
    """To open one takes PostgreSQL longer than what is asked; nothing stays open after `close`."""
    opened: list[object] = []

    def note(connection: object, _record: object) -> None:
        opened.append(connection)

    store = CaseStore.behind(Secret(store_url))
    store.keep_open()
    event.listen(Pool, "connect", note)
    try:
        for _ in range(5):
            with store.writing() as connection:
                connection.exec_driver_sql("DELETE FROM approvals")
            assert _value(store, "SELECT count(*) FROM approvals") == 0
    finally:
        event.remove(Pool, "connect", note)
    assert len(opened) <= 2  # and one that looks whether the store is there
    store.close()
    assert _value(store, "SELECT count(*) FROM approvals") == 0
    store.close()


def test_threads_that_write_follow_each_other(store_url: str) -> None:
    """Nobody is told that the store is busy, and nothing is lost."""
    store = CaseStore.behind(Secret(store_url))
    store.keep_open()

    def add(number: int) -> None:
        row = f"INSERT INTO approvals (id, digest, staff, at) VALUES ('{number}', 'a', 'b', 'now')"  # noqa: S608 - a number
        with store.writing() as connection:
            connection.exec_driver_sql(row)

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(add, range(80)))
    assert _value(store, "SELECT count(*) FROM approvals") == 80
    store.close()


def test_a_process_has_no_more_connections_than_it_may_and_the_others_wait(
    postgres: PostgresServer,
) -> None:
    """A server has a hundred for all; what writes for milliseconds waits for its turn."""
    store = CaseStore.behind(Secret(postgres.database()))
    store.keep_open(2)
    seen: list[int] = []
    mine = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
    )

    def look(_: int) -> None:
        with store.reading() as connection:
            seen.append(int(connection.exec_driver_sql(mine).scalar_one()))

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(look, range(80)))
    store.close()
    assert len(seen) == 80
    assert max(seen) <= 2


def test_a_transaction_on_a_server_begins_with_its_limits_and_is_whole_or_not_at_all(
    postgres: PostgresServer,
) -> None:
    """It is begun by us in one question: psycopg has to end it all the same."""
    url = Secret(postgres.database())
    store, other = CaseStore.behind(url), CaseStore.behind(url)
    store.keep_open(1)
    asked = (
        "SELECT current_setting('transaction_isolation'), current_setting('lock_timeout'),"
        " current_setting('idle_in_transaction_session_timeout')"
    )
    with store.reading() as connection:
        assert connection.exec_driver_sql(asked).one() == ("repeatable read", "10s", "5s")
    with store.writing() as connection:
        assert connection.exec_driver_sql(asked).one() == ("read committed", "10s", "5s")
    write = insert(HOLDS).values(place="a", token=1)

    def fail(words: str) -> None:
        with store.writing() as connection:
            connection.execute(write)
            connection.exec_driver_sql(words)
            raise ValueError

    for words, error in (("SELECT 1", ValueError), ("SELECT nonsense", StoreError)):
        with pytest.raises(error):
            fail(words)
        assert _value(other, "SELECT count(*) FROM holds") == 0
    with store.writing() as connection:
        connection.execute(write)
        assert _value(other, "SELECT count(*) FROM holds") == 0
    assert _value(other, "SELECT count(*) FROM holds") == 1
    store.close()


def test_who_gets_no_turn_is_told_what_to_do(store_url: str) -> None:
    """And nothing is lost of what others do meanwhile."""
    store = CaseStore.behind(Secret(store_url), wait_s=0.2)
    store.keep_open(1)
    with ThreadPoolExecutor(max_workers=1) as other, store.reading() as connection:
        with pytest.raises(StoreError, match=r"case store .*: all connections .*less to do"):
            other.submit(_value, store, "SELECT 1").result()
        assert connection.exec_driver_sql("SELECT 2").scalar_one() == 2
    assert _value(store, "SELECT 1") == 1
    store.close()


def test_who_stands_still_in_a_transaction_holds_up_nobody_for_long(
    postgres: PostgresServer,
) -> None:
    """A process that is frozen there keeps what it has locked, until the server ends it."""
    url = Secret(postgres.database())
    with CaseStore.behind(url).writing():
        pass
    frozen, other = CaseStore.behind(url, wait_s=3.0), CaseStore.behind(url, wait_s=3.0)
    write = insert(HOLDS).values(place="a", token=1)

    def stand_still() -> None:
        with frozen.writing() as standing:
            standing.execute(write)
            with other.writing() as connection:
                connection.execute(write)

    with pytest.raises(StoreError):
        stand_still()
    with other.reading() as connection:
        assert len(connection.execute(select(HOLDS)).all()) == 1


def test_a_store_that_nobody_has_closed_leaves_no_connection_open(
    postgres: PostgresServer,
) -> None:
    """Also one that was used again after it was closed, as by a thread that came too late."""
    store = CaseStore.behind(Secret(postgres.database()))
    store.keep_open()
    for _ in range(2):
        store.close()
        assert _value(store, "SELECT 1") == 1
    del store
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        gc.collect()
    assert [str(one.message) for one in told if "psycopg" in str(one.message)] == []
