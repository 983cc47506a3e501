"""The device in question by its hardware address, on every socket of the router."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.probes.asking import Asked, ask, not_configured
from cpe_diag.probes.device_ping import device_address
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("device_frames", "device")
NO_ADDRESS: Final = "none"


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, _about(setting, evidence), deadline),)


def _about(setting: Setting, evidence: Evidence) -> Asked:
    """Make the question; it needs no address of the device, and pings it where there is one."""
    mac = setting.device_mac
    if mac is None:
        missing = not_configured("device", "no device is named in the order")
        return Asked(key=KEY, question=KEY.kind, missing=missing)
    lan = evidence.value(LanStatus, "router_lan", "router")
    address = None if lan is None else device_address(lan, mac)
    target = mac.lower().replace("-", ":")
    return Asked(key=KEY, question=KEY.kind, target=target, server=address or NO_ADDRESS)


PROBE: Final = Probe(
    id="device_frames",
    title="Frames of the device",
    asks="the home router, for six seconds: on which socket the device is, what it asks for, and"
    " whether the router lets it",
    gives=(KEY,),
    after=("router_lan",),
    run=_run,
    cost_s=6.5,
)
