"""The operator's resolver asked several times: does it answer every question, or only a share?

One lost question means nothing, and one answer does not mean that there is always one. A moment in
which our own machine was too busy to hear them loses several: then they are asked once more, one
after another, and that counts. Who drops a share drops one of those, too.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.probes.node_port import known, none_of, not_configured
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

TIMES: Final = 8
# Shorter than the time after which our own resolver sends a question again (transports/dns), so
# that each of these is one question and at most one answer.
WITHIN_S: Final = 1.5
PAIR: Final = 2
KEYS: Final = tuple(FactKey("dns", f"operator>reference/again/{n + 1}") for n in range(TIMES))


async def _once(setting: Setting, key: FactKey, host: str, deadline: float) -> Measurement:
    clock = setting.doors.clock
    try:
        name = await setting.doors.resolver.resolve(host, deadline=deadline)
    except MeasurementError as error:
        return none_of((key,), error, clock.now())[0]
    source = f"DNS {name.server} {host}, asked {TIMES} times from the operator's side"
    return known(key, name, source, clock.now())


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    if setting.reference is None:
        detail = "no reference is named in the configuration or the order"
        return none_of(KEYS, not_configured("reference", detail), clock.now())
    host = setting.reference.host
    with setting.doors.recorder.scope():
        by_s = min(deadline, clock.monotonic() + WITHIN_S)
        at_once = await asyncio.gather(*(_once(setting, key, host, by_s) for key in KEYS))
        if _silent(at_once) < PAIR or clock.monotonic() + TIMES * WITHIN_S > deadline:
            return tuple(at_once)
        told: list[Measurement] = []
        for key in KEYS:
            by_s = clock.monotonic() + WITHIN_S
            told.append(await _once(setting, key, host, by_s))
        return tuple(told)


def _silent(told: list[Measurement]) -> int:
    """Count the questions that nobody answered."""
    checks = (one.observation.value for one in told if isinstance(one.observation, Observed))
    return sum(
        isinstance(check, DnsCheck) and check.outcome is DnsOutcome.TIMEOUT for check in checks
    )


PROBE: Final = Probe(
    id="resolver_again",
    title="The operator's resolver, several times",
    asks=f"the operator's resolver {TIMES} times for the reference host, from here",
    gives=(FactKey("dns", "operator>reference/again/*"),),
    after=(),
    run=_run,
    cost_s=0.3,
)
