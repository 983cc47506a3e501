"""The probes of the access node read the lab's own MIBs: both were written from the RFCs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Unobserved
from cpe_diag.domain.port_facts import LearnedMacs, OperStatus, PortStatus
from cpe_diag.domain.subscriber import NodePort, Technology
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.table_walk import VARIABLES, TableWalk
from cpe_diag.lab.build import build_world
from cpe_diag.lab.mib import MibView, Syntax, parts
from cpe_diag.lab.views import node_view
from cpe_diag.lab.world import AccessPort, World
from cpe_diag.probes import (
    learned_macs,
    line_quality,
    neighbour_ports,
    neighbour_rates,
    port_rates,
    port_state,
)
from cpe_diag.probes.probe import Setting
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import bulk_answer
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.transports.snmp import OBJECTS_PER_GET, SYS_UP_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.lab.mib import MibValue
    from cpe_diag.ports import Oid, SnmpTable, SnmpValue
    from cpe_diag.probes.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class LabReader:
    """An SnmpReader that asks the lab's view of a node without a network between."""

    view: MibView
    node: str
    requests: list[str] = field(default_factory=list)

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Read exact objects, and note how many requests the SNMP door would send."""
        del deadline
        others = sum(1 for oid in oids if oid != SYS_UP_TIME)
        self.requests.extend(["get"] * max(1, ceil(others / (OBJECTS_PER_GET - 1))))
        return {oid: _plain(self.view.get(parts(oid))) for oid in oids}

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Read rows that follow."""
        del deadline
        self.requests.append("bulk")
        rows: list[tuple[Oid, SnmpValue]] = []
        at = parts(f"{column}.{after}" if after else column)
        while len(rows) < max_rows:
            found = self.view.next_after(at)
            if found is None or found[0][: len(parts(column))] != parts(column):
                break
            at = found[0]
            rows.append((".".join(map(str, at)), _plain(found[1])))
        return tuple(rows)

    async def table(
        self, columns: Sequence[Oid], *, prefix: str, max_rows: int, deadline: float
    ) -> SnmpTable:
        """Read rows of several columns."""
        del deadline
        walk = TableWalk(columns, prefix, max_rows)
        while starts := walk.starts:
            self.requests.append("bulk")
            walk.take(bulk_answer(starts, walk.repetitions(VARIABLES), self._follow))
        return walk.table()

    def _follow(self, oid: Oid) -> tuple[Oid, SnmpValue] | None:
        found = self.view.next_after(parts(oid))
        return (".".join(map(str, found[0])), _plain(found[1])) if found else None


def _plain(found: MibValue | None) -> SnmpValue:
    if found is None or found.syntax is not Syntax.OID:
        content = found.content if found else None
        assert not isinstance(content, tuple)
        return content
    assert isinstance(found.content, tuple)
    return ".".join(map(str, found.content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One subscriber of the lab: the world, the port, and a setting that asks for it."""

    world: World
    port: AccessPort
    setting: Setting


def home(technology: str) -> Home:
    """Take the first subscriber of the lab with a technology."""
    clock = FakeClock()
    world = build_world(7, 0.0, clock=clock.monotonic)
    node = next(node for node in world.nodes.values() if node.technology == technology)
    port = next(port for port in node.ports.values() if port.subscriber is not None)
    assert port.subscriber is not None
    reader = LabReader(view=node_view(world, node), node=node.id)
    subscriber = sample_subscriber()
    subscriber = replace(
        subscriber,
        port=port.name,
        technology=Technology(technology),
        service=replace(subscriber.service, vlan=port.vlan),
        router_mac=world.routers[port.subscriber].wan_mac,
    )
    setting = replace(
        fake_setting(subscriber, replace(fake_doors(clock), snmp=reader)),
        access_driver=load_access_driver(
            "generic_ifmib" if technology == "ethernet" else "generic_dsl"
        ),
        node_ports=tuple(
            NodePort(port=one.name, in_service=one.subscriber is not None)
            for one in node.ports.values()
        ),
    )
    return Home(world=world, port=port, setting=setting)


async def ask(probe: Probe, setting: Setting, evidence: Evidence | None = None) -> Evidence:
    """Run a probe and give what came, on top of what was there."""
    evidence = evidence or Evidence()
    deadline = setting.doors.clock.monotonic() + 20
    return evidence.with_measurements(await probe.run(setting, evidence, deadline))


def missing_of(value: object) -> set[str]:
    """Name the fields of a fact that are Missing, nested ones included."""
    found = set()
    for name in type(value).__dataclass_fields__:  # type: ignore[attr-defined] # facts are dataclasses
        field = getattr(value, name)
        if isinstance(field, Missing):
            found.add(name)
        elif hasattr(type(field), "__dataclass_fields__"):
            found |= {f"{name}.{inner}" for inner in missing_of(field)}
    return found


@pytest.mark.parametrize("technology", ["ethernet", "vdsl2", "adsl"])
async def test_every_fact_of_a_healthy_port_is_known(technology: str) -> None:
    """Whatever the lab shows and a driver does not read is a mistake of one of the two."""
    at = home(technology)
    evidence = await ask(port_state.PROBE, at.setting)
    evidence = await ask(neighbour_ports.PROBE, at.setting, evidence)
    if technology != "ethernet":
        evidence = await ask(line_quality.PROBE, at.setting, evidence)
    evidence = await ask(port_rates.PROBE, at.setting, evidence)
    evidence = await ask(learned_macs.PROBE, at.setting, evidence)
    gaps = {str(key) for key, observation in evidence if isinstance(observation, Unobserved)}
    assert gaps == ({"line_growth[line]"} if technology == "ethernet" else set())
    status = evidence.value(PortStatus, "port_status", "port")
    assert status is not None
    assert (status.if_index, status.oper) == (at.port.if_index, OperStatus.UP)
    assert not missing_of(status)
    macs = evidence.value(LearnedMacs, "learned_macs", "port")
    assert macs is not None
    assert [(one.mac, one.vlan) for one in macs.entries] == [
        (at.setting.subscriber.router_mac, at.port.vlan)
    ]
    assert len(evidence.subjects("port_status", "neighbour/")) == 3


@pytest.mark.parametrize("technology", ["vdsl2", "adsl"])
async def test_a_trained_line_is_read_with_the_values_that_the_lab_set(technology: str) -> None:
    """Down and up, margin and attenuation, in the right places and units."""
    at = home(technology)
    evidence = await ask(line_quality.PROBE, at.setting)
    quality = evidence.value(LineQuality, "line_quality", "line")
    line = at.port.line
    assert quality is not None
    assert line is not None
    assert quality.in_sync
    for got, put in ((quality.down, line.down), (quality.up, line.up)):
        assert got.attainable_bps == put.attainable_bps
        assert got.snr_margin_db == pytest.approx(put.snr_margin_db, abs=0.06)
        assert got.output_power_dbm == pytest.approx(put.output_power_dbm, abs=0.06)
    assert quality.down.rate_bps == line.down.rate_bps
    assert quality.full_inits_previous_day == line.full_inits_previous_day
    # ADSL-LINE-MIB has no severely errored and unavailable seconds.
    unknown = {"errors.severely_errored_s", "errors.unavailable_s"}
    assert missing_of(quality) == (unknown if technology == "adsl" else set())


@pytest.mark.parametrize("technology", ["vdsl2", "adsl"])
async def test_a_customer_without_power_is_told_from_a_cut_line(technology: str) -> None:
    """The dying gasp is what spares the field technician's visit."""
    at = home(technology)
    assert at.port.subscriber is not None
    at.world.routers[at.port.subscriber].powered = False
    dark = (await ask(line_quality.PROBE, at.setting)).value(LineQuality, "line_quality", "line")
    assert dark is not None
    assert (dark.in_sync, dark.far_end_power_lost) == (False, True)
    at.world.routers[at.port.subscriber].powered = True
    at.port.cable_ok = False
    cut = (await ask(line_quality.PROBE, at.setting)).value(LineQuality, "line_quality", "line")
    assert cut is not None
    assert (cut.in_sync, cut.far_end_power_lost, cut.loss_of_signal) == (False, False, True)
    assert isinstance(cut.down.rate_bps, Missing)


@pytest.mark.parametrize("technology", ["ethernet", "vdsl2", "adsl"])
@pytest.mark.parametrize("fault", ["none", "port_shut", "wrong_vlan"])
async def test_port_line_macs_and_three_neighbours_take_at_most_twelve_requests(
    technology: str, fault: str
) -> None:
    """Access nodes answer serially, 12 ms a question: a walk would take minutes there."""
    at = home(technology)
    at.port.admin_up = fault != "port_shut"
    at.port.learned_vlan = 99 if fault == "wrong_vlan" else None
    evidence = Evidence()
    for probe in (
        port_state.PROBE,
        neighbour_ports.PROBE,
        line_quality.PROBE,
        learned_macs.PROBE,
        port_rates.PROBE,
        neighbour_rates.PROBE,
    ):
        evidence = await ask(probe, at.setting, evidence)
    reader = at.setting.doors.snmp
    assert isinstance(reader, LabReader)
    assert len(reader.requests) <= 12
    assert len(evidence.subjects("port_rates", "neighbour/")) == 3


async def test_a_port_in_the_wrong_vlan_shows_the_router_there() -> None:
    """The MAC is learned, so wire and router are fine; it is learned in another VLAN."""
    at = home("vdsl2")
    at.port.learned_vlan = 99
    evidence = await ask(learned_macs.PROBE, at.setting)
    macs = evidence.value(LearnedMacs, "learned_macs", "port")
    assert macs is not None
    assert [one.vlan for one in macs.entries] == [99]


async def test_a_port_that_is_shut_is_seen_so_and_has_learned_nothing() -> None:
    """Administrative and operational state are different claims."""
    at = home("adsl")
    at.port.admin_up = False
    evidence = await ask(port_state.PROBE, at.setting)
    evidence = await ask(learned_macs.PROBE, at.setting, evidence)
    evidence = await ask(line_quality.PROBE, at.setting, evidence)
    status = evidence.value(PortStatus, "port_status", "port")
    assert status is not None
    assert (status.admin_up, status.oper) == (False, OperStatus.DOWN)
    macs = evidence.value(LearnedMacs, "learned_macs", "port")
    assert macs is not None
    assert macs.entries == ()
    line = evidence.value(LineQuality, "line_quality", "line")
    assert line is not None
    assert not line.in_sync
