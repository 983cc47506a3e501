"""The options that all changes have at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def change_options(
    command: Callable[..., None], *, playbook: str | None = None
) -> Callable[..., None]:
    """Give a command the options that all changes have.

    Args:
        command: which gets the context first.
        playbook: what is measured where the command line does not say; None: what the change is
            usually measured by.

    Returns:
        The command.
    """
    for option in reversed(
        (
            click.option("--subscriber", "-s", required=True, help="The subscriber's id."),
            click.option("--dry-run", is_flag=True, help="Show the plan and change nothing."),
            click.option(
                "--confirm", metavar="DIGEST", help="Do it unattended if the plan has this digest."
            ),
            click.option(
                "--accept-unknown",
                "accept",
                multiple=True,
                metavar="ID",
                help="Accept a finding of the guard that could not be told; recorded.",
            ),
            click.option("--ticket", help="The operator's ticket reference; it is recorded."),
            click.option(
                "--playbook",
                default=playbook,
                show_default=playbook is not None,
                help="What is measured before and after.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
            click.pass_context,
        )
    ):
        command = option(command)
    return command
