"""A hundred small packets from here to the router; the reference and neighbours are the controls.

What all of them suffer is not taken for the subscriber's line.

A router that accepts connections and then says nothing may have stopped working, or its line may
lose what it says. It cannot be asked itself then; what comes back of many packets tells the two
apart. Where the configuration has it that pings tell nothing, a few connections stand for them;
a router that was heard is spared those.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Blame, Failure, FailureKind, MeasurementError
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.probes.asking import not_configured
from cpe_diag.probes.node_port import known
from cpe_diag.probes.path_quality import known_reference, not_applicable
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed
from cpe_diag.probes.train_from_here import Train, train_from_here

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.subscriber import RouterAccess

ROUTER: Final = FactKey("path_quality", "operator>router")
OPERATOR: Final = FactKey("path_quality", "operator>reference")
NEIGHBOURS: Final = FactKey("path_quality", "operator>neighbour/*")
NOBODY: Final = FactKey("path_quality", "operator>neighbour/none")
"""What comes back, not known, where no neighbour's address is known."""

ECHO: Final = "icmp.echo"
INTERVAL_S: Final = 0.01
FROM_HERE: Final = "from the operator's side"
MANY: Final = Train(100, INTERVAL_S, FROM_HERE)
FEW: Final = Train(50, 0.02, FROM_HERE)
"""To the controls: half as many, in the same second."""
HOW_MANY: Final = 3
"""Neighbours that are asked: enough to tell one home from what all share."""
CONNECT: Final = "tcp.connect"
NO_ECHO: Final = frozenset({FailureKind.NOT_APPLICABLE, FailureKind.MISSING_PRIVILEGE})
CONNECTIONS: Final = 8
"""Few enough to wait in the queue of a server whose program takes none of them (reasoned)."""
LOST_AFTER_S: Final = 0.9
"""RFC 6298, section 2.1: a lost SYN is sent again after 1 s, so that a later answer had a loss."""


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    with setting.doors.recorder.scope():
        async with asyncio.TaskGroup() as group:
            router = group.create_task(_to_router(setting, evidence, deadline))
            controls = group.create_task(_controls(setting, evidence, deadline))
    return (router.result(), *controls.result())


async def _to_router(setting: Setting, evidence: Evidence, deadline: float) -> Measurement:
    access = setting.subscriber.router
    if access is None:
        where = f"subscriber {setting.subscriber.id}"
        failure = not_configured(where, "the inventory does not say how to reach the home router")
        return not_observed(ROUTER, failure, ECHO, setting.doors.clock.now())
    found = await train_from_here(setting, ROUTER, access.address, MANY, deadline)
    no_echo = isinstance(found.observation, Unobserved) and (
        found.observation.failure.kind in NO_ECHO
    )
    if no_echo and not _heard(evidence):
        return await _by_tcp(setting, access, deadline)
    return found


def _heard(evidence: Evidence) -> bool:
    """Tell whether the router has told of its line itself, and is not to be bothered."""
    return isinstance(evidence.get("router_wan", "router"), Observed)


async def _by_tcp(setting: Setting, access: RouterAccess, deadline: float) -> Measurement:
    clock = setting.doors.clock
    target = f"{access.address}:{access.port}"
    begun_s = clock.monotonic()
    if begun_s + CONNECTIONS * INTERVAL_S + LOST_AFTER_S > deadline:
        detail = f"no time is left for {CONNECTIONS} connections"
        late = Failure(kind=FailureKind.OUT_OF_TIME, where=target, detail=detail)
        return not_observed(ROUTER, late, CONNECT, clock.now())
    answers = await asyncio.gather(
        *(_connect(setting, access, begun_s + n * INTERVAL_S) for n in range(CONNECTIONS))
    )
    ours = [one for one in answers if isinstance(one, Failure)]
    if ours:
        return not_observed(ROUTER, ours[0], CONNECT, clock.now())
    echoes = {number: one for number, one in enumerate(answers) if isinstance(one, float)}
    source = f"TCP {target}, {CONNECTIONS} connections from the operator's side"
    return known(ROUTER, spread(target, CONNECTIONS, echoes), source, clock.now())


async def _connect(setting: Setting, access: RouterAccess, at_s: float) -> float | Failure | None:
    """Open and close a connection; give how long it took, None: lost, or our own failure.

    A connection that is refused was answered too.
    """
    clock = setting.doors.clock
    await clock.sleep_until(at_s)
    try:
        return await setting.doors.prober.tcp_connect(
            access.address, access.port, deadline=at_s + LOST_AFTER_S
        )
    except MeasurementError as error:
        if error.failure.kind is FailureKind.REFUSED:
            return clock.monotonic() - at_s
        return error.failure if error.failure.blame is Blame.AGENT else None


async def _controls(
    setting: Setting, evidence: Evidence, deadline: float
) -> tuple[Measurement, ...]:
    at = setting.doors.clock.now()
    targets = tuple(
        (FactKey("path_quality", f"operator>neighbour/{port}"), address)
        for port, address in neighbours(setting)
    )
    found: list[Measurement] = []
    reference = known_reference(setting, evidence)
    if reference is None:
        failure = unnamed("reference")
        if setting.reference is not None:
            failure = not_applicable("reference", "its address is not known here")
        found.append(not_observed(OPERATOR, failure, ECHO, at))
    else:
        targets = ((OPERATOR, reference), *targets)
    if all(key == OPERATOR for key, _ in targets):
        nobody = not_applicable("neighbours", "the inventory knows no address of a neighbour")
        found.append(not_observed(NOBODY, nobody, ECHO, at))
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(train_from_here(setting, key, to, FEW, deadline))
            for key, to in targets
        ]
    return (*found, *(task.result() for task in tasks))


def neighbours(setting: Setting) -> tuple[tuple[str, str], ...]:
    """Choose those who are asked, by the order of the inventory: the same every time.

    Returns:
        Port and address of each.
    """
    return tuple(
        (port.port, port.address)
        for port in setting.node_ports
        if port.in_service and port.address and port.subscriber != setting.subscriber.id
    )[:HOW_MANY]


PROBE: Final = Probe(
    id="way_in",
    title="Loss and delay from the operator's side",
    asks="the home router, the reference and neighbours, from here, up to a hundred times",
    gives=(ROUTER, OPERATOR, NEIGHBOURS),
    after=("router_wan",),
    run=_run,
    cost_s=1.2,
)
