"""Pins are written whole, by one process at a time, for their owner only."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import StoreError
from cpe_diag.store.host_key_pins import HostKeyPinsFile

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cpe_diag.store.host_key_pins import HostKeyPinsFile
pins = HostKeyPinsFile(Path(sys.argv[1]))
for n in range(40):
    pins.pin_first(f"192.0.2.{n}", f"ssh-ed25519 {sys.argv[2]}", at=datetime.now(UTC), because="x")
    pins.pin_first(f"{sys.argv[2]}-{n}", "ssh-ed25519 AAAA", at=datetime.now(UTC), because="x")
"""


def test_pins_survive_and_are_their_owners_only(tmp_path: Path) -> None:
    """Who may write the file could hand a router to somebody else."""
    path = tmp_path / "state" / "host_keys.json"
    pin = HostKeyPinsFile(path).pin_first("192.0.2.1", "ssh-ed25519 AAAA", at=NOW, because="x")
    assert HostKeyPinsFile(path).pinned("192.0.2.1") == pin
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    """What stands in it may be anybody's word."""
    path = tmp_path / "host_keys.json"
    pins = HostKeyPinsFile(path)
    pins.pin_first("192.0.2.1", "ssh-ed25519 AAAA", at=NOW, because="x")
    path.chmod(0o620)
    with pytest.raises(StoreError, match="others may write"):
        pins.pinned("192.0.2.1")


def test_a_first_pin_stands(tmp_path: Path) -> None:
    """Whoever comes second gets what the first has pinned."""
    pins = HostKeyPinsFile(tmp_path / "host_keys.json")
    first = pins.pin_first("192.0.2.1", "ssh-ed25519 AAAA", at=NOW, because="x")
    assert pins.pin_first("192.0.2.1", "ssh-ed25519 BBBB", at=NOW, because="y") == first


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """A fleet is visited by many workers; each address has one key, the one that was first."""
    path = tmp_path / "host_keys.json"
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name])  # noqa: S603 - our own
        for name in ("AAAA", "BBBB", "CCCC")
    ]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    pins = HostKeyPinsFile(path).all()
    assert len(pins) == 4 * 40
    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name, f"{path.name}.lock"]


def test_nothing_to_forget_is_told(tmp_path: Path) -> None:
    """A mistyped address must not look like a success."""
    with pytest.raises(StoreError, match=r"192\.0\.2\.9"):
        HostKeyPinsFile(tmp_path / "x.json").forget("192.0.2.9", reason="x", by="x", at=NOW)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A pin that was not kept would make every contact a first one."""
    (tmp_path / "file").write_text("")
    pins = HostKeyPinsFile(tmp_path / "file" / "host_keys.json")
    with pytest.raises(StoreError, match="cannot be used"):
        pins.pin_first("192.0.2.1", "ssh-ed25519 AAAA", at=NOW, because="x")
