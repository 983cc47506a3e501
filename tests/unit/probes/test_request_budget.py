"""A subscriber check stays within 12 requests, and no request depends on the size of the node."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.subscriber import NodePort, Technology
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.port_names import locate
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
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.driver_conformance import synthetic_answers
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.transports.snmp import OBJECTS_PER_GET

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
