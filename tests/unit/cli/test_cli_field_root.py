"""Under sudo a check is whoever called's: their configuration, their pack, their store."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.wiring import field

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CONFIG: Final = """\
inventory: {{kind: file, path: inventory.yaml}}
reference: {{host: {0}.example, url: "http://{0}.example/"}}
resolver: {{address: 192.0.2.1}}
"""
ANNA: Final = 1000


def at_home(place: Path, name: str) -> None:
    """Give somebody a configuration in the usual place."""
    folder = place / name / ".config" / "cpe-diag"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG.format(name), encoding="utf-8")
    (folder / "inventory.yaml").write_text("subscribers: [{id: sub-1}]\n", encoding="utf-8")


def test_under_sudo_the_configuration_is_of_whoever_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's names other targets, and another pack, or none."""
    at_home(tmp_path, "root")
    at_home(tmp_path, "anna")
    now = [0]
    monkeypatch.setattr(os, "geteuid", lambda: now[0])
    monkeypatch.setattr(os, "setresuid", lambda *ids: now.__setitem__(0, ids[0]))
    monkeypatch.setattr(os, "setresgid", lambda *_: None)
    monkeypatch.setattr(os, "initgroups", lambda *_: None)
    anna = SimpleNamespace(pw_name="anna", pw_uid=ANNA, pw_gid=ANNA, pw_dir=str(tmp_path / "anna"))
    monkeypatch.setattr("pwd.getpwuid", {ANNA: anna}.__getitem__)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "CPE_DIAG_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "root"))
    monkeypatch.setenv("SUDO_UID", str(ANNA))
    monkeypatch.setenv("SUDO_GID", str(ANNA))
    monkeypatch.setattr(RawProcess, "start", lambda _: None)
    monkeypatch.setattr(field, "interface_of", lambda _: "eth0")

    async def no_frames(*_: object) -> dict[str, list[dict[str, str]]]:
        return {}

    monkeypatch.setattr(field, "frames", no_frames)
    told = CliRunner().invoke(main, ["field", "check", "-s", "sub-1", "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "anna.example" in told.output
    assert "root.example" not in told.output
    assert "session: nothing is sent for this line" in told.output  # it has no login
