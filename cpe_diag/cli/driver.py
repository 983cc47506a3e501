"""`cpe-diag driver`: which devices can be read, how far, and on what that was tried."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.completers import drivers
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.domain.failures import DefinitionError

if TYPE_CHECKING:
    from cpe_diag.driver_kit.capability import Capability
    from cpe_diag.driver_kit.load import Driver


@click.group()
def driver() -> None:
    """List, show and check device drivers."""


@driver.command("list")
@click.pass_context
def list_command(context: click.Context) -> None:
    """List the drivers, what each can do, and on what that was verified."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table
    from cpe_diag.driver_kit.load import list_drivers, load_driver
    from cpe_diag.driver_kit.other_ways import OTHER_WAYS

    config = config_of(context)
    with told_clearly():
        files = list_drivers(config.driver_folders)
        found = [load_driver(file.id, config.driver_folders) for file in files]
    rows = [(one.id, _kind(one), one.title, *_counts(one)) for one in found]
    out().print(table(("driver", "kind", "title", "done", "todo", "exempt", "verified on"), rows))
    click.echo("\nWithout SSH for an operator, so without a driver:\n")
    ways = [(one.make, one.why, one.way) for one in OTHER_WAYS]
    out().print(table(("make", "why", "its way"), ways))


@driver.command()
@click.argument("name", shell_complete=drivers)
@click.pass_context
def show(context: click.Context, name: str) -> None:
    """Show every capability of a driver: its state, its proof, its reason."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table
    from cpe_diag.driver_kit.load import load_driver

    config = config_of(context)
    with told_clearly():
        found = load_driver(name, config.driver_folders)
    click.echo(f"{found.id}: {found.title}\n{found.file}\n{_recognised_by(found)}")
    rows = [
        (capability, str(one.state), _verified(one), one.reason)
        for capability, one in found.capabilities.items()
    ]
    out().print(table(("capability", "state", "verified on", "reason"), rows))
    click.echo(_goes_back(found), nl=False)


@driver.command()
@click.argument("names", nargs=-1, required=True, shell_complete=drivers)
@click.pass_context
def check(context: click.Context, names: tuple[str, ...]) -> None:
    """Check drivers, by id or file; every fault of every file is printed at once."""
    from cpe_diag.driver_kit.load import check_driver_file, load_driver

    config = config_of(context)
    faults: list[str] = []
    for name in names:
        file = Path(name)
        try:
            if file.suffix or file.name != name:
                found = check_driver_file(file, config.driver_folders)
            else:
                found = load_driver(name, config.driver_folders)
        except DefinitionError as error:
            faults.extend(str(fault) for fault in error.faults)
        else:
            click.echo(f"{found.file}: ok ({found.id}, {_kind(found)})")
    if faults:
        raise BadInputError("\n".join([f"{len(faults)} wrong:", *faults]))


def _recognised_by(one: Driver) -> str:
    """Say how a router is known to be of a driver's platform, and which firmware is made of it."""
    from cpe_diag.driver_kit.router import RouterDriver

    if not isinstance(one, RouterDriver) or one.detect is None:
        return ""
    labels = ", ".join(command.label for command in one.detect.commands)
    variants = ", ".join(one.detect.variants)
    made = f"; variants: {variants}" if variants else ""
    return f"recognised by: {labels}{made}\n"


def _goes_back(one: Driver) -> str:
    """Say how a router takes back by itself what nobody confirms; empty for what is no router."""
    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.report.duration import duration

    if not isinstance(one, RouterDriver) or one.revert is None:
        return ""
    return (
        f"\nWhat is not confirmed over a new connection, the router takes back by itself after "
        f"{duration(one.revert.window_s)}:\n{one.revert.words}\n(source: {one.revert.source})\n"
    )


def _kind(one: Driver) -> str:
    """Say whether a driver is for access nodes or for routers."""
    from cpe_diag.driver_kit.access import AccessDriver

    return "access" if isinstance(one, AccessDriver) else "router"


def _counts(one: Driver) -> tuple[str, str, str, str]:
    """Count the states of a driver's capabilities and name what proved the done ones."""
    states = [str(capability.state) for capability in one.capabilities.values()]
    proofs = sorted({str(c.verified) for c in one.capabilities.values() if c.verified})
    return (
        str(states.count("done")),
        str(states.count("todo")),
        str(states.count("exempt")),
        ", ".join(proofs) or "-",
    )


def _verified(one: Capability) -> str:
    """Say on what a capability was verified."""
    return "-" if one.verified is None else str(one.verified)
