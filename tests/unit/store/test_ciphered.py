"""Claims about what is left on the disk of a plain store, wherever its sealing is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO, Final

import pytest

from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.ciphered import connected, is_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytest.importorskip("sqlcipher3")

KEY: Final = bytes(range(32))
IN_FILE: Final = b"Ada Lovelace"
IN_LOG: Final = b"Augusta King"

KILLED: Final = """
import os, signal, sys
from pathlib import Path
from cpe_diag.store import ciphered

def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

def half(descriptor):
    os.write(descriptor, os.urandom(10))
    die()

match sys.argv[2]:
    case "before the log is gone":
        ciphered.cipher = die
    case "before the sealed one is in its place":
        Path.replace = die
    case "before anything is overwritten":
        ciphered._blank = die
    case "while it is overwritten":
        ciphered._blank = half
ciphered.encrypt(Path(sys.argv[1]), bytes(range(32)), 1.0)
"""


def _plain(path: Path) -> None:
    """Leave a plain store with something in its file, and something that is in its log only."""
    store = CaseStore.at(path)
    with store.writing() as connection:
        _approve(connection.exec_driver_sql, IN_FILE)
    store.close()
    with sqlite3.connect(path) as ends:
        ends.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ends.close()
    held = sqlite3.connect(path, isolation_level=None)
    held.execute("PRAGMA wal_autocheckpoint = 0")
    _approve(held.execute, IN_LOG)
    log = path.with_name(f"{path.name}-wal").read_bytes()
    held.close()  # which takes the log into the file; a process that dies leaves it
    path.with_name(f"{path.name}-wal").write_bytes(log)


def _approve(execute: object, staff: bytes) -> None:
    assert callable(execute)
    words = "INSERT INTO approvals (id, digest, staff, at) VALUES "
    execute(f"{words}('{staff.hex()}', 'aa', '{staff.decode()}', 'now')")


def _on_disk(held: Sequence[BinaryIO]) -> bytes:
    """Read what stands in the blocks of files, whether they have a name any more or not."""
    found = b""
    for file in held:
        file.seek(0)
        found += file.read()
    return found


@pytest.mark.parametrize(
    "where",
    [
        "before the log is gone",
        "before the sealed one is in its place",
        "before anything is overwritten",
        "while it is overwritten",
        "nowhere",
    ],
)
def test_a_sealing_that_is_killed_leaves_nothing_readable_once_the_store_is_used(
    tmp_path: Path, where: str
) -> None:
    """Blocks without a name would be overwritten by nobody: whoever has the disk reads them."""
    path = tmp_path / "laptop.db"
    _plain(path)
    with ExitStack() as stack:
        files = [stack.enter_context(one.open("rb")) for one in tmp_path.glob("laptop.db*")]
        assert IN_FILE in _on_disk(files)
        assert IN_LOG in _on_disk(files)
        died = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", KILLED, str(path), where], check=False, timeout=60
        )
        assert died.returncode == (0 if where == "nowhere" else -signal.SIGKILL)
        store = CaseStore.at(path, keys=lambda: (KEY,))
        with store.reading() as connection:
            found = connection.exec_driver_sql("SELECT staff FROM approvals").scalars().all()
        store.close()
        assert {IN_FILE.decode(), IN_LOG.decode()} == set(found)
        assert not is_plain(path)
        left = _on_disk(files)
    assert IN_FILE not in left
    assert IN_LOG not in left
    assert {one.name for one in tmp_path.iterdir()} <= {
        "laptop.db",
        "laptop.db.lock",
        "laptop.db-wal",
        "laptop.db-shm",
    }
    connected(str(path), (KEY,), 1.0).close()
