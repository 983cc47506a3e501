"""Runs leave what they have seen of the port, and begin with what earlier ones have left."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.domain.history_facts import OwnAction, PortHistory, PortSample
from cpe_diag.probes.port_history import LONGEST, sample_of
from cpe_diag.store.port_history import PortHistoryFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cpe_diag.domain.action import ActionRecord
    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.router_plan import RouterRecord
    from cpe_diag.wiring.config import Config


def earlier_samples(config: Config, subscriber: str) -> tuple[PortSample, ...]:
    """Give what earlier runs have seen of a subscriber's port; nothing without such a file."""
    if config.port_history is None:
        return ()
    return PortHistoryFile(config.port_history).samples(subscriber)


def forget_samples(config: Config, *, subscriber: str | None, before: datetime | None) -> int:
    """Forget what runs have seen of ports.

    Args:
        config: names the file, or none.
        subscriber: only this one's; None: everybody's.
        before: only older samples; None: all.

    Returns:
        How many are gone.

    Raises:
        StoreError: the file cannot be written.
    """
    if config.port_history is None:
        return 0
    return PortHistoryFile(config.port_history).forget(subscriber=subscriber, before=before)


def own_actions(
    config: Config, subscriber: str, samples: Sequence[PortSample]
) -> tuple[OwnAction, ...]:
    """Give what was changed at a subscriber's port and router, whatever came of it.

    A store that cannot be read tells nothing; it stops the next change, and no diagnosis.

    Args:
        config: the configuration.
        subscriber: whose.
        samples: of the port; without any nothing is looked up.

    Returns:
        The changes, the oldest first; one without an end may have lasted as long as a run.
    """
    if not samples:
        return ()
    from cpe_diag.store.action_journal import ActionJournals
    from cpe_diag.store.router_journal import RouterJournals
    from cpe_diag.wiring.desk import case_store

    records: list[ActionRecord | RouterRecord] = []
    for journals in (ActionJournals, RouterJournals):
        with suppress(CpeDiagError):
            records += journals(case_store(config)).every(subscriber=subscriber)
    found = [
        OwnAction(
            action=one.plan.action,
            begun_at=one.begun_at,
            until=one.entries[-1].at if one.ended else one.begun_at + LONGEST,
        )
        for one in records
    ]
    return tuple(sorted(found, key=lambda one: one.begun_at))


def keep_samples(config: Config, subscriber: str, evidence: Evidence) -> None:
    """Keep what a run has seen of the port.

    Args:
        config: names the file, or none.
        subscriber: whose port.
        evidence: of the run.
    """
    if config.port_history is None:
        return
    file = PortHistoryFile(config.port_history)
    held = {one.at for one in file.samples(subscriber)}
    file.add(subscriber, [one for one in _seen(evidence) if one.at not in held])


def _seen(evidence: Evidence) -> list[PortSample]:
    """Give the samples of one run, oldest first."""
    history = evidence.value(PortHistory, "port_history", "port")
    found = list(history.samples) if history else []
    now = sample_of(evidence)
    if now is not None:
        found.append(now)
    return sorted(found, key=lambda one: one.at)
