"""Requests as spans: method, route and status; the run of a ticket leads back to its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from http_service import HttpService, http_service
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from test_http_trouble_tickets import TICKET_V4, V4
from test_ticket_over_http import send_to_desk

from cpe_diag.service.spans import new_provider, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan

TICKET = f"{V4}/troubleTicket"
pytestmark = pytest.mark.usefixtures("http_secrets")


@pytest.fixture
def kept() -> InMemorySpanExporter:
    """Keep spans."""
    return InMemorySpanExporter()


@pytest.fixture
def traced(kept: InMemorySpanExporter, tmp_path: Path) -> Iterator[HttpService]:
    """Keep a service up whose spans are kept."""
    provider = new_provider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with http_service(tmp_path / "service", spans=spans_of(provider)) as running:
        yield running


def _named(kept: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = (one for one in kept.get_finished_spans() if one.name == name)
    return found


def test_a_request_is_a_span_without_a_word_of_what_it_asks(
    traced: HttpService, kept: InMemorySpanExporter
) -> None:
    """The template of its path, no part of it, and no value of its query."""
    traced.ask("GET", f"{TICKET}/secret-1?fields=secret-2")
    traced.ask("GET", "/api/runs?subscriber=secret-3", role=None)
    span = _named(kept, f"GET {TICKET}/{{id}}")
    assert span.kind is SpanKind.SERVER
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": f"{TICKET}/{{id}}",
        "http.response.status_code": 404,
        "url.scheme": "http",
    }
    refused = _named(kept, "GET /api/runs")
    assert (refused.attributes or {})["http.response.status_code"] == 401
    for one in (span, refused):
        assert one.status.status_code is StatusCode.UNSET
        assert "secret" not in one.to_json()


def test_a_mistake_of_ours_is_an_error_of_its_kind(
    traced: HttpService, kept: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says nothing else: words of an exception may hold anything."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(traced.served.cases, "search", broken)
    assert traced.ask("GET", "/api/cases").status == 500
    span = _named(kept, "GET /api/cases")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "ZeroDivisionError"
    assert "secret" not in span.to_json()


@pytest.mark.parametrize("way", ["posted", "delivered"])
def test_the_run_of_a_ticket_leads_back_to_the_request_that_brought_it(
    traced: HttpService, kept: InMemorySpanExporter, way: str
) -> None:
    """Also where its sender was answered before the run was ordered."""
    if way == "posted":
        assert traced.ask("POST", TICKET, TICKET_V4).status == 201
        name = f"POST {TICKET}"
    else:
        send_to_desk(traced, "sub-1")
        name = "POST /webhooks/{desk}"
    row = traced.first_run()
    traced.ask("POST", f"/api/runs/{row.id}/cancel")
    run = _named(kept, f"run {row.playbook}")
    assert (run.attributes or {})["error.type"] == "cancelled"
    (link,) = run.links
    brought = _named(kept, name).context
    assert brought is not None
    assert (link.context.trace_id, link.context.span_id) == (brought.trace_id, brought.span_id)
