"""The batch script in this machine's own shell, and its answer taken apart."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.shell_batch import (
    TOO_LONG,
    Frame,
    Marker,
    build,
    is_done,
    new_marker,
    take_apart,
)
from cpe_diag.ports import Command

if TYPE_CHECKING:
    from pathlib import Path

MARKER = Marker("00112233", "44556677")
M = str(MARKER)


def run(script: str, path: str) -> str:
    """Run a script as an SSH server does."""
    done = subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", "-c", script], check=False, capture_output=True, env={"PATH": path}
    )
    return done.stdout.decode()


@pytest.fixture
def without_timeout(tmp_path: Path) -> str:
    """Give a PATH with the programs of a small router: `timeout` is not among them."""
    for name in ("sh", "sleep", "seq", "true", "cat", "echo"):
        (tmp_path / name).symlink_to(shutil.which(name) or "/bin/false")
    return str(tmp_path)


COMMANDS = (
    Command(text="echo 'one'; exit 3", label="one"),
    Command(text="sleep 30", label="hang", limit_s=1),
    Command(text="seq 1 2000", label="too long", beside_others=True),
    Command(text='echo beside; echo "it\'s"', label="beside", beside_others=True),
    Command(text="nosuch", label="nosuch"),
    Command(text="cat", label="reads its input"),
    Command(text="sleep 30", label="hang beside", limit_s=1, beside_others=True),
    Command(text="echo last", label="last"),
)


def check_all(answer: str, marker: Marker) -> None:
    """Check the frames of COMMANDS."""
    frames = take_apart(answer, marker)
    assert is_done(answer, marker)
    assert frames[0] == Frame("one\n", 3)
    assert frames[1].exit_status == 124
    assert frames[2] == Frame("", TOO_LONG)
    assert frames[3] == Frame("beside\nit's\n", 0)
    assert frames[4].exit_status == 127
    assert frames[5] == Frame("", 0)
    assert frames[6].exit_status == 124
    assert frames[7] == Frame("last\n", 0)


def test_the_script_runs_in_a_real_shell() -> None:
    """Statuses, limits, commands beside others, and none that eats the script's input."""
    marker = new_marker()
    check_all(run(build(COMMANDS, marker), os.environ["PATH"]), marker)


def test_the_script_needs_no_timeout_program(without_timeout: str) -> None:
    """Not every busybox has it; a hanging command must be ended all the same."""
    marker = new_marker()
    check_all(run(build(COMMANDS, marker), without_timeout), marker)


def test_the_whole_marker_is_nowhere_in_the_script() -> None:
    """A process list that shows the script cannot imitate a frame."""
    assert M not in build(COMMANDS, MARKER)


def test_a_frame_inside_another_ones_output_is_lifted_out() -> None:
    """What runs in the background prints when it is ready, in the middle of a longer answer."""
    answer = (
        f"\n{M} begin 0\nabc\n{M} begin 1\ninner\n\n{M} end 1 0\ndef\n\n{M} end 0 5\n\n{M} done\n"
    )
    assert take_apart(answer, MARKER) == {0: Frame("abcdef\n", 5), 1: Frame("inner\n", 0)}


def test_every_prefix_gives_only_whole_answers() -> None:
    """A cut answer gives fewer frames, never other ones."""
    answer = f"\n{M} begin 0\nabc\n\n{M} end 0 10\n\n{M} begin 1\n\n{M} end 1 0\n\n{M} done\n"
    whole = take_apart(answer, MARKER)
    assert set(whole) == {0, 1}
    for length in range(len(answer)):
        frames = take_apart(answer[:length], MARKER)
        assert frames.items() <= whole.items()


def test_crossed_frames_are_no_answers() -> None:
    """Two outputs that are mixed with each other belong to nobody."""
    answer = f"\n{M} begin 0\na\n{M} begin 1\nb\n{M} end 0 0\nc\n{M} end 1 0\n"
    assert take_apart(answer, MARKER) == {}


def test_busybox_says_143_where_coreutils_say_124() -> None:
    """Both mean that the limit was reached."""
    answer = f"\n{M} begin 0\n\n{M} end 0 143\n"
    assert take_apart(answer, MARKER) == {0: Frame("", 124)}
