"""Does the router answer from the operator's side: ICMP where it tells something, else TCP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Blame, FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.probes.asking import none_named
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.subscriber import RouterAccess

KEY: Final = FactKey("reachability", "router")
ECHO_REQUESTS: Final = 3

# Share of the time that ICMP may take before TCP is tried as well (reasoned: three echo
# requests that nobody answers must leave time for a second opinion).
_ICMP_SHARE: Final = 0.4


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    router = setting.subscriber.router
    if router is None:
        return (none_named(setting, KEY, "the router's management address"),)
    if await _pinged(setting, router, deadline):
        return (_told(setting, router, "icmp", reachable=True),)
    return (await _connected(setting, router, deadline),)


async def _pinged(setting: Setting, router: RouterAccess, deadline: float) -> bool:
    """Send echo requests; False where none came back, or where we may not send any."""
    now = setting.doors.clock.monotonic()
    try:
        check = await setting.doors.prober.ping(
            router.address, count=ECHO_REQUESTS, deadline=now + (deadline - now) * _ICMP_SHARE
        )
    except MeasurementError:
        return False
    return check.received > 0


async def _connected(setting: Setting, router: RouterAccess, deadline: float) -> Measurement:
    """Open a TCP connection to the SSH port; a refusal is an answer too."""
    try:
        rtt_s = await setting.doors.prober.tcp_connect(
            router.address, router.port, deadline=deadline
        )
    except MeasurementError as error:
        if error.failure.kind is FailureKind.REFUSED:
            return _told(setting, router, "tcp", reachable=True)
        if error.failure.blame is Blame.PATH:
            return _told(setting, router, "tcp", reachable=False)
        return not_observed(KEY, error.failure, error.operation, setting.doors.clock.now())
    return _told(setting, router, "tcp", reachable=True, rtt_s=rtt_s)


def _told(
    setting: Setting,
    router: RouterAccess,
    method: str,
    *,
    reachable: bool,
    rtt_s: float | None = None,
) -> Measurement:
    nothing: Maybe[float] = Missing(why=FailureKind.SILENT)
    fact = Reachability(
        reachable=reachable,
        method=method,
        target=router.address,
        rtt_s=nothing if rtt_s is None else rtt_s,
    )
    source = f"{method.upper()} {router.address}, from the operator's side"
    return Measurement(
        key=KEY, observation=Observed(value=fact, source=source, at=setting.doors.clock.now())
    )


PROBE: Final = Probe(
    id="router_reachability",
    title="Router from the operator's side",
    asks="whether the router's management address answers",
    gives=(KEY,),
    after=(),
    run=_run,
)
