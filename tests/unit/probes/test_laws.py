"""What every probe of the catalogue keeps to, whatever its doors do."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import BLAME_OF, Blame, Failure, FailureKind
from cpe_diag.domain.observations import Unobserved
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.load import load_access_driver, load_router_driver
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.doors import (
    FakeDhcp,
    FakeHttp,
    FakeProber,
    FakeResolver,
    FakeRouter,
    FakeSnmp,
    Wire,
)
from cpe_diag.testing.evidence_samples import dsl_home
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Measurement

WEB = WebTarget(host="www.example", url="http://www.example/", address="192.0.2.80")
KNOWN = {"nothing": Evidence(), "everything": dsl_home().evidence}
DSL, SWITCH = load_access_driver("generic_dsl"), load_access_driver("eltex_mes")
ACCESS = replace(
    DSL,
    groups={**DSL.groups, "dhcp_bindings": SWITCH.groups["dhcp_bindings"]},
    capabilities={**DSL.capabilities, "dhcp_bindings": SWITCH.capabilities["dhcp_bindings"]},
)
ROUTER = load_router_driver("openwrt")
OURS = [kind for kind in FailureKind if BLAME_OF[kind] is Blame.AGENT]


def setting_on(wire: Wire) -> Setting:
    """Make a setting in which everything is configured, and every door stands on one wire."""
    doors = replace(
        fake_doors(wire.clock, wire.recorder),
        snmp=FakeSnmp(wire=wire),
        router=FakeRouter(wire=wire),
        prober=FakeProber(wire=wire, open_ports={("198.51.100.12", 22): True}),
        resolver=FakeResolver(wire=wire, names={WEB.host: ("192.0.2.80",)}),
        http=FakeHttp(wire=wire),
        dhcp=FakeDhcp(wire=wire, says="198.51.100.150"),
    )
    ports = tuple(NodePort(port=str(number), in_service=True) for number in range(1, 9))
    return replace(
        fake_setting(sample_subscriber(), doors),
        node_ports=ports,
        access_driver=ACCESS,
        router_driver=ROUTER,
        reference=WEB,
        platform=WEB,
        operator_resolver="192.0.2.53",
        device_mac=LAPTOP,
    )


async def run(probe: Probe, evidence: Evidence, wire: Wire) -> tuple[Measurement, ...]:
    """Run a probe, and hold it to its own list of facts."""
    setting = setting_on(wire)
    deadline = wire.clock.monotonic() + 20.0
    found = await probe.run(setting, evidence, deadline)
    assert wire.clock.monotonic() <= deadline
    keys = [one.key for one in found]
    assert len(keys) == len(set(keys))
    for key in keys:
        assert any(
            key.kind == own.kind and fnmatchcase(key.subject, own.subject) for own in probe.gives
        ), key
    for own in probe.gives:
        if "*" not in own.subject:
            assert own in keys
    return found


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
async def test_a_probe_answers_for_each_of_its_facts_whatever_fails(
    probe: Probe, known: str
) -> None:
    """A fact that is left out would read as never asked, and a raise would end the run."""
    for kind in FailureKind:
        clock = FakeClock()
        failure = Failure(kind=kind, where="there", detail="it failed")
        await run(probe, KNOWN[known], Wire(clock=clock, failure=failure))
    await run(probe, KNOWN[known], Wire(clock=FakeClock(), takes_s=9999.0))
    await run(probe, KNOWN[known], Wire(clock=FakeClock()))


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
async def test_what_fails_on_our_side_is_never_a_fact(probe: Probe, known: str) -> None:
    """A missing privilege of ours must not read as a line that is down."""
    for kind in OURS:
        failure = Failure(kind=kind, where="here", detail="our own")
        wire = Wire(clock=FakeClock(), failure=failure)
        for one in await run(probe, KNOWN[known], wire):
            assert isinstance(one.observation, Unobserved), one
            assert one.observation.failure.blame is Blame.AGENT, one
