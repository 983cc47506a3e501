"""Pings the device in question from the router, at the address that the home knows for its MAC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.probes.asking import READ, ask, none_named
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence

KEY: Final = FactKey("ping", "router>device")


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    if setting.device_mac is None:
        return (none_named(setting, KEY, "the device in question"),)
    lan = evidence.value(LanStatus, "router_lan", "router")
    address = None if lan is None else _address_of(lan, setting.device_mac)
    if address is None:
        detail = (
            "the router's LAN state is not known"
            if lan is None
            else f"neither leases nor neighbours of the router know {setting.device_mac}"
        )
        failure = Failure(
            kind=FailureKind.DEPENDENCY, where=setting.doors.router.router, detail=detail
        )
        return (not_observed(KEY, failure, READ, setting.doors.clock.now()),)
    return (await ask(setting, KEY, "ping", deadline, target=address),)


def _address_of(lan: LanStatus, mac: str) -> str | None:
    """Give the device's IPv4 address: as the neighbour table saw it, else as it was leased."""
    seen = known(lan.neighbours) or ()
    for neighbour in seen:
        if neighbour.mac == mac and ":" not in neighbour.address:
            return neighbour.address
    leased = known(lan.leases) or ()
    return next((lease.address for lease in leased if lease.mac == mac), None)


PROBE: Final = Probe(
    id="device_ping",
    title="Device, from the router",
    asks="echo requests from the router to the device in question",
    gives=(KEY,),
    after=("router_lan",),
    run=_run,
)
