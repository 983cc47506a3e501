"""What a person reads of a sweep: each outage with its one case, and where the dark ports are.

The whole text is held as goldens; `CPE_DIAG_GOLDENS=write` writes them anew, and the diff is read.
"""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from rich.cells import cell_len
from rich.console import Console

from cpe_diag.domain.sweep import PortMark, Sweep
from cpe_diag.report.decoding import decode
from cpe_diag.report.live_sweep import LiveSweep
from cpe_diag.report.schema import outage_schema
from cpe_diag.report.sweep_document import SweepDocument, sweep_as_json
from cpe_diag.report.sweep_view import natural, render_sweep
from cpe_diag.testing.sweep_samples import quiet_sweep, sample_sweep

GOLDENS = Path(__file__).with_name("goldens")


def shown(sweep: Sweep, *, width: int = 100, encoding: str = "utf-8", colour: bool = False) -> str:
    """Print to a console of that kind and give the text."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    console = Console(
        file=file,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        legacy_windows=False,
    )
    console.print(render_sweep(sweep, width))
    file.flush()
    raw = file.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", ["outage", "quiet"])
def test_the_sweep_reads_as_it_was_agreed(name: str, width: int, encoding: str) -> None:
    """Every line of it is for somebody at night with a phone in the other hand."""
    sweep = sample_sweep() if name == "outage" else quiet_sweep()
    text = shown(sweep, width=width, encoding=encoding)
    path = GOLDENS / f"sweep_{name}_{width}_{encoding}.txt"
    if os.environ.get("CPE_DIAG_GOLDENS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert max(cell_len(line) for line in text.splitlines()) <= min(width, 100)


def test_nothing_that_a_name_holds_steers_the_terminal() -> None:
    """Names of ports and subscribers come from files and devices."""
    sweep = sample_sweep()
    first = sweep.nodes[0]
    evil = replace(first.ports[0], mark=PortMark.DOWN, groups=("pon \x1b[2J", "card [bold]x"))
    outage = replace(first.outages[0], subscribers=("S\x1b]0;x\x07",))
    nodes = (replace(first, ports=(evil, *first.ports[1:]), outages=(outage,)), *sweep.nodes[1:])
    text = shown(replace(sweep, nodes=nodes))
    assert "\x1b" not in text
    assert "\x07" not in text


def test_colour_adds_nothing_that_is_not_said_without_it() -> None:
    """NO_COLOR and colour-blind readers see marks, not hues."""
    plain = shown(sample_sweep())
    marks = {mark for line in plain.splitlines() if line.startswith("  pon") for mark in line}
    assert {"█", "x", "-", "!", "_", "·"} <= marks


def test_names_are_ordered_as_people_count() -> None:
    """Port 9 stands before port 10."""
    names = ["0/1/10", "0/1/9", "0/10/1", "0/2/1", "a"]
    assert sorted(names, key=natural) == ["a", "0/1/9", "0/1/10", "0/2/1", "0/10/1"]


@pytest.mark.parametrize("sweep", [sample_sweep(), quiet_sweep()], ids=["outage", "quiet"])
def test_the_document_is_as_its_schema_says_and_comes_back_whole(sweep: Sweep) -> None:
    """Ticket systems read it by the schema alone: one case for each parent key."""
    document = json.loads(json.dumps(sweep_as_json(sweep)))
    Draft202012Validator(outage_schema()).validate(document)
    assert decode(SweepDocument, document).sweep == sweep


def test_without_a_terminal_each_node_that_ends_is_one_line() -> None:
    """A log file wants lines."""
    console = Console(file=io.StringIO(), width=80)
    view = LiveSweep(console, {"olt-1": 400, "an-7": 96, "an-9": 80}, monotonic=lambda: 7.0)
    with view:
        view.rows_came("olt-1", 50, 1)
        for node in sample_sweep().nodes:
            view.node_ended(node)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert [line.strip() for line in lines] == [
        "0.0 s  olt-1: 193 ports, down: pon 0/1/2",
        "0.0 s  an-7: 48 ports, no outage",
        f"0.0 s  an-9: not read: {sample_sweep().nodes[2].failure}",
    ]


def test_on_a_terminal_nodes_have_bars_while_they_are_read() -> None:
    """Twenty nodes at once: how far is each, and what was found so far."""
    console = Console(file=io.StringIO(), width=90, force_terminal=True)
    view = LiveSweep(console, {"olt-1": 400, "an-7": 96}, monotonic=lambda: 7.0)
    view.rows_came("olt-1", 250, 6)
    view.rows_came("an-7", 10, 1)
    view.node_ended(sample_sweep().nodes[0])
    drawn = Console(file=io.StringIO(), width=90)
    drawn.print(view.picture())
    assert isinstance(drawn.file, io.StringIO)
    first, *bars = drawn.file.getvalue().splitlines()
    assert first == "0 s: 1 of 2 nodes read, 19 requests, 260 objects, 1 outage"
    assert bars[0].startswith("an-7")
    assert "10 objects" in bars[0]
    assert "down: pon 0/1/2" in bars[1]
