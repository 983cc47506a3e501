"""click commands and exit codes; the only room that prints."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

import click

from cpe_diag import __version__
from cpe_diag.cli.endings import ended, output_told

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("cpe_diag.cli.run:run", "Run a playbook on a subscriber and say whose fault it is."),
    "submit": ("cpe_diag.cli.submit:submit", "Order a run, which a worker does."),
    "worker": ("cpe_diag.cli.worker:worker", "Do the runs of a region, until it is stopped."),
    "resume": ("cpe_diag.cli.resume:resume", "Go on with a run whose process has died."),
    "runs": ("cpe_diag.cli.runs:runs", "List, show, cancel and resume runs."),
    "case": ("cpe_diag.cli.case:case", "Show, search and export cases."),
    "field": ("cpe_diag.cli.field:field", "On site with a laptop: what the wire itself tells."),
    "outage": ("cpe_diag.cli.outage:outage", "Sweep access nodes: one customer or many."),
    "tickets": ("cpe_diag.cli.tickets:tickets", "Rules: which ticket starts which playbook."),
    "outbox": ("cpe_diag.cli.outbox:outbox", "Letters to ticket desks, hubs and people on call."),
    "serve": ("cpe_diag.cli.serve:serve", "Tickets in, results out; pages for people."),
    "token": ("cpe_diag.cli.token:token", "Tokens of other systems for `serve`."),
    "staff": ("cpe_diag.cli.staff:staff", "Passwords with which staff open the pages."),
    "port": ("cpe_diag.cli.port:port", "Restart a port or correct its settings, and prove it."),
    "router": ("cpe_diag.cli.router:router", "Restart, reset or restore a customer's router."),
    "wifi": ("cpe_diag.cli.wifi:wifi", "Change a customer's Wi-Fi, with their consent."),
    "consent": ("cpe_diag.cli.consent:consent", "Ask for, record and show customers' consents."),
    "audit": ("cpe_diag.cli.audit:audit", "Show and verify who looked, agreed and changed."),
    "incidents": ("cpe_diag.cli.incidents:incidents", "What fails for several: platforms, nodes."),
    "known": ("cpe_diag.cli.known:known", "Known faults of models, and what helps."),
    "judge": ("cpe_diag.cli.judge:judge", "Explain verdicts, and judge saved cases again."),
    "playbook": ("cpe_diag.cli.playbook:playbook", "List, show and check playbooks."),
    "driver": ("cpe_diag.cli.driver:driver", "List, show and check device drivers."),
    "subscriber": ("cpe_diag.cli.subscriber:subscriber", "Show what the inventory says."),
    "store": ("cpe_diag.cli.store:store", "Drop what is old in the case store."),
    "hostkey": ("cpe_diag.cli.hostkey:hostkey", "Show and forget routers' SSH host keys."),
    "doctor": ("cpe_diag.cli.doctor:doctor", "Say what this machine can and cannot do."),
    "schema": ("cpe_diag.cli.schema:schema", "Print a published JSON Schema."),
    "completion": ("cpe_diag.cli.completion:completion", "Print shell completion code."),
    "lab": ("cpe_diag.cli.lab:lab", "A simulated operator network, for training and tests."),
    "demo": ("cpe_diag.cli.demo:demo", "Three subscribers, three faults, three verdicts."),
}
"""Every command: where it is, and its line in `--help`; loaded when it is used."""


class LazyGroup(click.Group):
    """A group that imports a command when it is used, so that `--help` stays quick."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> Any:  # noqa: ANN401 - click's signature
        """Run from the command line, and end the process as the exit codes say."""

        def command() -> object:
            return super(LazyGroup, self).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        return ended(command) if standalone_mode else command()

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what it cannot print is told as that."""
        with output_told():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one command, or give None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            msg = f"{COMMANDS[cmd_name][0]} is no click command"
            raise TypeError(msg)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cpe-diag")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="Configuration file; default: the platform's usual place, else a running lab.",
)
@click.pass_context
def main(context: click.Context, config: str | None) -> None:
    """Find whose fault it is at a broadband customer's end of the line, with evidence.

    \b
    Exit codes: 0 no fault found, 10 fault found, 11 undetermined,
    20 refused, 21 change failed, 22 put back, 23 unknown,
    2 bad input, 3 could not run, 70 a bug of ours,
    130 Ctrl-C, 143 SIGTERM, 129 terminal closed.
    """  # noqa: D301 - \b keeps click from re-wrapping the table
    context.obj = config
