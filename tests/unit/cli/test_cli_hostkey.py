"""`hostkey` says what was pinned since when, and forgets only with a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.store.host_key_pins import HostKeyPinsFile, default_path

if TYPE_CHECKING:
    from pathlib import Path

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx5WbWj1nPjO9lZ8r1aN1x0pYy6bFqFz3Wq8p7hQmTn"
NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


@pytest.fixture
def pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostKeyPinsFile:
    """Keep the pins of this test apart."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return HostKeyPinsFile(default_path())


def test_a_pin_is_shown_with_its_fingerprint_and_history(pins: HostKeyPinsFile) -> None:
    """The person at the phone compares it with what the router's label says."""
    pins.pin_first("192.0.2.1", KEY, at=NOW, because="first contact")
    pins.pin_first("192.0.2.2:2222", KEY, at=NOW, because="first contact")
    both = CliRunner().invoke(main, ["hostkey", "show"])
    one = CliRunner().invoke(main, ["hostkey", "show", "192.0.2.1"])
    assert (both.exit_code, one.exit_code) == (0, 0)
    assert "SHA256:" in both.output
    assert "192.0.2.2:2222" in both.output
    assert "192.0.2.2" not in one.output
    assert "2026-11-26 14:00 UTC  pinned" in one.output


def test_forgetting_needs_a_reason_which_is_kept(pins: HostKeyPinsFile) -> None:
    """A changed key is accepted by a person who can be asked about it."""
    pins.pin_first("192.0.2.1", KEY, at=NOW, because="first contact")
    without = CliRunner().invoke(main, ["hostkey", "forget", "192.0.2.1"])
    empty = CliRunner().invoke(main, ["hostkey", "forget", "192.0.2.1", "--reason", " "])
    assert (without.exit_code, empty.exit_code) == (2, 2)
    assert pins.pinned("192.0.2.1") is not None
    done = CliRunner().invoke(main, ["hostkey", "forget", "192.0.2.1", "--reason", "swapped"])
    assert done.exit_code == 0
    assert "since 2026-11-26 14:00 UTC, is forgotten" in done.output
    assert pins.pinned("192.0.2.1") is None
    assert "swapped" in CliRunner().invoke(main, ["hostkey", "show", "192.0.2.1"]).output
    again = CliRunner().invoke(main, ["hostkey", "forget", "192.0.2.1", "--reason", "swapped"])
    assert again.exit_code != 0
