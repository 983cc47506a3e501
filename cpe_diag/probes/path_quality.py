"""A hundred small packets to the operator's edge, the reference and the device, with controls.

Eight packets cannot tell a bad line from chance: with one of eight lost, the true share may be
anything from 1 to 50 %. The operator's own side and neighbours of the same node are asked too, so
that what all of them suffer is not taken for the subscriber's line.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.probes import device_ping, router_paths
from cpe_diag.probes.asking import Asked, ask_all
from cpe_diag.probes.node_port import known
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

GATEWAY: Final = FactKey("path_quality", "router>gateway")
REFERENCE: Final = FactKey("path_quality", "router>reference")
DEVICE: Final = FactKey("path_quality", "router>device")
OPERATOR: Final = FactKey("path_quality", "operator>reference")
NEIGHBOURS: Final = FactKey("path_quality", "operator>neighbour/*")
NOBODY: Final = FactKey("path_quality", "operator>neighbour/none")
"""What comes back, not known, where no neighbour's address is known."""

COUNT: Final = 50
INTERVAL_S: Final = 0.02
"""From our side: half as many, in the same second."""
HOW_MANY: Final = 3
"""Neighbours that are asked: enough to tell one home from what all share."""
ECHO: Final = "icmp.echo"


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    asked = (
        _train(router_paths.gateway(evidence), GATEWAY),
        _train(router_paths.reference(setting, evidence), REFERENCE),
        _train(named_device(setting, evidence), DEVICE),
    )
    with setting.doors.recorder.scope():
        async with asyncio.TaskGroup() as group:
            ours = group.create_task(_from_here(setting, evidence, deadline))
            theirs = group.create_task(ask_all(setting, asked, deadline))
    return (*theirs.result(), *ours.result())


def named_device(setting: Setting, evidence: Evidence) -> Asked:
    """Ask the device in question; where nobody complains of one, none is to be asked."""
    if setting.device_mac is None:
        missing = not_applicable("device", "no device is named in the order")
        return Asked(key=DEVICE, question="", missing=missing)
    return device_ping.about_device(setting, evidence, DEVICE, "ping_train")


def _train(asked: Asked, key: FactKey) -> Asked:
    return replace(asked, key=key, question="ping_train")


async def _from_here(
    setting: Setting, evidence: Evidence, deadline: float
) -> tuple[Measurement, ...]:
    at = setting.doors.clock.now()
    targets = _neighbours(setting)
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
        tasks = [group.create_task(_one(setting, key, to, deadline)) for key, to in targets]
    return (*found, *(task.result() for task in tasks))


def known_reference(setting: Setting, evidence: Evidence) -> str | None:
    """Give the reference's address as we know it; None where nobody does."""
    if setting.reference is None:
        return None
    if setting.reference.address is not None:
        return setting.reference.address
    name = evidence.value(DnsCheck, "dns", "operator>reference")
    return name.addresses[0] if name is not None and name.addresses else None


def _neighbours(setting: Setting) -> tuple[tuple[FactKey, str], ...]:
    """Choose those who are asked, by the order of the inventory: the same every time."""
    return tuple(
        (FactKey("path_quality", f"operator>neighbour/{port.port}"), port.address)
        for port in setting.node_ports
        if port.in_service and port.address and port.subscriber != setting.subscriber.id
    )[:HOW_MANY]


def not_applicable(where: str, detail: str, step: str | None = None) -> Failure:
    """Say that there is nobody to ask, which is nothing that somebody has to mend."""
    return Failure(kind=FailureKind.NOT_APPLICABLE, where=where, detail=detail, next_step=step)


async def _one(setting: Setting, key: FactKey, address: str, deadline: float) -> Measurement:
    clock = setting.doors.clock
    try:
        quality = await setting.doors.prober.train(
            address, count=COUNT, interval_s=INTERVAL_S, deadline=deadline
        )
    except MeasurementError as error:
        failure = error.failure
        if failure.kind is FailureKind.NOT_CONFIGURED:
            failure = not_applicable(failure.where, failure.detail)
        return not_observed(key, failure, error.operation, clock.now())
    return known(key, quality, f"ICMP {address}, from the operator's side", clock.now())


PROBE: Final = Probe(
    id="path_quality",
    title="Loss and delay of each part of the way",
    asks="the operator's edge, the reference and the device, a hundred times in a second",
    gives=(GATEWAY, REFERENCE, DEVICE, OPERATOR, NEIGHBOURS),
    after=("router_wan", "router_lan"),
    run=_run,
    cost_s=1.2,
)
