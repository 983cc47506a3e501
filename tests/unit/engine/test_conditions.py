"""All three answers of every form of condition, and how they combine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import OperStatus, PortStatus
from cpe_diag.engine.conditions import Known, evaluate
from cpe_diag.playbook.model import (
    AllOf,
    AnswerCondition,
    AnyOf,
    Condition,
    FactCondition,
    FindingCondition,
    Not,
    Operator,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PORT = PortStatus(
    if_index=12,
    name="0/12",
    alias=Missing(why=FailureKind.UNSUPPORTED),
    admin_up=True,
    oper=OperStatus.DOWN,
    last_change_s=90.0,
)
EVIDENCE = Evidence().with_measurements(
    (
        Measurement(
            key=FactKey("port_status", "port"),
            observation=Observed(value=PORT, source="test", at=AT),
        ),
        not_observed(
            FactKey("router_wan", "router"),
            Failure(kind=FailureKind.SILENT, where="router", detail="no answer"),
            "ssh.connect",
            AT,
        ),
    )
)


def finding(name: str, *, answer: bool | None) -> Finding:
    """Make what a rule says."""
    return Finding(id=name, answer=answer, because="as written", rests_on=(), missing=())


KNOWN = Known(
    evidence=EVIDENCE,
    findings=lambda: (
        finding("port_down", answer=True),
        finding("port_shut", answer=False),
        finding("line_noise", answer=None),
    ),
    answers={"affected": "one_device"},
)


def port(field: str, operator: Operator, expected: str | float | None = None) -> FactCondition:
    """Compare a field of the port's status."""
    return FactCondition(
        fact="port_status", subject="port", field=field, operator=operator, expected=expected
    )


def wan(operator: Operator, field: str = "") -> FactCondition:
    """Compare the fact that is not known."""
    return FactCondition(
        fact="router_wan", subject="router", field=field, operator=operator, expected=None
    )


YES = FindingCondition(finding="port_down", answer="yes")
NO = FindingCondition(finding="port_shut", answer="yes")
UNTOLD = FindingCondition(finding="line_noise", answer="yes")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (port("oper", Operator.IS, "down"), True),
        (port("oper", Operator.IS, "up"), False),
        (port("oper", Operator.IS_NOT, "up"), True),
        (port("oper_up", Operator.IS, expected=False), True),
        (port("admin_up", Operator.IS, expected=False), False),
        (port("last_change_s", Operator.BELOW, 100), True),
        (port("last_change_s", Operator.BELOW, 90), False),
        (port("last_change_s", Operator.ABOVE, 89.5), True),
        (port("last_change_s", Operator.ABOVE, 90), False),
        (port("alias", Operator.IS, "x"), None),
        (port("alias", Operator.IS_NOT, "x"), None),
        (port("alias", Operator.KNOWN), False),
        (port("name", Operator.KNOWN), True),
        (port("", Operator.KNOWN), True),
        (wan(Operator.KNOWN), False),
        (wan(Operator.IS, "protocol"), None),
        (Not(part=wan(Operator.IS, "protocol")), None),
        (Not(part=wan(Operator.KNOWN)), True),
        (YES, True),
        (FindingCondition(finding="port_down", answer="no"), False),
        (FindingCondition(finding="port_down", answer="cannot_tell"), False),
        (FindingCondition(finding="port_shut", answer="no"), True),
        (UNTOLD, None),
        (FindingCondition(finding="line_noise", answer="cannot_tell"), True),
        (FindingCondition(finding="not_ruled", answer="cannot_tell"), True),
        (AnswerCondition(question="affected", choice="one_device"), True),
        (AnswerCondition(question="affected", choice="all_devices"), False),
        (AnswerCondition(question="since", choice="now"), None),
    ],
)
def test_each_form_gives_each_of_its_answers(*, condition: Condition, holds: bool | None) -> None:
    """What is not known is never taken for no."""
    assert evaluate(condition, KNOWN).holds is holds


@pytest.mark.parametrize(
    ("parts", "all_hold", "any_holds"),
    [
        ((YES, YES), True, True),
        ((YES, NO), False, True),
        ((NO, NO), False, False),
        ((YES, UNTOLD), None, True),
        ((UNTOLD, NO), False, None),
        ((UNTOLD, UNTOLD), None, None),
    ],
)
def test_parts_combine_as_kleene_says(
    *, parts: tuple[Condition, ...], all_hold: bool | None, any_holds: bool | None
) -> None:
    """One part that decides is enough, whatever is not known beside it."""
    assert evaluate(AllOf(parts=parts), KNOWN).holds is all_hold
    assert evaluate(AnyOf(parts=parts), KNOWN).holds is any_holds


def test_the_reason_names_what_was_missing() -> None:
    """A step that was not taken must be explained without reading code."""
    assert evaluate(wan(Operator.IS, "protocol"), KNOWN).because == (
        "router_wan[router] is not known (silent)"
    )
    assert evaluate(port("alias", Operator.IS, "x"), KNOWN).because == (
        "port_status[port].alias is missing (unsupported)"
    )
    assert evaluate(port("oper", Operator.IS, "up"), KNOWN).because == (
        "port_status[port].oper is down"
    )
