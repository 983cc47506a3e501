"""Those who have met an incident are measured again, so that it clears when they measure well."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, InventoryError
from cpe_diag.domain.incident import CONFIRMED_FROM
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.submit import LEAST_URGENT, Order, Submit
from cpe_diag.store.incidents import StoredIncidents
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.incident import Incident
    from cpe_diag.store.run_rows import RunRow

EVERY: Final = timedelta(minutes=10)
"""Proposal: so long after somebody has met it, and then again and again."""
FOR: Final = timedelta(hours=24)
"""Proposal: what lasts longer is followed by people."""

LOG: Final = logging.getLogger("cpe_diag.incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureAgain:
    """Orders runs that only look, with the playbook by which the incident was met."""

    incidents: StoredIncidents
    runs: StoredRuns
    submit: Submit
    every: timedelta = EVERY

    def once(self, at: datetime) -> int:
        """Order what is due; any worker may, and a turn of an incident is ordered once.

        Args:
            at: now.

        Returns:
            How many runs were ordered.

        Raises:
            StoreError: the store cannot be used.
        """
        ordered = 0
        for incident in self.incidents.going(at - FOR):
            if at - incident.last_at < self.every:
                continue
            turn = f"incident {incident.case_id} {(at - incident.since) // self.every}"
            for row in self._first(incident):
                ordered += self._order(row, turn)
        return ordered

    def _first(self, incident: Incident) -> Iterator[RunRow]:
        """Give the runs by which the first subscribers have met it."""
        found: dict[str, RunRow] = {}
        for case in self.incidents.cases(incident):
            if case.subscriber is None or case.subscriber in found:
                continue
            for row in self.runs.runs(case_id=case.id):
                if row.state is RunState.FINISHED and row.confidence is not None:
                    found[case.subscriber] = row
                    break
            if len(found) == CONFIRMED_FROM:
                break
        yield from found.values()

    def _order(self, row: RunRow, turn: str) -> bool:
        answers, platform = row.wish.get("answers"), row.wish.get("platform")
        order = Order(
            playbook=row.playbook,
            subscriber=row.subscriber or "",
            answers=answers if isinstance(answers, dict) else {},
            platform=platform if isinstance(platform, str) else None,
            priority=LEAST_URGENT,
            batch=turn,
            looks_only=True,
        )
        try:
            return self.submit(order).is_new
        except (DefinitionError, InventoryError) as error:
            LOG.warning("not measured again: %s", error)
            return False
