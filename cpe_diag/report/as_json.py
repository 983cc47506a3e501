"""The documented `--json` document of a run."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from cpe_diag import __version__
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.report.channel_advice import advice_in
from cpe_diag.report.codec import encode
from cpe_diag.report.document import (
    VERDICT_VERSION,
    About,
    EvidenceParts,
    FactEntry,
    OperationCount,
    RunDocument,
    RunHeader,
    Step,
    Timing,
    TraceSummary,
    UnknownEntry,
)
from cpe_diag.report.fact_text import fact_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.trace import Exchange
    from cpe_diag.report.codec import Json
    from cpe_diag.report.record import Run, SoFar


def run_as_json(result: Run, *, critical_path_s: float | None = None) -> dict[str, Json]:
    """Make the document that `--json` prints; `schema.VERDICT_SCHEMA` describes it.

    Args:
        result: the run.
        critical_path_s: the longest chain of answers that waited for each other, in seconds, or
            None where nobody computed it.

    Returns:
        Plain JSON data without secrets, addresses of credentials or raw answers.
    """
    document = run_document(result, critical_path_s=critical_path_s)
    return cast("dict[str, Json]", encode(document))


def so_far_as_json(known: SoFar) -> dict[str, Json]:
    """Give what is known of a run that has no end yet, as it stands in a result.

    Args:
        known: its verdict so far, on which evidence.

    Returns:
        Plain JSON data.
    """
    evidence = _evidence(known.evidence, known.at)
    return {"verdict": encode(known.verdict), "evidence": encode(evidence)}


def run_document(result: Run, *, critical_path_s: float | None = None) -> RunDocument:
    """Make the document as a value; see `run_as_json`.

    Args:
        result: the run.
        critical_path_s: as for `run_as_json`.

    Returns:
        The document.
    """
    ended_at = result.started_at + timedelta(seconds=result.took_s)
    return RunDocument(
        schema_version=VERDICT_VERSION,
        program_version=__version__,
        run=run_header(result),
        about=_about(result),
        verdict=result.verdict,
        destination=result.destination,
        evidence=_evidence(result.case.evidence, ended_at),
        known_issues=result.known,
        incident=result.incident,
        channel_advice=advice_in(result.case.evidence),
        steps=steps(result),
        timing=Timing(took_s=result.took_s, critical_path_s=critical_path_s),
        trace=trace_summary(result.trace),
    )


def run_header(result: Run) -> RunHeader:
    """Say which run it was.

    Args:
        result: the run.

    Returns:
        The header of its documents.
    """
    return RunHeader(
        id=result.run_id,
        playbook=result.playbook,
        ticket=result.ticket,
        started_at=result.started_at,
        took_s=result.took_s,
        end=str(result.end),
    )


def steps(result: Run) -> tuple[Step, ...]:
    """Give the steps of a run as they stand in its documents.

    Args:
        result: the run.

    Returns:
        The steps in their order.
    """
    return tuple(
        Step(
            id=step.id,
            kind=step.kind,
            state=step.state,
            started_s=step.started_s,
            ended_s=step.ended_s,
            note=step.note,
        )
        for step in result.steps
    )


def trace_summary(trace: Sequence[Exchange]) -> TraceSummary:
    """Count what went over the wire.

    Args:
        trace: every exchange of the run.

    Returns:
        Counts in all and by operation.
    """
    by_operation: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in trace:
        by_operation[exchange.operation].append(exchange)
    return TraceSummary(
        requests=len(trace),
        failed=_failed(trace),
        snmp_requests=sum(exchange.operation.startswith("snmp.") for exchange in trace),
        by_operation={
            operation: OperationCount(
                requests=len(exchanges),
                failed=_failed(exchanges),
                waited_s=sum(exchange.took_s for exchange in exchanges),
            )
            for operation, exchanges in sorted(by_operation.items())
        },
    )


def _failed(trace: Sequence[Exchange]) -> int:
    return sum(exchange.failure is not None for exchange in trace)


def _about(result: Run) -> About:
    case = result.case
    subscriber = case.subscriber
    return About(
        subscriber=subscriber.id,
        node=subscriber.node.id if subscriber.node else None,
        port=subscriber.port,
        technology=subscriber.technology,
        symptom=case.symptom,
        device_mac=case.device_mac,
        platform_host=case.platform_host,
    )


def _evidence(evidence: Evidence, ended_at: datetime) -> EvidenceParts:
    facts = tuple(
        FactEntry(
            key=key,
            text=fact_text(observation.value),
            value=observation.value,
            source=observation.source,
            at=observation.at,
            age_s=max((ended_at - observation.at).total_seconds(), 0.0),
        )
        for key, observation in evidence
        if isinstance(observation, Observed)
    )
    unknowns = tuple(
        UnknownEntry(
            key=key,
            kind=observation.failure.kind,
            blame=observation.failure.blame,
            where=observation.failure.where,
            detail=observation.failure.detail,
            next_step=observation.failure.next_step,
            operation=observation.operation,
            at=observation.at,
        )
        for key, observation in evidence
        if isinstance(observation, Unobserved)
    )
    return EvidenceParts(facts=facts, unknowns=unknowns)
