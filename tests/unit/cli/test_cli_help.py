"""What `--help` says, of every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from cpe_diag.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands(
    command: click.Command, context: click.Context
) -> Iterator[tuple[click.Command, click.Context]]:
    """Go through a command and all commands below it."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, click.Context(below, info_name=name, parent=context))


ALL = {
    context.command_path: command.get_help(context)
    for command, context in commands(main, click.Context(main, info_name="cpe-diag"))
}


@pytest.mark.parametrize("path", ALL)
def test_help_speaks_to_users_and_not_to_programmers(path: str) -> None:
    """Sections of a docstring are for those who read the code."""
    assert not any(section in ALL[path] for section in ("Args:", "Returns:", "Raises:"))
    assert ALL[path].startswith(f"Usage: {path}")


def test_every_command_of_the_readme_is_there() -> None:
    """A walk that finds too little would prove too little."""
    assert {
        "cpe-diag run",
        "cpe-diag judge explain",
        "cpe-diag playbook check",
        "cpe-diag driver show",
        "cpe-diag subscriber show",
        "cpe-diag doctor",
        "cpe-diag schema",
        "cpe-diag completion",
        "cpe-diag lab up",
        "cpe-diag lab fault set",
    } <= set(ALL)
