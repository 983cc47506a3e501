"""`cpe-diag lab home`: a home of real parts in network namespaces, and faults that are caused."""

from __future__ import annotations

import json
import os
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import click

from cpe_diag.cli.errors import CouldNotRunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

USUAL_NAME = "home"


def name_option(command: click.decorators.FC) -> click.decorators.FC:
    """Add `--name`, which of several copies is meant."""
    return click.option(
        "--name", default=USUAL_NAME, show_default=True, help="Which of several copies."
    )(command)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what cannot be done into a message.

    Raises:
        CouldNotRunError: the network cannot be made, or is not there, or something fails, or a
            file of faults is wrong.
    """
    from cpe_diag.domain.failures import DefinitionError
    from cpe_diag.lab.home.needs import HomeLabError

    try:
        yield
    except (HomeLabError, DefinitionError, OSError) as error:
        raise CouldNotRunError(f"the home lab: {error}") from error


@click.group("home")
def home() -> None:
    """A home and its operator of real parts, in network namespaces. Linux, root, Debian packages.

    Nothing of this machine's own network is touched. Many copies may stand side by side.
    """


@home.command()
@name_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def up(*, name: str, as_json: bool) -> None:
    """Build it, wait until its devices have fetched pages, and tell what is where."""
    from cpe_diag.lab.home import network
    from cpe_diag.lab.home.document import describe

    with _told():
        network.up(name)
        told = describe(name)
    click.echo(json.dumps(told, indent=2) if as_json else _text(told))


@home.command()
@name_option
@click.option("--all", "every", is_flag=True, help="Every copy of which anything is left.")
def down(*, name: str, every: bool) -> None:
    """Take it down whatever happened to it; leftovers are found by their names."""
    from cpe_diag.lab.home import network

    with _told():
        for one in network.copies() if every else (name,):
            gone = network.down(one)
            click.echo(f"{one} is down." if gone else f"Nothing of {one} was there.")


@home.command()
@name_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(*, name: str, as_json: bool) -> None:
    """Tell every address, namespace and credential reference, and the faults that are set."""
    from cpe_diag.lab.home.document import describe

    with _told():
        told = describe(name)
    click.echo(json.dumps(told, indent=2) if as_json else _text(told))


def _text(told: Mapping[str, object]) -> str:
    """Lay a description out for a person."""
    hosts = cast("list[Any]", told["hosts"])
    lines = [
        f"{host['name']:11} {', '.join(host['addresses']) or '-':15} {host['what']}"
        for host in hosts
    ]
    name = told["name"]
    chosen = "" if name == USUAL_NAME else f" --name {name}"
    faults = cast("list[str]", told["faults"])
    return "\n".join(
        [
            *lines,
            f"config      {told['config']}",
            f"namespaces  {told['prefix']}*",
            f"faults      {', '.join(faults) or 'none'}",
            f"  cpe-diag lab home agent{chosen} run no_internet --subscriber {told['subscriber']}",
            f"  cpe-diag lab home exec{chosen} tv -- curl -sSI https://video.example/",
            f"  cpe-diag lab home fault set{chosen} port_shut",
            f"  cpe-diag lab home down{chosen}",
        ]
    )


@home.command("exec", context_settings={"ignore_unknown_options": True})
@name_option
@click.argument("host")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(*, name: str, host: str, command: tuple[str, ...]) -> None:
    """Run COMMAND in HOST, with HOST's own files and processes where it has some."""
    from cpe_diag.lab.home import namespaces
    from cpe_diag.lab.home.needs import system_path

    with _told():
        words = [*namespaces.entering(name, host), *command]
        os.environ["PATH"] = system_path()
        os.execvp(words[0], words)  # noqa: S606 - the person's own command, without a shell


@home.command(context_settings={"ignore_unknown_options": True})
@name_option
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
def agent(*, name: str, arguments: tuple[str, ...]) -> None:
    """Run cpe-diag with ARGUMENTS from the operator's desk of the network."""
    from cpe_diag.lab.home import document

    with _told():
        words = [*document.agent(name), *arguments]
        os.execvp(words[0], words)  # noqa: S606 - our own program, without a shell


@home.command()
@name_option
@click.argument("place", type=click.Choice(["wall", "lan", "bag"]))
def plug(*, name: str, place: str) -> None:
    """Plug the technician's laptop into the wall port (the router is out then) or the LAN."""
    from cpe_diag.lab.home.laptop import plug_into

    with _told():
        plug_into(name, place)
    click.echo(f"The laptop is in the {place}." if place == "bag" else f"Plugged into {place}.")


@home.group()
def fault() -> None:
    """Cause faults and take them back."""


@fault.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_faults(*, as_json: bool) -> None:
    """List every fault with the truth about it and its half; nothing needs to be up."""
    from dataclasses import asdict

    from cpe_diag.lab.home.faults import read_faults

    with _told():
        faults = read_faults()
    if as_json:
        click.echo(json.dumps([asdict(fault) for fault in faults], indent=2))
        return
    for one in faults:
        truths = [f"{truth.domain}/{truth.cause}" for truth in one.truths()]
        click.echo(f"{one.id:24} {' + '.join(truths):34} {one.half:9} {one.title}")


@fault.command("set")
@name_option
@click.argument("fault_id", metavar="FAULT")
def set_fault(*, name: str, fault_id: str) -> None:
    """Cause FAULT."""
    from cpe_diag.lab.home import faults

    with _told():
        faults.set_fault(name, fault_id)
        words = shlex.join(faults.find_fault(fault_id).complaint())
    click.echo(f"{fault_id} is set. As a caller tells it:\n  cpe-diag lab home agent {words}")


@fault.command("clear")
@name_option
@click.argument("fault_id", metavar="FAULT")
def clear_fault(*, name: str, fault_id: str) -> None:
    """Take FAULT back."""
    from cpe_diag.lab.home import faults

    with _told():
        faults.clear_fault(name, fault_id)
    click.echo(f"{fault_id} is cleared.")
