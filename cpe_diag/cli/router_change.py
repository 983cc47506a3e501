"""One change of a router from its plan to its outcome, as a command line asks for and shows it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.change import (
    EXIT_OF,
    AgreedChange,
    change_told,
    run_change,
    say_unnoted,
    show_outcome,
    stopped_safely,
)
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import RefusedError
from cpe_diag.cli.guide import TerminalGuide
from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.failures import ConsentError
from cpe_diag.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.wiring.router_changes import PreparedRouterChange, RouterChangeWish

LONGEST_LINE: Final = 4096


def wifi_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that choose networks or radios."""
    for option in (
        click.option(
            "--network",
            "networks",
            multiple=True,
            metavar="NAME",
            help="A network by its name or purpose (lan, guest); default: all but guests'.",
        ),
        click.option(
            "--band",
            "bands",
            multiple=True,
            type=click.Choice(("2g", "5g", "6g")),
            help="Only on this band; default: on all.",
        ),
    ):
        command = option(command)
    return command


class OneRouterChange(AgreedChange):
    """One change of a router from the plan to the outcome."""

    async def work(self, prepared: PreparedRouterChange) -> None:
        """Plan, ask, do, show."""
        from cpe_diag.wiring.router_changes import open_router_change
        from cpe_diag.wiring.router_runs import about, change_router, plan_change

        desk = prepared.desk
        if self.dry_run:  # whoever may not do it may look at it
            desk.look("look.subscriber", "plan", about(prepared))
        else:
            desk.permit(prepared.wish.action, about(prepared))
        async with open_router_change(prepared) as change:
            plan = await plan_change(change)
            if plan.objections:
                self.refuse(plan)
            if plan.stands_already or self.dry_run:
                self.show_plan(plan)
                self.say_how_to_ask(plan)
                return
            try:
                self.agree(plan)
            except RefusedError as error:
                desk.note(AuditKind.REFUSAL, error.message, about(prepared, plan))
                raise
            try:
                with stopped_safely(self.came):
                    outcome = await change_router(change, plan, on_end=self.ends.append)
            except ConsentError as error:
                raise RefusedError(f"{error}; nothing was changed\n{how_to_ask(plan)}") from error
            show_outcome(plan, outcome, as_json=self.as_json)
            say_unnoted(desk)
            self.exit_code = EXIT_OF[outcome.end]

    def say_how_to_ask(self, plan: RouterPlan) -> None:
        """Say what the customer has to consent to."""
        if not (self.as_json or plan.stands_already):
            click.echo(how_to_ask(plan))


def how_to_ask(plan: RouterPlan) -> str:
    """Say by which command the customer's consent is recorded."""
    which = f"-s {plan.subscriber} --action {plan.action} --digest {plan.digest}"
    return (
        "The customer has to consent to exactly this. Ask them, check who they are, then:\n"
        f"  cpe-diag consent record {which} --given-by NAME --identity call_back\n"
        "or have a one-time code sent to the number on file:\n"
        f"  cpe-diag consent ask {which} --via code"
    )


def change(context: click.Context, wish: RouterChangeWish, one: OneRouterChange) -> None:
    """Plan a change and, where it is agreed to, do it; ends with its exit code."""
    from cpe_diag.wiring.router_changes import prepare_router_change

    config = config_of(context)
    with change_told():
        prepared = prepare_router_change(config, wish, TerminalGuide())
        run_change(one.work(prepared), one.came, one.ends)
    context.exit(int(one.exit_code))


def typed_password() -> Secret:
    """Let the customer type the new password, unseen and twice; or read it from a pipe.

    Raises:
        RefusedError: the two are not the same, or there is none.
    """
    if not sys.stdin.isatty():
        line = sys.stdin.readline(LONGEST_LINE).rstrip("\r\n")
        if not line:
            raise RefusedError("no password came on standard input: nothing was changed")
        return Secret(line)
    click.echo("Let the customer type the new password; it is not shown.", err=True)
    return Secret(
        click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    )
