"""`cpe-diag completion`: shell completion, from click's own generator."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print completion code for a shell.

    For bash: `source <(cpe-diag completion bash)`; put that line into your shell's start file.
    """
    from click.shell_completion import get_completion_class

    maker = get_completion_class(shell)
    root = context.find_root()
    if maker is None:
        raise click.UsageError(f"click has no completion for {shell}")
    code = maker(root.command, {}, "cpe-diag", "_CPE_DIAG_COMPLETE").source()
    click.echo(code)
