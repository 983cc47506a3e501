"""Claims about traces: a span for each run and step, no more than that, and none unasked."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.service.spans import WHERE, Steps, new_provider, spans_from, spans_of
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.run_rows import NewRun, RunOutcome, RunRow
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.run_samples import sample_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""The example of W3C Trace Context, section 3.2.2."""
PERSONAL: Final = {
    "subscriber": "sub-secret-1",
    "ticket": "T-secret-2",
    "node": "an-secret-3",
    "router": "192.0.2.77:22",
}


def _row(folder: Path, state: RunState = RunState.FINISHED) -> RunRow:
    """Give a run that waited four seconds and took six."""
    runs = StoredRuns(CaseStore.behind(Secret(f"sqlite:///{folder / 'case.db'}")))
    new = NewRun(
        id="r-1",
        playbook="no_internet",
        subscriber=PERSONAL["subscriber"],
        ticket=PERSONAL["ticket"],
        node=PERSONAL["node"],
        router=PERSONAL["router"],
        region="north",
        wish={"values": {"name": "secret home"}},
        lasts=timedelta(minutes=15),
    )
    runs.submit(new, at=AT - timedelta(seconds=4))
    taken = runs.claim("r-1", worker="w", at=AT, lease=timedelta(minutes=1))
    outcome = RunOutcome(
        state=state,
        destination="field_technician",
        words="secret words",
        domain="network",
        cause="line_noise",
        confidence=0.9,
    )
    return runs.end("r-1", taken.attempt, outcome, at=AT + timedelta(seconds=6))


def _spans(row: RunRow, went: Steps | None, failure: str | None = None) -> Sequence[ReadableSpan]:
    kept = InMemorySpanExporter()
    provider = new_provider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    spans = spans_of(provider)
    spans.ended(row, went, failure=failure)
    spans.close()
    return kept.get_finished_spans()


def test_a_run_is_a_span_with_its_steps_below(tmp_path: Path) -> None:
    """With the times that they had, whenever they are told."""
    step = sample_run().steps[0]
    steps = (
        replace(step, id="look", state="done", started_s=0.0, ended_s=2.5),
        replace(step, id="port", state="skipped", started_s=2.5, ended_s=2.5),
        replace(step, id="again", state="cut", started_s=2.5, ended_s=6.0),
    )
    spans = _spans(_row(tmp_path), Steps(started_at=AT, steps=steps))
    by_name = {one.name: one for one in spans}
    assert list(by_name) == ["step look", "step again", "run no_internet"]
    run = by_name["run no_internet"]
    for name, began_s, took_s in (("run no_internet", 0, 6), ("step again", 2.5, 3.5)):
        span = by_name[name]
        assert span.start_time == round((AT.timestamp() + began_s) * 1e9)
        assert span.end_time is not None
        assert span.end_time - span.start_time == round(took_s * 1e9)
    step_span = by_name["step look"]
    assert step_span.parent is not None
    assert run.context is not None
    assert step_span.parent.span_id == run.context.span_id
    held = dict(run.attributes or {})
    assert held["cpe_diag.queue.seconds"] == 4.0
    assert held["cpe_diag.verdict.cause"] == "line_noise"
    assert held["cpe_diag.run.id"] == "r-1"
    assert run.status.status_code is StatusCode.UNSET
    assert run.resource.attributes["service.name"] == "cpe-diag"


def test_a_run_that_failed_is_an_error_without_steps(tmp_path: Path) -> None:
    """Whoever watches sees it."""
    (span,) = _spans(_row(tmp_path, RunState.FAILED), None, "DefinitionError")
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "failed"
    assert (span.attributes or {})["error.type"] == "DefinitionError"


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.TIMED_OUT, RunState.CANCELLED])
def test_what_did_not_finish_is_an_error_of_its_kind(tmp_path: Path, state: RunState) -> None:
    """Cancelled, out of time and failed are told apart without a word of the run."""
    (span,) = _spans(_row(tmp_path, state), None)
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == state.value


@pytest.mark.parametrize(("trace", "links"), [(TRACE, 1), ("", 0), ("00-nonsense", 0), (7, 0)])
def test_what_has_brought_an_order_is_linked(tmp_path: Path, trace: object, links: int) -> None:
    """From the request with the ticket to the run; whatever stands there, the run is told."""
    row = replace(_row(tmp_path), wish={"trace": trace})
    (span,) = _spans(row, None)
    assert [f"{one.context.trace_id:032x}" for one in span.links] == [TRACE[3:35]] * links
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" != TRACE[3:35]


def test_nothing_personal_and_nothing_secret_is_in_a_span(tmp_path: Path) -> None:
    """Traces go to systems that many may look into."""
    result = sample_run()
    steps = tuple(replace(one, note="secret note") for one in result.steps)
    told = json.dumps(
        [
            json.loads(one.to_json())
            for one in _spans(_row(tmp_path), Steps(started_at=AT, steps=steps))
        ]
    )
    assert "secret" not in told
    assert "192.0.2.77" not in told


def test_without_an_address_there_are_no_spans() -> None:
    """Off is what an installation is that nobody has told anything."""
    assert spans_from({}) is None
    assert spans_from({WHERE[0]: ""}) is None


def test_with_an_address_they_go_there_and_a_collector_that_is_away_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A queue that is emptied beside the work; what cannot be sent is dropped, with a word.

    Its thread ends with it: one that goes on and tries again draws numbers amid other tests.
    """
    monkeypatch.setenv(WHERE[1], "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    before = set(threading.enumerate())
    spans = spans_from()
    assert spans is not None
    spans.ended(_row(tmp_path), None)
    spans.close()
    assert "Failed to export" in caplog.text
    assert set(threading.enumerate()) <= before


def test_without_the_extra_it_is_off_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An address alone breaks no worker."""
    for name in [one for one in sys.modules if one.startswith("opentelemetry")]:
        monkeypatch.setitem(sys.modules, name, None)
    name = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    monkeypatch.setitem(sys.modules, name, None)
    assert spans_from({WHERE[1]: "http://127.0.0.1:9"}) is None
    assert "cpe-diag[otel]" in caplog.text


def test_a_worker_does_not_load_it_unasked() -> None:
    """What is not used costs nothing."""
    words = (
        "import sys, cpe_diag.wiring.working; print([m for m in sys.modules if 'opentel' in m])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
