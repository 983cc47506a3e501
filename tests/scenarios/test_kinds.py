"""What is amiss, where it can be told: each cause leads in the case made for its finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.judge.causes_device_kinds import CAUSES_DEVICE_KINDS
from cpe_diag.judge.causes_network_kinds import CAUSES_NETWORK_KINDS
from cpe_diag.judge.causes_router_kinds import CAUSES_ROUTER_KINDS
from cpe_diag.judge.causes_site_kinds import CAUSES_SITE_KINDS
from cpe_diag.judge.decide import decide
from cpe_diag.testing.evidence_samples import about
from tests.unit.judge.test_rules import PAIRS

if TYPE_CHECKING:
    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.question import CaseFile

KINDS: Final = (
    *(*CAUSES_ROUTER_KINDS, *CAUSES_NETWORK_KINDS),
    *(*CAUSES_DEVICE_KINDS, *CAUSES_SITE_KINDS),
)
OTHERS_LEAD: Final = frozenset(
    {"router_stays_elsewhere", "lan_frames_return", "site_way_ends", "edge_not_announced"}
)
"""Findings whose case here is also another cause's, which says as much."""
SYMPTOM: Final = {"device_slow_itself": "slow_internet"}
CASES: Final = {name: yes for name, yes, _ in PAIRS if name not in OTHERS_LEAD}
ROWS: Final = tuple(
    (cause, CASES[need.finding])
    for cause in KINDS
    for need in cause.needs
    if need.finding in CASES
)


@pytest.mark.parametrize(("cause", "case"), ROWS, ids=[cause.id for cause, _ in ROWS])
def test_the_cause_that_tells_more_leads(cause: Cause, case: CaseFile) -> None:
    """Whose fault, which cause, which desk; and nothing beside it."""
    verdict = decide(about(case, SYMPTOM.get(cause.id, "site_not_opening")), {})
    assert (verdict.domain, verdict.cause, verdict.destination) == (
        cause.domain,
        cause.id,
        cause.destination,
    )
    assert verdict.confidence >= 0.7
    assert verdict.also == ()
