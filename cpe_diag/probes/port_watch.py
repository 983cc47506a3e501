"""Does the port's link come and go: looks at it once a second for a while.

One look tells what is now; a link that is lost for a moment is there again when one looks. What
comes and goes between two looks is told by the moment of the last change. A link that has changed
just before is watched for longer: it may be one that comes and goes seldom.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import known as known_value
from cpe_diag.domain.trace import WAIT
from cpe_diag.domain.watch_facts import PortWatch
from cpe_diag.driver_kit.access_facts import port_status
from cpe_diag.probes.node_port import (
    driver_of,
    fields_of,
    known,
    node_times,
    none_of,
    oids_of,
    port_of,
    source_of,
    uptime_oids,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid

WATCH: Final = FactKey("port_watch", "port")
LOOKS: Final = 12
"""One for each interval between two samples, which is a second: longer than a link is away that is
lost and trained again, short enough to wait for (reasoned)."""
RECENT_S: Final = 45.0
"""Proposal: a joint with water in it, or a plug that is loose, is rarely quiet for longer."""
LOST_AND_BACK: Final = 2
SEEN_ENOUGH: Final = 4
"""The link was lost twice; looking on tells nothing more."""
SAME_MOMENT_S: Final = 1.5
"""ifLastChange is told in hundredths, but nodes refresh their uptime once a second (reasoned)."""


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    try:
        index = await port_of(setting, deadline)
        specs = driver_of(setting).groups.get("port_status", ())
        oids = (*uptime_oids(driver_of(setting)), *oids_of(specs, index))
        fact = await _watch(setting, index, oids, deadline)
    except MeasurementError as error:
        return none_of((WATCH,), error, clock.now())
    source = f"{source_of(setting.doors.snmp.node, specs, 'oper', index)}, {fact.looks} looks"
    return (known(WATCH, fact, source, clock.now()),)


async def _watch(
    setting: Setting, index: PortIndex, oids: tuple[Oid, ...], deadline: float
) -> PortWatch:
    """Look until enough was seen, or the time is up.

    Raises:
        MeasurementError: the node does not answer, or not about the port.
    """
    clock = setting.doors.clock
    began = clock.monotonic()
    looks = changes = down_looks = 0
    wanted = LOOKS
    was_up: bool | None = None
    changed_at: float | None = None
    while looks < (LOOKS if changes >= LOST_AND_BACK else wanted) and changes < SEEN_ENOUGH:
        when = began + looks * setting.sample_interval_s
        if looks and when + setting.sample_interval_s >= deadline:
            break
        await _wait_until(setting, when)
        up, at = await _look(setting, index, oids, deadline)
        looks += 1
        down_looks += not up
        if was_up is None and at is not None:
            left_s = at + RECENT_S - clock.monotonic()
            wanted = max(LOOKS, 1 + math.ceil(left_s / setting.sample_interval_s))
        if was_up is not None:
            unseen = changed_at is not None and at is not None and at > changed_at + SAME_MOMENT_S
            changes += 1 if up is not was_up else 2 * unseen
        was_up, changed_at = up, at
    return PortWatch(
        watched_s=round(clock.monotonic() - began, 2),
        looks=looks,
        changes=changes,
        down_looks=down_looks,
    )


async def _wait_until(setting: Setting, when: float) -> None:
    if when <= setting.doors.clock.monotonic():
        return
    recorder = setting.doors.recorder
    exchange = recorder.begin(WAIT, "clock", "time between two looks at the port")
    await setting.doors.clock.sleep_until(when)
    recorder.end(exchange, round_trips=0)


async def _look(
    setting: Setting, index: PortIndex, oids: tuple[Oid, ...], deadline: float
) -> tuple[bool, float | None]:
    """Tell whether there is a link, and when that last changed (our own clock; None: not told)."""
    answers = await setting.doors.snmp.get(oids, deadline=deadline)
    system = node_times(setting, answers)
    status = port_status(
        fields_of(setting, "port_status", answers, index),
        index.if_index,
        known_value(system.number("uptime_s")),
        known_value(system.number("clock_s")),
    )
    ago_s = known_value(status.last_change_s)
    at = None if ago_s is None else setting.doors.clock.monotonic() - ago_s
    return status.oper_up, at


PROBE: Final = Probe(
    id="port_watch",
    title="The port's link, watched",
    asks="the access node, again and again, whether the port has a link",
    gives=(WATCH,),
    after=(),
    run=_run,
    cost_s=11.0,
)
