"""What one observation says in several ways is counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, when
from cpe_diag.judge.explaining import FOLLOWS, explain
from cpe_diag.judge.weighing import AGAIN_SHARE, PRIOR_LOG_ODDS, board, log_odds_of, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

PORT: Final = FactKey("port_status", "port")
RATES: Final = FactKey("port_rates", "port")
WAN: Final = FactKey("router_wan", "router")


def cause(*weights: float) -> Cause:
    """Make a cause for which findings a, b, c speak with these weights."""
    return Cause(
        id="some_cause",
        domain=FaultDomain.NETWORK,
        destination=Destination.SECOND_LINE,
        title="Something",
        supports=tuple(when(name, weight) for name, weight in zip("abc", weights, strict=False)),
        next_action="",
        tell_customer="",
        source="this test",
    )


def said(*rests_on: Sequence[FactKey]) -> tuple[Finding, ...]:
    """Let findings a, b, c hold, each read from some facts."""
    return tuple(
        Finding(id=name, answer=True, because="so", rests_on=tuple(keys), missing=())
        for name, keys in zip("abc", rests_on, strict=False)
    )


def added(of: Cause, findings: tuple[Finding, ...]) -> float:
    """Give what the findings add to the log-odds."""
    return log_odds_of(weigh(of, board(findings, "drops")).belief) - PRIOR_LOG_ODDS


@pytest.mark.parametrize(
    ("rests_on", "expected"),
    [
        (((PORT,), (RATES,)), 1.0 + 0.8),
        (((PORT,), (PORT,)), 1.0 + 0.8 * AGAIN_SHARE),
        (((PORT, RATES), (RATES, PORT)), 1.0 + 0.8 * AGAIN_SHARE),
        (((PORT, RATES), (RATES,)), 1.0 + 0.8 * AGAIN_SHARE),
        (((PORT,), (PORT, WAN)), 1.0 + 0.8),
    ],
    ids=["other facts", "same fact", "same facts", "part of the facts", "one fact more"],
)
def test_who_has_only_heard_the_same_facts_counts_half(
    rests_on: tuple[tuple[FactKey, ...], ...], expected: float
) -> None:
    """Two readings of one counter are not two witnesses."""
    assert added(cause(1.0, 0.8), said(*rests_on)) == pytest.approx(expected)


def test_a_witness_of_two_earlier_ones_is_no_third() -> None:
    """It has heard nothing that they have not said."""
    findings = said((PORT,), (RATES,), (PORT, RATES))
    expected = 1.0 + 0.9 + 0.8 * AGAIN_SHARE
    assert added(cause(1.0, 0.9, 0.8), findings) == pytest.approx(expected)


def test_many_readings_of_one_fact_never_make_certain_what_the_strongest_does_not() -> None:
    """Ten rules about one silence are one silence."""
    weak = cause(1.0, 1.0, 1.0)
    assert weigh(weak, board(said(*[(PORT,)] * 3), "drops")).belief < 0.5
    assert weigh(weak, board(said((PORT,), (RATES,), (WAN,)), "drops")).belief == pytest.approx(
        0.5
    )


@pytest.mark.parametrize(
    ("finding", "reason"), [(finding, reason) for finding, many in FOLLOWS for reason in many]
)
def test_what_follows_from_another_finding_adds_nothing(finding: str, reason: str) -> None:
    """A port that is down has no traffic; that is no second sign."""
    findings = explain(
        tuple(
            Finding(id=name, answer=True, because="so", rests_on=(key,), missing=())
            for name, key in ((finding, PORT), (reason, WAN))
        )
    )
    on = board(findings, "drops")
    assert finding in on.explained or reason in on.explained


def test_nothing_follows_from_itself_by_way_of_others() -> None:
    """Two findings that explained each other away would leave nothing."""
    because = {finding: set(reasons) for finding, reasons in FOLLOWS}
    reached = dict(because)
    for _ in because:
        reached = {
            finding: reasons.union(*(because.get(one, set()) for one in reasons))
            for finding, reasons in reached.items()
        }
    assert [finding for finding, reasons in reached.items() if finding in reasons] == []
