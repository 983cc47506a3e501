"""The sites' IPv6 addresses and what answers there, from the operator's side.

A browser tries both families and takes what answers (RFC 8305); this looks at the one alone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.operator_web import check_target
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    with setting.doors.recorder.scope():
        found = await asyncio.gather(
            check_target(setting, setting.reference, "reference", deadline, ipv6=True),
            check_target(setting, setting.platform, "platform", deadline, ipv6=True),
        )
    return tuple(one for part in found for one in part)


PROBE: Final = Probe(
    id="sites_by_ipv6",
    title="The sites by IPv6 from the operator's side",
    asks="the operator's resolver for AAAA, and the sites at those addresses, from here",
    gives=(
        FactKey("dns", "operator>reference/ipv6"),
        FactKey("http", "operator>reference/ipv6"),
        FactKey("dns", "operator>platform/ipv6"),
        FactKey("http", "operator>platform/ipv6"),
    ),
    after=(),
    run=_run,
    cost_s=0.2,
)
