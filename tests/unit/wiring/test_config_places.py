"""Where the configuration comes from when nobody names it."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from cpe_diag.wiring.config import ENVIRONMENT_NAME, find


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own folders out of it."""
    monkeypatch.delenv(ENVIRONMENT_NAME, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_a_lab_that_was_killed_is_no_configuration(places: Path) -> None:
    """Its files stay behind, and every device in them would read as dead."""
    left = places / "state" / "cpe-diag" / "lab"
    left.mkdir(parents=True)
    (left / "config.yaml").write_text("icmp: false\n", encoding="utf-8")
    (left / "lab.json").write_text(
        '{"pid": 1, "control": {"address": "127.0.0.1", "port": 9}, "token": "none"}',
        encoding="utf-8",
    )
    assert Path(platformdirs.user_state_dir("cpe-diag")) / "lab" == left
    assert find(None).origin.startswith("no configuration")


def test_the_users_own_file_comes_before_a_lab(places: Path) -> None:
    """A forgotten lab must not answer for the operator's network."""
    own = places / "config" / "cpe-diag" / "config.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("icmp: true\n", encoding="utf-8")
    assert find(None).origin == str(own)


def test_the_environment_comes_before_the_usual_place(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An automation names its own file."""
    named = places / "mine.yaml"
    named.write_text("sample_interval_s: 7\n", encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT_NAME, str(named))
    assert find(None).sample_interval_s == 7
