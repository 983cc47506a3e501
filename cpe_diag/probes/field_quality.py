"""A hundred small packets and a few full ones from the laptop on site to the reference."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.probes.field_looking import elsewhere
from cpe_diag.probes.node_port import known, none_of, not_configured
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from cpe_diag.domain.evidence import Evidence, Measurement

SMALL: Final = 100
INTERVAL_S: Final = 0.02
FULL: Final = 5
FULL_BYTES: Final = 1500
"""What Ethernet carries (RFC 894, RFC 2464)."""
HEADS: Final = (28, 48)
"""Of an echo request by IPv4, and by IPv6."""


def _keys(place: PluggedInto) -> tuple[FactKey, FactKey]:
    subject = f"{place.value}>reference"
    return FactKey("path_quality", subject), FactKey("ping", f"{subject}/full")


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, door, prober = setting.doors.clock, setting.doors.field, setting.doors.prober
    others = elsewhere(setting, _keys)
    if door is None:
        return others
    small, full = _keys(door.plugged_into)
    address = setting.reference.address if setting.reference else None
    try:
        if address is None:
            raise not_configured("reference", "no address of the reference is configured")
        await door.own_way(address, deadline=deadline)
    except MeasurementError as error:
        return (*none_of((small, full), error, clock.now()), *others)
    source = f"ICMP echo {address}, from the laptop at {door.interface}"

    async def told(key: FactKey, asking: Awaitable[object], words: str) -> Measurement:
        try:
            return known(key, await asking, f"{source}, {words}", clock.now())
        except MeasurementError as error:
            return none_of((key,), error, clock.now())[0]

    train = prober.train(address, count=SMALL, interval_s=INTERVAL_S, deadline=deadline)
    data_bytes = FULL_BYTES - HEADS[":" in address]
    large = prober.ping(address, count=FULL, data_bytes=data_bytes, deadline=deadline)
    both = await asyncio.gather(
        told(small, train, f"{SMALL} small ones"),
        told(full, large, f"{FULL} of {FULL_BYTES} bytes"),
    )
    return (*both, *others)


PROBE: Final = Probe(
    id="field_quality",
    title="Loss and full packets from the laptop",
    asks="the reference host, by small and by full packets, from the laptop on site",
    gives=tuple(key for place in PluggedInto for key in _keys(place)),
    after=(),
    run=_run,
    cost_s=3.0,
)
