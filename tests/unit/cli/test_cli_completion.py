"""What the shell offers after a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.shell_completion import BashComplete

from cpe_diag.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem


def items(*words: str) -> list[CompletionItem]:
    """Complete the last word."""
    shell = BashComplete(main, {}, "cpe-diag", "_CPE_DIAG_COMPLETE")
    return shell.get_completions(list(words[:-1]), words[-1])


def offered(*words: str) -> list[str]:
    """Give what is offered for the last word."""
    return [item.value for item in items(*words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("resu",), "resume"),
        (("run", "no_"), "no_internet"),
        (("playbook", "show", "dr"), "drops"),
        (("playbook", "check", "drops", "no_"), "no_internet"),
        (("driver", "show", "openw"), "openwrt"),
        (("driver", "check", "generic_d"), "generic_dsl"),
        (("lab", "fault", "set", "sub-1001", "port_s"), "port_shut"),
        (("schema", "verd"), "verdict"),
    ],
)
def test_every_name_that_we_know_is_completed(words: tuple[str, ...], expected: str) -> None:
    """Nobody types `one_device_offline` twice."""
    assert offered(*words) == [expected]


@pytest.mark.parametrize("group", ["playbook", "driver"])
def test_where_no_name_fits_a_file_is_completed(group: str) -> None:
    """A playbook or a driver that is being written is a file."""
    assert [item.type for item in items(group, "check", "./min")] == ["file"]


def test_without_a_lab_no_home_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab is no place for an error message."""
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert offered("lab", "fault", "set", "sub") == []
