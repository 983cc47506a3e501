"""Whether the home router answers the operator at all: ICMP where allowed, TCP otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Blame, FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.probes.asking import not_configured
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.subscriber import RouterAccess

KEY: Final = FactKey("reachability", "router")
PING_COUNT: Final = 2
# Share of the time for ICMP; a router that drops it is asked over TCP in the rest (reasoned).
PING_SHARE: Final = 0.4


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    access = setting.subscriber.router
    if access is None:
        where = f"subscriber {setting.subscriber.id}"
        failure = not_configured(where, "the inventory does not say how to reach the home router")
        return (not_observed(KEY, failure, "tcp.connect", clock.now()),)
    try:
        found = await _by_icmp(setting, access, deadline) or await _by_tcp(
            setting, access, deadline
        )
    except MeasurementError as error:
        return (not_observed(KEY, error.failure, error.operation, clock.now()),)
    source = f"{found.method.upper()} {found.target}, from the operator's side"
    return (
        Measurement(key=KEY, observation=Observed(value=found, source=source, at=clock.now())),
    )


async def _by_icmp(setting: Setting, access: RouterAccess, deadline: float) -> Reachability | None:
    """Ask by ICMP; None where it tells nothing: not allowed, or no answer (it may be filtered)."""
    clock = setting.doors.clock
    now = clock.monotonic()
    try:
        check = await setting.doors.prober.ping(
            access.address, count=PING_COUNT, deadline=now + (deadline - now) * PING_SHARE
        )
    except MeasurementError:
        return None
    if not check.received:
        return None
    return Reachability(
        reachable=True, method="icmp", target=access.address, rtt_s=check.rtt_avg_s
    )


async def _by_tcp(setting: Setting, access: RouterAccess, deadline: float) -> Reachability:
    """Ask by TCP on the management port; a refusal is an answer of the router too.

    Raises:
        MeasurementError: the failure is on our own side, and says nothing of the router.
    """
    rtt_s: Maybe[float] = Missing(why=FailureKind.SILENT)
    try:
        rtt_s = await setting.doors.prober.tcp_connect(
            access.address, access.port, deadline=deadline
        )
        reachable = True
    except MeasurementError as error:
        if error.failure.blame is Blame.AGENT:
            raise
        reachable = error.failure.kind is FailureKind.REFUSED
    target = f"{access.address}:{access.port}"
    return Reachability(reachable=reachable, method="tcp", target=target, rtt_s=rtt_s)


PROBE: Final = Probe(
    id="router_reachability",
    title="Router from the operator's side",
    asks="the home router's management address, from here",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=0.2,
)
