"""What is shown while a run goes on: drawn in place on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.observations import Observed
from cpe_diag.report.live import LiveView
from cpe_diag.testing.run_samples import FACTS, FAILURES, START
from cpe_diag.testing.verdict_samples import network_verdict

PORT = FactKey("port_status", "port")
ROUTER = FactKey("reachability", "router")
KNOWN = Measurement(
    key=PORT, observation=Observed(value=FACTS[PORT], source="SNMP an-vdsl", at=START)
)
UNKNOWN = not_observed(ROUTER, FAILURES[ROUTER], "icmp.echo", START)


class Stopwatch:
    """Time that goes only when it is told to."""

    def __init__(self) -> None:
        """Start at an arbitrary moment."""
        self.now_s = 1000.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.now_s


def run_through(view: LiveView, watch: Stopwatch) -> None:
    """Play a short run."""
    view.step_started("look")
    view.probe_started("port_state")
    watch.now_s += 0.25
    view.probe_ended("port_state", (KNOWN, UNKNOWN))
    view.judged(network_verdict())


def test_without_a_terminal_each_probe_and_judgement_is_one_line() -> None:
    """A log file gets no drawing, and every line stands for itself."""
    watch = Stopwatch()
    file = io.StringIO()
    with LiveView(Console(file=file, width=80), monotonic=watch) as view:
        run_through(view, watch)
    brought = "port 0/1/12 down, last change 3 min ago"
    refused = "reachability[router] not known: missing privilege"
    assert file.getvalue().splitlines() == [
        f"   0.2 s  port_state (250 ms): {brought}; {refused}",
        "   0.2 s  so far: line cut, almost certain (93 %)",
    ]


def test_on_a_terminal_the_picture_shows_the_path_and_what_is_running() -> None:
    """The engineer sees which segment is being asked, and for how long already."""
    watch = Stopwatch()
    view = LiveView(Console(file=io.StringIO()), monotonic=watch)
    run_through(view, watch)
    view.probe_started("router_wan")
    watch.now_s += 2
    file = io.StringIO()
    Console(file=file, width=80).print(view.picture())
    text = file.getvalue()
    assert "Access node an-vdsl" in text
    assert "asking: router_wan 2 s" in text
    assert "so far: line cut, almost certain (93 %)" in text
    assert "last: port_state (250 ms)" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_picture_is_gone_when_the_run_ends() -> None:
    """The report follows on a clean screen, and the cursor is visible again."""
    watch = Stopwatch()
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, legacy_windows=False)
    with LiveView(console, monotonic=watch) as view:
        run_through(view, watch)
        view.pause()
        assert "\x1b[?25h" in file.getvalue()
        view.resume()
    assert "\x1b[?25l" in file.getvalue()
    assert file.getvalue().rindex("\x1b[?25h") > file.getvalue().rindex("\x1b[?25l")


def test_on_an_ascii_terminal_the_picture_is_ascii() -> None:
    """One character that cannot be encoded would end the run with a traceback."""
    watch = Stopwatch()
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(file=file, width=40)
    with LiveView(console, monotonic=watch) as view:
        run_through(view, watch)
        view.judged(replace(network_verdict(), cause="größe"))
        console.print(view.picture())
        file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    assert b"FAULT" in file.buffer.getvalue()


def test_what_is_known_so_far_is_drawn_on_a_terminal_and_said_nowhere_else() -> None:
    """A port that is shut is to be seen at once, not when the last probe has given up."""
    file = io.StringIO()
    console = Console(file=file, width=100)
    with LiveView(console, monotonic=Stopwatch()) as view:
        view.so_far(network_verdict())
        assert file.getvalue() == ""
        console.print(view.picture())
    assert "FAULT" in file.getvalue()
    assert "so far: " in file.getvalue()


def test_what_has_nothing_to_do_with_the_subscriber_is_no_line() -> None:
    """An Ethernet customer's log must not tell of the ONT that he has not."""
    file = io.StringIO()
    nothing = Failure(kind=FailureKind.NOT_APPLICABLE, where="S", detail="no ONT")
    gap = not_observed(FactKey("ont_state", "ont"), nothing, "snmp.get", START)
    with LiveView(Console(file=file, width=80), monotonic=Stopwatch()) as view:
        view.probe_started("ont")
        view.probe_ended("ont", (gap,))
    assert "ont" not in file.getvalue()
