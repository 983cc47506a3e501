"""The consoles that commands print to: colour and width are rich's business, and the user's."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH: Final = 120
"""Columns where there is no terminal that says how many it has."""


def out() -> Console:
    """Give the console on standard output, for what the user asked for."""
    from rich.console import Console

    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, soft_wrap=False, width=PIPED_WIDTH if piped else None)


def err() -> Console:
    """Give the console on standard error, for progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
