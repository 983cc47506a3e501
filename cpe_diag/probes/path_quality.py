"""A hundred small packets from the router to the operator's edge, the reference and the device.

Eight packets cannot tell a bad line from chance: with one of eight lost, the true share may be
anything from 1 to 50 %. `way_in` asks from the operator's side at the same time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.probes import device_ping, router_paths
from cpe_diag.probes.asking import Asked, ask_all
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

GATEWAY: Final = FactKey("path_quality", "router>gateway")
REFERENCE: Final = FactKey("path_quality", "router>reference")
DEVICE: Final = FactKey("path_quality", "router>device")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    asked = (
        _train(router_paths.gateway(evidence), GATEWAY),
        _train(router_paths.reference(setting, evidence), REFERENCE),
        _train(named_device(setting, evidence), DEVICE),
    )
    return await ask_all(setting, asked, deadline)


def named_device(setting: Setting, evidence: Evidence) -> Asked:
    """Ask the device in question; where nobody complains of one, none is to be asked."""
    if setting.device_mac is None:
        missing = not_applicable("device", "no device is named in the order")
        return Asked(key=DEVICE, question="", missing=missing)
    return device_ping.about_device(setting, evidence, DEVICE, "ping_train")


def _train(asked: Asked, key: FactKey) -> Asked:
    return replace(asked, key=key, question="ping_train")


def known_reference(setting: Setting, evidence: Evidence) -> str | None:
    """Give the reference's address as we know it; None where nobody does."""
    if setting.reference is None:
        return None
    if setting.reference.address is not None:
        return setting.reference.address
    name = evidence.value(DnsCheck, "dns", "operator>reference")
    return name.addresses[0] if name is not None and name.addresses else None


def not_applicable(where: str, detail: str, step: str | None = None) -> Failure:
    """Say that there is nobody to ask, which is nothing that somebody has to mend."""
    return Failure(kind=FailureKind.NOT_APPLICABLE, where=where, detail=detail, next_step=step)


PROBE: Final = Probe(
    id="path_quality",
    title="Loss and delay of each part of the way",
    asks="the operator's edge, the reference and the device, a hundred times in a second",
    gives=(GATEWAY, REFERENCE, DEVICE),
    after=("router_wan", "router_lan"),
    run=_run,
    cost_s=1.2,
)
