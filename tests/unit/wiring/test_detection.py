"""A node for which the inventory names no driver is read by the driver that fits it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import NodeSystem
from cpe_diag.domain.subscriber import Technology
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors
from cpe_diag.wiring.config import Config, find
from cpe_diag.wiring.detection import (
    SYS_DESCR,
    SYS_OBJECT_ID,
    by_technology,
    detected_driver,
    forget_exchanged_node,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.ports import Doors

EXAMPLE = "1.3.6.1.4.1.32473.1.9"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Make a configuration that says nothing."""
    path = tmp_path / "config.yaml"
    path.write_text("inventory: {kind: file, path: i.yaml}\n", encoding="utf-8")
    return find(path)


def unnamed(technology: Technology = Technology.VDSL2) -> Subscriber:
    """Make a subscriber whose node has no driver in the inventory."""
    subscriber = sample_subscriber()
    assert subscriber.node is not None
    node = replace(subscriber.node, driver=None)
    return replace(subscriber, node=node, technology=technology)


def node_that_says(
    object_id: str, descr: bytes = b"", failure: Failure | None = None
) -> tuple[Doors, FakeSnmp]:
    """Make doors to a node that tells who it is, or does not answer."""
    doors = fake_doors()
    wire = Wire(clock=doors.clock, recorder=doors.recorder, failure=failure)
    snmp = FakeSnmp(
        wire=wire, node="an-vdsl", objects={SYS_OBJECT_ID: object_id, SYS_DESCR: descr}
    )
    return replace(doors, snmp=snmp), snmp


async def test_what_the_node_says_of_itself_decides_and_is_asked_once(config: Config) -> None:
    """A second run must not pay for what the first one found out."""
    doors, snmp = node_that_says(EXAMPLE)
    memory = FakeMemory()
    for _ in range(2):
        driver = await detected_driver(config, unnamed(), doors, memory)
        assert driver is not None
        assert driver.id == "example"
    assert len(snmp.asked) == 1


async def test_a_silent_node_is_read_by_the_subscribers_technology(config: Config) -> None:
    """The run goes on, and its probes say that the node is silent."""
    silent = Failure(kind=FailureKind.SILENT, where="an-vdsl", detail="no answer")
    doors, _ = node_that_says(EXAMPLE, failure=silent)
    driver = await detected_driver(config, unnamed(), doors, FakeMemory())
    assert driver is not None
    assert driver.id == "generic_dsl"


async def test_a_description_decides_where_the_object_id_is_nobodys(config: Config) -> None:
    """Some agents answer with the object id of the library they are made of."""
    doors, _ = node_that_says("1.3.6.1.4.1.8072.3.2.10", b"Example DSLAM v2")
    driver = await detected_driver(config, unnamed(), doors, FakeMemory())
    assert driver is not None
    assert driver.id == "example"


@pytest.mark.parametrize(
    ("technology", "driver"),
    [
        (Technology.ETHERNET, "generic_ifmib"),
        (Technology.ADSL, "generic_dsl"),
        (Technology.GFAST, "generic_dsl"),
        (Technology.DOCSIS, "docsis_cmts"),
        (Technology.GPON, None),
    ],
)
def test_a_technology_has_a_driver_only_where_a_standard_mib_reads_it(
    technology: Technology, driver: str | None
) -> None:
    """No standard MIB tells of an ONT; a guess would read the shared port as one home's."""
    assert by_technology(unnamed(technology)) == driver


async def test_an_exchanged_node_is_asked_again_in_the_next_run(config: Config) -> None:
    """The old node's driver would read the new one wrongly for days."""
    doors, snmp = node_that_says(EXAMPLE)
    memory = FakeMemory()
    await detected_driver(config, unnamed(), doors, memory)
    system = NodeSystem(
        name="an-vdsl",
        description=Missing(why=FailureKind.UNSUPPORTED),
        object_id="1.3.6.1.4.1.8072.3.2.10",
        uptime_s=60.0,
    )
    seen = Observed(value=system, source="SNMP an-vdsl", at=doors.clock.now())
    key = FactKey("node_system", "node")
    evidence = Evidence().with_measurements((Measurement(key=key, observation=seen),))
    forget_exchanged_node(unnamed(), evidence, doors, memory)
    await detected_driver(config, unnamed(), doors, memory)
    assert len(snmp.asked) == 2
