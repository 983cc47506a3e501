"""`cpe-diag token`: tokens with which other systems come in over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.roles import Role

if TYPE_CHECKING:
    from cpe_diag.store.api_tokens import StoredTokens
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.desk import Desk

KEEPING = About(action="token.keep")


@click.group()
def token() -> None:
    """Tokens of other systems; the store holds their digests only."""


@token.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([one.value for one in Role]),
    default=Role.AUTOMATION.value,
    show_default=True,
    help="What it may do; the file of rights says it.",
)
@click.option("--for", "lasts_s", type=Duration(), help="How long it counts; default: for ever.")
@click.pass_context
def add(context: click.Context, name: str, *, role: str, lasts_s: float | None) -> None:
    """Make a token for the system NAME and print it: it is shown this once."""
    config = config_of(context)
    with told_clearly():
        desk = _keepers_desk(config)
        if name in config.staff.members:
            words = f"{name} is a member of staff: name the token after the system that gets it"
            raise BadInputError(words)
        at = datetime.now(UTC)
        _, secret = _tokens(config).add(
            name,
            Role(role),
            by=desk.staff.name,
            at=at,
            expires_at=None if lasts_s is None else at + timedelta(seconds=lasts_s),
        )
        desk.note(AuditKind.TOKEN, f"makes the token {name} with the role {role}", KEEPING)
    click.echo(secret.reveal())


@token.command("list")
@click.pass_context
def list_command(context: click.Context) -> None:
    """Show every token, without what is secret."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    config = config_of(context)
    with told_clearly():
        _keepers_desk(config)
        found = _tokens(config).every()
    now = datetime.now(UTC)
    rows = [
        (
            one.name,
            one.role.value,
            "counts" if one.counts(now) else "revoked" if one.revoked_at else "over",
            one.made_by,
            _day(one.made_at),
            _day(one.expires_at) if one.expires_at else "never",
        )
        for one in found
    ]
    out().print(table(("token", "role", "state", "made by", "made", "ends"), rows))


@token.command()
@click.argument("name")
@click.pass_context
def revoke(context: click.Context, name: str) -> None:
    """Let the token of the system NAME count no more, from now on."""
    config = config_of(context)
    with told_clearly():
        desk = _keepers_desk(config)
        desk.note(AuditKind.TOKEN, f"revokes the token {name}", KEEPING)
        _tokens(config).revoke(name, datetime.now(UTC))
    click.echo(f"{name} counts no more")


def _keepers_desk(config: Config) -> Desk:
    from cpe_diag.wiring.desk import open_desk

    desk = open_desk(config)
    desk.permit("token.keep", KEEPING)
    return desk


def _tokens(config: Config) -> StoredTokens:
    from cpe_diag.store.api_tokens import StoredTokens
    from cpe_diag.wiring.desk import case_store

    return StoredTokens(case_store(config))


def _day(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")
