"""Connects the engine's progress and questions to the terminal."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

import click

from cpe_diag.cli.consoles import err
from cpe_diag.domain.evidence import Evidence
from cpe_diag.engine.run import Announced, Judged, NotKept, ProbeEnded, ProbeStarted, StepStarted
from cpe_diag.judge.decide import find
from cpe_diag.judge.question import CaseFile
from cpe_diag.judge.segments import segments
from cpe_diag.report.live import LiveView
from cpe_diag.wiring.knowledge import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from cpe_diag.engine.run import AskCaller, OnProgress, Progress
    from cpe_diag.playbook.model import AskStep
    from cpe_diag.wiring.runs import PreparedRun


Paused: TypeAlias = "Callable[[], AbstractContextManager[None]]"
"""Takes the picture away for a while."""


@contextmanager
def shown(prepared: PreparedRun) -> Iterator[tuple[OnProgress, AskCaller, Paused]]:
    """Show a run on standard error while it goes on.

    Args:
        prepared: the run.

    Yields:
        What the engine calls with progress, what it calls with questions, and what takes the
        picture away while somebody is asked something else.
    """
    case = CaseFile(
        evidence=Evidence(),
        subscriber=prepared.subscriber,
        symptom=prepared.playbook.symptom,
        device_mac=prepared.wish.device_mac,
        platform_host=prepared.platform.host if prepared.platform else None,
        thresholds=prepared.config.thresholds,
    )
    console = err()
    conclude = judge()
    view = LiveView(console, monotonic=time.monotonic, segments=segments(find(case), case))

    def on_progress(event: Progress) -> None:
        match event:
            case StepStarted():
                view.step_started(event.step_id)
            case Announced() | NotKept():
                with _without(view):
                    click.echo(_said(event), err=True)
            case ProbeStarted():
                view.probe_started(event.probe)
            case ProbeEnded():
                view.probe_ended(event.probe, event.measurements)
                if console.is_terminal:
                    view.so_far(conclude(replace(case, evidence=event.evidence)))
            case Judged():
                view.judged(event.verdict)
            case _:
                assert_never(event)

    def ask_caller(step: AskStep) -> str | None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return None
        with _without(view):
            return _ask(step)

    with view:
        yield on_progress, ask_caller, lambda: _without(view)


def _said(event: Announced | NotKept) -> str:
    if isinstance(event, NotKept):
        return f"{event.words}: this run cannot be resumed, and nothing is changed"
    return f"Tell the customer: the connection is interrupted for a moment now ({event.title})."


@contextmanager
def _without(view: LiveView) -> Iterator[None]:
    """Take the picture away while somebody is asked; Ctrl-C ends the asking."""
    view.pause()
    # The event loop's own handler would only note Ctrl-C until the answer is there.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except click.Abort:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)
        view.resume()


def _ask(step: AskStep) -> str:
    """Put one question to the person at the terminal."""
    click.echo(f"Ask the caller: {step.question}", err=True)
    for number, choice in enumerate(step.choices, start=1):
        click.echo(f"  {number}  {choice.text}", err=True)
    ids = [choice.id for choice in step.choices]
    picked = click.prompt(
        "Number",
        type=click.IntRange(1, len(ids)),
        default=ids.index(step.default) + 1,
        err=True,
    )
    return ids[int(picked) - 1]
