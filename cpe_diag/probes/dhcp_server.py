"""Whether the operator's DHCP server has an address for a subscriber's router."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.path_quality import not_applicable
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.dhcp_facts import DhcpServer
    from cpe_diag.domain.evidence import Evidence, Measurement

KEY: Final = FactKey("dhcp_server", "operator")
EDGE: Final = FactKey("ping", "operator>offered_edge")
ECHO: Final = "icmp.echo"
COUNT: Final = 4
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
        return none_of((KEY, EDGE), error, clock.now())
    source = f"DHCPDISCOVER and DHCPINFORM for {told.subnet} to {told.server}, as a relay"
    edge = await _edge(setting, told, deadline)
    return (known(KEY, told, source, clock.now()), edge)


async def _edge(setting: Setting, told: DhcpServer, deadline: float) -> Measurement:
    """See whether anybody is at the edge that the server names."""
    clock, named = setting.doors.clock, told.routers
    if isinstance(named, Missing) or not named:
        why = not_applicable("the operator's edge", "the DHCP server names none")
        return not_observed(EDGE, why, ECHO, clock.now())
    try:
        check = await setting.doors.prober.ping(named[0], count=COUNT, deadline=deadline)
    except MeasurementError as error:
        return not_observed(EDGE, error.failure, error.operation, clock.now())
    return known(EDGE, check, f"ICMP {named[0]}, from the operator's side", clock.now())


PROBE: Final = Probe(
    id="dhcp_server",
    title="The operator's DHCP server",
    asks="the operator's DHCP server, as a relay would: whether it offers an address; then the"
    " edge that it names",
    gives=(KEY, EDGE),
    after=(),
    run=_run,
    cost_s=2.0,
)
