"""What the commands of `consent` have in common: how a plan is named, and how consents look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.audit import About
    from cpe_diag.domain.consent import Consent
    from cpe_diag.store.consent_codes import Ask
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.desk import Desk

RECORD: Final = "consent.record"


class Digest(click.ParamType[str]):
    """The digest of a plan, as `--dry-run` prints it."""

    name = "digest"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Read 64 hex digits."""
        text = str(value).strip().lower()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            self.fail(f"{value!r} is not the 64 hex digits of a plan's digest", param, ctx)
        return text


class Action(click.ParamType[str]):
    """What needs the customer's consent."""

    name = "action"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Take one of the known actions."""
        from cpe_diag.driver_kit.schema_check import suggestion
        from cpe_diag.wiring.rights import ACTIONS, NEEDS_CONSENT

        if value in NEEDS_CONSENT:
            return str(value)
        words = f"there is no action {value!r}{suggestion(str(value), NEEDS_CONSENT)}"
        if value in ACTIONS:
            words = f"{value} needs no consent of the customer"
        return self.fail(words, param, ctx)


def plan_options(*, required: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options that name a plan."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option("--ticket", help="The operator's ticket reference; it is recorded."),
            click.option("--digest", type=Digest(), required=required, help="Of the plan."),
            click.option("--action", type=Action(), required=required, help="What the plan does."),
            click.option("--subscriber", "-s", required=required, help="The subscriber's id."),
        ):
            command = option(command)
        return command

    return give


AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def desk_of(config: Config, about: About) -> Desk:
    """Open the desk of somebody who may record consents; the subscriber is of the inventory.

    Raises:
        RightsError: they may not; that is noted.
        InventoryError: there is no such subscriber.
        DefinitionError, MeasurementError, StoreError: as for `open_desk`.
    """
    from cpe_diag.wiring.credentials import credentials_of
    from cpe_diag.wiring.desk import open_desk
    from cpe_diag.wiring.inventories import inventory_of

    desk = open_desk(config)
    desk.permit(RECORD, about)
    if about.subscriber is not None:
        inventory_of(config, credentials_of(config)).subscriber(about.subscriber)
    return desk


def ask_of(desk: Desk, about: About) -> Ask:
    """Say what is asked, and by whom; `about` names the whole plan."""
    from cpe_diag.store.consent_codes import Ask

    return Ask(
        subscriber=about.subscriber or "",
        action=about.action or "",
        digest=about.digest or "",
        staff=desk.staff.name,
        ticket=about.ticket,
        at=desk.now(),
    )


def show_consents(consents: tuple[Consent, ...], *, as_json: bool, one: bool) -> None:
    """Print consents."""
    if as_json:
        from cpe_diag.report.codec import encode

        print_json(encode(consents[0] if one else consents))
        return
    from cpe_diag.report.plain import harmless

    for each in consents:
        ended = each.withdrawn_at
        state = "stands" if ended is None else f"withdrawn {ended:%Y-%m-%d %H:%M:%S} UTC"
        until = f"until {each.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        who = f"{each.given_by}, {each.channel}, identity by {each.identity_check}"
        click.echo(harmless(f"{each.id} {each.subscriber} {each.action}: {state}, {until}"))
        click.echo(f"  digest    {each.digest}")
        click.echo(f"  given by  {harmless(f'{who}, recorded by {each.recorded_by}')}")
        if each.ticket:
            click.echo(f"  ticket    {harmless(each.ticket)}")
    if not consents:
        click.echo("There is no consent.")


def print_json(document: object) -> None:
    """Print a document."""
    from cpe_diag.report.plain import json_text

    click.echo(json_text(document))
