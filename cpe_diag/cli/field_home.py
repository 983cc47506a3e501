"""`cpe-diag field sync` and `wipe`: what a laptop has done comes home, and nothing stays on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.failures import PackError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.store.carried import Arrival
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.field_arrival import Homecoming


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="On the laptop: where what it has done is sealed for the office.",
)
@click.pass_context
def sync(context: click.Context, files: tuple[Path, ...], *, out: Path | None) -> None:
    """Bring a laptop's cases home: --out FILE on the laptop, then FILE... in the office.

    In any order, and twice without harm; the laptop's audit trail comes along. What the office
    tells otherwise is shown, and left as the office has it; then the exit code is 21. Of
    subscribers whom the office has erased nothing is taken in. What has come the laptop learns
    with its next pack; until then it keeps it.
    """
    from cpe_diag.report.phrases import counted
    from cpe_diag.wiring.field_given import note_written
    from cpe_diag.wiring.field_home import taken_out
    from cpe_diag.wiring.field_pack import write_whole

    if bool(files) == (out is not None):
        raise click.UsageError("name --out FILE on the laptop, or FILE... in the office")
    config = config_of(context)
    with told_clearly():
        if out is not None:
            taken = taken_out(config)
            write_whole(out, taken.sealed)
            note_written(taken.part)
            ended = counted(len(taken.due), "file of packs", "files of packs")
            before = f", and {ended} that have ended" if taken.due else ""
            click.echo(f"{out}: {counted(len(taken.runs), 'run')}{before}, sealed for the office")
            return
        came = [one for file in files for one in _told_of(config, file, alone=len(files) == 1)]
    if any(one.conflict for one in came):
        context.exit(int(ExitCode.CHANGE_FAILED))


def _told_of(config: Config, file: Path, *, alone: bool) -> list[Homecoming]:
    """Take a file in, and tell what came of it, also where the rest of it fails."""
    from cpe_diag.wiring.field_arrival import brought_home

    arrived: list[Homecoming] = []
    try:
        arrived.extend(brought_home(config, file))
    finally:
        if arrived:
            if not alone:
                click.echo(f"{file}:")
            _print_arrived(arrived)
    return arrived


def _print_arrived(arrived: Sequence[Homecoming]) -> None:
    """Tell what became of what laptops brought home."""
    from cpe_diag.report.phrases import counted

    runs = [run for one in arrived for run in one.runs]
    for run in runs:
        if run.words:
            click.echo(f"run {run.run} of case {run.case}: {run.arrival}: {run.words}")
    changes = [change for one in arrived for change in one.changes]
    for change in changes:
        if change.words:
            click.echo(f"change {change.change}: {change.arrival}: {change.words}")
    for one in arrived:
        trail = one.trail
        if trail is not None and trail.words:
            click.echo(f"audit chain of {one.laptop}: {trail.arrival}: {trail.words}")
        elif trail is not None:
            added = counted(trail.added, "new entry", "new entries")
            told = f"{added}, {trail.length}:{trail.hash}"
            click.echo(f"audit chain of {one.laptop}: {told}")
    click.echo(_counted([run.arrival for run in runs]))
    if changes:
        click.echo(f"changes: {_counted([change.arrival for change in changes])}")


def _counted(ends: Sequence[Arrival]) -> str:
    from cpe_diag.store.carried import Arrival

    return ", ".join(f"{ends.count(kind)} {kind.value}" for kind in Arrival)


@click.command()
@click.option("--yes", is_flag=True, help="Do it; without it only what would be removed is told.")
@click.option(
    "--even-unsealed", is_flag=True, help="Also what the office has not said that it has."
)
@click.pass_context
def wipe(context: click.Context, *, yes: bool, even_unsealed: bool) -> None:
    """Remove what this laptop has of customers: pack, cases and keys; it has to enrol anew.

    The key of its store goes first, so that a wipe that is broken off leaves nothing to read; the
    next command ends it.
    """
    from cpe_diag.wiring.field_home import kept_here
    from cpe_diag.wiring.field_wipe import wiping

    config = config_of(context)
    with told_clearly():
        if not even_unsealed:  # else what cannot be opened any more goes as well
            left = kept_here(config)
            if left:
                steps = "cpe-diag field sync --out FILE, and then field open of the next pack"
                raise PackError(f"{'; '.join(left)}: {steps}; or wipe --even-unsealed")
        if not yes:
            click.echo("pack, cases, kept copies and keys of this laptop would go: add --yes")
            return
        for place in wiping(config):
            click.echo(f"removed {place}")
