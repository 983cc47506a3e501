"""`cpe-diag port`: restart a port, correct its settings, and end what was broken off."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, CouldNotRunError, InterruptedRunError, told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import ActionError, GuardError, WishError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator

    from cpe_diag.domain.action import ActionOutcome, ActionPlan
    from cpe_diag.wiring.changes import ChangeWish, OpenChange

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PLAYBOOK: Final = "no_internet"

EXIT_OF: Final = {
    ActionEnd.PROVEN: ExitCode.NO_FAULT,
    ActionEnd.FAILED: ExitCode.CHANGE_FAILED,
    ActionEnd.ROLLED_BACK: ExitCode.CHANGE_ROLLED_BACK,
    ActionEnd.UNKNOWN: ExitCode.CHANGE_UNKNOWN,
}


class RefusedError(click.ClickException):
    """The guard, or a plan that is another one than was confirmed."""

    exit_code = int(ExitCode.CHANGE_REFUSED)


@click.group()
def port() -> None:
    """Restart a subscriber's port or correct its settings, and prove it.

    Nothing is changed without the exact plan having been confirmed: at the terminal, or with
    `--confirm DIGEST` of a plan that `--dry-run` has shown.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all changes have."""
    for option in reversed(
        (
            click.option("--subscriber", "-s", required=True, help="The subscriber's id."),
            click.option("--dry-run", is_flag=True, help="Show the plan and change nothing."),
            click.option(
                "--confirm", metavar="DIGEST", help="Do it unattended if the plan has this digest."
            ),
            click.option(
                "--accept-unknown",
                "accept",
                multiple=True,
                metavar="ID",
                help="Accept a finding of the guard that could not be told; recorded.",
            ),
            click.option("--ticket", help="The operator's ticket reference; it is recorded."),
            click.option(
                "--playbook",
                default=PLAYBOOK,
                show_default=True,
                help="What is measured before and after.",
            ),
            click.option(
                "--bundle",
                type=click.Path(file_okay=False, path_type=Path),
                help="Save the case after the change into this new directory.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
            click.pass_context,
        )
    ):
        command = option(command)
    return command


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
    """End the subscriber's session, so that the router begins a new one."""
    _change(context, "session.clear", None, **options)


@port.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def unfinished(*, as_json: bool) -> None:
    """List changes of which no end is known."""
    from cpe_diag.report.change_text import record_line
    from cpe_diag.report.codec import encode
    from cpe_diag.store.action_journal import ActionJournals, default_folder

    with told_clearly():
        records = ActionJournals(default_folder()).unfinished()
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
    from cpe_diag.store.action_journal import ActionJournals, default_folder
    from cpe_diag.wiring.changes import ChangeWish, open_change, prepare_change, recover_port

    config = config_of(context)
    with _told():
        record = ActionJournals(default_folder()).record(action_id)
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
                with _stopped_safely(came):
                    await recover_port(change, record, keep=keep, on_end=ends.append)

        _run(work(), came, ends)
    _show(record.plan, ends[-1], as_json=as_json)
    context.exit(int(EXIT_OF[ends[-1].end]))


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
    from cpe_diag.wiring.changes import ChangeWish

    config = config_of(context)
    wish = ChangeWish(
        action=action,
        subscriber=subscriber,
        value=value,
        accept=accept,
        ticket=ticket,
        playbook=playbook,
    )
    with _told():
        if bundle is not None:
            check_place(bundle)
        one = _OneChange(wish, dry_run=dry_run, confirm=confirm, as_json=as_json, bundle=bundle)
        from cpe_diag.wiring.changes import prepare_change

        prepared = prepare_change(config, wish)
        _run(one.work(prepared), one.came, one.ends)
    context.exit(int(one.exit_code))


class _OneChange:
    """One change from the plan to the outcome, as a command line shows it."""

    def __init__(
        self,
        wish: ChangeWish,
        *,
        dry_run: bool,
        confirm: str | None,
        as_json: bool,
        bundle: Path | None,
    ) -> None:
        self.wish = wish
        self.dry_run = dry_run
        self.confirm = confirm
        self.as_json = as_json
        self.bundle = bundle
        self.ends: list[ActionOutcome] = []
        self.came: list[int] = []
        self.exit_code = ExitCode.NO_FAULT

    async def work(self, prepared: Any) -> None:  # noqa: ANN401 - PreparedChange, imported late
        """Plan, ask, do, show."""
        from cpe_diag.wiring.changes import change_port, make_plan, open_change

        async with open_change(prepared) as change:
            plan = await make_plan(change)
            if plan.objections:
                self.refuse(plan)
            if plan.stands_already or self.dry_run:
                self.show_plan(plan)
                return
            self.agree(plan)
            with _stopped_safely(self.came):
                outcome = await change_port(change, plan, on_end=self.ends.append)
            _show(plan, outcome, as_json=self.as_json)
            self.exit_code = EXIT_OF[outcome.end]
            await self.save(change)

    def refuse(self, plan: ActionPlan) -> None:
        """Show the plan and say what the guard says.

        Raises:
            GuardError: always.
        """
        if self.as_json:
            _print_json(plan, None)
        elif self.dry_run or sys.stdin.isatty():
            _print_plan(plan)
        raise GuardError(plan)

    def show_plan(self, plan: ActionPlan) -> None:
        """Show what would be done."""
        if self.as_json:
            _print_json(plan, None)
            return
        _print_plan(plan)
        if plan.stands_already:
            click.echo("It stands so already: there is nothing to change.")
        elif self.dry_run:
            click.echo("Dry run: nothing was changed.")

    def agree(self, plan: ActionPlan) -> None:
        """Have the exact plan confirmed.

        Raises:
            RefusedError: it is not.
        """
        if self.confirm is not None:
            if self.confirm.strip().lower() != plan.digest:
                raise RefusedError(
                    f"the plan has the digest {plan.digest}, not the confirmed one: nothing was "
                    "changed; look at the plan with --dry-run"
                )
            return
        if not (sys.stdin.isatty() and sys.stderr.isatty()) or self.as_json:
            raise RefusedError(
                "nobody is there to be asked: nothing was changed; look at the plan with "
                "--dry-run, then give its digest with --confirm"
            )
        _print_plan(plan)
        if not _confirmed():
            raise RefusedError("not confirmed: nothing was changed")

    async def save(self, change: OpenChange) -> None:
        """Save the case, with what was measured after the change."""
        if self.bundle is None:
            return
        from cpe_diag.engine.critical_path import critical_path
        from cpe_diag.store.bundle import write_bundle

        result = await change.prover.whole_case()
        saved = write_bundle(
            self.bundle, result, critical_path_s=critical_path(result.trace).total_s
        )
        if not self.as_json:
            click.echo(f"bundle: {saved}")


@contextmanager
def _told() -> Iterator[None]:
    """Let errors leave as messages, with the exit codes of changes."""
    try:
        with told_clearly():
            yield
    except CouldNotRunError as error:
        cause = error.__cause__
        if isinstance(cause, GuardError):
            from cpe_diag.report.change_text import objection_lines

            raise RefusedError("\n".join(objection_lines(cause.plan))) from cause
        if isinstance(cause, WishError):
            raise BadInputError(str(cause)) from cause
        if isinstance(cause, ActionError):
            raise RefusedError(str(cause)) from cause
        raise


@contextmanager
def _stopped_safely(came: list[int]) -> Iterator[None]:
    """Let signals cancel what runs, which ends at a safe point; further ones hurry nothing.

    Args:
        came: gets the numbers of the signals.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def stop(number: int) -> None:
        came.append(number)
        click.echo("stopping at a safe point: a port that was shut is opened first", err=True)
        if task is not None:
            task.cancel()

    held = {one: signal.getsignal(one) for one in SIGNALS}
    taken = [one for one, handler in held.items() if handler is not signal.SIG_IGN]
    for number in taken:
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
            signal.signal(number, held[number])


def _run(work: Coroutine[Any, Any, None], came: list[int], ends: list[ActionOutcome]) -> None:
    """Run a change to its end.

    Raises:
        InterruptedRunError: a signal came; what was begun has ended.
    """
    try:
        asyncio.run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        ended = f"{ends[-1].end}: {ends[-1].words}" if ends else "nothing was changed"
        number = came[0] if came else None
        raise InterruptedRunError(f"interrupted; {ended}", number) from None


def _confirmed() -> bool:
    """Ask at the terminal; Ctrl-C ends it, which the event loop would only note.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return click.confirm("Do exactly this?", default=False, err=True)
    except click.Abort:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _show(plan: ActionPlan, outcome: ActionOutcome, *, as_json: bool) -> None:
    if as_json:
        _print_json(plan, outcome)
        return
    from cpe_diag.report.change_text import outcome_lines

    _print_lines(outcome_lines(outcome, plan))


def _print_plan(plan: ActionPlan) -> None:
    from cpe_diag.report.change_text import plan_lines

    _print_lines(plan_lines(plan))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _print_json(plan: ActionPlan, outcome: ActionOutcome | None) -> None:
    from cpe_diag.report.codec import encode
    from cpe_diag.report.plain import json_text

    document = {
        "plan": encode(plan),
        "digest": plan.digest,
        "stands_already": plan.stands_already,
        "refused_by": [one.id for one in plan.objections],
        "outcome": None if outcome is None else encode(outcome),
    }
    click.echo(json_text(document))
