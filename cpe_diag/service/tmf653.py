"""TMF653 Service Test Management 4.2: playbooks are specifications, runs tests, facts measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.rule_limits import limits_of
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.thresholds import BY_ID
from cpe_diag.playbook.model import ProbeStep
from cpe_diag.report.codec import moment_text
from cpe_diag.service.measures import measures, names_of
from cpe_diag.service.refused import Refused
from cpe_diag.service.submit import RESULT_HOLDS
from cpe_diag.service.tmf_schema import Api, faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.findings import Finding
    from cpe_diag.playbook.model import Playbook
    from cpe_diag.report.codec import Json
    from cpe_diag.report.record import Run
    from cpe_diag.service.measures import Measure, MeasureName

BASE: Final = "/tmf-api/serviceTestManagement/v4"
"""As in the published description, `basePath`."""

VALID: Final = RESULT_HOLDS
"""How long a result permits a dispatch, counted from the start of its run."""

SERVICE: Final = "broadband_access"
"""The specification of the services that are tested here."""

_RULES: Final = {rule.id: rule for rule in RULES}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTestOrder:
    """What a POST to /serviceTest asks for."""

    subscriber: str
    playbook: str
    ticket: str | None
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchPermit:
    """Whether a technician may be sent on this result, until when, and why or why not."""

    permitted: bool
    until: datetime
    because: str


def specification(playbook: Playbook, gives: Mapping[str, tuple[FactKey, ...]]) -> dict[str, Json]:
    """Write a playbook as a serviceTestSpecification.

    Args:
        playbook: which one.
        gives: which facts each probe brings.

    Returns:
        `ServiceTestSpecification`.
    """
    probes = [
        name for step in playbook.steps if isinstance(step, ProbeStep) for name in step.probes
    ]
    keys = dict.fromkeys(key for name in probes for key in gives.get(name, ()))
    return {
        "@type": "ServiceTestSpecification",
        "id": playbook.id,
        "href": f"{BASE}/serviceTestSpecification/{playbook.id}",
        "name": playbook.title,
        "description": playbook.description,
        "isBundle": False,
        "lifecycleStatus": "active",
        "relatedServiceSpecification": [{"id": SERVICE, "name": "Broadband access"}],
        "testMeasureDefinition": [_definition(name) for key in keys for name in names_of(key)],
    }


def service_test(
    result: Run, *, case_link: str | None = None, now: datetime | None = None
) -> dict[str, Json]:
    """Write a finished run as a serviceTest.

    Args:
        result: the run.
        case_link: address of its case's page, or None.
        now: for whom it is read now: it says whether it permits a dispatch. None: it does not.

    Returns:
        `ServiceTest`.
    """
    verdict = result.verdict
    ended = result.started_at + timedelta(seconds=result.took_s)
    violations = _violations(result)
    return {
        **_header(result.run_id, result.playbook, result.case.subscriber.id),
        "description": verdict.summary,
        "state": "completed",
        "startDateTime": moment_text(result.started_at),
        "endDateTime": moment_text(ended),
        "validFor": {
            "startDateTime": moment_text(ended),
            "endDateTime": moment_text(result.started_at + VALID),
        },
        "characteristic": [
            _characteristic("domain", "string", verdict.domain.value),
            _characteristic("cause", "string", verdict.cause),
            _characteristic("title", "string", verdict.title),
            _characteristic("confidence", "number", verdict.confidence),
            _characteristic("destination", "string", result.destination.value),
            _characteristic("nextAction", "string", verdict.next_action),
            *([_characteristic("ticket", "string", result.ticket)] if result.ticket else []),
            *([_characteristic("case", "string", case_link)] if case_link else []),
            *(_permit(dispatch_permit(result, now)) if now else []),
        ],
        "testMeasure": [
            _measure(one, violations.get(one.key, ()) if not one.name.field else ())
            for one in measures(result.case.evidence)
        ],
    }


def waiting_test(run_id: str, order: ServiceTestOrder, state: str) -> dict[str, Json]:
    """Write a run that has not ended as a serviceTest.

    Args:
        run_id: the run.
        order: what was asked for.
        state: `acknowledged`, `pending`, `inProgress`, `cancelled` or `failed`.

    Returns:
        `ServiceTest` without a result.
    """
    return {**_header(run_id, order.playbook, order.subscriber), "state": state}


def ordered(body: Mapping[str, object]) -> ServiceTestOrder | Refused:
    """Read the body of a POST to /serviceTest.

    Args:
        body: `ServiceTest_Create`: relatedService is the subscriber, testSpecification the
            playbook; a characteristic `ticket` is the reference, others answer its questions.

    Returns:
        The order; 400 where the body is not as published, 422 where an id is empty.
    """
    wrong = faults(Api.SERVICE_TEST_V4, "ServiceTest_Create", body)
    if wrong:
        return Refused(status=400, reason="; ".join(wrong))
    subscriber, playbook = _id(body["relatedService"]), _id(body["testSpecification"])
    if not subscriber or not playbook:
        return Refused(status=422, reason="relatedService and testSpecification need an id")
    said = _answers(body.get("characteristic"))
    ticket = said.pop("ticket", None)
    return ServiceTestOrder(subscriber=subscriber, playbook=playbook, ticket=ticket, answers=said)


def dispatch_permit(result: Run, now: datetime) -> DispatchPermit:
    """Say whether a technician may be sent on a result.

    Args:
        result: the run.
        now: in UTC.

    Returns:
        Permitted where the case goes to a technician and was measured within two hours.
    """
    until = result.started_at + VALID
    if result.destination is not Destination.FIELD_TECHNICIAN:
        words = f"the result sends the case to {result.destination.value}, not to a technician"
        return DispatchPermit(permitted=False, until=until, because=words)
    if now >= until:
        words = f"measured at {result.started_at:%H:%M} UTC, more than 2 h ago: measure again"
        return DispatchPermit(permitted=False, until=until, because=words)
    words = f"measured at {result.started_at:%H:%M} UTC; valid until {until:%H:%M} UTC"
    return DispatchPermit(permitted=True, until=until, because=words)


def _permit(permit: DispatchPermit) -> list[Json]:
    return [
        _characteristic("dispatchPermitted", "boolean", permit.permitted),
        _characteristic("dispatchReason", "string", permit.because),
    ]


def _header(run_id: str, playbook: str, subscriber: str) -> dict[str, Json]:
    return {
        "@type": "ServiceTest",
        "id": run_id,
        "href": f"{BASE}/serviceTest/{run_id}",
        "name": f"{playbook} of {subscriber}",
        "mode": "ONDEMAND",
        "relatedService": {"id": subscriber, "@referredType": "Service"},
        "testSpecification": {
            "id": playbook,
            "href": f"{BASE}/serviceTestSpecification/{playbook}",
        },
    }


def _definition(name: MeasureName) -> Json:
    made: dict[str, Json] = {
        "name": name.metric,
        "metricName": name.metric,
        "valueType": name.value_type,
    }
    return made | ({"unitOfMeasure": name.unit} if name.unit else {})


def _measure(measure: Measure, violated: Sequence[Json]) -> Json:
    name = measure.name
    made: dict[str, Json] = {
        "metricName": name.metric,
        "captureDateTime": moment_text(measure.at),
        "captureMethod": measure.source,
    }
    if name.unit:
        made["unitOfMeasure"] = name.unit
    if measure.gap:
        made["metricDescription"] = f"no value: {measure.gap}"
    else:
        made["value"] = _characteristic(name.metric, name.value_type, measure.value)
    if violated:
        made["ruleViolation"] = [*violated]
    return made


def _violations(result: Run) -> dict[FactKey, list[Json]]:
    """Give, by fact, the limits of the findings that speak for the fault and rest on it."""
    if result.verdict.domain is FaultDomain.NONE:
        return {}
    by_key: dict[FactKey, list[Json]] = {}
    for finding in result.verdict.evidence_for:
        rule = _RULES.get(finding.id)
        if rule is None or finding.answer is not True:
            continue
        for limit in limits_of(rule):
            violated = _violation(finding, limit, result.case.thresholds)
            for key in finding.rests_on:
                by_key.setdefault(key, []).append(violated)
    return by_key


def _violation(finding: Finding, limit: str, own: Mapping[str, float]) -> Json:
    threshold = BY_ID[limit]
    value = own.get(limit, threshold.value)
    source = "the operator's configuration" if limit in own else threshold.source
    return {
        "name": limit,
        "description": (
            f"{finding.id}: {finding.because}; limit {value:g} {threshold.unit}:"
            f" {threshold.meaning} (source: {source})"
        ),
    }


def _characteristic(name: str, value_type: str, value: Json) -> Json:
    return {"name": name, "valueType": value_type, "value": value}


def _id(reference: object) -> str:
    value = reference.get("id") if isinstance(reference, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def _answers(value: object) -> dict[str, str]:
    held = value if isinstance(value, list) else []
    return {
        one["name"]: one["value"]
        for one in held
        if isinstance(one, dict)
        and isinstance(one.get("name"), str)
        and isinstance(one.get("value"), str)
    }
