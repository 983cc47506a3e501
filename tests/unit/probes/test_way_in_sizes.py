"""Large packets go to a router and to neighbours beside it, whoever is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.probes import way_in_sizes
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeProber, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Measurement

ROUTER: Final = "192.0.2.1"
ACCESS: Final = RouterAccess(
    address=ROUTER, port=22, platform="openwrt", user="root", credential="env:ROUTER"
)
FULL: Final = PingCheck(target=ROUTER, sent=4, received=4, rtt_avg_s=NOT_ASKED, note="")


async def run(*, router: RouterAccess | None) -> dict[str, Measurement]:
    """Ask a router that answers large packets, where there is one."""
    prober = FakeProber(wire=Wire(clock=FakeClock()), large_pings={ROUTER: FULL})
    doors = replace(fake_doors(prober.wire.clock), prober=prober)
    given = fake_setting(replace(sample_subscriber(), router=router), doors)
    deadline = prober.wire.clock.monotonic() + 20.0
    found = await way_in_sizes.PROBE.run(given, Evidence(), deadline)
    return {str(one.key): one for one in found}


async def test_a_router_is_asked_with_packets_of_full_size() -> None:
    """What small ones say is another fact."""
    found = (await run(router=ACCESS))["ping[operator>router/full]"].observation
    assert isinstance(found, Observed)
    assert found.value == FULL


async def test_without_neighbours_the_control_is_told_to_be_unknown() -> None:
    """A probe brings each of its facts, known or not."""
    found = (await run(router=ACCESS))["ping[operator>neighbour/none]"].observation
    assert isinstance(found, Unobserved)


async def test_without_an_address_of_the_router_nobody_is_asked() -> None:
    """The inventory does not say how to reach it."""
    found = (await run(router=None))["ping[operator>router/full]"].observation
    assert isinstance(found, Unobserved)
    assert found.failure.kind is FailureKind.NOT_CONFIGURED
