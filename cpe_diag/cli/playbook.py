"""`cpe-diag playbook`: which playbooks there are, what they do, and whether a file is right."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_diag.cli.completers import playbooks
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.domain.failures import DefinitionError


@click.group()
def playbook() -> None:
    """List, show and check playbooks."""


@playbook.command("list")
@click.pass_context
def list_command(context: click.Context) -> None:
    """List the playbooks there are."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table
    from cpe_diag.playbook.load import list_playbooks
    from cpe_diag.wiring.knowledge import vocabulary

    config = config_of(context)
    with told_clearly():
        found = list_playbooks(vocabulary(), config.playbook_folders)
    rows = [(one.id, one.title, str(len(one.steps))) for one in found]
    out().print(table(("playbook", "title", "steps"), rows))


@playbook.command()
@click.argument("name", shell_complete=playbooks)
@click.pass_context
def show(context: click.Context, name: str) -> None:
    """Print the text of a playbook."""
    from cpe_diag.playbook.load import load_playbook
    from cpe_diag.wiring.knowledge import vocabulary

    config = config_of(context)
    with told_clearly():
        found = load_playbook(name, vocabulary(), config.playbook_folders)
    click.echo(f"# {found.file}")
    click.echo(Path(found.file).read_text(encoding="utf-8").rstrip())


@playbook.command()
@click.argument("names", nargs=-1, required=True, shell_complete=playbooks)
@click.pass_context
def check(context: click.Context, names: tuple[str, ...]) -> None:
    """Check playbooks, by name or file; every fault of every file is printed at once."""
    from cpe_diag.playbook.load import load_playbook
    from cpe_diag.wiring.knowledge import vocabulary

    config = config_of(context)
    words = vocabulary()
    faults: list[str] = []
    for name in names:
        try:
            found = load_playbook(name, words, config.playbook_folders)
        except DefinitionError as error:
            faults.extend(str(fault) for fault in error.faults)
        else:
            click.echo(f"{found.file}: ok")
    if faults:
        raise BadInputError("\n".join([f"{len(faults)} wrong:", *faults]))
