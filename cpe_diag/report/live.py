"""The path and the running probes, shown while a run goes on; plain lines without a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.text import Text

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.report.duration import duration
from cpe_diag.report.fact_text import fact_text, failure_text
from cpe_diag.report.live_frame import LiveFrame
from cpe_diag.report.path_view import PathView, shown
from cpe_diag.report.words import cause_words, sureness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import (
        Console,
        ConsoleOptions,
        OverflowMethod,
        RenderableType,
        RenderResult,
    )

    from cpe_diag.domain.evidence import Measurement
    from cpe_diag.domain.verdict import Segment, Verdict


class LiveView:
    """Shows a run as it goes; a context manager around it.

    On a terminal the path and the running probes are drawn in place and vanish at the end, so
    that the report can follow. Elsewhere each probe that ends and each judgement is one line.
    The engine's progress is handed over one call for each kind of event, which keeps this view
    free of the engine:

        with LiveView(console, monotonic=clock.monotonic, segments=segments) as view:
            ...  # StepStarted -> step_started(kind), ProbeStarted -> probe_started(probe), ...
    """

    def __init__(
        self,
        console: Console,
        *,
        monotonic: Callable[[], float],
        segments: Sequence[Segment] = (),
    ) -> None:
        """Prepare the view; nothing is shown before it is entered.

        Args:
            console: where to show; its `is_terminal` decides how.
            monotonic: seconds that never go backwards, for how long things take.
            segments: the path before the first judgement, all of it unknown.
        """
        self._frame = LiveFrame(console, self.picture, monotonic=monotonic)
        self._monotonic = monotonic
        self._segments = tuple(segments)
        self._running: tuple[tuple[str, float], ...] = ()
        self._last = ""
        self._belief = ""

    def __enter__(self) -> Self:
        """Begin to show."""
        self._frame.begin()
        return self

    def __exit__(self, *_error: object) -> None:
        """Take the picture away again, whatever happened."""
        self._frame.pause()

    def pause(self) -> None:
        """Take the picture away, for example to put a question to the caller."""
        self._frame.pause()

    def resume(self) -> None:
        """Show the picture again after `pause`."""
        self._frame.resume()

    def step_started(self, step_id: str) -> None:
        """Note that a step of the playbook begins.

        Args:
            step_id: the step's id.
        """
        self._last = f"step {step_id}"

    def probe_started(self, probe: str) -> None:
        """Note that a probe begins.

        Args:
            probe: the probe's id.
        """
        self._running = (*self._running, (probe, self._monotonic()))

    def probe_ended(self, probe: str, measurements: tuple[Measurement, ...]) -> None:
        """Note what a probe has brought back.

        Args:
            probe: the probe's id.
            measurements: facts, known or not.
        """
        began = dict(self._running).get(probe, self._monotonic())
        self._running = tuple(one for one in self._running if one[0] != probe)
        took = duration(self._monotonic() - began)
        told = [one for one in measurements if not _needless(one)]
        if measurements and not told:
            return  # it has nothing to do with this subscriber
        self._last = f"{probe} ({took}): {'; '.join(map(_brief, told)) or 'nothing'}"
        self._frame.line(self._last)

    def judged(self, verdict: Verdict) -> None:
        """Note what the judge says so far.

        Args:
            verdict: the verdict so far.
        """
        self.so_far(verdict)
        self._frame.line(f"so far: {self._belief}")

    def so_far(self, verdict: Verdict) -> None:
        """Draw the path as it is known in this moment; without a terminal nothing is said.

        Args:
            verdict: what the evidence at hand would give.
        """
        self._segments = verdict.segments
        self._belief = f"{cause_words(verdict.cause)}, {sureness(verdict)}"

    def picture(self) -> RenderableType:
        """Draw the state of now.

        Returns:
            The path, the running probes with their seconds, and the last news.
        """
        return _Picture(
            segments=self._segments,
            running=self._running,
            news=self._last,
            belief=self._belief,
            now=self._monotonic(),
            passed_s=self._frame.passed_s,
        )


class _Picture:
    """One moment of a run, drawn."""

    def __init__(  # noqa: PLR0913 - one moment has that many parts
        self,
        *,
        segments: tuple[Segment, ...],
        running: tuple[tuple[str, float], ...],
        news: str,
        belief: str,
        now: float,
        passed_s: float,
    ) -> None:
        self.segments = segments
        self.running = running
        self.news = news
        self.belief = belief
        self.now = now
        self.passed_s = passed_s

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        plain = options.ascii_only
        busy = ", ".join(f"{probe} {duration(self.now - at)}" for probe, at in self.running)
        waiting = "..." if plain else "…"
        lines = [f"{self.passed_s:.0f} s, asking: {busy or waiting}"]
        lines += [f"last: {self.news}"] if self.news else []
        lines += [f"so far: {self.belief}"] if self.belief else []
        cut: OverflowMethod = "crop" if plain else "ellipsis"
        texts = [
            Text(shown(line, ascii_terminal=plain), overflow=cut, no_wrap=True, style="dim")
            for line in lines
        ]
        yield Group(PathView(self.segments), *texts)


def _needless(measurement: Measurement) -> bool:
    observation = measurement.observation
    return (
        isinstance(observation, Unobserved)
        and observation.failure.kind is FailureKind.NOT_APPLICABLE
    )


def _brief(measurement: Measurement) -> str:
    observation = measurement.observation
    if isinstance(observation, Observed):
        return fact_text(observation.value)
    return f"{measurement.key} not known: {failure_text(observation.failure.kind)}"
