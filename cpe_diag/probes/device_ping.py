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


def about_device(
    setting: Setting, evidence: Evidence, key: FactKey, question: str, *, server: str = ""
) -> Asked:
    """Make a question about the device in question, by the address that the router knows.

    Args:
        setting: of the run.
        evidence: so far; holds the home network.
        key: of the fact.
        question: its id in the driver.
        server: a second value for it.

    Returns:
        The question, or why it cannot be asked.
    """
    mac = setting.device_mac
    if mac is None:
        missing = not_configured("device", "no device is named in the order")
        return Asked(key=key, question=question, missing=missing)
    lan = evidence.value(LanStatus, "router_lan", "router")
    address = None if lan is None else device_address(lan, mac)
    if address is None:
        detail = "the router knows no address of the device"
        missing = dependency(mac, "the home network is not known" if lan is None else detail)
        return Asked(key=key, question=question, missing=missing)
    return Asked(key=key, question=question, target=address, server=server)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await ask(setting, about_device(setting, evidence, KEY, "ping"), deadline),)


PROBE: Final = Probe(
    id="device_ping",
    title="Device in question",
    asks="the customer's device, from the router",
    gives=(KEY,),
    after=("router_lan",),
    run=_run,
    cost_s=0.3,
)
