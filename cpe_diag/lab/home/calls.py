"""Runs the programs of the network; the one place that starts them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from cpe_diag.lab.home.needs import system_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def call(
    command: Sequence[str], *, text: str = "", extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with little of our own environment.

    Args:
        command: the program, looked for where daemons lie too, and its arguments.
        text: what it reads.
        extra: variables that it gets.

    Returns:
        Status, output and complaints, whatever the status is.
    """
    return subprocess.run(  # noqa: S603 - commands of this package, without a shell of ours
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": system_path(), "MIBS": "", **(extra or {})},
    )
