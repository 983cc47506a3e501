"""What a technician's laptop has seen of a home a moment ago, from its other places."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement
from cpe_diag.domain.failures import BundleError, StoreError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.run_journal import RunState
from cpe_diag.judge.keys import LINE_USE
from cpe_diag.store.bundle import kept_case
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field import PLAYBOOKS

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.field.on_site import OnSite
    from cpe_diag.wiring.config import Config

VALID_FOR: Final = timedelta(hours=2)
"""So long a test counts in wholesale (Fibre Cafe): it stands for the line until the next one."""
MOST_RUNS: Final = 20


def seen_before(
    config: Config, subscriber: str, on_site: OnSite, *, now: datetime
) -> tuple[Measurement, ...]:
    """Give what the laptop has seen from its other places in the last two hours.

    Args:
        config: where cases are kept.
        subscriber: whose home it is.
        on_site: the laptop.
        now: in UTC.

    Returns:
        The newest of each fact; nothing where the store cannot be read.
    """
    seen: dict[FactKey, Observed[object]] = {}
    with suppress(StoreError, BundleError):
        runs = StoredRuns(case_store(config))
        for run in runs.runs(subscriber=subscriber, state=RunState.FINISHED, limit=MOST_RUNS):
            if run.playbook not in PLAYBOOKS.values() or now - run.submitted_at > VALID_FOR:
                continue
            for key, observation in kept_case(runs.files(run.id)).evidence:
                held = seen.get(key)
                if (
                    _of_another_place(key, on_site)
                    and isinstance(observation, Observed)
                    and now - observation.at <= VALID_FOR
                    and (held is None or observation.at > held.at)
                ):
                    seen[key] = observation
    return tuple(Measurement(key=key, observation=one) for key, one in seen.items())


def _of_another_place(key: FactKey, on_site: OnSite) -> bool:
    if key == LINE_USE:  # it was said of the home, when that was looked at
        return on_site.plugged_into is PluggedInto.WALL_PORT
    place = key.subject.partition(">")[0]
    return place in set(PluggedInto) and place != on_site.plugged_into
