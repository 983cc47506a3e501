"""Pure: the plan of a router's change as lines for a terminal or a ticket; secrets are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.agreement import GuardState
from cpe_diag.domain.router_plan import Reads, Way
from cpe_diag.report.change_text import MARKS
from cpe_diag.report.duration import duration
from cpe_diag.report.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.router_plan import (
        ExpectedReading,
        Piece,
        PlannedCommand,
        RouterPlan,
        RouterRecord,
    )


def router_plan_lines(plan: RouterPlan) -> Iterator[str]:
    """Say a plan: where, what exactly, how it goes back, what must be read, what the guard says.

    Args:
        plan: with its findings.

    Yields:
        Lines; nothing in them acts on a terminal.
    """
    value = f": {harmless(plan.wished)}" if plan.wished else ""
    yield f"{plan.action} for {plan.subscriber}{value}"
    what = f", {harmless(plan.model)}, {harmless(plan.firmware)}" if plan.model else ""
    yield f"  where     the router at {plan.router} ({plan.driver}{what})"
    for words in plan.targets:
        yield f"  of        {harmless(words)}"
    yield f"  source    {harmless(plan.source)}"
    for payload in plan.payloads:
        yield f"  upload    {payload.name}: {payload.size} bytes, SHA-256 {payload.sha256}"
    for title, commands in (
        ("copy", plan.backup),
        ("prepare", plan.prepare),
        ("revert", plan.arm),
        ("change", plan.apply),
        ("keep", plan.keep),
    ):
        for command in commands:
            yield from _command_lines(title, command)
    for one in plan.expected:
        yield f"  then      {_expected(one)}"
    yield f"  outage    up to {duration(plan.outage_s)}"
    if plan.way is not Way.ONCE:
        window = duration(plan.window_s)
        yield f"  way back  by itself after {window}: {harmless(plan.reverts)}"
    else:
        yield "  way back  none: it happens at most once, in the present boot"
    yield "  guard"
    for finding in plan.findings:
        mark = MARKS[finding.state]
        if finding.state is GuardState.UNKNOWN and finding.id in plan.accepted:
            mark = "accepted"
        yield f"    {mark:<9} {finding.id}: {harmless(finding.because)}"
    yield f"  digest    {plan.digest}"


def _command_lines(title: str, command: PlannedCommand) -> Iterator[str]:
    run = harmless(" ".join(shown(command.run).split()))
    yield f"  {title:<9} {run}"
    for line in shown(command.stdin).splitlines():
        yield f"              < {harmless(line)}"
    if command.upload:
        yield f"              < the {command.upload}"


def shown(pieces: tuple[Piece, ...]) -> str:
    """Write pieces with their slots named: `[password]`."""
    return "".join(f"[{piece.slot}]" if piece.slot else piece.text for piece in pieces)


def _expected(one: ExpectedReading) -> str:
    subject = f" of {harmless(one.subject)}" if one.subject else ""
    if one.reads is Reads.BOOT:
        return "the router must have started anew"
    return f"{one.reads}{subject} must be {harmless(one.value)!r} (now {harmless(one.previous)!r})"


def router_record_line(record: RouterRecord) -> str:
    """Say in one line which change has no known end."""
    plan = record.plan
    last = record.entries[-1].words if record.entries else "nothing was begun"
    return (
        f"{record.id}  {record.begun_at:%Y-%m-%d %H:%M:%S}Z  {plan.action} for {plan.subscriber}, "
        f"router {plan.router}; last: {harmless(last)}"
    )
