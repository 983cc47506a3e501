"""A look that nobody can note is not taken, and whoever wanted it hears how to go on."""

from __future__ import annotations

import resource
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from cpe_diag.cli.looks import note_look
from cpe_diag.domain.failures import StoreError
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_a_store_without_room_stops_a_look_before_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can fill a disk; with a store in another place the technician goes on."""
    monkeypatch.setenv("CPE_DIAG_STAFF", "")
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n")
    config = read(tmp_path / "config.yaml", "a test")
    note_look(config, "look.subscriber", "a run", subscriber="sub-1")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))
    try:
        with pytest.raises(StoreError, match="nobody looks without a note") as told:
            note_look(config, "look.subscriber", "a run", subscriber="sub-1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert "see whether it is full" in str(told.value) or "no room left" in str(told.value)
    note_look(config, "look.subscriber", "a run", subscriber="sub-1")


def test_a_server_that_is_away_is_not_told_as_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to do is another thing there."""
    monkeypatch.setenv("STORE", f"postgresql://cpe@/cases?host={tmp_path}/gone")
    monkeypatch.setenv("KEY", "5a" * 32)
    words = 'store: {url: "env:STORE", audit_key: "env:KEY"}\n'
    (tmp_path / "config.yaml").write_text(words)
    with pytest.raises(StoreError, match="nobody looks without a note of it; see") as told:
        note_look(read(tmp_path / "config.yaml", "a test"), "look.subscriber", "a run")
    assert f"{tmp_path}/gone" in str(told.value)
    assert "room" not in str(told.value)
