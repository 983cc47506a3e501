"""A subscriber check stays within 12 requests, and no request depends on the size of the node."""

from __future__ import annotations

import re
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.subscriber import NodePort, Technology
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.load import list_drivers, load_access_driver, load_driver
from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.port_lookups import applies, wanted_octets
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.playbook.load import load_playbook
from cpe_diag.playbook.model import ProbeStep
from cpe_diag.probes import (
    learned_macs,
    line_quality,
    neighbour_ports,
    neighbour_rates,
    ont,
    port_rates,
    port_settings,
    port_state,
    siblings,
)
from cpe_diag.probes.catalogue import PROBES as CATALOGUE
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.driver_conformance import synthetic_answers
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.transports.snmp import OBJECTS_PER_GET
from cpe_diag.wiring.knowledge import vocabulary

if TYPE_CHECKING:
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import SnmpValue

UPTIME: Final = "1.3.6.1.2.1.1.3.0"
MOST: Final = 12
PROBES: Final = (
    port_state.PROBE,
    neighbour_ports.PROBE,
    line_quality.PROBE,
    ont.PROBE,
    port_settings.PROBE,
    learned_macs.PROBE,
    siblings.PROBE,
    port_rates.PROBE,
    neighbour_rates.PROBE,
)
"""What any playbook asks of an access node, all of it."""


def requests(snmp: FakeSnmp) -> int:
    """Count what the real door would send: so many objects fit into a request with sysUpTime."""
    gets = (len(set(oids) - {UPTIME}) / (OBJECTS_PER_GET - 1) for oids in snmp.asked)
    return sum(max(1, ceil(count)) for count in gets) + len(snmp.bulks)


async def check(driver_id: str, names: list[str], technology: Technology) -> FakeSnmp:
    """Run every access probe on the first of these ports, with the others in service."""
    driver = load_access_driver(driver_id)
    objects = {
        oid: value
        for name in names[:60]
        for specs in driver.groups.values()
        for oid, value in synthetic_answers(specs, locate(driver, name, technology.value)).items()
        if not placeholders(oid)
    }
    objects[UPTIME] = 100_000_000
    doors = fake_doors()
    snmp = FakeSnmp(wire=Wire(clock=doors.clock, recorder=doors.recorder), objects=objects)
    subscriber = replace(sample_subscriber(), port=names[0], technology=technology)
    setting = replace(
        fake_setting(subscriber, replace(doors, snmp=snmp)),
        access_driver=driver,
        node_ports=tuple(NodePort(port=name, in_service=True) for name in names),
    )
    evidence = Evidence()
    for probe in PROBES:
        deadline = doors.clock.monotonic() + 30
        found = await probe.run(setting, evidence, deadline)
        evidence = evidence.with_measurements(found)
    assert evidence.get("port_status", "port") is not None
    return snmp


def onts(cards: int, pons: int, each: int) -> list[str]:
    """Name the ONTs of an OLT."""
    return [
        f"0/{card}/{pon}:{number}"
        for card in range(1, cards + 1)
        for pon in range(pons)
        for number in range(each)
    ]


@pytest.mark.parametrize(
    ("driver", "names", "technology"),
    [
        ("generic_ifmib", [f"0/1/{port}" for port in range(1, 49)], Technology.ETHERNET),
        ("generic_dsl", [f"0/1/{port}" for port in range(1, 49)], Technology.VDSL2),
        ("generic_dsl", [f"0/1/{port}" for port in range(1, 49)], Technology.ADSL),
        ("huawei_smartax", onts(1, 2, 8), Technology.GPON),
        ("huawei_smartax", onts(4, 8, 32), Technology.GPON),
    ],
    ids=["ethernet", "vdsl2", "adsl", "16 ONTs", "1,024 ONTs"],
)
async def test_a_whole_check_takes_at_most_12_requests(
    driver: str, names: list[str], technology: Technology
) -> None:
    """Peers refuse such reads as too heavy for a big OLT; twelve requests are not."""
    assert requests(await check(driver, names, technology)) <= MOST


async def test_a_big_olt_costs_as_much_as_a_small_one() -> None:
    """The check of one customer must not wait for a thousand others."""
    small = await check("huawei_smartax", onts(1, 2, 16), Technology.GPON)
    big = await check("huawei_smartax", onts(4, 8, 32), Technology.GPON)
    assert requests(big) == requests(small)


SEARCH: Final = 6
"""GETBULKs that the first check of a port may take more, where only a search places its name."""

PLAYBOOKS: Final = {
    name: frozenset(
        probe
        for step in load_playbook(name, vocabulary()).steps
        if isinstance(step, ProbeStep)
        for probe in step.probes
        if probe != "port_watch"  # looks again and again, where the port has just changed
    )
    for name in ("no_internet", "slow_internet", "drops")
}


def beside(name: str) -> list[str]:
    """Give a name and nine that differ in its last number, which in a serial has one digit."""
    *_, last = re.finditer(r"[0-9]+", name)
    within = 10 ** len(last[0]) if last.end() < len(name) else 10**10
    numbers = [(int(last[0]) + more) % within for more in range(10)]
    before, after = name[: last.start()], name[last.end() :]
    return [f"{before}{number:0{len(last[0])}}{after}" for number in numbers]


def put_rows(driver: AccessDriver, name: str, at: int, objects: dict[str, SnmpValue]) -> PortIndex:
    """Place a port among the last rows that its lookups may read, after those of others."""
    port = locate(driver, name)
    for lookup in driver.lookups:
        if not applies(lookup, port):
            continue
        if lookup.same_as:
            port = port.with_part(lookup.gives, port.parts[lookup.same_as])
        elif lookup.oid:
            objects[port.fill(lookup.oid)] = 100 + at
            port = port.with_part(lookup.gives, str(100 + at))
        else:
            column, wanted = port.fill(lookup.column), wanted_octets(lookup, port)
            assert wanted is not None
            first = lookup.most_rows - 9
            number = lookup.form == "number"
            for row in range(1, first):
                objects.setdefault(f"{column}.{row}", 10**6 if number else b"of somebody else")
            objects[f"{column}.{first + at}"] = int(wanted) if number else wanted
            port = port.with_part(lookup.gives, str(first + at))
    return port


NAMES: Final = tuple(
    (driver.id, scheme.example, Technology(technology))
    for driver in (load_driver(file.id) for file in list_drivers())
    if isinstance(driver, AccessDriver)
    for scheme in driver.port_naming
    for technology in scheme.technologies or driver.technologies or (Technology.ETHERNET,)
)


async def one_check(
    driver_id: str, name: str, technology: Technology, probes: frozenset[str], memory: FakeMemory
) -> FakeSnmp:
    """Run some probes on a port that stands among nine others."""
    driver = load_access_driver(driver_id)
    objects: dict[str, SnmpValue] = {}
    names = beside(name)
    for at, one in enumerate(names):
        port = put_rows(driver, one, at, objects)
        for specs in driver.groups.values():
            for oid, value in synthetic_answers(specs, port).items():
                if not placeholders(oid):
                    objects.setdefault(oid, value)
    objects[UPTIME] = 100_000_000
    plain = fake_doors()
    snmp = FakeSnmp(wire=Wire(clock=plain.clock, recorder=plain.recorder), objects=objects)
    doors = replace(plain, snmp=snmp)
    setting = replace(
        fake_setting(replace(sample_subscriber(), port=names[0], technology=technology), doors),
        access_driver=driver,
        node_ports=tuple(NodePort(port=one, in_service=True) for one in names),
        finder=PortFinder(doors, memory),
    )
    evidence = Evidence()
    for probe in (one for one in CATALOGUE if one.id in probes):
        deadline = doors.clock.monotonic() + 30
        evidence = evidence.with_measurements(await probe.run(setting, evidence, deadline))
    return snmp


@pytest.mark.parametrize("playbook", PLAYBOOKS)
@pytest.mark.parametrize(("driver_id", "name", "technology"), NAMES, ids=str)
async def test_every_driver_keeps_to_12_requests_by_every_name(
    driver_id: str, name: str, technology: Technology, playbook: str
) -> None:
    """A name that only the node can place is searched for once, at most six requests more."""
    memory = FakeMemory()
    probes = PLAYBOOKS[playbook]
    first = await one_check(driver_id, name, technology, probes, memory)
    again = await one_check(driver_id, name, technology, probes, memory)
    assert requests(again) <= MOST
    assert requests(first) <= MOST + SEARCH


CONTROLS: Final = frozenset({"port_state", "neighbour_ports"})


async def test_controls_whose_rows_only_the_node_tells_are_placed_in_one_question() -> None:
    """One GET for each of three controls would be a quarter of the whole budget."""
    snmp = await one_check("zyxel_switch", "7", Technology.ETHERNET, CONTROLS, FakeMemory())
    own, controls = 2, 2
    assert len(snmp.asked) == own + controls
    assert not snmp.bulks


async def test_controls_that_nobody_remembers_are_searched_for_once() -> None:
    """The rows that one search reads place all of them; three searches would be 18 requests."""
    memory = FakeMemory()
    column, name, row = "1.3.6.1.2.1.31.1.1.1.1", "GPON0/3:12", "291"
    at = fake_doors().clock.now()
    memory.keep("an-1", column, name.encode().hex(), row, at)
    snmp = await one_check("bdcom_gp3600", name, Technology.GPON, CONTROLS, memory)
    assert len(snmp.bulks) == SEARCH
    assert any(f"1.3.6.1.2.1.2.2.1.8.{int(row) + 1}" in asked for asked in snmp.asked)
