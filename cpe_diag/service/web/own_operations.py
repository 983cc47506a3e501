"""Our own operations: runs, cases, subscribers and incidents, as the command line has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.service.web import (
    case_answers,
    changes,
    incidents,
    nodes,
    own,
    run_views,
    subscribers,
    trends,
)
from cpe_diag.service.web.operation import LOOK, LOOK_OUTAGE, ORDER, Operation
from cpe_diag.service.web.repair_operations import repair_operations

if TYPE_CHECKING:
    from collections.abc import Iterator


def own_operations() -> Iterator[Operation]:
    """Give the operations of runs and cases, and of what a page needs beside them."""
    tag = "cpe-diag"
    word = {"type": "string"}
    yield Operation(
        id="listRuns",
        method="GET",
        path="/api/runs",
        tag=tag,
        summary="Runs, the newest first",
        handler=own.runs,
        right=LOOK,
        gives=own.RUN,
        is_list=True,
        query={
            "state": {"type": "string", "enum": list(own.STATES)},
            "subscriber": word,
            "case": word,
        },
    )
    yield Operation(
        id="orderRun",
        method="POST",
        path="/api/runs",
        tag=tag,
        summary="Order a run",
        handler=own.order_run,
        right=ORDER,
        status=202,
        body=own.ORDER,
        gives=own.RUN,
        refuses=(422,),
    )
    yield Operation(
        id="getRun",
        method="GET",
        path="/api/runs/{id}",
        tag=tag,
        summary="A run, with its result once it has ended",
        handler=own.one_run,
        right=LOOK,
        gives=own.RUN,
    )
    yield Operation(
        id="cancelRun",
        method="POST",
        path="/api/runs/{id}/cancel",
        tag=tag,
        summary="Cancel a run: at once where it waits, else at its next safe point",
        handler=own.cancel_run,
        right=ORDER,
        status=202,
        gives=own.RUN,
        refuses=(409,),
    )
    yield Operation(
        id="listRunEntries",
        method="GET",
        path="/api/runs/{id}/journal",
        tag=tag,
        summary="What a run has noted while it goes, the oldest first",
        handler=run_views.journal,
        right=LOOK,
        gives={"type": "array", "items": run_views.ENTRY},
        query={"after": word},
    )
    yield Operation(
        id="listRawAnswers",
        method="GET",
        path="/api/runs/{id}/raw",
        tag=tag,
        summary="What the devices really said in a run that has ended, redacted",
        handler=run_views.raw_answers,
        right=LOOK,
        gives={"type": "array", "items": run_views.ANSWER},
    )
    yield Operation(
        id="listCases",
        method="GET",
        path="/api/cases",
        tag=tag,
        summary="Cases, the newest first",
        handler=own.cases,
        right=LOOK,
        gives=own.CASE,
        is_list=True,
        query={
            "state": {"type": "string", "enum": list(own.CASE_STATES)},
            "subscriber": word,
            "ticket": word,
            "words": word,
            "sort": {"type": "string", "enum": list(own.SORTS)},
        },
    )
    yield Operation(
        id="getCase",
        method="GET",
        path="/api/cases/{id}",
        tag=tag,
        summary="A case with its runs",
        handler=own.one_case,
        right=LOOK,
        gives=own.CASE,
    )
    yield Operation(
        id="answerQuestion",
        method="POST",
        path="/api/cases/{id}/answers",
        tag=tag,
        summary="What the caller says to a question: the case's newest run is done again with it",
        handler=case_answers.answer,
        right=ORDER,
        status=202,
        body=case_answers.ANSWER,
        gives={
            "type": "object",
            "required": ["run", "case"],
            "properties": {"run": word, "case": word},
        },
        refuses=(409, 422),
    )
    yield Operation(
        id="findSubscribers",
        method="GET",
        path="/api/subscribers",
        tag=tag,
        summary="Subscribers by id, telephone number, IP or postal address",
        handler=subscribers.found,
        right=LOOK,
        gives=subscribers.SUBSCRIBER,
        is_list=True,
        query={"words": word},
    )
    yield Operation(
        id="listIncidents",
        method="GET",
        path="/api/incidents",
        tag=tag,
        summary="Confirmed incidents that go on, the newest first",
        handler=incidents.going,
        right=LOOK_OUTAGE,
        gives={"type": "array", "items": incidents.INCIDENT},
    )
    yield Operation(
        id="listTrends",
        method="GET",
        path="/api/cases/{id}/trends",
        tag=tag,
        summary="Quantities of the line over the subscriber's runs, with the usual and neighbours",
        handler=trends.of_case,
        right=LOOK,
        gives={"type": "array", "items": trends.TREND},
        most=trends.AT_ONCE,
    )
    yield Operation(
        id="listChanges",
        method="GET",
        path="/api/cases/{id}/changes",
        tag=tag,
        summary="Changes at the subscriber of a case, with what was measured before and after",
        handler=changes.of_case,
        right=LOOK,
        gives={"type": "array", "items": changes.CHANGE},
        refuses=(409,),
    )
    yield Operation(
        id="getNode",
        method="GET",
        path="/api/nodes/{id}",
        tag=tag,
        summary="A node's ports as the newest run on it has seen them, and what fell together",
        handler=nodes.one_node,
        right=LOOK_OUTAGE,
        gives=nodes.NODE,
    )
    yield from repair_operations()
