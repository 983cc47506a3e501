"""`cpe-diag staff`: who opens the pages of `cpe-diag serve` with a password, and who no more."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.secret import Secret

if TYPE_CHECKING:
    from cpe_diag.store.staff_passwords import StoredPasswords
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.desk import Desk

KEEPING = About(action="staff.keep")


@click.group()
def staff() -> None:
    """Passwords of staff; the store holds their hashes only."""


@staff.command()
@click.argument("name")
@click.pass_context
def password(context: click.Context, name: str) -> None:
    """Give NAME, a member of staff, a password, which is asked for; it ends their sessions.

    Without a terminal it is the first line of standard input.
    """
    config = config_of(context)
    with told_clearly():
        if name not in config.staff.members:
            raise BadInputError(f"{config.origin} names no member of staff {name!r}")
        desk = _keepers_desk(config)
        given = _asked()
        _passwords(config).put(name, given, by=desk.staff.name, at=datetime.now(UTC))
        desk.note(AuditKind.SIGN_IN, f"gives {name} a password", KEEPING)
    click.echo(f"{name} has a new password")


@staff.command()
@click.argument("name")
@click.pass_context
def remove(context: click.Context, name: str) -> None:
    """Take the password of NAME away, and end their sessions, also of the OpenID provider."""
    config = config_of(context)
    with told_clearly():
        desk = _keepers_desk(config)
        words = f"takes the password of {name} away and ends their sessions"
        desk.note(AuditKind.SIGN_IN, words, KEEPING)
        removed = _passwords(config).remove(name)
        if not removed.had_password and not removed.sessions:
            raise BadInputError(f"{name} has no password, and is signed in nowhere")
    click.echo(f"{name} has no password, and is signed out ({removed.sessions} sessions ended)")
    if config.openid is not None:
        click.echo(
            f"{config.openid.issuer} can still prove who they are: they are let in again as long "
            "as `staff.members` or a group of `openid.groups.roles` gives them a role"
        )


def _asked() -> Secret:
    if sys.stdin.isatty():
        said: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return Secret(said)
    return Secret(sys.stdin.readline().rstrip("\r\n"))


def _keepers_desk(config: Config) -> Desk:
    from cpe_diag.wiring.desk import open_desk

    desk = open_desk(config)
    desk.permit("staff.keep", KEEPING)
    return desk


def _passwords(config: Config) -> StoredPasswords:
    from cpe_diag.store.staff_passwords import StoredPasswords
    from cpe_diag.wiring.desk import case_store

    return StoredPasswords(case_store(config))
