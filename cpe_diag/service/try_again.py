"""A run whose router was away is done again later, by an order that follows it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.path_facts import Reachability
from cpe_diag.service.submit import Order

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.store.kept_wish import KeptWish
    from cpe_diag.store.run_rows import RunRow

AFTER: Final = timedelta(minutes=30)
MOST_RETRIES: Final = 20
SPREAD: Final = (0.75, 1.25)
"""By chance, so that a street whose power is back is not asked at one moment."""


def following(run: RunRow, wish: KeptWish, evidence: Evidence, at: datetime) -> Order | None:
    """Give the order that follows a run.

    Args:
        run: that is about to end.
        wish: with which it was ordered.
        evidence: what it knows at its end.
        at: now.

    Returns:
        The order, which is one however often it is given; None where the router was there,
        nobody knows whether it was, or it was tried as often as was wished.
    """
    seen = evidence.value(Reachability, "reachability", "router")
    if wish.retries <= 0 or run.subscriber is None or seen is None or seen.reachable:
        return None
    return Order(
        playbook=run.playbook,
        subscriber=run.subscriber,
        ticket=run.ticket,
        answers=wish.answers,
        values=wish.values,
        device_mac=wish.device_mac,
        platform=wish.platform,
        budget=timedelta(seconds=wish.budget_s),
        everything=wish.everything,
        load_agreed=wish.load_agreed,
        priority=run.priority,
        not_before=at + AFTER * random.uniform(*SPREAD),  # noqa: S311 - no secret
        batch=run.batch,
        retries=wish.retries - 1,
        follows=run.id,
        trace=wish.trace,
    )
