"""What a person reads: the answer first, on any terminal, and nothing a device says can steer it.

The whole text is held as goldens; `CPE_DIAG_GOLDENS=write` writes them anew, and the diff is read.
"""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.verdict import (
    Candidate,
    Destination,
    FaultDomain,
    Segment,
    SegmentState,
    Verdict,
)
from cpe_diag.engine.run import RunEnd
from cpe_diag.report.path_view import PathView
from cpe_diag.report.terminal import render_evidence, render_run
from cpe_diag.report.ticket import plain_ticket_note
from cpe_diag.testing.run_samples import START, sample_evidence, sample_run
from cpe_diag.testing.verdict_samples import group_verdict, network_verdict

if TYPE_CHECKING:
    from cpe_diag.engine.run import RunResult

GOLDENS = Path(__file__).with_name("goldens")
NOW = START + timedelta(seconds=14)


def undetermined() -> Verdict:
    """Make an honest verdict of not knowing, with two equal candidates."""
    return replace(
        network_verdict(),
        domain=FaultDomain.UNDETERMINED,
        cause="undetermined",
        title="Not yet clear whether the customer's power or the cable is out",
        confidence=0.46,
        evidence_against=(),
        destination=Destination.SECOND_LINE,
        candidates=(
            _candidate("line_cut", 0.46),
            _candidate("customer_power", 0.44),
        ),
    )


def two_causes() -> Verdict:
    """Make a verdict with a second, independent cause."""
    weak = _candidate("wifi_weak_signal", 0.71, FaultDomain.DEVICE)
    return replace(network_verdict(), also=(weak,))


def no_fault() -> Verdict:
    """Make a verdict that finds nothing wrong."""
    good = tuple(
        replace(one, state=SegmentState.GOOD, note="") for one in network_verdict().segments
    )
    return replace(
        network_verdict(),
        domain=FaultDomain.NONE,
        cause="no_fault",
        title="No fault found",
        confidence=1.0,
        evidence_against=(),
        unknown=(),
        candidates=(),
        settle_by=None,
        destination=Destination.FIXED,
        segments=good,
    )


def _candidate(cause: str, belief: float, domain: FaultDomain = FaultDomain.NETWORK) -> Candidate:
    return Candidate(
        cause=cause, domain=domain, belief=belief, supported_by=(), contradicted_by=()
    )


RUNS = MappingProxyType(
    {
        "line_cut": sample_run(),
        "undetermined": sample_run(undetermined()),
        "two_causes": sample_run(two_causes()),
        "no_fault": sample_run(no_fault()),
        "group": sample_run(group_verdict()),
    }
)


def shown(part: object, *, width: int = 80, encoding: str = "utf-8", colour: bool = False) -> str:
    """Print to a console of that kind and give the text."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    console = Console(
        file=file,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        legacy_windows=False,
    )
    console.print(part)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    lines = file.buffer.getvalue().decode(encoding).split("\n")
    return "\n".join(line.rstrip() for line in lines)


def hold_to_golden(name: str, text: str) -> None:
    """Compare with a golden file, or write it when asked to."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("CPE_DIAG_GOLDENS") == "write":
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize(("width", "encoding"), [(80, "utf-8"), (120, "utf-8"), (80, "ascii")])
def test_the_report_reads_as_its_golden(name: str, width: int, encoding: str) -> None:
    """A change of wording or layout is read by a person before it reaches the engineers."""
    text = shown(render_run(RUNS[name], NOW, width), width=width, encoding=encoding)
    hold_to_golden(f"{name}_{width}_{encoding}", text)


@pytest.mark.parametrize("name", RUNS)
def test_the_ticket_note_reads_as_its_golden(name: str) -> None:
    """Tickets are plain text for people who were not there."""
    hold_to_golden(f"{name}_ticket", plain_ticket_note(RUNS[name]))


def test_the_evidence_reads_as_its_golden() -> None:
    """`explain` lists every kind of fact in words, and every unknown with its reason."""
    text = shown(render_evidence(sample_evidence(), NOW, 80))
    hold_to_golden("evidence_80_utf-8", text)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    """A line that wraps by itself breaks the drawing."""
    text = shown(render_run(RUNS[name], NOW, width), width=width)
    assert max(map(cell_len, text.splitlines())) <= min(width, 100)


def test_the_answer_stands_before_the_reasons() -> None:
    """With a caller on the phone, the first lines are all that is read."""
    text = shown(render_run(RUNS["line_cut"], NOW))
    answer = [text.index(words) for words in ("NETWORK", "is cut", "93 %", "technician")]
    reasons = [text.index(words) for words in ("Path", "Evidence for", "Not known")]
    assert max(answer) < min(reasons)
    assert "Tell customer" in "".join(text.splitlines()[:14])


def test_colour_changes_no_word_and_no_state_rests_on_colour_alone() -> None:
    """Nobody who cannot see red may read another verdict."""
    coloured = Console(file=io.StringIO(), width=80, force_terminal=True, record=True)
    coloured.print(render_run(RUNS["line_cut"], NOW, 80))
    recorded = coloured.export_text()
    plain = shown(render_run(RUNS["line_cut"], NOW, 80))
    assert [line.rstrip() for line in recorded.splitlines()] == plain.splitlines()
    states = {
        line.split()[2] for line in plain.splitlines() if line.startswith(("  ┏", "  ┣", "  ┗"))
    }
    assert states == {"good", "FAULT", "degraded", "unknown"}


def test_no_colour_code_is_sent_where_nobody_wants_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NO_COLOR, and output into a file, hold no red and no green."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    file = io.StringIO()
    Console(file=file, width=80, force_terminal=True).print(render_run(RUNS["line_cut"], NOW))
    assert "\x1b[31m" not in file.getvalue()
    assert "\x1b[1;31m" not in file.getvalue()
    assert "\x1b" not in shown(render_run(RUNS["line_cut"], NOW))


EVIL = "Home\x1b]0;owned\x07\x1b[2J\u202eevil[/red]\r\n[bold]x"


def evil_run() -> RunResult:
    """Make a run whose every text holds an escape sequence and markup."""
    finding = Finding(
        id="x", answer=True, because=EVIL, rests_on=(FactKey("answer", "affected"),), missing=()
    )
    segment = Segment(id="x", title=EVIL, state=SegmentState.BAD, note=EVIL)
    verdict = replace(
        network_verdict(),
        title=EVIL,
        summary=EVIL,
        next_action=EVIL,
        tell_customer=EVIL,
        evidence_for=(finding,),
        segments=(segment,),
    )
    return replace(sample_run(verdict), ticket=EVIL)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_what_a_device_says_cannot_steer_the_terminal(encoding: str) -> None:
    """Anybody can name a Wi-Fi network; the name must stay text."""
    text = shown(render_run(evil_run(), NOW), encoding=encoding)
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)
    assert "[/red]" in text


def test_what_a_device_says_cannot_steer_a_ticket() -> None:
    """A ticket system shows lines; a device must not be able to add one."""
    note = plain_ticket_note(evil_run())
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(note)
    assert len(note.splitlines()) == note.count("\n")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_path_of_any_length_is_drawn(count: int) -> None:
    """Before the first judgement there may be nothing to draw."""
    segments = network_verdict().segments[:count]
    assert len(shown(PathView(segments)).strip().splitlines()) == count


def test_rules_that_say_the_same_are_told_once() -> None:
    """Two rules over one observation are one reason for a reader."""
    verdict = network_verdict()
    again = replace(verdict.evidence_for[0], id="other")
    run = sample_run(replace(verdict, evidence_for=(*verdict.evidence_for, again)))
    for text in (shown(render_run(run, NOW)), plain_ticket_note(run)):
        assert text.count("The line reports loss of signal") == 1


def test_a_question_to_the_caller_is_not_called_a_probe() -> None:
    """The engineer must know that he himself has to ask."""
    step = network_verdict().settle_by
    assert step is not None
    asked = replace(step, probe="ask:router_lights", question="Is the power light on?")
    text = shown(render_run(sample_run(replace(network_verdict(), settle_by=asked)), NOW))
    assert "Is the power light on? (ask the caller)" in text


def test_why_a_segment_is_unknown_takes_one_line_of_the_path() -> None:
    """The path is read at one glance; the reasons stand below in full."""
    unknown = Segment(id="x", title="Router", state=SegmentState.UNKNOWN, note="why " * 50)
    assert len(shown(PathView((unknown,))).strip().splitlines()) == 1
    bad = replace(unknown, state=SegmentState.BAD)
    assert len(shown(PathView((bad,))).strip().splitlines()) > 1


def test_a_run_that_was_cut_by_its_time_says_so() -> None:
    """A gap without its reason reads as if nobody had thought of it."""
    whole = sample_run(network_verdict())
    cut = replace(whole, end=RunEnd.OUT_OF_TIME)
    for tell in (lambda run: shown(render_run(run, NOW)), plain_ticket_note):
        assert "time was up" not in tell(whole)
        assert "time was up" in tell(cut)
