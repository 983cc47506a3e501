"""The page at each address that the site's name has: one of several machines may be bad.

Who asks once meets one of them; which one, changes from visitor to visitor.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.site_facts import SiteFront, SiteFronts
from cpe_diag.probes.asking import dependency
from cpe_diag.probes.node_port import known
from cpe_diag.probes.operator_web import PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

FRONTS: Final = FactKey("site_fronts", "operator>platform")
GET: Final = "http.get"
MOST_OF_FAMILY: Final = 4
SEVERAL: Final = 2


def _addresses(evidence: Evidence) -> tuple[str, ...]:
    """Give the addresses of families of which the name has more than one."""
    found: list[str] = []
    for subject in ("operator>platform", "operator>platform/ipv6"):
        name = evidence.value(DnsCheck, "dns", subject)
        told = () if name is None else name.addresses
        found += told[:MOST_OF_FAMILY] if len(told) >= SEVERAL else ()
    return tuple(dict.fromkeys(found))


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, site = setting.doors.clock, setting.platform
    addresses = _addresses(evidence)
    if site is None or not addresses:
        why = dependency("platform", "its name has no two addresses of a family")
        failure = unnamed("platform") if site is None else why
        return (not_observed(FRONTS, failure, GET, clock.now()),)
    by_s = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
    try:
        with setting.doors.recorder.scope():
            pages = await asyncio.gather(
                *(
                    setting.doors.http.get(site.url, address=address, deadline=by_s)
                    for address in addresses
                )
            )
    except MeasurementError as error:
        return (not_observed(FRONTS, error.failure, error.operation, clock.now()),)
    fronts = SiteFronts(
        fronts=tuple(
            SiteFront(address=address, page=page)
            for address, page in zip(addresses, pages, strict=True)
        )
    )
    source = f"HTTP {site.url} at {len(addresses)} addresses, from here"
    return (known(FRONTS, fronts, source, clock.now()),)


PROBE: Final = Probe(
    id="site_fronts",
    title="The platform's page at each of its addresses",
    asks="the platform, at every address that its name has, from here",
    gives=(FRONTS,),
    after=("dns[operator>platform]", "dns[operator>platform/ipv6]"),
    run=_run,
    cost_s=0.3,
)
