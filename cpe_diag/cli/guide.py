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
        if not click.confirm("Are they pressing it now?", default=True, err=True):
            return False
        for left in range(round(seconds), 0, -1):
            if left % TOLD_EVERY_S == 0 or left <= TOLD_EVERY_S:
                click.echo(f"  keep holding: {left} s", err=True)
            await asyncio.sleep(1.0)
        click.echo("Now they let go. The router starts anew, which takes some minutes.", err=True)
        return click.confirm("Have they held it all the time?", default=True, err=True)
