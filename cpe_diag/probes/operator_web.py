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
HERE: Final = "from the operator's side"
ASK_AGAIN_AFTER_S: Final = 0.5
PAGE_WITHIN_S: Final = 7.0
"""What the router gives the same page (`curl -m 7`): more than twice what is slow."""


async def check_target(
    setting: Setting,
    target: WebTarget | None,
    whose: str,
    deadline: float,
    *,
    ipv6: bool = False,
) -> tuple[Measurement, ...]:
    """Resolve a name by the operator's resolver and fetch its page, both from where we stand.

    Args:
        setting: of the run.
        target: what to try; None where nobody named one.
        whose: `reference` or `platform`.
        deadline: absolute, monotonic seconds.
        ipv6: by IPv6 in place of IPv4.

    Returns:
        `dns` and `http` of `operator>whose` (or `operator>whose/ipv6`), known or not.
    """
    subject = f"operator>{whose}{'/ipv6' if ipv6 else ''}"
    keys = FactKey("dns", subject), FactKey("http", subject)
    if target is None:
        error = not_configured(whose, f"no {whose} is named in the configuration or the order")
        return none_of(keys, error, setting.doors.clock.now())
    return await named_and_fetched(setting, target, keys, HERE, deadline, ipv6=ipv6)


async def named_and_fetched(  # noqa: PLR0913 - what to ask, from where
    setting: Setting,
    target: WebTarget,
    keys: tuple[FactKey, FactKey],
    where: str,
    deadline: float,
    *,
    ipv6: bool = False,
) -> tuple[Measurement, ...]:
    """Resolve a name by the operator's resolver and fetch its page, from where our process is.

    Args:
        setting: of the run.
        target: what to try.
        keys: of `dns` and of `http`.
        where: our place, for the sources.
        deadline: absolute, monotonic seconds.
        ipv6: by IPv6 in place of IPv4.

    Returns:
        A measurement for each key, known or not.
    """
    clock = setting.doors.clock
    dns_key, http_key = keys
    try:
        name = await _resolved(setting, target.host, deadline, ipv6=ipv6)
    except MeasurementError as error:
        at = clock.now()
        detail = f"{target.host} could not be resolved: {error.failure.detail}"
        failure = Failure(kind=FailureKind.DEPENDENCY, where=target.host, detail=detail)
        rest = MeasurementError(failure, "http.get")
        return (*none_of((dns_key,), error, at), *none_of((http_key,), rest, at))
    source = f"DNS {name.server} {target.host}, asked {where}"
    resolved = known(dns_key, name, source, clock.now())
    return (resolved, await _page(setting, target, http_key, name, where, deadline))


async def _resolved(setting: Setting, host: str, deadline: float, *, ipv6: bool) -> DnsCheck:
    """Resolve a name; an answer that was slow is asked for again, and the quicker one counts.

    A resolver may have to fetch a name from far away once; what it has just fetched it holds.
    """
    clock, resolver = setting.doors.clock, setting.doors.resolver
    by = min(deadline, clock.monotonic() + NAME_WITHIN_S)
    first = await resolver.resolve(host, deadline=by, ipv6=ipv6)
    if isinstance(first.took_s, Missing) or first.took_s <= ASK_AGAIN_AFTER_S:
        return first
    by = min(deadline, clock.monotonic() + NAME_WITHIN_S)
    again = await resolver.resolve(host, deadline=by, ipv6=ipv6)
    if isinstance(again.took_s, Missing) or again.outcome is not first.outcome:
        return first
    return again if again.took_s < first.took_s else first


async def _page(  # noqa: PLR0913, PLR0917 - what to ask, from where
    setting: Setting,
    target: WebTarget,
    key: FactKey,
    name: DnsCheck,
    where: str,
    deadline: float,
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
    return known(key, page, f"HTTP {target.url} at {address}, {where}", clock.now())


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
