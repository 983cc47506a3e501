"""The probes of the access node against an agent that is silent, odd or has not all objects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import Blame, Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import Reachability
from cpe_diag.domain.port_facts import (
    LearnedMac,
    LearnedMacs,
    NodeSystem,
    OperStatus,
    PortCounters,
    PortRates,
    PortSpeed,
    PortStatus,
)
from cpe_diag.domain.subscriber import NodePort, Technology
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.probes import (
    learned_macs,
    line_quality,
    neighbour_ports,
    neighbour_rates,
    port_rates,
    port_state,
)
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.domain.observations import Observation
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Probe, Setting

IF_INDEX: Final = 1012
OWN_MAC: Final = "2.0.94.0.16.18"
FDB: Final = "1.3.6.1.2.1.17.7.1.2.2.1.2"
ANY_FDB: Final = "1.3.6.1.2.1.17.4.3.1.2"
BASE_PORT: Final = "1.3.6.1.2.1.17.1.4.1.2"
PVID: Final = "1.3.6.1.2.1.17.7.1.4.5.1.1"
UPTIME: Final = "1.3.6.1.2.1.1.3.0"

SYSTEM: Final[dict[Oid, SnmpValue]] = {
    UPTIME: 100_000,
    "1.3.6.1.2.1.1.1.0": b"A DSLAM",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.32473.9",
    "1.3.6.1.2.1.1.5.0": b"an-vdsl\0\0",
}


def port(if_index: int, *, octets: int = 1_000, oper: int = 1) -> dict[Oid, SnmpValue]:
    """Make what an agent with 64-bit octets holds of one port."""
    table = "1.3.6.1.2.1.2.2.1"
    extended = "1.3.6.1.2.1.31.1.1.1"
    ether = "1.3.6.1.2.1.10.7.2.1"
    return {
        f"{table}.7.{if_index}": 1,
        f"{table}.8.{if_index}": oper,
        f"{table}.9.{if_index}": 40_000,
        f"{table}.5.{if_index}": 2**32 - 1,
        f"{table}.14.{if_index}": 7,
        f"{extended}.1.{if_index}": b"dsl-12",
        f"{extended}.6.{if_index}": octets,
        f"{extended}.10.{if_index}": octets * 4,
        f"{extended}.15.{if_index}": 10_000,
        f"{extended}.18.{if_index}": b"",
        f"{ether}.19.{if_index}": 1,
        f"{ether}.3.{if_index}": 2,
    }


def setting_of(objects: dict[Oid, SnmpValue], failure: Failure | None = None) -> Setting:
    """Make a setting whose node holds `objects`, or fails."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.03, failure=failure)
    doors = replace(fake_doors(clock), snmp=FakeSnmp(wire=wire, objects=objects, node="an-vdsl"))
    return replace(
        fake_setting(sample_subscriber(), doors), access_driver=load_access_driver("generic_dsl")
    )


async def ask(
    probe: Probe, setting: Setting, evidence: Evidence | None = None, limit_s: float = 20.0
) -> dict[str, Observation[object]]:
    """Run a probe and give its observations by key."""
    deadline = setting.doors.clock.monotonic() + limit_s
    measurements = await probe.run(setting, evidence or Evidence(), deadline)
    return {str(one.key): one.observation for one in measurements}


def value(observation: Observation[object]) -> object:
    """Give the value of what was observed."""
    assert isinstance(observation, Observed), observation
    return observation.value


def kind(observation: Observation[object]) -> FailureKind:
    """Give why something was not observed."""
    assert isinstance(observation, Unobserved), observation
    return observation.failure.kind


async def test_one_question_gives_node_port_speed_and_counters() -> None:
    """All of one moment: a state and a counter of different moments contradict each other."""
    setting = setting_of({**SYSTEM, **port(IF_INDEX)})
    got = await ask(port_state.PROBE, setting)
    assert set(got) == {str(key) for key in port_state.PROBE.gives}
    assert value(got["node_system[node]"]) == NodeSystem(
        name="an-vdsl",
        description="A DSLAM",
        object_id="1.3.6.1.4.1.32473.9",
        uptime_s=1000.0,
    )
    status = value(got["port_status[port]"])
    assert isinstance(status, PortStatus)
    assert (status.name, status.alias, status.admin_up) == ("dsl-12", "", True)
    assert (status.oper, status.last_change_s) == (OperStatus.UP, 600.0)
    speed = value(got["port_speed[port]"])
    assert isinstance(speed, PortSpeed)
    assert speed.speed_bps == 10_000_000_000
    assert speed.duplex == Missing(why=FailureKind.NOT_MEASURED)
    counters = value(got["port_counters[port]"])
    assert isinstance(counters, PortCounters)
    assert (counters.in_octets, counters.in_errors, counters.fcs_errors) == (1_000, 7, 2)
    assert counters.late_collisions == Missing(why=FailureKind.UNSUPPORTED)
    observed = got["port_status[port]"]
    assert isinstance(observed, Observed)
    assert observed.source == f"SNMP an-vdsl IF-MIB ifOperStatus.{IF_INDEX}"
    snmp = setting.doors.snmp
    assert isinstance(snmp, FakeSnmp)
    assert len(snmp.asked) == 1


@pytest.mark.parametrize(
    ("failed", "reachable"),
    [
        (FailureKind.SILENT, False),
        (FailureKind.REFUSED, False),
        (FailureKind.UNREACHABLE, False),
        (FailureKind.DEVICE_ERROR, True),
        (FailureKind.UNPARSEABLE, True),
        (FailureKind.AUTH_REFUSED, None),
        (FailureKind.NOT_CONFIGURED, None),
        (FailureKind.MISSING_PRIVILEGE, None),
    ],
)
async def test_only_silence_of_the_node_is_a_node_that_is_not_reached(
    failed: FailureKind, *, reachable: bool | None
) -> None:
    """A wrong password or a fault on our side must never become an outage of the node."""
    failure = Failure(kind=failed, where="an-vdsl", detail="or the community is refused")
    got = await ask(port_state.PROBE, setting_of({}, failure))
    assert kind(got["port_status[port]"]) is failed
    reached = got["reachability[node]"]
    if reachable is None:
        assert kind(reached) is failed
        assert failure.blame in {Blame.AGENT, Blame.ACCESS}
    else:
        fact = value(reached)
        assert isinstance(fact, Reachability)
        assert (fact.reachable, fact.target) == (reachable, "192.0.2.10")
        assert isinstance(reached, Observed)
        assert "or the community is refused" in reached.source


async def test_a_port_that_the_node_has_not_is_said_to_be_so() -> None:
    """The inventory names a port of another node: no verdict on a line may come of it."""
    got = await ask(port_state.PROBE, setting_of(dict(SYSTEM)))
    assert isinstance(got["node_system[node]"], Observed)
    unknown = got["port_status[port]"]
    assert isinstance(unknown, Unobserved)
    assert "no port 0/1/12 (index 1012)" in unknown.failure.detail


async def test_without_a_port_in_the_inventory_the_node_is_still_asked() -> None:
    """A node outage can be told without knowing the port."""
    setting = setting_of({**SYSTEM})
    nothing = Missing(why=FailureKind.NOT_CONFIGURED)
    setting = replace(setting, subscriber=replace(setting.subscriber, port=nothing))
    got = await ask(port_state.PROBE, setting)
    assert isinstance(got["node_system[node]"], Observed)
    assert kind(got["port_speed[port]"]) is FailureKind.NOT_CONFIGURED


@pytest.mark.parametrize(
    "probe", [port_state.PROBE, neighbour_ports.PROBE, line_quality.PROBE, learned_macs.PROBE]
)
async def test_without_a_driver_nothing_is_asked_and_every_fact_says_why(probe: Probe) -> None:
    """A gap of the inventory is ours, not the subscriber's."""
    setting = replace(setting_of({}), access_driver=None)
    got = await ask(probe, setting)
    assert got
    assert {kind(one) for one in got.values()} == {FailureKind.NOT_CONFIGURED}
    snmp = setting.doors.snmp
    assert isinstance(snmp, FakeSnmp)
    assert not snmp.asked


async def first_sample(setting: Setting, probe: Probe = port_state.PROBE) -> Evidence:
    """Take a first sample."""
    deadline = setting.doors.clock.monotonic() + 20
    return Evidence().with_measurements(await probe.run(setting, Evidence(), deadline))


async def test_rates_come_from_two_samples_that_are_far_enough_apart() -> None:
    """The second sample waits for its moment, by the node's own clock."""
    objects = {**SYSTEM, **port(IF_INDEX)}
    setting = setting_of(objects)
    evidence = await first_sample(setting)
    started = setting.doors.clock.monotonic()
    objects.update({**port(IF_INDEX, octets=251_000), UPTIME: 100_200})
    got = await ask(port_rates.PROBE, setting, evidence)
    rates = value(got["port_rates[port]"])
    assert isinstance(rates, PortRates)
    assert (rates.interval_s, rates.in_bps, rates.in_errors) == (2.0, 1_000_000.0, 0)
    assert setting.doors.clock.monotonic() - started >= setting.sample_interval_s


async def test_a_node_that_restarted_between_samples_gives_no_rates() -> None:
    """Its counters began anew; their difference means nothing."""
    objects = {**SYSTEM, **port(IF_INDEX)}
    setting = setting_of(objects)
    evidence = await first_sample(setting)
    objects[UPTIME] = 300
    got = await ask(port_rates.PROBE, setting, evidence)
    assert kind(got["port_rates[port]"]) is FailureKind.INCOMPLETE


async def test_rates_without_a_first_sample_or_without_time_say_so() -> None:
    """A probe never waits beyond its deadline."""
    setting = setting_of({**SYSTEM, **port(IF_INDEX)})
    got = await ask(port_rates.PROBE, setting)
    assert kind(got["port_rates[port]"]) is FailureKind.DEPENDENCY
    evidence = await first_sample(setting)
    got = await ask(port_rates.PROBE, setting, evidence, limit_s=0.5)
    assert kind(got["port_rates[port]"]) is FailureKind.OUT_OF_TIME


async def test_three_neighbours_are_read_in_one_question_and_again_for_rates() -> None:
    """Controls that cost a question each would not be asked for."""
    objects = {**SYSTEM, **port(1011), **port(1013, oper=2), **port(1020)}
    setting = replace(
        setting_of(objects),
        node_ports=tuple(
            NodePort(port=f"0/1/{number}", in_service=True) for number in (11, 12, 13, 20, 30)
        ),
    )
    got = await ask(neighbour_ports.PROBE, setting)
    assert set(got) == {
        f"{fact}[neighbour/{index}]"
        for fact in ("port_status", "port_counters")
        for index in (1011, 1013, 1020)
    }
    down = value(got["port_status[neighbour/1013]"])
    assert isinstance(down, PortStatus)
    assert not down.oper_up
    snmp = setting.doors.snmp
    assert isinstance(snmp, FakeSnmp)
    assert [len(asked) for asked in snmp.asked] == [1 + 3 * 7]
    evidence = await first_sample(setting, neighbour_ports.PROBE)
    objects.update({**port(1011, octets=126_000), UPTIME: 100_100})
    again = await ask(neighbour_rates.PROBE, setting, evidence)
    rates = value(again["port_rates[neighbour/1011]"])
    assert isinstance(rates, PortRates)
    assert rates.in_bps == 1_000_000.0


async def test_without_neighbours_the_controls_say_that_there_are_none() -> None:
    """That no neighbour has the fault must not be read out of an empty list."""
    setting = setting_of(dict(SYSTEM))
    evidence = await first_sample(setting, neighbour_ports.PROBE)
    assert evidence.subjects("port_status") == ("neighbour/none",)
    got = await ask(neighbour_rates.PROBE, setting, evidence)
    assert kind(got["port_rates[neighbour/none]"]) is FailureKind.DEPENDENCY


async def test_a_line_is_asked_for_only_where_there_is_one() -> None:
    """An Ethernet port that is up must not read as a trained line."""
    setting = setting_of({**SYSTEM, **port(IF_INDEX)})
    got = await ask(line_quality.PROBE, setting)
    assert isinstance(got["line_quality[line]"], Observed)
    for technology, why in (
        (Technology.ETHERNET, FailureKind.NOT_APPLICABLE),
        (Missing(why=FailureKind.NOT_CONFIGURED), FailureKind.NOT_CONFIGURED),
    ):
        other = replace(setting, subscriber=replace(setting.subscriber, technology=technology))
        got = await ask(line_quality.PROBE, other)
        assert kind(got["line_quality[line]"]) is why


async def learned(objects: dict[Oid, SnmpValue], setting: Setting | None = None) -> object:
    """Ask for learned MACs; give the entries, or why they are not known."""
    setting = setting or setting_of(objects)
    got = await ask(learned_macs.PROBE, setting)
    observation = got["learned_macs[port]"]
    if isinstance(observation, Unobserved):
        return observation.failure.kind
    fact = value(observation)
    assert isinstance(fact, LearnedMacs)
    return fact.entries


OWN_PORT: Final[dict[Oid, SnmpValue]] = {f"{BASE_PORT}.12": IF_INDEX, f"{BASE_PORT}.13": 1013}
ROUTER: Final = LearnedMac(mac="02:00:5e:00:10:12", vlan=1012)


async def test_the_routers_mac_in_its_vlan_on_its_port_is_found_by_name() -> None:
    """Two questions, whatever the size of the table."""
    objects = {**OWN_PORT, f"{FDB}.1012.{OWN_MAC}": 12}
    assert await learned(objects) == (ROUTER,)


async def test_the_routers_mac_in_another_vlan_tells_which() -> None:
    """The signature of a wrong VLAN: the port's own VLAN is not the service's."""
    objects = {**OWN_PORT, f"{ANY_FDB}.{OWN_MAC}": 12, f"{PVID}.12": 99}
    assert await learned(objects) == (replace(ROUTER, vlan=99),)
    objects[f"{PVID}.12"] = 1012
    unknown = Missing(why=FailureKind.NOT_MEASURED)
    assert await learned(objects) == (replace(ROUTER, vlan=unknown),)


async def test_another_device_on_the_port_is_seen_too() -> None:
    """The customer has put in another router: the port is not empty."""
    objects: dict[Oid, SnmpValue] = {**OWN_PORT, f"{FDB}.1012.2.0.94.1.1.1": 12}
    assert await learned(objects) == (replace(ROUTER, mac="02:00:5e:01:01:01"),)


async def test_who_speaks_beside_the_router_is_heard_too() -> None:
    """A home that its router has made one network with the line is told by them."""
    other = "2.0.94.1.1.1"
    objects = {**OWN_PORT, f"{FDB}.1012.{OWN_MAC}": 12, f"{FDB}.1012.{other}": 12}
    assert await learned(objects) == (ROUTER, replace(ROUTER, mac="02:00:5e:01:01:01"))
    objects = {**OWN_PORT, f"{FDB}.1012.{OWN_MAC}": 12, f"{FDB}.1012.{other}": 13}
    assert await learned(objects) == (ROUTER,)


async def test_nothing_learned_is_a_fact_only_where_the_node_has_a_table() -> None:
    """A node without a forwarding table says nothing about the customer."""
    elsewhere: dict[Oid, SnmpValue] = {**OWN_PORT, f"{FDB}.7.2.0.94.1.1.1": 13}
    assert await learned(elsewhere) == ()
    moved: dict[Oid, SnmpValue] = {**OWN_PORT, f"{FDB}.1012.{OWN_MAC}": 13}
    assert await learned(moved) == ()
    assert await learned(dict(OWN_PORT)) is FailureKind.UNSUPPORTED


async def test_without_the_routers_mac_the_vlan_is_read_up_to_a_bound() -> None:
    """A shared VLAN of thousands is not walked, and a part of it is not taken for the whole."""
    nothing = Missing(why=FailureKind.NOT_CONFIGURED)
    objects: dict[Oid, SnmpValue] = {**OWN_PORT, f"{FDB}.1012.2.0.94.1.1.1": 12}
    setting = setting_of(objects)
    setting = replace(setting, subscriber=replace(setting.subscriber, router_mac=nothing))
    assert await learned(objects, setting) == (replace(ROUTER, mac="02:00:5e:01:01:01"),)
    objects.clear()
    objects.update({f"{FDB}.1012.2.0.94.2.1.{last}": 13 for last in range(200)})
    objects.update(OWN_PORT)
    assert await learned(objects, setting) is FailureKind.INCOMPLETE


async def test_without_mac_and_vlan_there_is_nothing_to_ask() -> None:
    """The gap is in the inventory."""
    nothing = Missing(why=FailureKind.NOT_CONFIGURED)
    setting = setting_of({})
    subscriber = setting.subscriber
    subscriber = replace(
        subscriber, router_mac=nothing, service=replace(subscriber.service, vlan=nothing)
    )
    assert await learned({}, replace(setting, subscriber=subscriber)) is FailureKind.NOT_CONFIGURED
