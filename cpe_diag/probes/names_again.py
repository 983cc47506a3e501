"""Names asked again and again from the router: is every question answered, or only a share?

A question to the reference host, which need be no name server, tells whether questions pass the
operator's edge at all: where nothing listens its host says so (RFC 1122, section 4.1.3.1).
Each question leaves from a port of its own, so that each is a flow of its own: whatever divides
flows among several ways (IEEE 802.1AX, section 6.2.4) sends them on different ones.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.probes.asking import Asked, ask_times
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

DIRECT: Final = "dns_direct"
OWN: Final = "dns_forwarder"
TIMES: Final = 20
TIMES_FORWARDER: Final = 4
RESOLVER: Final = "router>operator_resolver/again/"
FORWARDER: Final = "router>reference/again/"
BEYOND: Final = FactKey("dns", "router>beyond_edge")


DIRECTLY: Final = tuple(FactKey("dns", f"{RESOLVER}{n + 1}") for n in range(TIMES))
OF_ITSELF: Final = tuple(FactKey("dns", f"{FORWARDER}{n + 1}") for n in range(TIMES_FORWARDER))


def _asked(setting: Setting) -> tuple[tuple[Asked, tuple[FactKey, ...]], ...]:
    """Give each question, and the facts that it is asked for."""
    reference, server = setting.reference, setting.operator_resolver
    if reference is None or server is None:
        missing = unnamed("reference" if reference is None else "operator's resolver")
        return (
            (Asked(key=BEYOND, question=DIRECT, missing=missing), (*DIRECTLY, *OF_ITSELF, BEYOND)),
        )
    host, beyond = reference.host, reference.address
    nowhere = None if beyond else unnamed("reference's address")
    return (
        (Asked(key=DIRECTLY[0], question=DIRECT, target=host, server=server), DIRECTLY),
        (Asked(key=OF_ITSELF[0], question=OWN, target=host, server="127.0.0.1"), OF_ITSELF),
        (
            Asked(key=BEYOND, question=DIRECT, target=host, server=beyond or "", missing=nowhere),
            (BEYOND,),
        ),
    )


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    with setting.doors.recorder.scope():
        told = await asyncio.gather(
            *(ask_times(setting, asked, keys, deadline) for asked, keys in _asked(setting))
        )
    return tuple(one for part in told for one in part)


PROBE: Final = Probe(
    id="names_again",
    title="Names from the router, several times",
    asks=f"the operator's resolver {TIMES} times, and the router's forwarder"
    f" {TIMES_FORWARDER} times, from the router",
    gives=(FactKey("dns", f"{RESOLVER}*"), FactKey("dns", f"{FORWARDER}*"), BEYOND),
    after=(),
    run=_run,
    cost_s=1.0,
)
