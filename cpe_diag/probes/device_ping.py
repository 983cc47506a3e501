"""Whether the device in question answers the router."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.probes.asking import Asked, ask, dependency, not_configured
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("ping", "router>device")


def device_address(lan: LanStatus, mac: str) -> str | None:
    """Find a device's address: what it uses now goes before what it was given.

    Args:
        lan: the home network.
        mac: of the device, in any case.

    Returns:
        The IPv4 address, or None where the router knows none.
    """
    wanted = mac.lower()
    for neighbour in known(lan.neighbours) or ():
        if known(neighbour.mac) == wanted and ":" not in neighbour.address:
            return neighbour.address
    for lease in known(lan.leases) or ():
        if lease.mac == wanted:
            return lease.address
    return None


def device(setting: Setting, evidence: Evidence) -> Asked:
    """Ask the device in question, where the router knows its address."""
    mac = setting.device_mac
    if mac is None:
        missing = not_configured("device", "no device is named in the order")
        return Asked(key=KEY, question="ping", missing=missing)
    lan = evidence.value(LanStatus, "router_lan", "router")
    address = None if lan is None else device_address(lan, mac)
    if address is None:
        detail = "the router knows no address of the device"
        missing = dependency(mac, "the home network is not known" if lan is None else detail)
        return Asked(key=KEY, question="ping", missing=missing)
    return Asked(key=KEY, question="ping", target=address)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, device(setting, evidence), deadline),)


PROBE: Final = Probe(
    id="device_ping",
    title="Device in question",
    asks="the customer's device, from the router",
    gives=(KEY,),
    after=("router_lan",),
    run=_run,
    cost_s=0.3,
)
