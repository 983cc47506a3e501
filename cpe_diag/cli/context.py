"""What commands take from their context: the configuration."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_diag.cli.errors import told_clearly
from cpe_diag.wiring.config import Config, find
from cpe_diag.wiring.laptop_key import on_laptop


def config_of(context: click.Context) -> Config:
    """Read the configuration that this command line asks for; a laptop does what time demands.

    Args:
        context: click's context, whose `obj` is the value of `--config` or None.

    Returns:
        The configuration.

    Raises:
        BadInputError: it is wrong or cannot be read.
    """
    explicit = context.find_root().obj
    with told_clearly():
        config = find(Path(explicit) if explicit else None)
    _settle(config)
    return config


def _settle(config: Config) -> None:
    """End a pack that is over, or a wipe that was broken off, and say so; elsewhere do nothing.

    Raises:
        CouldNotRunError: something that must go stays.
    """
    if not on_laptop(config):
        return
    from cpe_diag.wiring.field_end import settled

    with told_clearly():
        for words in settled(config):
            click.echo(words, err=True)
