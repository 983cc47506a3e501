"""`cpe-diag field`: what a technician's laptop on site tells."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.field_home import sync, wipe
from cpe_diag.cli.field_report import report
from cpe_diag.cli.looks import note_look
from cpe_diag.cli.router_mac import ON_RECORD, RouterMac
from cpe_diag.cli.run import exit_code_for, pairs, told
from cpe_diag.domain.field_facts import PluggedInto

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.field.pack import PackedVisit
    from cpe_diag.field.raw_process import RawProcess
    from cpe_diag.wiring.config import Config


@click.group()
def field() -> None:
    """On site with a laptop: what the wire itself tells."""


field.add_command(sync)
field.add_command(wipe)
field.add_command(report)


@field.command()
@click.option(
    "--keyring", is_flag=True, help="Keep a new key of the store in the system's keyring."
)
@click.pass_context
def enroll(context: click.Context, *, keyring: bool) -> None:
    """Make this laptop's keys where there are none, and print what the office needs of them.

    The laptop's store is encrypted with one of them: a private file, or with --keyring in the
    system's keyring.
    """
    from cpe_diag.wiring.field_pack import enrolled

    config_of(context)
    with told_clearly():
        ours = enrolled(keyring=keyring)
    click.echo(f"packs are sealed for   {ours.recipient}")
    click.echo(f"cases are signed with  {ours.signs_as}")


@field.command("office-key")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help='Where the private key goes; for the office, field.sign_with: "file:OUT#key" names it.',
)
def office_key(out: Path) -> None:
    """Make the office's key, and print what laptops believe it by (field.office_key)."""
    from cpe_diag.wiring.field_packing import new_office_key

    with told_clearly():
        click.echo(new_office_key(out))


@field.command()
@click.option(
    "--visit",
    "visits",
    multiple=True,
    metavar="ID[=TICKET]",
    help="A subscriber who is visited; may be given several times.",
)
@click.option(
    "--visits",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with the columns subscriber and ticket.",
)
@click.option("--area", help="All subscribers of the nodes of this region; else only a name.")
@click.option("--valid", "valid_s", type=Duration(), default="24h", show_default=True)
@click.option("--for", "recipient", required=True, help="What `field enroll` prints there.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.pass_context
def pack(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    visits: tuple[str, ...],
    file: Path | None,
    area: str | None,
    valid_s: float,
    recipient: str,
    out: Path,
) -> None:
    """Seal what a technician takes along: the visits of a day, and nothing beyond them."""
    from cpe_diag.report.phrases import counted
    from cpe_diag.wiring.field_pack import write_whole
    from cpe_diag.wiring.field_packing import packed, visits_in, visits_of_area

    config = config_of(context)
    with told_clearly():
        wanted = [(one.partition("=")[0], one.partition("=")[2] or None) for one in visits]
        wanted += visits_in(file) if file else []
        if area is not None and not wanted:
            wanted = visits_of_area(config, area)
        for subscriber, ticket in wanted:
            note_look(
                config,
                "field.pack",
                "packed for a visit, with credentials",
                subscriber=subscriber,
                ticket=ticket,
            )
        made, sealed = packed(
            config, wanted, area=area or "", valid_s=valid_s, recipient=recipient
        )
        write_whole(out, sealed)
    click.echo(f"{out}: pack {made.id}, {counted(len(made.visits), 'visit')}, {len(sealed)} bytes")
    click.echo(f"valid until {made.valid_until:%F %R} UTC, for {recipient} alone")
    _print_lacking(made.visits)


@field.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def open_command(context: click.Context, file: Path) -> None:
    """Check a pack, and move it to where the configuration says (inventory.path).

    FILE itself is overwritten and removed: this laptop could read it when the pack is over. So
    could it read a copy in a mail or on a stick; `field wipe` ends that too.
    """
    from cpe_diag.wiring.field_open import taken_into_use

    config = config_of(context)
    with told_clearly():
        made = taken_into_use(config, file)
    click.echo(f"pack {made.id} of {made.made_at:%F %R} UTC, valid until {made.valid_until:%F %R}")
    for visit in made.visits:
        parts = (visit.subscriber.id, visit.ticket, visit.postal_address)
        click.echo("  " + "  ".join(part for part in parts if part))
    _print_lacking(made.visits)


def _print_lacking(visits: Sequence[PackedVisit]) -> None:
    """Say which visits lack a credential."""
    lacking = {visit.subscriber.id: visit.lacks for visit in visits if visit.lacks}
    for subscriber, words in lacking.items():
        click.echo(f"the visit to {subscriber} lacks {'; '.join(words)}", err=True)


@field.command()
@click.option("--subscriber", "-s", required=True, help="The subscriber's id in the inventory.")
@click.option("--port", "interface", metavar="IFACE", help="The laptop's interface.")
@click.option(
    "--at",
    type=click.Choice([place.value for place in PluggedInto]),
    help="Where it is plugged in, where that cannot be seen.",
)
@click.option("--ticket", help="The operator's ticket reference; it goes into every output.")
@click.option(
    "--load-agreed", is_flag=True, help="The customer of a metered line agrees to a load."
)
@click.option(
    "--as-router",
    is_flag=False,
    flag_value=ON_RECORD,
    type=RouterMac(),
    metavar="[MAC]",
    help="The router is unplugged: where nobody answers the laptop, ask once with its MAC, the"
    " one on record or this.",
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="ID=VALUE",
    help="Answer a question of the playbook beforehand (at home: line_use=nobody).",
)
@click.option("--dry-run", is_flag=True, help="Print every packet that may be sent; send none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--bundle",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save evidence and redacted raw answers into this new directory.",
)
@click.pass_context
def check(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    subscriber: str,
    interface: str | None,
    at: str | None,
    ticket: str | None,
    load_agreed: bool,
    as_router: str | None,
    answers: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    bundle: Path | None,
) -> None:
    """Find out where the laptop is plugged in, and whose fault it is, as seen from there.

    Nothing is taken of what is offered: no lease; a PPPoE session, where the inventory names its
    credentials, is closed as soon as it is open. A check sends at most 12 small frames to the wire
    that the laptop hangs on, 8 more with the tags of named VLANs, 24 more for a session and 239
    inside it, and asks the operator's own resolver and reference; where nobody answers it, with
    --as-router 4 more with the router's MAC. --dry-run prints all of it.
    """
    from cpe_diag.cli.run_doing import begin
    from cpe_diag.field.raw_process import RawProcess
    from cpe_diag.store.bundle import check_place
    from cpe_diag.wiring.field import PLAYBOOKS, interface_of, located, without_root
    from cpe_diag.wiring.runs import RunWish, prepare

    raw = RawProcess(dry=dry_run)
    with told_clearly():
        raw.start()
        context.call_on_close(raw.close)
        without_root()
        config = config_of(context)  # of whoever called sudo, not of root
        chosen = interface_of(interface)
        if dry_run:
            _print_frames(config, subscriber, chosen, raw, as_router, as_json=as_json)
            return
        if bundle is not None:
            check_place(bundle)
        place = None if at is None else PluggedInto(at)
        named = None if as_router == ON_RECORD else as_router
        found = located(chosen, place, raw, as_router=as_router is not None, router_mac=named)
        on_site = asyncio.run(found)
        wish = RunWish(
            playbook=PLAYBOOKS[on_site.plugged_into],
            subscriber=subscriber,
            ticket=ticket,
            on_site=on_site,
            answers=pairs(answers, "--answer"),
            load_agreed=load_agreed,
        )
        prepared = prepare(config, wish)
        note_look(
            config,
            "look.subscriber",
            f"on site, at {on_site.plugged_into.value}",
            subscriber=prepared.subscriber.id,
            ticket=ticket,
        )
        result = begin(prepared, {}, as_json=as_json)
        told(result, as_json=as_json, bundle=bundle)
    context.exit(int(exit_code_for(result.verdict)))


def _print_frames(  # noqa: PLR0913 - what decides on what is sent
    config: Config,
    subscriber: str,
    interface: str,
    raw: RawProcess,
    as_router: str | None,
    *,
    as_json: bool,
) -> None:
    """Print what a check may send."""
    from dataclasses import asdict

    from cpe_diag.field.sendings import sendings
    from cpe_diag.wiring.credentials import credentials_of
    from cpe_diag.wiring.field import frames, most_of
    from cpe_diag.wiring.field_targets import router_mac_of, session_wanted, targets_of, vlans_of
    from cpe_diag.wiring.inventories import inventory_of

    line = inventory_of(config, credentials_of(config)).subscriber(subscriber)
    vlans, targets = vlans_of(config, line), targets_of(config)
    mac = router_mac_of(line) if as_router == ON_RECORD else as_router
    by_test = asyncio.run(frames(interface, raw, vlans, targets.inside(), mac))
    if not session_wanted(line):
        by_test = {**by_test, "session": ((), 0)}
    beyond, shown = sendings(targets), {test: sent for test, (sent, _) in by_test.items()}
    most = most_of(by_test, beyond)
    if as_json:
        told = [{**asdict(one), "line": one.line} for one in beyond]
        click.echo(json.dumps({**shown, "beyond": told, "most": most}, indent=2))
        return
    for test, sent in shown.items():
        if not sent:
            click.echo(f"{test}: nothing is sent for this line")
        for frame in sent:
            click.echo(f"{test}: {frame['says']}, {_times(frame)}\n  {frame['hex']}")
    for one in beyond:
        click.echo(f"{one.test}: {one.line}")
    for test, packets in most.items():
        click.echo(f"{test}: in all at most {packets} packets")


def _times(frame: Mapping[str, str | int]) -> str:
    return "once" if frame["times"] == 1 else f"at most {frame['times']} times"
