"""`cpe-diag driver check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = """\
kind: axess
title: 3
match: {sys_descr: 5}
capabilities:
  nonsense: {state: done}
"""


def check(*names: str) -> tuple[int, str]:
    """Give exit status and all words."""
    done = CliRunner().invoke(main, ["driver", "check", *names])
    return done.exit_code, done.output


def test_a_shipped_driver_is_checked_by_its_id() -> None:
    """As `playbook check` takes names, and `driver show` takes ids."""
    status, said = check("openwrt", "generic_dsl")
    assert status == 0
    assert [line.partition(": ")[2] for line in said.splitlines()] == [
        "ok (openwrt, router)",
        "ok (generic_dsl, access)",
    ]


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """With file, line and column, which an editor can jump to."""
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN)
    status, said = check(str(file))
    assert status == 2
    for place in ("1:7", "2:8", "3:1", "5:3"):
        assert f"{file}:{place}: " in said


@pytest.mark.parametrize(
    ("name", "words"),
    [("openwrtt", "did you mean 'openwrt'?"), ("nowhere/openwrt.yaml", "there is no such file")],
)
def test_what_is_not_there_is_named(name: str, words: str) -> None:
    """An id that is near, or the file that was looked for."""
    status, said = check(name)
    assert status == 2
    assert words in said
