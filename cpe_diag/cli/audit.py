"""`cpe-diag audit`: the chain of what was looked at, agreed to and changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.audit import About
from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from cpe_diag.store.audit_key import PublicAuditKey
    from cpe_diag.store.audit_trail import Entry

KNOWN: Final = re.compile(r"([1-9][0-9]*):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """Show and verify the audit trail: append-only, linked by hashes, signed."""


@audit.command()
@click.option("--subscriber", "-s", help="Only what is about this subscriber.")
@click.option("--laptop", help="What this laptop of a technician has brought home (its name).")
@click.option(
    "--last", type=click.IntRange(min=1), default=50, show_default=True, help="How many, at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(
    context: click.Context,
    /,
    *,
    subscriber: str | None,
    laptop: str | None,
    last: int,
    as_json: bool,
) -> None:
    """Show the newest entries, the oldest of them first."""
    from cpe_diag.wiring.desk import open_desk

    config = config_of(context)
    with told_clearly():
        desk = open_desk(config)
        desk.look("look.audit", "audit trail", About(subscriber=subscriber))
        if laptop is None:
            entries = desk.audit.entries(subscriber=subscriber, newest=last)
        else:
            from cpe_diag.wiring.field_arrival import entries_of_laptop

            entries = entries_of_laptop(config, laptop, subscriber=subscriber, newest=last)
    if as_json:
        from cpe_diag.report.codec import encode
        from cpe_diag.report.plain import json_text

        click.echo(json_text([encode(entry) for entry in entries]))
        return
    for entry in entries:
        click.echo(_line(entry))


@audit.command()
@click.option(
    "--public-key",
    metavar="HEX",
    help="The key that must have signed; default: that of the store.",
)
@click.option(
    "--known",
    metavar="LENGTH:HASH",
    help="What an earlier `audit verify` printed: the chain must still hold it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def verify(
    context: click.Context, /, *, public_key: str | None, known: str | None, as_json: bool
) -> None:
    """Check every link, signature and person of the chain, and of those that laptops brought home.

    Whoever holds a copy of the store from an earlier day could put all of it back. Write down what
    this prints, where they cannot change it, and give it the next time with --known.
    """
    from cpe_diag.wiring.desk import open_desk
    from cpe_diag.wiring.field_arrival import trails_of_laptops

    written = KNOWN.fullmatch(known.strip().lower()) if known else None
    if known and written is None:
        raise click.BadParameter(f"{known!r} is not LENGTH:HASH", param_hint="--known")
    config = config_of(context)
    with told_clearly():
        trail = open_desk(config).audit
        found = trail.verify(_public(public_key))
        kept = written is None or trail.holds_at(int(written[1]), written[2])
        laptops = trails_of_laptops(config)
    whole = kept and not found.flaws and not any(one.flaws for one in laptops.values())
    if as_json:
        from cpe_diag.report.codec import encode
        from cpe_diag.report.plain import json_text

        document = {
            "whole": whole,
            "known_is_held": kept if written else None,
            "chain": encode(found),
            "laptops": {name: encode(one) for name, one in laptops.items()},
        }
        click.echo(json_text(document))
    else:
        for name, one in laptops.items():
            for flaw in one.flaws:
                click.echo(f"laptop {name}: #{flaw.seq}: {flaw.words}")
            sign = "NOT WHOLE" if one.flaws else "whole"
            click.echo(f"laptop {name}: {one.length} entries, {sign}: {one.length}:{one.hash}")
        for flaw in found.flaws:
            click.echo(f"#{flaw.seq}: {flaw.words}")
        if not kept:
            click.echo(f"The chain does not hold {known} any more: it was put back or rewritten.")
        sign = "whole" if kept and not found.flaws else "NOT WHOLE"
        click.echo(f"{found.length} entries, {sign}: {found.length}:{found.hash}")
        click.echo(f"public key {found.public_key or '(none yet)'}")
    if not whole:
        context.exit(int(ExitCode.FAULT_FOUND))


def _public(given: str | None) -> PublicAuditKey | None:
    """Take the key of the command line.

    Raises:
        BadParameter: it is none.
    """
    if given is None:
        return None
    from cpe_diag.store.audit_key import PublicAuditKey

    try:
        return PublicAuditKey(given.strip())
    except StoreError as error:
        raise click.BadParameter(str(error), param_hint="--public-key") from error


def _line(entry: Entry) -> str:
    """Write an entry on one line."""
    from cpe_diag.report.plain import harmless

    event = entry.event
    about = [event.subscriber, event.action, event.ticket and f"ticket {event.ticket}"]
    about.append(event.digest and f"plan {event.digest[:12]}")
    words = " · ".join(part for part in (*about, event.words) if part)
    return harmless(
        f"#{entry.seq} {event.at:%Y-%m-%d %H:%M:%S} {event.staff} {event.kind}: {words}"
    )
