"""The shipped fakes pass the checks that the real doors pass: tests with fakes prove something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.path_facts import DnsOutcome
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Command, SetObject, ShellLine
from cpe_diag.testing import conformance, conformance_changes
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.control_doors import FakeControl, FakeShell, Fate
from cpe_diag.testing.doors import (
    FakeDhcp,
    FakeHttp,
    FakeProber,
    FakeResolver,
    FakeRouter,
    FakeSnmp,
    Wire,
)
from cpe_diag.testing.lists import FakeCredentials, FakeInventory
from cpe_diag.testing.run_samples import sample_subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.ports import Oid, SnmpValue

NAME = "1.3.6.1.2.1.1.5.0"
OPER = "1.3.6.1.2.1.2.2.1.8"
ROWS: list[tuple[Oid, SnmpValue]] = [(f"{OPER}.{index}", 1) for index in (1, 2, 10, 48)]


@pytest.fixture
def wire() -> Wire:
    """A wire on which every answer takes 50 ms."""
    clock = FakeClock()
    return Wire(clock=clock, takes_s=0.05, recorder=RunRecorder(clock))


async def test_the_fake_clock_is_a_clock() -> None:
    """Every test with fakes stands on it."""
    await conformance.check_clock(FakeClock())


async def test_the_fake_reader_is_a_reader(wire: Wire) -> None:
    """The index 10 comes after 2, as in a table, not as in a text."""
    objects: dict[Oid, SnmpValue] = {NAME: b"an-1", **dict(ROWS), "1.3.6.1.2.1.2.2.1.9.1": 7}
    reader = FakeSnmp(wire=wire, objects=objects)
    await conformance.check_snmp_reader(
        reader,
        wire.clock,
        known={NAME: b"an-1", ROWS[0][0]: 1},
        absent=f"{OPER}.99",
        column=OPER,
        rows=ROWS,
    )


async def test_a_slow_wire_makes_the_fake_reader_silent(wire: Wire) -> None:
    """Silence is the most usual failure there is."""
    wire.takes_s = 99.0
    await conformance.check_snmp_silence(
        FakeSnmp(wire=wire), wire.clock, oid=NAME, limit_s=2.0, slack_s=0.0
    )


async def test_the_fake_router_is_a_router(wire: Wire) -> None:
    """A command that is not there answers as a shell does."""
    uptime = Command(text="cat /proc/uptime", label="uptime")
    missing = Command(text="iwinfo", label="iwinfo")
    router = FakeRouter(wire=wire, answers={"uptime": "12.5 3.0\n"})
    await conformance.check_router_view(
        router,
        wire.clock,
        answers=[(uptime, "12.5 3.0\n", 0), (missing, "ash: iwinfo: not found\n", 127)],
    )


async def test_a_failing_wire_makes_the_fake_router_fail(wire: Wire) -> None:
    """Whatever a test wants to see failing, fails in the door's own words."""
    wire.failure = Failure(kind=FailureKind.AUTH_REFUSED, where="router", detail="refused us")
    await conformance.check_router_failure(
        FakeRouter(wire=wire),
        wire.clock,
        command=Command(text="true", label="true"),
        kinds=[FailureKind.AUTH_REFUSED],
        operations=["ssh.connect"],
        limit_s=5.0,
        slack_s=0.0,
    )


async def test_the_fake_control_is_a_control(wire: Wire) -> None:
    """What is set there is read by the reader that shares its objects."""
    objects: dict[Oid, SnmpValue] = {NAME: b"an-1", f"{OPER}.1": 1}
    await conformance_changes.check_port_control(
        FakeControl(wire=wire, objects=objects, read_only=frozenset({f"{OPER}.1"})),
        FakeSnmp(wire=wire, objects=objects),
        wire.clock,
        wanted=(SetObject(oid=NAME, type="text", value="an-2"), b"an-2"),
        refused=SetObject(oid=f"{OPER}.1", type="integer", value="2"),
    )


@pytest.mark.parametrize("fate", [Fate.ANSWER_LOST, Fate.REQUEST_LOST])
async def test_a_set_whose_fate_nobody_knows_may_have_happened(wire: Wire, fate: Fate) -> None:
    """Whether it was done cannot be heard."""
    await conformance_changes.check_control_silence(
        FakeControl(wire=wire, objects={}, fates=[fate]),
        wire.clock,
        wanted=SetObject(oid=NAME, type="text", value="an-2"),
        limit_s=2.0,
        slack_s=0.0,
        may_have_happened=True,
    )


async def test_the_fake_shell_is_a_shell(wire: Wire) -> None:
    """Lines that a test does not name are not taken."""
    shell = FakeShell(wire=wire, answers={"config": "", "display board": "0  Normal\n"})
    await conformance_changes.check_node_shell(
        shell,
        wire.clock,
        lines=[(ShellLine(text="config"), ""), (ShellLine(text="display board"), "0  Normal\n")],
    )
    await conformance_changes.check_not_changed(
        shell.enter(ShellLine(text="frobnicate"), deadline=2000.0), may_have_happened=False
    )


async def test_the_fake_prober_is_a_prober(wire: Wire) -> None:
    """Refused is an answer of a living host, silence is not."""
    prober = FakeProber(wire=wire, open_ports={("192.0.2.1", 22): True, ("192.0.2.1", 23): False})
    await conformance.check_prober(
        prober,
        wire.clock,
        accepting=("192.0.2.1", 22),
        refusing=("192.0.2.1", 23),
        silent=("192.0.2.9", 22),
        limit_s=3.0,
        slack_s=0.0,
    )


async def test_an_address_that_the_fake_prober_does_not_know_answers_no_echo(wire: Wire) -> None:
    """Lost echoes are an outcome, not an error."""
    check = await FakeProber(wire=wire).ping("192.0.2.9", count=3, deadline=2000.0)
    assert (check.sent, check.received, check.lost_ratio) == (3, 0, 1.0)


async def test_the_fake_resolver_is_a_resolver(wire: Wire) -> None:
    """A name that a test does not name does not exist."""
    resolver = FakeResolver(wire=wire, names={"reference.example": ("192.0.2.80",)})
    await conformance.check_resolver(
        resolver,
        wire.clock,
        known=("reference.example", ["192.0.2.80"]),
        unknown="nowhere.example",
    )
    broken = replace(resolver, names={"reference.example": DnsOutcome.SERVFAIL})
    check = await broken.resolve("reference.example", deadline=2000.0)
    assert (check.outcome, check.addresses) == (DnsOutcome.SERVFAIL, ())


async def test_the_fake_dhcp_server_is_asked_as_a_real_one(wire: Wire) -> None:
    """Somebody who is silent, and somebody who has nothing to give, are told apart."""
    await conformance.check_dhcp_asker(
        FakeDhcp(wire=wire, says="198.51.100.150"),
        FakeDhcp(wire=wire, says=DhcpOutcome.NO_OFFER),
        FakeDhcp(wire=wire),
        wire.clock,
        slack_s=0.0,
    )


async def test_the_fake_getter_is_a_getter(wire: Wire) -> None:
    """A page with an error status has a status all the same."""
    url = "http://reference.example/"
    await conformance.check_http_getter(
        FakeHttp(wire=wire, pages={url: 503}),
        wire.clock,
        page=(url, "192.0.2.80", 503),
        refusing=("http://other.example/", "192.0.2.81"),
    )


async def test_the_recorder_is_a_recorder() -> None:
    """Tests use the same recorder as runs do."""
    await conformance.check_recorder(RunRecorder(FakeClock()))


def test_the_fake_inventory_is_an_inventory() -> None:
    """It knows whom it was given and nobody else."""
    subscriber = sample_subscriber()
    conformance.check_inventory(
        FakeInventory(subscribers=(subscriber,)), known=subscriber.id, unknown="sub-0000"
    )


def test_the_fake_credentials_are_a_source() -> None:
    """A secret of a test is as secret as a real one."""
    conformance.check_credential_source(
        FakeCredentials(secrets={"env:SNMP": "public"}), known="env:SNMP", unknown="env:NOTHING"
    )


class Forgetful(FakeSnmp):
    """A reader that leaves out the last object, as some libraries do with what is not there."""

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Answer all but the last."""
        return await FakeSnmp.get(self, oids[:-1], deadline=deadline)


class Late(FakeSnmp):
    """A reader that fails two seconds after its deadline."""

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Be late."""
        await self.wire.clock.sleep_until(deadline + 2.0)
        return await FakeSnmp.get(self, oids, deadline=deadline)


async def test_the_checks_find_a_door_that_leaves_out_what_it_was_asked(wire: Wire) -> None:
    """A check that passes everything would be worth nothing."""
    with pytest.raises(AssertionError, match="exactly the asked oids"):
        await conformance.check_snmp_reader(
            Forgetful(wire=wire),
            wire.clock,
            known={NAME: b"an-1"},
            absent=f"{OPER}.99",
            column=OPER,
            rows=ROWS,
        )


async def test_the_checks_find_a_door_that_comes_too_late(wire: Wire) -> None:
    """A door that keeps no deadline holds up a whole run."""
    with pytest.raises(AssertionError, match="by the deadline"):
        await conformance.check_snmp_silence(
            Late(wire=wire), wire.clock, oid=NAME, limit_s=1.0, slack_s=0.5
        )
