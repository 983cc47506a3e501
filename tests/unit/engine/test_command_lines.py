"""Lines for a command line: modes that change nothing, rows that must be gone, ways back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import (
    GONE,
    ActionEnd,
    ActionPlan,
    ActionRecord,
    EntryKind,
    JournalEntry,
    Phase,
    PlannedLine,
    PlannedSet,
    Proof,
)
from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.mac_address import mac_words
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.engine.perform import perform
from cpe_diag.engine.plan_action import Where, action_of, objects_to_read, plan_action
from cpe_diag.engine.recover import recover
from cpe_diag.engine.same_port import addresses_alone, reached_too
from cpe_diag.ports import ControlDoors
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.control_doors import FakeControl, FakeJournal, FakeShell
from cpe_diag.testing.doors import FakeSnmp, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

OCTETS = (2, 0, 0x5E, 0, 0x10, 0xAB)
BLOCKED = "1.3.6.1.4.1.171.12.23.4.2.1.4.200.2.0.94.0.16.171"
ADMIN = "1.3.6.1.2.1.2.2.1.7.94371840"
FINE = Proof(holds=True, took_effect=None, words="no fault")
LINE = "1/1/4/12 ifindex:94371840"


def port_of(driver_id: str, name: str, **parts: str) -> PortIndex:
    """Locate a port, with the service's VLAN and the router's address."""
    port = locate(load_access_driver(driver_id), name)
    given = {"vlan": "200", "mac": "2.0.94.0.16.171", **parts}
    for part, value in given.items():
        port = port.with_part(part, value)
    return port.with_words(mac_words(OCTETS))


def plan_of(
    driver_id: str,
    action: str,
    name: str,
    present: Mapping[Oid, SnmpValue] | None = None,
    *,
    wished: str | None = None,
    **parts: str,
) -> ActionPlan:
    """Plan a change of a shipped driver."""
    driver = load_access_driver(driver_id)
    port = port_of(driver_id, name, **parts)
    spec = action_of(driver, action).fitting(port)
    where = Where(subscriber="sub-1", node="n-1", address="192.0.2.10:161", port=port)
    held = {oid: (present or {}).get(oid) for oid in objects_to_read(spec, port)}
    return plan_action(spec, driver, where, wished=wished, present=held)


def lines(plan: ActionPlan) -> list[str]:
    """Give the lines of a plan."""
    return [one.line for one in plan.steps if isinstance(one, PlannedLine)]


@pytest.mark.parametrize(
    ("driver", "action", "name", "expected"),
    [
        (
            "huawei_smartax",
            "session.clear",
            "0/1/0:9",
            ["enable", "config", "undo mac-address mac 0200-5e00-10ab vlan 200"],
        ),
        (
            "zte_c300",
            "session.clear",
            "gpon-onu_1/2/3:4",
            ["configure terminal", "mac delete 0200.5e00.10ab vlan 200"],
        ),
        (
            "huawei_vrp",
            "session.clear",
            "GigabitEthernet0/0/7",
            ["reset dhcp snooping user-bind interface GigabitEthernet0/0/7"],
        ),
        (
            "nokia_isam",
            "ont.reset",
            "1/1/2/3/7",
            ["admin equipment ont interface 1/1/2/3/7 reboot with-active-image"],
        ),
        ("calix_axos", "ont.reset", "316", ["perform ont reset ont-id 316"]),
    ],
)
def test_each_vendor_is_told_in_its_own_words(
    driver: str, action: str, name: str, expected: list[str]
) -> None:
    """One letter more or less is another command."""
    assert lines(plan_of(driver, action, name, if_index="7", base_port="7", onu="9")) == expected


def test_an_ont_is_switched_off_by_line_and_nobody_puts_it_back_unasked() -> None:
    """No object tells its state in the words of the line: the guard has that accepted."""
    plan = plan_of("nokia_isam", "port.set_admin", "1/1/2/3/7", wished="down")
    assert lines(plan) == ["configure equipment ont interface 1/1/2/3/7 admin-state down"]
    assert (plan.way_back, plan.taken_back) == ((), True)
    assert "no object tells the present value" in plan.no_way_back


def test_a_switch_that_keeps_the_router_out_is_told_by_line_and_another_by_objects() -> None:
    """Whether there is a blocked row decides; nobody has to know which."""
    blocked = plan_of("dlink_des", "session.clear", "7", {BLOCKED: 7}, blocked_vlan="home")
    assert lines(blocked) == [
        "delete address_binding blocked vlan_name home mac_address 02-00-5E-00-10-AB"
    ]
    (expected,) = blocked.read_back
    assert (expected.oid, expected.value, expected.previous) == (BLOCKED, GONE, "7")
    other = plan_of("dlink_des", "session.clear", "7")
    assert lines(other) == []
    assert [one.object for one in other.steps if isinstance(one, PlannedSet)] == [
        "DLINK-PORT-SECURITY-MIB swPortSecPortClearCtrl",
        "IP-MAC-BIND-MIB swIpMacBindingPortDHCPSnoopEntryClearAction",
    ]


def test_a_line_that_opens_again_is_the_way_back_of_one_that_shuts() -> None:
    """A process that dies between the two leaves an open line behind."""
    plan = plan_of("nokia_isam", "port.restart", LINE, {ADMIN: 1})
    assert lines(plan) == [
        "configure xdsl line 1/1/4/12 no admin-up",
        "configure xdsl line 1/1/4/12 admin-up",
    ]
    (back,) = plan.way_back
    assert isinstance(back, PlannedLine)
    assert back.line == "configure xdsl line 1/1/4/12 admin-up"
    assert not plan.taken_back


@pytest.mark.parametrize("admin", [2, None])
def test_a_restart_by_line_opens_no_line_that_somebody_has_shut(admin: int | None) -> None:
    """As a restart by SET does not."""
    with pytest.raises(ActionError, match="must leave it as it is"):
        plan_of("nokia_isam", "port.restart", LINE, {ADMIN: admin})


def test_what_names_the_router_alone_is_nobody_elses() -> None:
    """Behind a shared port its address tells it apart; another port's plan would be another."""
    driver, port = load_access_driver("huawei_smartax"), port_of("huawei_smartax", "0/1/0:9")
    spec = action_of(driver, "session.clear")
    assert addresses_alone(spec, driver, port, "gpon")
    neighbour = NodePort(port="0/1/0:8", in_service=True)
    assert reached_too(spec, driver, port, neighbour) is False
    mes, own = load_access_driver("eltex_mes"), port_of("eltex_mes", "gi1/0/7")
    for name in ("gi1/0/8", "ifindex:50"):
        there = NodePort(port=name, in_service=True)
        assert reached_too(action_of(mes, "session.clear"), mes, own, there) is False


class Bench:
    """A node with a command line, and what was done to it."""

    def __init__(self, objects: dict[Oid, SnmpValue], shell: FakeShell | None = None) -> None:
        """Hold objects, which lines of the shell may change."""
        self.clock = FakeClock()
        self.wire = Wire(clock=self.clock, takes_s=0.05)
        self.objects = objects
        self.shell = shell or FakeShell(wire=self.wire)
        self.shell.wire, self.shell.objects = self.wire, objects
        self.ends: list[ActionOutcome] = []

    def doors(self) -> ControlDoors:
        """Give the doors."""
        return ControlDoors(
            clock=self.clock,
            snmp=FakeSnmp(wire=self.wire, objects=self.objects),
            control=FakeControl(wire=self.wire, objects=self.objects),
            shell=self.shell,
            journal=FakeJournal(),
        )

    async def prove(self) -> Proof:
        """Find nothing wrong."""
        return FINE

    async def do(self, plan: ActionPlan) -> ActionOutcome:
        """Perform a plan."""
        return await perform(
            "a1", plan, self.doors(), self.prove, symptom="?", on_end=self.ends.append
        )

    async def recovered(self, plan: ActionPlan, *intended: int) -> ActionOutcome:
        """Recover a plan of which these steps were about to be taken."""
        at = self.clock.now()
        entries = tuple(
            JournalEntry(kind=EntryKind.INTENT, at=at, words="", phase=Phase.FORWARD, step=number)
            for number in intended
        )
        held = ActionRecord(
            id="a1", begun_at=at, plan=plan, ticket=None, symptom="?", entries=entries
        )
        return await recover(held, self.doors(), self.prove, keep=False, on_end=self.ends.append)


def shell(*taken: str, **more: object) -> FakeShell:
    """Make a command line that takes some lines."""
    wire = Wire(clock=FakeClock())
    return FakeShell(wire=wire, answers=dict.fromkeys(taken, ""), **more)  # type: ignore[arg-type]  # fields by name


async def test_a_refused_line_behind_modes_has_changed_nothing() -> None:
    """Going to another mode is no change, so the end is known."""
    bench = Bench({}, shell("enable", "config"))
    outcome = await bench.do(plan_of("huawei_smartax", "session.clear", "0/1/0:9"))
    assert outcome.end is ActionEnd.FAILED
    assert "nothing was changed" in outcome.words


async def test_a_row_that_is_gone_proves_that_the_line_took_effect() -> None:
    """It was there when the plan was made."""
    plan = plan_of("dlink_des", "session.clear", "7", {BLOCKED: 7}, blocked_vlan="home")
    (line,) = lines(plan)
    bench = Bench({BLOCKED: 7}, shell(line, effects={line: {BLOCKED: None}}))
    outcome = await bench.do(plan)
    assert (outcome.end, bench.shell.entered) == (ActionEnd.PROVEN, [line])


async def test_a_row_that_stays_is_a_change_that_failed() -> None:
    """Whatever the node has said, and whatever was measured."""
    plan = plan_of("dlink_des", "session.clear", "7", {BLOCKED: 7}, blocked_vlan="home")
    outcome = await Bench({BLOCKED: 7}, shell(*lines(plan))).do(plan)
    assert outcome.end is ActionEnd.FAILED
    assert "what must be gone stands" in outcome.words


async def test_a_row_that_went_by_itself_is_another_plan() -> None:
    """It is looked at once more, right before the act."""
    plan = plan_of("dlink_des", "session.clear", "7", {BLOCKED: 7}, blocked_vlan="home")
    bench = Bench({}, shell(*lines(plan)))
    with pytest.raises(ActionError, match="make the plan again"):
        await bench.do(plan)
    assert bench.shell.entered == []


async def test_what_no_object_shows_ends_unknown_unless_measuring_tells() -> None:
    """A home that was fine before proves nothing."""
    plan = plan_of("huawei_vrp", "session.clear", "GigabitEthernet0/0/7", if_index="12")
    outcome = await Bench({}, shell(*lines(plan))).do(plan)
    assert outcome.end is ActionEnd.UNKNOWN
    assert "nothing shows whether it took effect" in outcome.words


@pytest.mark.parametrize(
    ("admin", "end"), [(2, ActionEnd.ROLLED_BACK), (1, ActionEnd.ROLLED_BACK)]
)
async def test_a_restart_that_was_killed_in_the_middle_is_opened_again(
    admin: int, end: ActionEnd
) -> None:
    """Whether or not the first line came to the node, opening it is right."""
    plan = plan_of("nokia_isam", "port.restart", LINE, {ADMIN: 1})
    opening = lines(plan)[1]
    bench = Bench({ADMIN: admin}, shell(opening, effects={opening: {ADMIN: 1}}))
    outcome = await bench.recovered(plan, 0)
    assert outcome.end is end
    assert (bench.objects[ADMIN], bench.shell.entered) == (1, [opening])


async def test_killed_among_modes_nothing_was_changed() -> None:
    """And nothing is typed again."""
    bench = Bench({}, shell())
    outcome = await bench.recovered(plan_of("huawei_smartax", "session.clear", "0/1/0:9"), 0, 1)
    assert outcome.end is ActionEnd.FAILED
    assert bench.shell.entered == []


def test_a_mode_is_part_of_what_is_agreed_to() -> None:
    """The digest holds it."""
    plan = plan_of("huawei_smartax", "session.clear", "0/1/0:9")
    first = plan.steps[0]
    assert isinstance(first, PlannedLine)
    other = replace(plan, steps=(replace(first, changes=True), *plan.steps[1:]))
    assert other.digest != plan.digest


def test_a_modem_by_two_spellings_of_its_address_is_one_modem() -> None:
    """Its name is its address, and so are its rows: another name of it is told apart by them."""
    driver = load_access_driver("docsis_cisco")
    own = locate(driver, "02:00:5e:00:00:01").with_part("cm", "12")
    spec = action_of(driver, "port.restart")
    same = NodePort(port="0200.5e00.0001", in_service=True)
    other = NodePort(port="0200.5e00.0002", in_service=True)
    assert reached_too(spec, driver, own, same) is True
    assert reached_too(spec, driver, own, other) is False
