"""`cpe-diag lab`: a simulated operator network, for the demonstration, for training, for tests."""

from __future__ import annotations

import json
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpe_diag.cli.completers import lab_faults, lab_homes
from cpe_diag.cli.errors import BadInputError, CouldNotRunError
from cpe_diag.cli.lab_home import home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.lab.control import LabClient
    from cpe_diag.lab.serve import LabInfo


def directory_option(command: click.decorators.FC) -> click.decorators.FC:
    """Add `--dir`, the lab's run directory."""
    return click.option(
        "--dir",
        "directory",
        type=click.Path(file_okay=False, path_type=Path),
        help="The lab's directory; default: the usual runtime directory of this system.",
    )(command)


@contextmanager
def _talk(directory: Path | None) -> Iterator[LabClient]:
    """Open the control door of a running lab, and turn its refusals into messages.

    Raises:
        BadInputError: the lab knows no such subscriber or fault, or the fault does not fit.
        CouldNotRunError: no lab is up.
    """
    from cpe_diag.lab.control import LabClient, LabRefusedError, NoLabError
    from cpe_diag.lab.place import default_directory

    try:
        yield LabClient(directory or default_directory())
    except LabRefusedError as refused:
        raise BadInputError(str(refused)) from refused
    except NoLabError as missing:
        raise CouldNotRunError(str(missing)) from missing


@click.group()
def lab() -> None:
    """Simulate an operator's network that speaks real SNMP, SSH, DNS and HTTP on loopback."""


lab.add_command(home)


@lab.command(help="Start the lab and serve until SIGINT, SIGTERM, or an order to stop.")
@click.option("--seed", type=int, default=1, show_default=True, help="Varies the noise.")
@click.option(
    "--rtt",
    "rtt_ms",
    type=click.FloatRange(0, 10_000),
    default=0.0,
    show_default=True,
    help="Simulated round trip to every device, in milliseconds.",
)
@directory_option
def up(seed: int, rtt_ms: float, directory: Path | None) -> None:
    """Start the lab and serve until SIGINT, SIGTERM, or an order to stop.

    Raises:
        CouldNotRunError: a lab is up there already, or none can run here.
    """
    import asyncio

    from cpe_diag.lab.place import default_directory
    from cpe_diag.lab.running import LabError
    from cpe_diag.lab.serve import LabOptions, serve

    options = LabOptions(
        directory=(directory or default_directory()).absolute(), seed=seed, rtt_s=rtt_ms / 1000
    )
    try:
        asyncio.run(serve(options, lambda info: _tell(info, named=directory is not None)))
    except LabError as error:
        raise CouldNotRunError(str(error)) from error
    except OSError as error:
        raise CouldNotRunError(f"the lab cannot run: {error}") from error
    click.echo("The lab is stopped.")


def _tell(info: LabInfo, *, named: bool) -> None:
    """Say how a lab that is ready is used."""
    where = f" --dir {shlex.quote(str(info.directory))}" if named else ""
    config = shlex.quote(str(info.config))
    first = info.subscribers[0]
    click.echo(
        f"The lab is up: {len(info.nodes)} access nodes, {len(info.subscribers)} homes.\n"
        f"  cpe-diag lab status{where}\n"
        "  cpe-diag lab fault list\n"
        f"  cpe-diag lab fault set {first} port_shut{where}\n"
        f"  cpe-diag --config {config} run no_internet --subscriber {first}\n"
        "Ctrl-C stops it."
    )


@lab.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@directory_option
def status(*, as_json: bool, directory: Path | None) -> None:
    """Show addresses, credential references, subscribers and the faults that are set."""
    with _talk(directory) as client:
        told = client.status()
    click.echo(json.dumps(told, indent=2) if as_json else _status_text(told))


def _status_text(told: dict[str, Any]) -> str:
    """Lay a status out for a person."""
    lines = [
        f"lab      process {told['pid']}, seed {told['seed']}, round trip {told['rtt_ms']:g} ms",
        f"config   {told['config']}",
    ]
    lines += [
        f"node     {node['id']:8} {node['technology']:9}"
        f" snmp v{node['version']} at {node['address']}:{node['port']}"
        for node in told["nodes"]
    ]
    lines.append(f"resolver {told['resolver']['address']}:{told['resolver']['port']}")
    lines += [
        f"site     {site['name']} at {site['address']}:{site['port']}" for site in told["sites"]
    ]
    lines += [
        f"home     {home['id']} {home['node']:8} {home['port']:10} {home['wan']:5}"
        f" ssh at {home['router']['address']}:{home['router']['port']}"
        f"  {', '.join(home['faults'])}".rstrip()
        for home in told["subscribers"]
    ]
    return "\n".join(lines)


@lab.command()
@click.argument("subscriber", shell_complete=lab_homes)
@directory_option
def phone(subscriber: str, directory: Path | None) -> None:
    """Look at the phone of SUBSCRIBER: what the operator's gateway has sent there."""
    with _talk(directory) as client:
        messages = client.messages(subscriber)
    for message in messages:
        click.echo(message)
    if not messages:
        click.echo("No message.")


@lab.group()
def fault() -> None:
    """Set and clear faults."""


@fault.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_faults(*, as_json: bool) -> None:
    """List every fault with the verdict that it deserves; no lab needs to be up."""
    from cpe_diag.lab.fault_listing import fault_entries

    entries = fault_entries()
    if as_json:
        click.echo(json.dumps(entries, indent=2))
        return
    for entry in entries:
        label = f"{entry['domain']}/{entry['cause']}" if entry["domain"] else "(our own access)"
        click.echo(f"{entry['id']!s:22} {label:32} {entry['title']}")


@fault.command("set")
@click.argument("subscriber", shell_complete=lab_homes)
@click.argument("fault_id", metavar="FAULT", shell_complete=lab_faults)
@directory_option
def set_fault(subscriber: str, fault_id: str, directory: Path | None) -> None:
    """Set FAULT on SUBSCRIBER."""
    with _talk(directory) as client:
        client.set_fault(subscriber, fault_id)
    click.echo(f"{fault_id} is set on {subscriber}.")


@fault.command("clear")
@click.argument("subscriber", required=False, shell_complete=lab_homes)
@directory_option
def clear_faults(subscriber: str | None, directory: Path | None) -> None:
    """Clear all faults of SUBSCRIBER, or of everybody."""
    with _talk(directory) as client:
        cleared = client.clear_faults(subscriber)
    noun = "fault" if cleared == 1 else "faults"
    click.echo(f"{cleared} {noun} cleared.")
