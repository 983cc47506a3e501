"""`cpe-diag hostkey`: which SSH host key each router has shown, and what was done about it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.errors import BadInputError, told_clearly

if TYPE_CHECKING:
    from cpe_diag.domain.host_keys import PinnedKey


@click.group()
def hostkey() -> None:
    """Show and forget the SSH host keys that routers were pinned to on first contact."""


@hostkey.command()
@click.argument("address", required=False)
def show(address: str | None) -> None:
    """Show all pinned keys, or one with its history; ADDRESS carries :port where it is not 22."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table
    from cpe_diag.store.host_key_pins import HostKeyPinsFile, default_path

    pins = HostKeyPinsFile(default_path())
    with told_clearly():
        found = [one for one in pins.all() if address in (None, one.address)]
        notes = () if address is None else pins.notes(address)
        waiting = None if address is None else pins.expected(address, at=datetime.now(UTC))
    if found:
        rows = [(one.address, *_key(one), _moment(one.since), one.because) for one in found]
        out().print(table(("router", "type", "fingerprint", "since", "why"), rows))
    else:
        click.echo("No host key is pinned" + ("." if address is None else f" for {address}."))
    if waiting is not None:
        click.echo(f"A new key is expected until {_moment(waiting.until)}: {waiting.reason}")
    for note in notes:
        click.echo(f"{_moment(note.at)}  {note.words}")


@hostkey.command()
@click.argument("address")
@click.option("--reason", required=True, help="Why another key is right; it is kept.")
def forget(address: str, reason: str) -> None:
    """Forget the key of a router that was swapped or reset; the next contact is a first one."""
    from cpe_diag.store.host_key_pins import HostKeyPinsFile, default_path

    if not reason.strip():
        raise BadInputError("--reason says in words why another key is right")
    pins = HostKeyPinsFile(default_path())
    with told_clearly():
        pin = pins.forget(
            address, reason=reason.strip(), by=getpass.getuser(), at=datetime.now(UTC)
        )
    _kind, fingerprint = _key(pin)
    click.echo(f"{address}: {fingerprint}, pinned since {_moment(pin.since)}, is forgotten.")


def _key(pin: PinnedKey) -> tuple[str, str]:
    from cpe_diag.transports.ssh_host_keys import parse_key

    key = parse_key(pin.key)
    return key.key_type, key.fingerprint


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
