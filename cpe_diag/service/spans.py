"""Runs as traces of OpenTelemetry: a span for each run, and one below it for each step.

They are written when a run has ended, with the times that it had; the span of the request that
has brought the order, where there is one, is linked. Nothing of a customer, a ticket or a
measurement stands in them: ids of run and case, what was run, how it ended and how long.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag import __version__
from cpe_diag.domain.run_journal import RunState
from cpe_diag.report.record import StepLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Link, Span, Tracer
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    from opentelemetry.util.types import AttributeValue

    from cpe_diag.store.run_rows import RunRow

SERVICE: Final = "cpe-diag"

# OpenTelemetry specification, "OpenTelemetry Protocol Exporter", configuration options.
WHERE: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

SKIPPED: Final = "skipped"
SERVER_ERROR: Final = 500
_PARENT: Final = "traceparent"
ERROR_TYPE: Final = "error.type"
"""OpenTelemetry semantic conventions, "Recording errors": of low cardinality, and no message."""

_BAD: Final = frozenset({RunState.FAILED, RunState.TIMED_OUT, RunState.CANCELLED})

LOG: Final = logging.getLogger("cpe_diag.spans")


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of a run, and from when on their seconds count, in UTC."""

    started_at: datetime
    steps: Sequence[StepLine]


class Spans:
    """Where spans go."""

    def __init__(self, tracer: Tracer, close: Callable[[], None]) -> None:
        """Write to `tracer`; `close` sends what has not gone yet."""
        self.tracer = tracer
        self.close = close

    def request(self, method: str, route: str, scheme: str) -> RequestSpan:
        """Begin the span of a request.

        Args:
            method: of HTTP.
            route: the template of its path; the path itself may name a customer or a ticket.
            scheme: http or https.
        """
        from opentelemetry.context import Context  # noqa: PLC0415 - an optional package
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - as above

        return RequestSpan(
            self.tracer.start_span(
                f"{method} {route}",
                context=Context(),
                kind=SpanKind.SERVER,
                attributes={
                    "http.request.method": method,
                    "http.route": route,
                    "url.scheme": scheme,
                },
            )
        )

    def ended(self, row: RunRow, went: Steps | None = None, *, failure: str | None = None) -> None:
        """Write the spans of a run.

        Args:
            row: the run, which has ended.
            went: its steps; None: it has left nothing.
            failure: the kind of what has ended a run that failed; None: its state says it.
        """
        from opentelemetry.context import Context  # noqa: PLC0415 - an optional package
        from opentelemetry.trace import (  # noqa: PLC0415 - as above
            Status,
            StatusCode,
            set_span_in_context,
        )

        began = went.started_at if went is not None else row.started_at or row.submitted_at
        span = self.tracer.start_span(
            f"run {row.playbook}",
            context=Context(),
            start_time=_ns(began),
            attributes=_about(row),
            links=_brought_by(row.wish.get("trace")),
        )
        if row.state in _BAD:
            span.set_status(Status(StatusCode.ERROR, row.state.value))
            span.set_attribute(ERROR_TYPE, failure or row.state.value)
        below = set_span_in_context(span)
        for step in went.steps if went is not None else ():
            if step.state == SKIPPED:
                continue
            one = self.tracer.start_span(
                f"step {step.id}",
                context=below,
                start_time=_ns(began + timedelta(seconds=step.started_s)),
                attributes={"cpe_diag.step.kind": step.kind, "cpe_diag.step.state": step.state},
            )
            one.end(_ns(began + timedelta(seconds=step.ended_s)))
        span.end(_ns(row.ended_at or began))


class RequestSpan:
    """The span of a request that is being answered; nothing of what it asks stands in it."""

    def __init__(self, span: Span) -> None:
        """Go on with `span` until it ends."""
        self._span = span

    @property
    def trace(self) -> str:
        """Name it, as W3C Trace Context does in `traceparent`."""
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415 - an optional package

        carried: dict[str, str] = {}
        _propagator().inject(carried, set_span_in_context(self._span))
        return carried.get(_PARENT, "")

    def ended(self, status: int) -> None:
        """End it with the status of the answer; what the caller did wrong is no error of ours."""
        self._span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERROR:
            self._bad(str(status))
        self._span.end()

    def broke(self, kind: str) -> None:
        """End it without an answer; `kind` names what has ended it."""
        self._bad(kind)
        self._span.end()

    def _bad(self, kind: str) -> None:
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an optional package

        self._span.set_attribute(ERROR_TYPE, kind)
        self._span.set_status(Status(StatusCode.ERROR))


def _brought_by(trace: object) -> list[Link]:
    """Give the link to the span of what has brought an order; none where there is none."""
    from opentelemetry.trace import Link, get_current_span  # noqa: PLC0415 - an optional package

    if not isinstance(trace, str) or not trace:
        return []
    brought = get_current_span(_propagator().extract({_PARENT: trace})).get_span_context()
    return [Link(brought)] if brought.is_valid else []


def _propagator() -> TraceContextTextMapPropagator:
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an optional package
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator()


def spans_from(environment: Mapping[str, str] = os.environ) -> Spans | None:
    """Send spans to where the environment says, as OpenTelemetry names it; None: nowhere.

    Args:
        environment: the variables of this process; the exporter itself reads the rest of them.

    Returns:
        Where spans go; None without an address, or without the extra `otel`.
    """
    named = [name for name in WHERE if environment.get(name)]
    if not named:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - optional
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
    except ImportError:
        LOG.warning("%s is set, but there are no traces without: cpe-diag[otel]", named[0])
        return None
    provider = new_provider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return spans_of(provider)


def new_provider() -> TracerProvider:
    """Give a provider of our own; that of the whole process is nobody's of ours to set."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an optional package
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above

    name = os.environ.get("OTEL_SERVICE_NAME") or SERVICE
    about = {"service.name": name, "service.version": __version__}
    return TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)


def spans_of(provider: TracerProvider) -> Spans:
    """Write to a provider."""
    return Spans(provider.get_tracer("cpe_diag", __version__), provider.shutdown)


def _about(row: RunRow) -> dict[str, AttributeValue]:
    about: dict[str, AttributeValue] = {
        "cpe_diag.run.id": row.id,
        "cpe_diag.case.id": row.case_id,
        "cpe_diag.playbook": row.playbook,
        "cpe_diag.run.state": row.state.value,
        "cpe_diag.run.attempt": row.attempt,
        "cpe_diag.run.priority": row.priority,
    }
    known: dict[str, AttributeValue | None] = {
        "cpe_diag.region": row.region,
        "cpe_diag.verdict.domain": row.domain,
        "cpe_diag.verdict.cause": row.cause,
        "cpe_diag.verdict.confidence": row.confidence,
        "cpe_diag.destination": row.destination,
    }
    if row.started_at is not None:
        known["cpe_diag.queue.seconds"] = (row.started_at - row.submitted_at).total_seconds()
    return about | {name: value for name, value in known.items() if value is not None}


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000
