"""A sweep while it goes on: nodes, rows and outages so far; plain lines without a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from rich.console import Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cpe_diag.report.duration import duration
from cpe_diag.report.live_frame import LiveFrame
from cpe_diag.report.path_view import shown
from cpe_diag.report.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from cpe_diag.domain.sweep import SweptNode

MOST_SHOWN: Final = 12
"""Nodes that are drawn at once, those that still go on first."""


class LiveSweep:
    """Shows a sweep as it goes; a context manager around it.

    On a terminal every node that still goes on has a bar, which vanishes at the end, so that the
    result can follow. Elsewhere each node that ends is one line.
    """

    def __init__(
        self, console: Console, expected: Mapping[str, int], *, monotonic: Callable[[], float]
    ) -> None:
        """Prepare the view; nothing is shown before it is entered.

        Args:
            console: where to show; its `is_terminal` decides how.
            expected: about how many objects each node will tell, by its id.
            monotonic: seconds that never go backwards, for how long things take.
        """
        self._frame = LiveFrame(console, self.picture, monotonic=monotonic)
        self._expected = dict(expected)
        self._told: dict[str, int] = {}
        self._ended: dict[str, str] = {}
        self._outages = 0
        self._requests: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Begin to show."""
        self._frame.begin()
        return self

    def __exit__(self, *_error: object) -> None:
        """Take the picture away again, whatever happened."""
        self._frame.pause()

    def rows_came(self, node: str, rows: int, requests: int) -> None:
        """Note that a node has told more.

        Args:
            node: its id.
            rows: objects so far.
            requests: questions so far.
        """
        self._told[node] = rows
        self._requests[node] = requests

    def node_ended(self, swept: SweptNode) -> None:
        """Note that a node is done.

        Args:
            swept: what it told.
        """
        self._outages += len(swept.outages)
        self._requests[swept.node] = swept.requests
        if swept.failure is not None:
            words = f"not read: {swept.failure}"
        else:
            found = [outage.group.name for outage in swept.outages]
            words = f"{counted(len(swept.ports), 'port')}, "
            words += f"down: {', '.join(found)}" if found else "no outage"
        self._ended[swept.node] = words
        self._frame.line(f"{swept.node}: {words}")

    def picture(self) -> RenderableType:
        """Draw the state of now.

        Returns:
            A line of sums, and a bar for each of some nodes.
        """
        return _Picture(
            self._expected,
            self._told,
            self._ended,
            outages=self._outages,
            requests=sum(self._requests.values()),
            passed_s=self._frame.passed_s,
        )


class _Picture:
    """One moment of a sweep, drawn."""

    def __init__(  # noqa: PLR0913 - one moment has that many parts
        self,
        expected: Mapping[str, int],
        told: Mapping[str, int],
        ended: Mapping[str, str],
        *,
        outages: int,
        requests: int,
        passed_s: float,
    ) -> None:
        self.expected = expected
        self.told = told
        self.ended = ended
        self.outages = outages
        self.requests = requests
        self.passed_s = passed_s

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        plain = options.ascii_only
        sums = ", ".join(
            (
                f"{duration(self.passed_s)}: {len(self.ended)} of {len(self.expected)} nodes read",
                counted(self.requests, "request"),
                counted(sum(self.told.values()), "object"),
                counted(self.outages, "outage"),
            )
        )
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(width=24)
        table.add_column(ratio=1, no_wrap=True, overflow="crop" if plain else "ellipsis")
        going_on = [node for node in self.expected if node not in self.ended]
        done = [node for node in reversed(list(self.ended)) if node in self.expected]
        for node in (*going_on, *done)[:MOST_SHOWN]:
            told = self.told.get(node, 0)
            words = self.ended.get(node, counted(told, "object"))
            of = max(self.expected[node], 1)
            bar = ProgressBar(total=of, completed=of if node in self.ended else min(told, of - 1))
            table.add_row(
                shown(node, ascii_terminal=plain), bar, shown(words, ascii_terminal=plain)
            )
        yield Group(Text(shown(sums, ascii_terminal=plain), style="dim"), table)
