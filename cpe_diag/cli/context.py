"""What commands take from their context: the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cpe_diag.cli.errors import told_clearly
from cpe_diag.wiring.config import Config, find

if TYPE_CHECKING:
    import click


def config_of(context: click.Context) -> Config:
    """Read the configuration that this command line asks for.

    Args:
        context: click's context, whose `obj` is the value of `--config` or None.

    Returns:
        The configuration.

    Raises:
        BadInputError: it is wrong or cannot be read.
    """
    explicit = context.find_root().obj
    with told_clearly():
        return find(Path(explicit) if explicit else None)
