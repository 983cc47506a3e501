"""Runs leave what they have seen of the port, and begin with what earlier ones have left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.history_facts import PortHistory, PortSample
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import PortStatus
from cpe_diag.store.port_history import PortHistoryFile

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.wiring.config import Config


def earlier_samples(config: Config, subscriber: str) -> tuple[PortSample, ...]:
    """Give what earlier runs have seen of a subscriber's port; nothing without such a file."""
    if config.port_history is None:
        return ()
    return PortHistoryFile(config.port_history).samples(subscriber)


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
    observation = evidence.get("port_status", "port")
    if isinstance(observation, Observed) and isinstance(observation.value, PortStatus):
        status = observation.value
        found.append(
            PortSample(at=observation.at, up=status.oper_up, changed_s=status.last_change_s)
        )
    return sorted(found, key=lambda one: one.at)
