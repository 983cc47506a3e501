"""The process for raw frames gets one right, in a dry run none, and is whoever called."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cpe_diag.field import privileges
from cpe_diag.field.privileges import caller, way_to_keyring, words
from cpe_diag.field.raw_process import RawProcess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PEOPLE = {
    1000: SimpleNamespace(pw_name="anna", pw_uid=1000, pw_gid=1001, pw_dir="/home/anna"),
    0: SimpleNamespace(pw_name="root", pw_uid=0, pw_gid=0, pw_dir="/root"),
}


@pytest.fixture(autouse=True)
def _people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pwd.getpwuid", PEOPLE.__getitem__)
    by_name = {one.pw_name: one for one in PEOPLE.values()}
    monkeypatch.setattr("pwd.getpwnam", by_name.__getitem__)
    for name in ("SUDO_UID", "SUDO_GID", "PKEXEC_UID", "DOAS_USER"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ({"SUDO_UID": "1000", "SUDO_GID": "1001"}, (1000, 1001)),
        ({"PKEXEC_UID": "1000"}, (1000, 1001)),
        ({"DOAS_USER": "anna"}, (1000, 1001)),
        ({"SUDO_UID": "0", "SUDO_GID": "0"}, None),
        ({"SUDO_UID": "4711"}, None),
        ({"SUDO_UID": "-1"}, None),
        ({"DOAS_USER": "nobody-here"}, None),
        ({}, None),
    ],
)
def test_whoever_called_is_known_by_the_way_they_became_root(
    monkeypatch: pytest.MonkeyPatch, said: Mapping[str, str], who: tuple[int, int] | None
) -> None:
    """Root that called sudo is root still."""
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert caller() == who


@pytest.mark.parametrize(("dry", "rights"), [(False, "-all,+net_raw"), (True, "-all")])
def test_root_starts_the_process_with_one_right_and_in_a_dry_run_with_none(
    monkeypatch: pytest.MonkeyPatch, dry: object, rights: str
) -> None:
    """It builds frames with a large library; in a dry run nobody may send them."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(privileges, "_has_net_raw", lambda: True)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("SUDO_UID", "1000")
    told = words(dry=dry is True)
    assert told is not None
    assert told[:3] == ("/usr/bin/setpriv", "--reuid=1000", "--regid=1001")
    assert {f"{one}={rights}" for one in privileges.SETS} | {"--no-new-privs"} <= set(told)


def test_whoever_is_not_root_needs_no_right_for_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """And without it sends nothing."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(privileges, "_has_net_raw", lambda: False)
    assert words(dry=True) == privileges.RAW
    assert words() is None


def test_a_process_that_may_not_be_signalled_ends_with_its_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is nobody's, and root without rights may not end it."""

    def refused(_: subprocess.Popen[bytes]) -> None:
        raise PermissionError

    started: list[subprocess.Popen[bytes]] = []
    opens = subprocess.Popen

    def noted(*words: Any, **how: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - passed on
        started.append(opens(*words, **how))
        return started[0]

    monkeypatch.setattr(privileges, "words", lambda **_: ("cat",))
    monkeypatch.setattr(subprocess, "Popen", noted)
    monkeypatch.setattr(opens, "terminate", refused)
    raw = RawProcess()
    raw.start()
    raw.close()
    assert started[0].returncode == 0


def test_whoever_becomes_the_person_again_finds_the_way_to_their_keyring(tmp_path: Path) -> None:
    """Sudo takes it away, and the laptop's store would not open; what is said already stays."""
    assert way_to_keyring(tmp_path, {}) == {}
    (tmp_path / "bus").touch()
    ways = {
        "XDG_RUNTIME_DIR": str(tmp_path),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'bus'}",
    }
    assert way_to_keyring(tmp_path, {}) == ways
    assert way_to_keyring(tmp_path, dict.fromkeys(ways, "said")) == {}
