"""`cpe-diag port`: restart a port, correct its settings, and end what was broken off."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cpe_diag.cli.change import (
    EXIT_OF,
    OneChange,
    change_told,
    run_change,
    say_unnoted,
    show_outcome,
    stopped_safely,
)
from cpe_diag.cli.change_options import change_options
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.domain.failures import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.action import ActionOutcome

PLAYBOOK: Final = "no_internet"


@click.group()
def port() -> None:
    """Restart a subscriber's port or correct its settings, and prove it.

    Nothing is changed without the exact plan having been confirmed: at the terminal, or with
    `--confirm DIGEST` of a plan that `--dry-run` has shown.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all changes of ports have."""
    bundle = click.option(
        "--bundle",
        type=click.Path(file_okay=False, path_type=Path),
        help="Save the case after the change into this new directory.",
    )
    return bundle(change_options(command, playbook=PLAYBOOK))


@port.command()
@_options
def restart(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - the shared options
    """Switch the port off and on again."""
    _change(context, "port.restart", None, **options)


@port.command(name="set-admin")
@_options
@click.argument("state", type=click.Choice(("up", "down")))
def set_admin(context: click.Context, /, state: str, **options: Any) -> None:  # noqa: ANN401 - as above
    """Switch the port on or off."""
    _change(context, "port.set_admin", state, **options)


@port.command(name="set-vlan")
@_options
@click.argument("vlan", required=False)
def set_vlan(context: click.Context, /, vlan: str | None, **options: Any) -> None:  # noqa: ANN401 - as above
    """Put the port into VLAN; without it into the service's of the inventory."""
    _change(context, "port.set_vlan", vlan, **options)


@port.command(name="set-speed")
@_options
@click.argument("speed")
def set_speed(context: click.Context, /, speed: str, **options: Any) -> None:  # noqa: ANN401 - as above
    """Set speed and duplex, in the words of the node's driver (for example auto)."""
    _change(context, "port.set_speed", speed, **options)


@port.command(name="set-profile")
@_options
@click.argument("profile", required=False)
def set_profile(context: click.Context, /, profile: str | None, **options: Any) -> None:  # noqa: ANN401 - as above
    """Give the line PROFILE; without it the service's of the inventory."""
    _change(context, "line.set_profile", profile, **options)


@port.command(name="test-cable")
@_options
def test_cable(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Measure the cable of the port and show the result."""
    _change(context, "port.test_cable", None, **options)


@port.command(name="reset-ont")
@_options
def reset_ont(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Restart the ONT."""
    _change(context, "ont.reset", None, **options)


@port.command(name="clear-session")
@_options
def clear_session(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - as above
    """Clear what the node holds of the router: a binding, a block, a learned address."""
    _change(context, "session.clear", None, **options)


@port.command()
@click.option("--subscriber", "-s", required=True, help="The subscriber's id in the inventory.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def history(context: click.Context, /, subscriber: str, *, as_json: bool) -> None:
    """Show when the port lost its link, as earlier runs have seen it.

    They keep it where the configuration names a file for it (`port_history`).
    """
    from cpe_diag.cli.looks import note_look
    from cpe_diag.domain.history_facts import PortHistory
    from cpe_diag.report.codec import encode
    from cpe_diag.report.history_text import history_lines
    from cpe_diag.wiring.credentials import credentials_of
    from cpe_diag.wiring.inventories import inventory_of
    from cpe_diag.wiring.port_history import earlier_samples, own_actions

    config = config_of(context)
    with told_clearly():
        note_look(config, "look.subscriber", "port history", subscriber=subscriber)
        samples = earlier_samples(config, subscriber)
        if not samples:  # a typing error is no quiet port; who has left the inventory had one
            inventory_of(config, credentials_of(config)).subscriber(subscriber)
        kept = PortHistory(samples=samples, ours=own_actions(config, subscriber, samples))
    if as_json:
        told = {
            "subscriber": subscriber,
            "losses": [moment.isoformat() for moment in kept.losses],
            "period_s": kept.period_s,
            "samples": [encode(sample) for sample in kept.samples],
        }
        click.echo(json.dumps(told, indent=2))
        return
    for line in history_lines(kept, is_kept=config.port_history is not None):
        click.echo(line)


@port.command(name="forget-history")
@click.option("--subscriber", "-s", help="Only this subscriber's; default: everybody's.")
@click.option(
    "--older-than", "days", type=click.IntRange(min=0), metavar="DAYS", help="Only older looks."
)
@click.pass_context
def forget_history(context: click.Context, /, subscriber: str | None, days: int | None) -> None:
    """Forget what runs have seen of ports; what is older than 90 days goes by itself."""
    from cpe_diag.cli.looks import note_look
    from cpe_diag.wiring.port_history import forget_samples

    if subscriber is None and days is None:
        raise click.UsageError("say whose (--subscriber), how old (--older-than), or both")
    config = config_of(context)
    before = None if days is None else datetime.now(UTC) - timedelta(days=days)
    with told_clearly():
        note_look(config, "look.subscriber", "forgets port history", subscriber=subscriber)
        gone = forget_samples(config, subscriber=subscriber, before=before)
    click.echo(f"{gone} looks forgotten")


@port.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def unfinished(context: click.Context, /, *, as_json: bool) -> None:
    """List changes of which no end is known."""
    from cpe_diag.report.change_text import record_line
    from cpe_diag.report.codec import encode
    from cpe_diag.store.action_journal import ActionJournals
    from cpe_diag.wiring.desk import case_store

    config = config_of(context)
    with told_clearly():
        records = ActionJournals(case_store(config)).unfinished()
    if as_json:
        click.echo(json.dumps([encode(record) for record in records], indent=2))
        return
    for record in records:
        click.echo(record_line(record))
    if not records:
        click.echo("Every change that was begun here has a known end.")


@port.command()
@click.argument("action_id", metavar="ID")
@click.option("--keep", is_flag=True, help="Keep it where it is if it is proven now.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def recover(context: click.Context, /, action_id: str, *, keep: bool, as_json: bool) -> None:
    """Look how far change ID came, then finish it or take it back."""
    from cpe_diag.store.action_journal import ActionJournals
    from cpe_diag.wiring.change_runs import recover_port
    from cpe_diag.wiring.changes import ChangeWish, open_change, prepare_change
    from cpe_diag.wiring.desk import case_store

    config = config_of(context)
    with change_told():
        record = ActionJournals(case_store(config)).record(action_id)
        if record.ended:
            raise ActionError(f"change {action_id} has ended: {record.entries[-1].words}")
        wish = ChangeWish(
            action=record.plan.action,
            subscriber=record.plan.subscriber,
            value=record.plan.wished,
            ticket=record.ticket,
        )
        prepared = prepare_change(config, wish)
        ends: list[ActionOutcome] = []
        came: list[int] = []

        async def work() -> None:
            async with open_change(prepared) as change:
                with stopped_safely(came):
                    await recover_port(change, record, keep=keep, on_end=ends.append)

        run_change(work(), came, ends)
    show_outcome(record.plan, ends[-1], as_json=as_json)
    say_unnoted(prepared.desk)
    context.exit(int(EXIT_OF[ends[-1].end]))


@port.command()
@click.argument("action_id", metavar="ID")
@click.option("--because", required=True, help="Why nobody will ever know; it is recorded.")
@click.pass_context
def close(context: click.Context, /, action_id: str, *, because: str) -> None:
    """Close change ID by hand, where its device is gone for good and `recover` cannot ask it."""
    from cpe_diag.wiring.closing import close_port_change

    config = config_of(context)
    with change_told():
        words = close_port_change(config, action_id, because)
    click.echo(f"{action_id} is {words}")


def _change(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    action: str,
    value: str | None,
    *,
    subscriber: str,
    dry_run: bool,
    confirm: str | None,
    accept: tuple[str, ...],
    ticket: str | None,
    playbook: str,
    bundle: Path | None,
    as_json: bool,
) -> None:
    """Plan a change and, where it is confirmed, do it."""
    from cpe_diag.store.bundle import check_place
    from cpe_diag.wiring.changes import ChangeWish, prepare_change

    config = config_of(context)
    wish = ChangeWish(
        action=action,
        subscriber=subscriber,
        value=value,
        accept=accept,
        ticket=ticket,
        playbook=playbook,
    )
    with change_told():
        if bundle is not None:
            check_place(bundle)
        one = OneChange(dry_run=dry_run, confirm=confirm, as_json=as_json, bundle=bundle)
        prepared = prepare_change(config, wish)
        run_change(one.work(prepared), one.came, one.ends)
    context.exit(int(one.exit_code))
