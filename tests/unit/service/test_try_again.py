"""A run whose router was away is ordered again, later and not for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.service.submit import order_key
from cpe_diag.service.try_again import following
from cpe_diag.store.kept_wish import KeptWish
from cpe_diag.store.run_rows import run_row
from cpe_diag.store.run_tables import RUNS

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WISH = KeptWish(
    answers={"since": "today"},
    values={},
    device_mac=None,
    platform=None,
    budget_s=900.0,
    everything=False,
    load_agreed=False,
    retries=2,
)
RUN = run_row(
    dict.fromkeys(RUNS.c.keys())
    | {"id": "r", "case_id": "c", "playbook": "p", "subscriber": "s", "wish": "{}", "priority": 3}
    | {"state": "running", "submitted_at": AT.isoformat(), "due_at": AT.isoformat()}
    | {"attempt": 1, "words": "", "ticket": "T-1"}
)


def evidence(*, reachable: bool) -> Evidence:
    """Give what a run knows of its router."""
    seen = Reachability(reachable=reachable, method="tcp", target="192.0.2.1:22", rtt_s=0.01)
    one = Measurement(
        key=FactKey("reachability", "router"),
        observation=Observed(value=seen, source="tcp", at=AT),
    )
    return Evidence().with_measurements((one,))


def test_a_router_that_was_away_is_tried_again_later() -> None:
    """With the same wish, under the same ticket, and one time less."""
    order = following(RUN, WISH, evidence(reachable=False), AT)
    assert order is not None
    assert (order.subscriber, order.ticket, order.answers) == ("s", "T-1", WISH.answers)
    assert order.retries == 1
    assert order.not_before is not None
    assert timedelta(minutes=20) < order.not_before - AT < timedelta(minutes=40)
    again = following(RUN, WISH, evidence(reachable=False), AT + timedelta(minutes=1))
    assert again is not None
    assert order_key(again) == order_key(order) != order_key(replace(order, follows=None))


def test_nothing_follows_where_the_router_was_there_or_nobody_knows() -> None:
    """And nothing where it was tried as often as was wished."""
    away = evidence(reachable=False)
    assert following(RUN, WISH, evidence(reachable=True), AT) is None
    assert following(RUN, WISH, Evidence(), AT) is None
    assert following(RUN, replace(WISH, retries=0), away, AT) is None
    assert following(replace(RUN, subscriber=None), WISH, away, AT) is None
