"""`cpe-diag consent record`: what the customer says, by whichever way they say it."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.consent_words import AS_JSON, ask_of, desk_of, plan_options, show_consents
from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import told_clearly
from cpe_diag.domain.audit import About
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck

if TYPE_CHECKING:
    from cpe_diag.store.consent_codes import Answer, Ask
    from cpe_diag.wiring.desk import Desk

LONGEST_S: Final = 24 * 3600.0
CHOSEN: Final = [one.value for one in IdentityCheck if one is not IdentityCheck.ONE_TIME_LINK]


@click.command()
@plan_options(required=False)
@click.option("--given-by", required=True, metavar="NAME", help="Who consents, as they say it.")
@click.option(
    "--identity",
    type=click.Choice(CHOSEN),
    help="How you made sure who it is; with --code it is the code.",
)
@click.option("--code", help="The code that the customer reads back; - reads it from the input.")
@click.option("--token", help="The token of the link; - reads it from the input.")
@click.option(
    "--for",
    "lasts_s",
    type=Duration(),
    default="30m",
    show_default=True,
    help="How long the consent counts, at most 24h.",
)
@AS_JSON
@click.pass_context
def record(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    subscriber: str | None,
    action: str | None,
    digest: str | None,
    ticket: str | None,
    given_by: str,
    identity: str | None,
    code: str | None,
    token: str | None,
    lasts_s: float,
    as_json: bool,
) -> None:
    """Record a consent: spoken, by a code that was read back, or by the token of a link.

    The page that a link opens is not here yet: whoever receives the answer records its token.
    """
    if lasts_s > LONGEST_S:
        raise click.BadParameter("a consent counts for 24h at most", param_hint="--for")
    about = About(subscriber=subscriber, ticket=ticket, action=action, digest=digest)
    _check_way(about, identity=identity, code=code, token=token)
    config = config_of(context)
    lasts = timedelta(seconds=lasts_s)
    with told_clearly():
        desk = desk_of(config, about)
        if token is not None:
            given = desk.codes.accept_token(_answer(desk, token, given_by, lasts))
        elif code is not None:
            given = desk.codes.accept(ask_of(desk, about), _answer(desk, code, given_by, lasts))
        else:
            given = spoken(ask_of(desk, about), given_by, IdentityCheck(str(identity)), lasts)
            desk.consents.record(given)
    show_consents((given,), as_json=as_json, one=True)


def _check_way(about: About, *, identity: str | None, code: str | None, token: str | None) -> None:
    """See that exactly one way of consent is told, with the plan where the way needs it.

    Raises:
        UsageError: it is not.
    """
    plan = {
        "--subscriber": about.subscriber,
        "--action": about.action,
        "--digest": about.digest,
    }
    if token is not None:
        if code is not None or identity is not None or any(plan.values()):
            raise click.UsageError("a token names its own plan: give nothing else beside it")
        return
    missing = [name for name, value in plan.items() if value is None]
    if missing:
        raise click.UsageError(f"name the plan: {', '.join(missing)}")
    if identity is not None and (identity == IdentityCheck.ONE_TIME_CODE) is (code is None):
        raise click.UsageError("--identity one_time_code and --code belong together")
    if code is None and identity is None:
        raise click.UsageError("say with --identity how you made sure who it is, or give --code")


def spoken(ask: Ask, given_by: str, identity: IdentityCheck, lasts: timedelta) -> Consent:
    """Make the consent that somebody says."""
    from cpe_diag.store.consents import new_id

    return Consent(
        id=new_id(),
        subscriber=ask.subscriber,
        action=ask.action,
        digest=ask.digest,
        given_by=given_by,
        identity_check=identity,
        channel=ConsentChannel.SPOKEN,
        recorded_by=ask.staff,
        ticket=ask.ticket,
        given_at=ask.at,
        expires_at=ask.at + lasts,
    )


def _answer(desk: Desk, content: str, given_by: str, lasts: timedelta) -> Answer:
    """Take what the customer said; `-` stands for the next line of the input."""
    from cpe_diag.domain.secret import Secret
    from cpe_diag.store.consent_codes import Answer

    said = sys.stdin.readline().strip() if content == "-" else content
    return Answer(
        content=Secret(said),
        given_by=given_by,
        staff=desk.staff.name,
        at=desk.now(),
        lasts=lasts,
    )
