"""The operator's DHCP server, asked from the operator's side."""

from __future__ import annotations

from dataclasses import replace

from cpe_diag.domain.dhcp_facts import DhcpServer
from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.probes.dhcp_server import PROBE
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeDhcp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting


async def test_an_offer_is_a_fact_with_its_source() -> None:
    """Whoever reads it must see whom we asked, for what, and in which role."""
    clock = FakeClock()
    doors = replace(fake_doors(clock), dhcp=FakeDhcp(wire=Wire(clock=clock), says="198.51.100.9"))
    one, edge = await PROBE.run(
        fake_setting(sample_subscriber(), doors), Evidence(), clock.monotonic() + 9.0
    )
    assert isinstance(one.observation, Observed)
    assert isinstance(one.observation.value, DhcpServer)
    assert one.observation.value.offered == "198.51.100.9"
    assert "198.51.100.0/24 to 192.0.2.67, as a relay" in one.observation.source
    assert isinstance(edge.observation, Unobserved)
    assert edge.observation.failure.kind is FailureKind.NOT_APPLICABLE


async def test_the_edge_that_an_offer_names_is_looked_for() -> None:
    """A server that names a wrong one answers well, and cuts everybody off."""
    clock = FakeClock()
    dhcp = FakeDhcp(wire=Wire(clock=clock), says="198.51.100.9", routers=("198.51.100.254",))
    doors = replace(fake_doors(clock), dhcp=dhcp)
    _, edge = await PROBE.run(
        fake_setting(sample_subscriber(), doors), Evidence(), clock.monotonic() + 9.0
    )
    assert isinstance(edge.observation, Observed)
    assert isinstance(edge.observation.value, PingCheck)
    assert (edge.observation.value.target, edge.observation.value.received) == (
        "198.51.100.254",
        0,
    )


async def test_without_a_server_in_the_configuration_the_question_does_not_arise() -> None:
    """Most operators have none named at first; that is no gap of the case."""
    setting = fake_setting(sample_subscriber())
    one, _ = await PROBE.run(setting, Evidence(), setting.doors.clock.monotonic() + 9.0)
    assert isinstance(one.observation, Unobserved)
    assert one.observation.failure.kind is FailureKind.NOT_APPLICABLE
