"""A train of small packets from here to one address, however many and however far apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import not_observed
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.probes.node_port import known
from cpe_diag.probes.path_quality import not_applicable

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey, Measurement
    from cpe_diag.probes.probe import Setting


@dataclass(frozen=True, slots=True)
class Train:
    """How many packets, how many seconds apart, and in what words the source says so."""

    count: int
    apart_s: float
    words: str


async def train_from_here(
    setting: Setting, key: FactKey, address: str, train: Train, deadline: float
) -> Measurement:
    """Send it.

    Args:
        setting: of the run.
        key: of the fact.
        address: whom.
        train: how many.
        deadline: absolute, monotonic seconds.

    Returns:
        What came back; NOT_APPLICABLE where the configuration has it that pings tell nothing.
    """
    clock = setting.doors.clock
    try:
        quality = await setting.doors.prober.train(
            address, count=train.count, interval_s=train.apart_s, deadline=deadline
        )
    except MeasurementError as error:
        failure = error.failure
        if failure.kind is FailureKind.NOT_CONFIGURED:
            failure = not_applicable(failure.where, failure.detail)
        return not_observed(key, failure, error.operation, clock.now())
    return known(key, quality, f"ICMP {address}, {train.words}", clock.now())
