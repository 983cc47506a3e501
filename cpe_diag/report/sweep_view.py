"""A sweep for a person at a terminal: each outage with its one case, and a plot of the ports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich import box
from rich.columns import Columns
from rich.console import Group
from rich.constrain import Constrain
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cpe_diag.domain.sweep import PortMark
from cpe_diag.report.duration import duration
from cpe_diag.report.path_view import shown
from cpe_diag.report.phrases import counted
from cpe_diag.report.words import DESTINATION_WORDS, group_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from cpe_diag.domain.sweep import Sweep, SweptNode, SweptOutage, SweptPort

WIDEST: Final = 100
"""Columns; longer lines are hard to read."""

MOST_NAMED: Final = 60
"""Subscribers of one outage that are named; the JSON document has all of them."""

_STYLES: Final[Mapping[PortMark, str]] = {
    PortMark.UP: "green",
    PortMark.AFFECTED: "bold red",
    PortMark.DOWN: "yellow",
    PortMark.SHUT: "dim",
    PortMark.NOT_TOLD: "magenta",
    PortMark.IDLE: "dim",
    PortMark.UNKNOWN: "dim",
}

_MARKS: Final[Mapping[PortMark, str]] = {
    PortMark.UP: "·",
    PortMark.AFFECTED: "█",
    PortMark.DOWN: "x",
    PortMark.SHUT: "-",
    PortMark.NOT_TOLD: "!",
    PortMark.IDLE: "_",
    PortMark.UNKNOWN: "?",
}

_ASCII_MARKS: Final[Mapping[PortMark, str]] = {
    **_MARKS,
    PortMark.UP: ".",
    PortMark.AFFECTED: "#",
}

NOT_OURS: Final = "not in the inventory"

_WORDS: Final[Mapping[PortMark, str]] = {
    PortMark.UP: "up",
    PortMark.AFFECTED: "affected",
    PortMark.DOWN: "down alone",
    PortMark.SHUT: "shut by the operator",
    PortMark.NOT_TOLD: "no state told",
    PortMark.IDLE: "nobody served",
    PortMark.UNKNOWN: NOT_OURS,
}

_LABEL: Final = 22
"""Columns of a group's name; leaves 60 for marks on a terminal of 100."""


def render_sweep(sweep: Sweep, width: int = WIDEST) -> RenderableType:
    """Draw a sweep: what is down, then the ports of the nodes where something is, then all nodes.

    Colour, NO_COLOR and what is no terminal are the console's own business; on a console that is
    not UTF-8 everything is drawn in ASCII.

    Args:
        sweep: what the nodes told.
        width: columns to fill at most; more than 100 are not used.

    Returns:
        Something for `Console.print`.
    """
    return Constrain(_SweepView(sweep), min(width, WIDEST))


class _SweepView:
    """Puts the parts together once the console says what it can show."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        pen = _Pen(ascii_terminal=options.ascii_only)
        yield pen.header(self.sweep)
        found = self.sweep.outages
        if not found:
            yield pen.nothing(self.sweep)
        for node, outage in found:
            yield pen.outage(node, outage)
        for node in self.sweep.nodes:
            if node.outages:
                yield from pen.plot(node)
        yield from pen.nodes(self.sweep)
        yield pen.legend(self.sweep)


class _Pen:
    """Draws the parts for one console."""

    def __init__(self, *, ascii_terminal: bool) -> None:
        self.ascii_terminal = ascii_terminal
        self.dot = " - " if ascii_terminal else " · "
        self.marks = _ASCII_MARKS if ascii_terminal else _MARKS

    def text(self, words: str, style: str = "") -> Text:
        """Make text that can neither steer the terminal nor be read as markup."""
        return Text(shown(words, ascii_terminal=self.ascii_terminal), style=style)

    def header(self, sweep: Sweep) -> Text:
        ports = sum(len(node.ports) for node in sweep.nodes)
        parts = [
            counted(len(sweep.nodes), "node"),
            f"{counted(ports, 'port')} seen",
            f"{sweep.started_at:%Y-%m-%d %H:%M} UTC",
            f"took {duration(sweep.took_s)}",
        ]
        return self.text(self.dot.join(parts), "dim")

    def nothing(self, sweep: Sweep) -> RenderableType:
        unread = len(sweep.unread)
        words = "NO OUTAGE FOUND"
        style = "green"
        if unread:
            words = f"{words} where nodes answered; {counted(unread, 'node')} not read"
            style = "yellow"
        return Padding(self.text(words, f"bold {style}"), (1, 0, 0, 0))

    def outage(self, node: SweptNode, outage: SweptOutage) -> RenderableType:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=13, style="bold")
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row("Out together", self.text(group_words(outage.group), "bold"))
        grid.add_row("Parent case", self.text(outage.group.parent_key))
        grid.add_row("Send to", self.text(DESTINATION_WORDS[outage.destination], "bold"))
        grid.add_row("Do next", self.text(outage.next_action))
        grid.add_row("Tell customer", self.text(outage.tell_customer))
        named = ", ".join(outage.subscribers[:MOST_NAMED])
        more = len(outage.subscribers) - MOST_NAMED
        listed = f"{named} and {more} more (all of them with --json)" if more > 0 else named
        words = f"{len(outage.subscribers)}: {listed}" if listed else "the inventory names none"
        grid.add_row("Subscribers", self.text(words))
        return Padding(
            Panel(
                Group(self.text(outage.title, "bold"), Text(), grid),
                title=self.text(f"OUTAGE ON {node.node}", "bold red"),
                title_align="left",
                border_style="red",
                box=box.ASCII if self.ascii_terminal else box.HEAVY,
                padding=(0, 1),
            ),
            (1, 0, 0, 0),
        )

    def plot(self, node: SweptNode) -> Iterable[RenderableType]:
        """Draw one mark for each port, a row for each group in which something is down."""
        yield Padding(self.text(f"Ports of {node.node}", "bold"), (1, 0, 0, 0))
        table = Table.grid(padding=(0, 1))
        table.add_column(width=_LABEL, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        quiet: dict[str, list[SweptPort]] = {}
        for above, name, ports in _rows(node.ports):
            down = sum(port.mark in {PortMark.AFFECTED, PortMark.DOWN} for port in ports)
            if not down:
                quiet.setdefault(above, []).extend(ports)
                continue
            table.add_row(
                self.text(name), self.row(ports), self.text(f"{down}/{len(ports)} down", "dim")
            )
        for above, ports in quiet.items():
            count = counted(len(ports), "other port")
            words = f"{count} of {above}: none down" if above else f"{count}: none down"
            if above == NOT_OURS:
                words = f"{counted(len(ports), 'port')} {NOT_OURS}"
            table.add_row("", self.text(words, "dim"), "")
        yield Padding(table, (0, 0, 0, 2))

    def row(self, ports: Sequence[SweptPort]) -> Text:
        line = Text()
        for port in ports:
            line.append(self.marks[port.mark], _STYLES[port.mark])
        return line

    def nodes(self, sweep: Sweep) -> Iterable[RenderableType]:
        yield Padding(self.text("Nodes", "bold"), (1, 0, 0, 0))
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        for node in sweep.nodes:
            if node.failure is not None:
                style, words = "yellow", f"not read: {node.failure}"
            else:
                style, words = ("red" if node.outages else "green"), _counts(node)
            table.add_row(self.text(node.node, style), self.text(words))
        yield Padding(table, (0, 0, 0, 2))

    def legend(self, sweep: Sweep) -> RenderableType:
        if not any(node.outages for node in sweep.nodes):
            return Text()
        used = {port.mark for node in sweep.nodes if node.outages for port in node.ports}
        marks = [
            Text.assemble((self.marks[mark], _STYLES[mark]), (f" {_WORDS[mark]}", "dim"))
            for mark in PortMark
            if mark in used
        ]
        return Padding(Columns(marks, padding=(0, 3)), (1, 0, 0, 0))


def _counts(node: SweptNode) -> str:
    """Say how many ports stand how, the ones that matter first."""
    parts = [
        f"{count} {_WORDS[mark]}"
        for mark in (PortMark.AFFECTED, *(one for one in PortMark if one != PortMark.AFFECTED))
        if (count := node.count(mark))
    ]
    down = [port.port for port in node.uplinks if port.mark is PortMark.DOWN]
    parts += [f"UPLINK DOWN: {', '.join(down)}"] if down else []
    asked = f"{counted(node.requests, 'request')}, {duration(node.took_s)}"
    return f"{', '.join(parts) or 'no ports'} ({asked})"


def _rows(ports: Iterable[SweptPort]) -> list[tuple[str, str, list[SweptPort]]]:
    """Order ports by the smallest group that they share; gives the larger group, the name, ports.

    What has no group stands together, and so does what the inventory does not know.
    """
    groups: dict[tuple[str, str], list[SweptPort]] = {}
    for port in ports:
        larger = port.groups[1] if len(port.groups) > 1 else ""
        name = port.groups[0] if port.groups else "ports"
        if port.mark is PortMark.UNKNOWN:
            larger = name = NOT_OURS
        groups.setdefault((larger, name), []).append(port)
    ordered = sorted(groups.items(), key=lambda one: tuple(map(natural, one[0])))
    return [
        (larger, name, sorted(members, key=lambda one: natural(one.port)))
        for (larger, name), members in ordered
    ]


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Order names as people do: `0/1/9` before `0/1/10`."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)
