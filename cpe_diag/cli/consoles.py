"""The consoles that commands print to: colour and width are rich's business, and the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def out() -> Console:
    """Give the console on standard output, for what the user asked for."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def err() -> Console:
    """Give the console on standard error, for progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
