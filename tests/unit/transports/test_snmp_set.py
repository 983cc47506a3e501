"""A SET is sent once, and everything but noError says whether it may have happened."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.subscriber import AccessNode, SnmpAccess
from cpe_diag.lab.running import RunningLab
from cpe_diag.ports import SetObject
from cpe_diag.testing import conformance_changes
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.snmp import SnmpDoor
from cpe_diag.transports.snmp_set import SnmpSetDoor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.unit.transports.conftest import Request, SnmpBench

COMMUNITY = "c0mmun1ty-of-test"
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
UP = bytes.fromhex("43020bb8")
TWO = bytes.fromhex("020102")
GET, SET = 0xA0, 0xA3
ADMIN = "1.3.6.1.2.1.2.2.1.7.1003"
DOWN = SetObject(oid=ADMIN, type="integer", value="2")
ALIAS = SetObject(oid="1.3.6.1.2.1.31.1.1.1.18.1003", type="text", value="moved")
OPER = SetObject(oid="1.3.6.1.2.1.2.2.1.8.1003", type="integer", value="2")
UNDOUBTED = (2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18)
DOUBTED = (1, 5, 15)


def door(bench: SnmpBench, port: int, *, write: str | None = "env:WRITE") -> SnmpSetDoor:
    """Open the door that sets."""
    access = SnmpAccess(
        address="127.0.0.1", port=port, version="2c", credential=None, write_credential=write
    )
    made = SnmpSetDoor(
        AccessNode(id="an-1", snmp=access, driver=None),
        credentials=FakeCredentials(secrets={"env:WRITE": COMMUNITY}),
        clock=bench.clock,
        recorder=bench.recorder,
    )
    bench.opened.append(made)
    return made


def greeting(request: Request) -> bytes | None:
    """Answer the GET of sysUpTime that comes first."""
    if request.tag == GET:
        return request.answer([(SYS_UP_TIME, UP)])
    return None


@pytest.mark.parametrize("status", [*UNDOUBTED, *DOUBTED])
async def test_every_error_status_says_whether_it_may_have_happened(
    snmp: SnmpBench, status: int
) -> None:
    """RFC 3416, section 4.2.5: of three of them nobody knows what stands."""
    agent = await snmp.agent(
        lambda request: greeting(request) or request.error(status, 0 if status == 1 else 1)
    )
    error = await conformance_changes.check_not_changed(
        door(snmp, agent.port).set([DOWN], deadline=snmp.within(5)),
        may_have_happened=status in DOUBTED,
    )
    forbidding = {6, 16}
    wanted = FailureKind.FORBIDDEN if status in forbidding else FailureKind.DEVICE_ERROR
    assert error.failure.kind is wanted
    assert [request.tag for request in agent.requests] == [GET, SET]


async def test_silence_after_a_set_is_waited_for_and_the_set_is_not_repeated(
    snmp: SnmpBench,
) -> None:
    """Twice the same SET is twice the change."""
    agent = await snmp.agent(greeting)
    await conformance_changes.check_control_silence(
        door(snmp, agent.port),
        snmp.clock,
        wanted=DOWN,
        limit_s=2.5,
        slack_s=1.0,
        may_have_happened=True,
    )
    await asyncio.sleep(0.2)
    assert [request.tag for request in agent.requests] == [GET, SET]


async def test_an_agent_that_does_not_let_us_read_has_changed_nothing(snmp: SnmpBench) -> None:
    """A wrong community is silence too, and must not read as a change in doubt."""
    agent = await snmp.agent(lambda _request: None)
    await conformance_changes.check_control_silence(
        door(snmp, agent.port),
        snmp.clock,
        wanted=DOWN,
        limit_s=1.0,
        slack_s=1.0,
        may_have_happened=False,
    )
    assert {request.tag for request in agent.requests} == {GET}


async def test_a_late_answer_is_not_taken_for_the_next_sets(snmp: SnmpBench) -> None:
    """The first SET's noError would otherwise say that the second was done."""
    held: list[bytes] = []

    def script(request: Request) -> bytes | list[bytes] | None:
        if request.tag == GET:
            return [*held, request.answer([(SYS_UP_TIME, UP)])]
        if not held:
            held.append(request.answer([(ADMIN, TWO)]))
            return None
        return [*held, request.error(17, 1)]

    agent = await snmp.agent(script)
    control = door(snmp, agent.port)
    await conformance_changes.check_not_changed(
        control.set([DOWN], deadline=snmp.within(1)), may_have_happened=True
    )
    await conformance_changes.check_not_changed(
        control.set([DOWN], deadline=snmp.within(3)), may_have_happened=False
    )


async def test_without_a_writing_credential_nothing_is_sent(snmp: SnmpBench) -> None:
    """The reading credential is no right to change."""
    agent = await snmp.agent(greeting)
    error = await conformance_changes.check_not_changed(
        door(snmp, agent.port, write=None).set([DOWN], deadline=snmp.within(2)),
        may_have_happened=False,
    )
    assert error.failure.kind is FailureKind.NOT_CONFIGURED
    assert "write_credential" in str(error)
    assert agent.requests == []


async def test_no_secret_is_recorded(snmp: SnmpBench) -> None:
    """The record of a change goes into tickets."""
    agent = await snmp.agent(lambda request: greeting(request) or request.answer([(ADMIN, TWO)]))
    await door(snmp, agent.port).set([DOWN], deadline=snmp.within(5))
    assert COMMUNITY not in snmp.everything_recorded()
    assert "1.3.6.1.2.1.2.2.1.7.1003 = integer 2" in snmp.everything_recorded()


@pytest.fixture
async def lab() -> AsyncIterator[RunningLab]:
    """A lab in this process."""
    running = RunningLab(7, 0.0)
    await running.start()
    yield running
    await running.stop()


@pytest.mark.lab
@pytest.mark.parametrize("version", ["2c", "3"])
async def test_the_door_is_a_control(snmp: SnmpBench, lab: RunningLab, version: str) -> None:
    """Over real SNMP in both versions; each SET comes to the node once."""
    node = next(iter(lab.world.nodes.values()))
    held = lab.world.secrets
    passwords = {
        "read": held.snmp_read,
        "write": held.snmp_write,
        "v3": f"{held.snmp_v3_auth}:{held.snmp_v3_priv}",
    }
    access = SnmpAccess(
        address=node.address,
        port=node.udp_port,
        version=version,
        credential="env:v3" if version == "3" else "env:read",
        user=held.snmp_v3_user,
        write_credential="env:v3" if version == "3" else "env:write",
    )
    credentials = FakeCredentials(
        secrets={f"env:{name}": text for name, text in passwords.items()}
    )
    access_node = AccessNode(id=node.id, snmp=access, driver=None)
    reader = SnmpDoor(
        access_node, credentials=credentials, clock=snmp.clock, recorder=snmp.recorder
    )
    control = SnmpSetDoor(
        access_node, credentials=credentials, clock=snmp.clock, recorder=snmp.recorder
    )
    snmp.opened += [reader, control]
    await conformance_changes.check_port_control(
        control, reader, snmp.clock, wanted=(ALIAS, b"moved"), refused=OPER
    )
    await control.set([DOWN], deadline=snmp.within(5))
    assert node.ports[1003].admin_up is False
    assert node.sets == ["1.3.6.1.2.1.31.1.1.1.18.1003=moved", "1.3.6.1.2.1.2.2.1.7.1003=2"]
