"""Where a live picture is drawn: in place on a terminal, as plain lines elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.live import Live
from rich.text import Text

from cpe_diag.report.path_view import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console, RenderableType

REFRESHES_PER_S: Final = 8


class LiveFrame:
    """Draws a picture again and again until it ends; then nothing is left of it.

    `passed_s` counts from `begin`.
    """

    def __init__(
        self,
        console: Console,
        picture: Callable[[], RenderableType],
        *,
        monotonic: Callable[[], float],
    ) -> None:
        """Prepare the frame; nothing is shown before it begins.

        Args:
            console: where to show; its `is_terminal` decides how.
            picture: draws the state of now.
            monotonic: seconds that never go backwards.
        """
        self._console = console
        self._picture = picture
        self._monotonic = monotonic
        self._started_at = monotonic()
        self._live: Live | None = None

    def begin(self) -> None:
        """Begin to show."""
        self._started_at = self._monotonic()
        if self._console.is_terminal:
            self._live = Live(
                get_renderable=self._picture,
                console=self._console,
                refresh_per_second=REFRESHES_PER_S,
                transient=True,
            )
            self._live.start()

    def pause(self) -> None:
        """Take the picture away, at the end or to put a question."""
        if self._live is not None:
            self._live.stop()

    def resume(self) -> None:
        """Show the picture again after `pause`."""
        if self._live is not None:
            self._live.start()

    @property
    def passed_s(self) -> float:
        """Seconds since it began."""
        return self._monotonic() - self._started_at

    def line(self, words: str) -> None:
        """Say news as a line of its own, where no picture is drawn."""
        if self._live is None:
            plain = self._console.options.ascii_only
            self._console.print(
                Text(f"{self.passed_s:6.1f} s  {shown(words, ascii_terminal=plain)}"),
                soft_wrap=True,
            )
