"""Leads the person at the phone, through whoever sits at the terminal."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

import click

TOLD_EVERY_S: Final = 5
"""How often the remaining seconds are said, beside the last five."""


class TerminalGuide:
    """Tells whoever sits at the terminal what to read out, and counts down."""

    async def hold_button(self, seconds: float) -> bool:
        """Have the reset button held; see `PersonGuide.hold_button`."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        click.echo(
            f"Ask the customer to press the reset button and to hold it for {seconds:g} seconds, "
            "with a pen or a paper clip if need be, while the router has power.",
            err=True,
        )
        if not _yes("Are they pressing it now?"):
            return False
        for left in range(round(seconds), 0, -1):
            if left % TOLD_EVERY_S == 0 or left <= TOLD_EVERY_S:
                click.echo(f"  keep holding: {left} s", err=True)
            await asyncio.sleep(1.0)
        click.echo("Now they let go. The router starts anew, which takes some minutes.", err=True)
        if not _yes("Have they held it all the time?"):
            click.echo("Then the router tells what came of it.", err=True)
        return True


def _yes(question: str) -> bool:
    """Ask; where the terminal has gone away, nobody has said yes."""
    try:
        return click.confirm(question, default=True, err=True)
    except click.Abort:
        return False
