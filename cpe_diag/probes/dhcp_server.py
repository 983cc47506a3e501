"""Whether the operator's DHCP server has an address for a subscriber's router."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("dhcp_server", "operator")
NO_DOOR: Final = Failure(
    kind=FailureKind.NOT_APPLICABLE,
    where="DHCP server",
    detail="the configuration names none",
    next_step="name it in the configuration: dhcp",
)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, door = setting.doors.clock, setting.doors.dhcp
    try:
        if door is None:
            raise MeasurementError(NO_DOOR, "dhcp.discover")  # noqa: TRY301 - as any failure
        told = await door.ask(deadline=deadline)
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    source = f"DHCPDISCOVER and DHCPINFORM for {told.subnet} to {told.server}, as a relay"
    return (known(KEY, told, source, clock.now()),)


PROBE: Final = Probe(
    id="dhcp_server",
    title="The operator's DHCP server",
    asks="the operator's DHCP server, as a relay would: whether it offers an address",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=2.0,
)
