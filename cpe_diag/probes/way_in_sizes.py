"""Packets of full size from here to a router that tells nothing itself, and to its neighbours.

A line that loses large packets lets a router answer pings and take connections, and nothing more:
what it says of itself does not fit. Neighbours on the same node are the control.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.probes.asking import not_configured
from cpe_diag.probes.home_paths import ETHERNET_MTU, HEADERS_BYTES
from cpe_diag.probes.node_port import known
from cpe_diag.probes.path_quality import not_applicable
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

ROUTER: Final = FactKey("ping", "operator>router/full")
NEIGHBOURS: Final = FactKey("ping", "operator>neighbour/*")
NOBODY: Final = FactKey("ping", "operator>neighbour/none")
ECHO: Final = "icmp.echo"
COUNT: Final = 4
"""The first may teach our own side that the way is narrower (RFC 1191, section 3)."""
HOW_MANY: Final = 2
FULL_BYTES: Final = ETHERNET_MTU - HEADERS_BYTES


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    access, at = setting.subscriber.router, setting.doors.clock.now()
    if access is None:
        where = f"subscriber {setting.subscriber.id}"
        failure = not_configured(where, "the inventory does not say how to reach the home router")
        return (not_observed(ROUTER, failure, ECHO, at), *_nobody(setting))
    targets = [(ROUTER, access.address), *_neighbours(setting)]
    with setting.doors.recorder.scope():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_full(setting, *one, deadline)) for one in targets]
    return (*(task.result() for task in tasks), *(() if len(targets) > 1 else _nobody(setting)))


def _neighbours(setting: Setting) -> tuple[tuple[FactKey, str], ...]:
    """Choose those who are asked, by the order of the inventory: the same every time."""
    return tuple(
        (FactKey("ping", f"operator>neighbour/{port.port}"), port.address)
        for port in setting.node_ports
        if port.in_service and port.address and port.subscriber != setting.subscriber.id
    )[:HOW_MANY]


def _nobody(setting: Setting) -> tuple[Measurement, ...]:
    nobody = not_applicable("neighbours", "the inventory knows no address of a neighbour")
    return (not_observed(NOBODY, nobody, ECHO, setting.doors.clock.now()),)


async def _full(setting: Setting, key: FactKey, address: str, deadline: float) -> Measurement:
    clock = setting.doors.clock
    try:
        check = await setting.doors.prober.ping(
            address, count=COUNT, deadline=deadline, data_bytes=FULL_BYTES
        )
    except MeasurementError as error:
        return not_observed(key, error.failure, error.operation, clock.now())
    source = f"ICMP {address} with {FULL_BYTES} bytes, from the operator's side"
    return known(key, check, source, clock.now())


PROBE: Final = Probe(
    id="way_in_sizes",
    title="Large packets from the operator's side",
    asks="the home router and two neighbours, from here, with packets of full size",
    gives=(ROUTER, NEIGHBOURS),
    after=(),
    run=_run,
    cost_s=1.0,
)
