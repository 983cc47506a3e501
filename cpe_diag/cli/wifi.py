"""`cpe-diag wifi`: name, password, channel, on and off, with the customer's consent."""

from __future__ import annotations

from typing import Any

import click

from cpe_diag.cli.change_options import change_options
from cpe_diag.cli.router_change import (
    OneRouterChange,
    change,
    typed_password,
    wifi_options,
)


@click.group()
def wifi() -> None:
    """Change a customer's Wi-Fi, so that a wrong or interrupted change never strands them.

    Nothing is changed without the customer's consent to the exact plan. The router takes back by
    itself what is not confirmed over a new connection, whatever happens to us meanwhile.
    """


@wifi.command(name="set-ssid")
@wifi_options
@change_options
@click.argument("name")
def set_ssid(context: click.Context, /, name: str, **options: Any) -> None:  # noqa: ANN401 - the shared options
    """Give the network NAME."""
    _change(context, "wifi.set_ssid", name, **options)


@wifi.command(name="set-password")
@wifi_options
@change_options
@click.option(
    "--typed",
    is_flag=True,
    help="The customer types it (or it comes on standard input); else one is made and sent "
    "through the operator's gateway to the number on file.",
)
def set_password(context: click.Context, /, *, typed: bool, **options: Any) -> None:  # noqa: ANN401 - as above
    """Set a new password, which nobody of the staff gets to see."""
    wanted = typed and not options["dry_run"]
    _change(
        context,
        "wifi.set_password",
        None,
        typed=typed_password() if wanted else None,
        brings=not typed,
        **options,
    )


@wifi.command()
@wifi_options
@change_options
def enable(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Switch the Wi-Fi on."""
    _change(context, "wifi.set_enabled", "on", **options)


@wifi.command()
@wifi_options
@change_options
def disable(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Switch the Wi-Fi off."""
    _change(context, "wifi.set_enabled", "off", **options)


@wifi.command(name="off-on")
@wifi_options
@change_options
def off_on(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Switch the Wi-Fi off and on again, for radios that hang.

    It is one change: the router itself switches the radios on again, whatever happens to us.
    """
    _change(context, "wifi.set_enabled", "off_on", **options)


@wifi.command(name="set-channel")
@wifi_options
@change_options
@click.argument("channel")
def set_channel(context: click.Context, /, channel: str, **options: Any) -> None:  # noqa: ANN401 - as above
    """Set CHANNEL: a number, or auto."""
    _change(context, "wifi.set_channel", channel, **options)


def _change(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    action: str,
    value: str | None,
    *,
    dry_run: bool,
    confirm: str | None,
    as_json: bool,
    **wish: Any,  # noqa: ANN401 - fields of the wish
) -> None:
    from cpe_diag.wiring.router_changes import RouterChangeWish

    change(
        context,
        RouterChangeWish(action=action, value=value, **wish),
        OneRouterChange(dry_run=dry_run, confirm=confirm, as_json=as_json),
    )
