"""One change from its plan to its outcome, as a command line asks for and shows it."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from cpe_diag.cli.errors import (
    BadInputError,
    CouldNotRunError,
    InterruptedRunError,
    RefusedError,
    told_clearly,
)
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.failures import ActionError, GuardError, WishError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator
    from pathlib import Path

    from cpe_diag.domain.action import ActionOutcome, ActionPlan
    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.wiring.changes import OpenChange, PreparedChange
    from cpe_diag.wiring.desk import Desk

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

EXIT_OF: Final = {
    ActionEnd.PROVEN: ExitCode.NO_FAULT,
    ActionEnd.FAILED: ExitCode.CHANGE_FAILED,
    ActionEnd.ROLLED_BACK: ExitCode.CHANGE_ROLLED_BACK,
    ActionEnd.UNKNOWN: ExitCode.CHANGE_UNKNOWN,
}


class AgreedChange:
    """What every change has at a command line: a plan that is shown, refused, or agreed to."""

    def __init__(self, *, dry_run: bool, confirm: str | None, as_json: bool) -> None:
        """Take what the command line says of it."""
        self.dry_run = dry_run
        self.confirm = confirm
        self.as_json = as_json
        self.ends: list[ActionOutcome] = []
        self.came: list[int] = []
        self.exit_code = ExitCode.NO_FAULT

    def refuse(self, plan: ActionPlan | RouterPlan) -> None:
        """Show the plan and say what the guard says.

        Raises:
            GuardError: always.
        """
        if self.as_json:
            print_change(plan, None)
        elif self.dry_run or sys.stdin.isatty():
            print_plan(plan)
        raise GuardError(plan)

    def show_plan(self, plan: ActionPlan | RouterPlan) -> None:
        """Show what would be done."""
        if self.as_json:
            print_change(plan, None)
            return
        print_plan(plan)
        if plan.stands_already:
            click.echo("It stands so already: there is nothing to change.")
        elif self.dry_run:
            click.echo("Dry run: nothing was changed.")

    def agree(self, plan: ActionPlan | RouterPlan) -> None:
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
        print_plan(plan)
        if not confirmed():
            raise RefusedError("not confirmed: nothing was changed")


class OneChange(AgreedChange):
    """One change of a port from the plan to the outcome, as a command line shows it."""

    def __init__(
        self, *, dry_run: bool, confirm: str | None, as_json: bool, bundle: Path | None
    ) -> None:
        """Take what the command line says of it; `bundle` is where the case goes, or None."""
        super().__init__(dry_run=dry_run, confirm=confirm, as_json=as_json)
        self.bundle = bundle

    async def work(self, prepared: PreparedChange) -> None:
        """Plan, ask, do, show."""
        from cpe_diag.wiring.change_runs import about, change_port, plan_port
        from cpe_diag.wiring.changes import open_change

        desk = prepared.desk
        if self.dry_run:  # whoever may not do it may look at it
            desk.look("look.subscriber", "plan", about(prepared))
        else:
            desk.permit(prepared.wish.action, about(prepared))
        async with open_change(prepared) as change:
            plan = await plan_port(change)
            if plan.objections:
                self.refuse(plan)
            if plan.stands_already or self.dry_run:
                self.show_plan(plan)
                return
            try:
                self.agree(plan)
            except RefusedError as error:
                desk.note(AuditKind.REFUSAL, error.message, about(prepared, plan))
                raise
            with stopped_safely(self.came):
                outcome = await change_port(change, plan, on_end=self.ends.append)
            show_outcome(plan, outcome, as_json=self.as_json)
            say_unnoted(desk)
            self.exit_code = EXIT_OF[outcome.end]
            await self.save(change)

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
def change_told() -> Iterator[None]:
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
def stopped_safely(came: list[int]) -> Iterator[None]:
    """Let signals cancel what runs, which ends at a safe point; further ones hurry nothing.

    Args:
        came: gets the numbers of the signals.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def stop(number: int) -> None:
        came.append(number)
        click.echo(
            "stopping at a safe point: what was changed is proven or taken back first", err=True
        )
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


def run_change(
    work: Coroutine[Any, Any, None], came: list[int], ends: list[ActionOutcome]
) -> None:
    """Run a change to its end.

    Args:
        work: to run.
        came: holds the signals that came meanwhile.
        ends: holds the outcome as soon as there is one.

    Raises:
        InterruptedRunError: a signal came; what was begun has ended.
    """
    try:
        asyncio.run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        ended = f"{ends[-1].end}: {ends[-1].words}" if ends else "nothing was changed"
        number = came[0] if came else None
        raise InterruptedRunError(f"interrupted; {ended}", number) from None


def confirmed() -> bool:
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


def show_outcome(plan: ActionPlan | RouterPlan, outcome: ActionOutcome, *, as_json: bool) -> None:
    """Show how a change ended."""
    if as_json:
        print_change(plan, outcome)
        return
    from cpe_diag.report.change_text import outcome_lines

    _print_lines(outcome_lines(outcome, plan))


def say_unnoted(desk: Desk) -> None:
    """Say what the audit trail did not take any more, after the change had begun."""
    for words in desk.unnoted:
        click.echo(f"audit: {words}", err=True)


def print_plan(plan: ActionPlan | RouterPlan) -> None:
    """Show a plan."""
    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.report.change_text import plan_lines
    from cpe_diag.report.router_change_text import router_plan_lines

    if isinstance(plan, ActionPlan):
        _print_lines(plan_lines(plan))
    else:
        _print_lines(router_plan_lines(plan))


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def print_change(plan: ActionPlan | RouterPlan, outcome: ActionOutcome | None) -> None:
    """Print plan and outcome as one JSON document."""
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
