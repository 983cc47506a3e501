"""Names and pages tried from the operator's side: the second vantage for every platform fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.probes.node_port import known, none_of, not_configured
from cpe_diag.probes.probe import Probe, Setting, WebTarget

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

NAME_WITHIN_S: Final = 5.0
"""resolv.conf(5), `timeout`: so long a stub resolver waits for a name server by default."""
PAGE_WITHIN_S: Final = 7.0
"""What the router gives the same page (`curl -m 7`): more than twice what is slow."""


async def check_target(
    setting: Setting, target: WebTarget | None, whose: str, deadline: float
) -> tuple[Measurement, ...]:
    """Resolve a name by the operator's resolver and fetch its page, both from where we stand.

    Args:
        setting: of the run.
        target: what to try; None where nobody named one.
        whose: `reference` or `platform`.
        deadline: absolute, monotonic seconds.

    Returns:
        `dns` and `http` of `operator>whose`, known or not.
    """
    clock = setting.doors.clock
    dns_key = FactKey("dns", f"operator>{whose}")
    http_key = FactKey("http", f"operator>{whose}")
    if target is None:
        error = not_configured(whose, f"no {whose} is named in the configuration or the order")
        return none_of((dns_key, http_key), error, clock.now())
    by = min(deadline, clock.monotonic() + NAME_WITHIN_S)
    try:
        name = await setting.doors.resolver.resolve(target.host, deadline=by)
    except MeasurementError as error:
        at = clock.now()
        detail = f"{target.host} could not be resolved: {error.failure.detail}"
        failure = Failure(kind=FailureKind.DEPENDENCY, where=whose, detail=detail)
        rest = MeasurementError(failure, "http.get")
        return (*none_of((dns_key,), error, at), *none_of((http_key,), rest, at))
    source = f"DNS {name.server} {target.host}, asked from the operator's side"
    resolved = known(dns_key, name, source, clock.now())
    return (resolved, await _page(setting, target, http_key, name, deadline))


async def _page(
    setting: Setting, target: WebTarget, key: FactKey, name: DnsCheck, deadline: float
) -> Measurement:
    clock = setting.doors.clock
    if not name.addresses:
        nothing = Missing(why=FailureKind.NOT_MEASURED)
        page = HttpCheck(
            url=target.url,
            outcome=HttpOutcome.NAME_FAILED,
            status=None,
            took_s=nothing,
            received_bytes=nothing,
        )
        source = f"DNS {name.server} gave no address for {target.host}"
        return known(key, page, source, clock.now())
    address = name.addresses[0]
    by = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    try:
        page = await setting.doors.http.get(target.url, address=address, deadline=by)
    except MeasurementError as error:
        return none_of((key,), error, clock.now())[0]
    return known(key, page, f"HTTP {target.url} at {address}, from here", clock.now())


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return await check_target(setting, setting.reference, "reference", deadline)


PROBE: Final = Probe(
    id="operator_web",
    title="Reference host from the operator's side",
    asks="the operator's resolver and the reference host, from here",
    gives=(FactKey("dns", "operator>reference"), FactKey("http", "operator>reference")),
    after=(),
    run=_run,
    cost_s=0.2,
)
