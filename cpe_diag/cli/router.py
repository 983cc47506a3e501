"""`cpe-diag router`: restart, reset, restore, firmware; and what was broken off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cpe_diag.cli.change import (
    EXIT_OF,
    change_told,
    run_change,
    say_unnoted,
    show_outcome,
    stopped_safely,
)
from cpe_diag.cli.change_options import change_options
from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.guide import TerminalGuide
from cpe_diag.cli.router_change import OneRouterChange, change
from cpe_diag.domain.failures import ActionError

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionOutcome


@click.group()
def router() -> None:
    """Restart or reset a customer's router, with their consent, and prove that it happened."""


@router.command()
@change_options
def reboot(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - the shared options
    """Restart the router; proven by its boot id."""
    _change(context, "router.reboot", **options)


@router.command(name="factory-reset")
@change_options
def factory_reset(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Take away all settings but those of the service, so that the customer is online again."""
    _change(context, "router.factory_reset", **options)


@router.command(name="restore")
@change_options
@click.argument("action_id", metavar="ID")
def restore(context: click.Context, /, action_id: str, **options: Any) -> None:  # noqa: ANN401 - as above
    """Put the settings back that were kept before change ID."""
    _change(context, "router.restore_backup", restores=action_id, **options)


@router.command(name="install-firmware")
@change_options
@click.argument("image", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", "version", required=True, help="What the router says after it.")
@click.option("--model", help="For which model the image is, in the router's own word.")
@click.option("--sha256", metavar="HEX", help="The vendor's SHA-256 of the image.")
def install_firmware(
    context: click.Context,
    /,
    *,
    image: Path,
    version: str,
    model: str | None,
    sha256: str | None,
    **options: Any,  # noqa: ANN401 - as above
) -> None:
    """Install the firmware IMAGE with the settings kept; proven by the version after it."""
    from cpe_diag.wiring.router_changes import ImageWish

    wanted = ImageWish(path=image, version=version, model=model, sha256=sha256)
    _change(context, "firmware.install", image=wanted, **options)


@router.command(name="human-reset")
@change_options
@click.option(
    "--hold",
    "hold_s",
    type=Duration(),
    default="20s",
    show_default=True,
    help="How long the button is held.",
)
def human_reset(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Lead the customer through a reset by hand; proven by the boot id, not by their word."""
    _change(context, "human.reset", **options)


@router.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def unfinished(context: click.Context, /, *, as_json: bool) -> None:
    """List changes of routers of which no end is known."""
    from cpe_diag.report.codec import encode
    from cpe_diag.report.router_change_text import router_record_line
    from cpe_diag.store.router_journal import RouterJournals
    from cpe_diag.wiring.desk import case_store

    config = config_of(context)
    with told_clearly():
        records = RouterJournals(case_store(config)).unfinished()
    if as_json:
        click.echo(json.dumps([encode(record) for record in records], indent=2))
        return
    for record in records:
        click.echo(router_record_line(record))
    if not records:
        click.echo("Every change of a router that was begun here has a known end.")


@router.command()
@click.argument("action_id", metavar="ID")
@click.option("--keep", is_flag=True, help="Keep settings that are on air as wanted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def recover(context: click.Context, /, action_id: str, *, keep: bool, as_json: bool) -> None:
    """Ask the router how far change ID came, and bring it to an end that is known."""
    from cpe_diag.store.router_journal import RouterJournals
    from cpe_diag.wiring.desk import case_store
    from cpe_diag.wiring.router_changes import (
        open_router_change,
        prepare_router_change,
        recovery_of,
    )
    from cpe_diag.wiring.router_runs import recover_change

    config = config_of(context)
    with change_told():
        record = RouterJournals(case_store(config)).record(action_id)
        if record.ended:
            raise ActionError(f"change {action_id} has ended: {record.entries[-1].words}")
        prepared = prepare_router_change(config, recovery_of(record), TerminalGuide())
        ends: list[ActionOutcome] = []
        came: list[int] = []

        async def work() -> None:
            async with open_router_change(prepared) as opened:
                with stopped_safely(came):
                    await recover_change(opened, record, keep=keep, on_end=ends.append)

        run_change(work(), came, ends)
    show_outcome(record.plan, ends[-1], as_json=as_json)
    say_unnoted(prepared.desk)
    context.exit(int(EXIT_OF[ends[-1].end]))


@router.command()
@click.argument("action_id", metavar="ID")
@click.option("--because", required=True, help="Why nobody will ever know; it is recorded.")
@click.pass_context
def close(context: click.Context, /, action_id: str, *, because: str) -> None:
    """Close change ID by hand, where its device is gone for good and `recover` cannot ask it."""
    from cpe_diag.wiring.closing import close_router_change

    config = config_of(context)
    with change_told():
        words = close_router_change(config, action_id, because)
    click.echo(f"{action_id} is {words}")


def _change(
    context: click.Context,
    action: str,
    *,
    dry_run: bool,
    confirm: str | None,
    as_json: bool,
    **wish: Any,  # noqa: ANN401 - fields of the wish
) -> None:
    from cpe_diag.wiring.router_changes import RouterChangeWish

    change(
        context,
        RouterChangeWish(action=action, **wish),
        OneRouterChange(dry_run=dry_run, confirm=confirm, as_json=as_json),
    )
