"""A sweep finds what is down for many, tells every node apart, and stops for none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.domain.sweep import PortMark, Sweep, SweptNode
from cpe_diag.domain.verdict import Destination, GroupKind
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.engine.sweep import NodeEnded, NodeOrder, RowsCame, SweepOrder, sweep
from cpe_diag.judge.thresholds import DEFAULTS
from cpe_diag.probes.column_reader import Pace
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.driver_samples import CMTS, OLT, OLT_WITH_CLOCK, OLT_WITHOUT_CLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.engine.sweep import SweepProgress
    from cpe_diag.ports import Oid, SnmpValue

UPTIME: Final = "1.3.6.1.2.1.1.3.0"
IF_ENTRY: Final = "1.3.6.1.2.1.2.2.1"
TEST_MIB: Final = "1.3.6.1.4.1.32473.77"
NOW_TICKS: Final = 50_000_000
IFMIB: Final = load_access_driver("generic_dsl")


def driver_of(folder: Path, name: str, text: str) -> AccessDriver:
    """Load a driver that a test writes."""
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_access_driver(name, (folder,))


def dslam(ports: int, *, down: range = range(0), shut: range = range(0)) -> dict[Oid, SnmpValue]:
    """Make the ifTable of a DSLAM with an uplink; those down fell two minutes ago."""
    objects: dict[Oid, SnmpValue] = {UPTIME: NOW_TICKS}
    for n in range(1, ports + 1):
        index = 1000 + n
        gone = n in down or n in shut
        objects[f"{IF_ENTRY}.7.{index}"] = 2 if n in shut else 1
        objects[f"{IF_ENTRY}.8.{index}"] = 2 if gone else 1
        objects[f"{IF_ENTRY}.9.{index}"] = NOW_TICKS - 12_000 - n if gone else 1_000 * n
    objects[f"{IF_ENTRY}.8.9"] = 1
    return objects


def served(ports: int) -> tuple[NodePort, ...]:
    """Give ports 0/1/1 to 0/1/N, each with a subscriber."""
    return tuple(
        NodePort(port=f"0/1/{n}", in_service=True, subscriber=f"S-{n}")
        for n in range(1, ports + 1)
    )


def order(  # noqa: PLR0913 - what a node is
    clock: FakeClock,
    name: str,
    objects: dict[Oid, SnmpValue],
    ports: tuple[NodePort, ...],
    driver: AccessDriver | Failure = IFMIB,
    *,
    uplinks: tuple[str, ...] = (),
    failure: Failure | None = None,
) -> NodeOrder:
    """Make the order for one node."""
    wire = Wire(clock=clock, takes_s=0.03, failure=failure)
    snmp = FakeSnmp(wire=wire, objects=objects, node=name)
    return NodeOrder(node=name, driver=driver, ports=ports, uplinks=uplinks, snmp=snmp)


async def swept(
    clock: FakeClock, *nodes: NodeOrder, heard: list[SweepProgress] | None = None
) -> Sweep:
    """Sweep nodes by the default limits."""
    listener = [] if heard is None else heard
    whole = SweepOrder(nodes=nodes, pace=Pace(), node_limit_s=60.0, limits=DEFAULTS)
    return await sweep(whole, clock, listener.append)


async def only(clock: FakeClock, node: NodeOrder) -> SweptNode:
    """Sweep one node."""
    (result,) = (await swept(clock, node)).nodes
    assert result.failure is None, result.failure
    return result


async def test_a_dark_card_is_one_case_with_its_subscribers() -> None:
    """The group, the count, the time, one parent case, and who is behind it."""
    clock = FakeClock()
    objects = dslam(48, down=range(1, 49))
    node = await only(clock, order(clock, "an-1", objects, served(48)))
    (outage,) = node.outages
    assert (outage.group.kind, outage.group.name) == (GroupKind.CARD, "card 0/1")
    assert (outage.group.affected, outage.group.of) == (48, 48)
    assert outage.group.since_s == 120.48
    assert outage.group.parent_key.startswith("an-1/card-0/1/")
    assert (outage.cause, outage.destination) == ("card_outage", Destination.NETWORK_OPERATIONS)
    assert outage.subscribers == tuple(sorted(f"S-{n}" for n in range(1, 49)))
    assert node.count(PortMark.AFFECTED) == 48


async def test_ports_that_nobody_knows_are_shown_and_not_counted() -> None:
    """Fifty ports are down together, and in four of them lives somebody: no outage."""
    clock = FakeClock()
    objects = dslam(60, down=range(1, 51))
    ports = (*served(4), *served(60)[50:])
    node = await only(clock, order(clock, "an-1", objects, ports))
    assert node.outages == ()
    assert node.count(PortMark.DOWN) == 4
    assert node.count(PortMark.UNKNOWN) == 47
    strangers = {port.port: port.up for port in node.ports if port.mark is PortMark.UNKNOWN}
    assert (strangers["1005"], strangers["9"]) == (False, True)


async def test_ports_that_are_shut_or_serve_nobody_are_no_outage() -> None:
    """Shut by the operator, or known to be free."""
    clock = FakeClock()
    objects = dslam(48, shut=range(1, 9), down=range(11, 21))
    free = tuple(NodePort(port=f"0/1/{n}", in_service=False) for n in range(11, 21))
    ports = (*served(10), *free, *served(48)[20:])
    node = await only(clock, order(clock, "an-1", objects, ports))
    assert node.outages == ()
    assert (node.count(PortMark.SHUT), node.count(PortMark.IDLE)) == (8, 10)


async def test_a_port_that_the_node_does_not_have_is_said_to_be_untold() -> None:
    """The inventory and the node disagree; nobody is called up or down."""
    clock = FakeClock()
    ports = (*served(5), NodePort(port="slot 3", in_service=True))
    node = await only(clock, order(clock, "an-1", dslam(4), ports))
    untold = [port.port for port in node.ports if port.mark is PortMark.NOT_TOLD]
    assert untold == ["0/1/5", "slot 3"]


async def test_uplinks_stand_apart() -> None:
    """They are nobody's home, and their state matters most of all."""
    clock = FakeClock()
    objects = {**dslam(8), f"{IF_ENTRY}.8.1048": 2, f"{IF_ENTRY}.7.1048": 1}
    node = await only(clock, order(clock, "an-1", objects, served(8), uplinks=("0/1/48",)))
    assert [(port.port, port.mark) for port in node.uplinks] == [("0/1/48", PortMark.DOWN)]
    assert "0/1/48" not in {port.port for port in node.ports}
    assert {port.port for port in node.ports if port.mark is PortMark.UNKNOWN} == {"9"}


async def test_a_quiet_node_is_asked_for_two_columns_and_its_uptime() -> None:
    """1,000 ports: 2 x 21 GETBULKs of 50, and one GET for the time."""
    clock = FakeClock()
    node = await only(clock, order(clock, "an-1", dslam(1_000), served(1_000)))
    assert node.requests == 43


async def test_a_few_ports_that_are_down_cost_one_more_request() -> None:
    """Whether they were shut is asked port by port, not as a column of a thousand."""
    clock = FakeClock()
    objects = dslam(1_000, down=range(1, 4))
    node = await only(clock, order(clock, "an-1", objects, served(1_000)))
    assert (node.requests, node.count(PortMark.DOWN)) == (44, 3)


async def test_nodes_that_cannot_be_read_stop_no_other() -> None:
    """Silent, without a driver, without the columns: each is told, the others are read."""
    clock = FakeClock()
    silent = Failure(kind=FailureKind.SILENT, where="an-2", detail="no answer")
    unknown = Failure(kind=FailureKind.NOT_CONFIGURED, where="node an-3", detail="no driver")
    result = await swept(
        clock,
        order(clock, "an-1", dslam(48, down=range(1, 49)), served(48)),
        order(clock, "an-2", {}, served(48), failure=silent),
        order(clock, "an-3", {}, served(48), unknown),
        order(clock, "an-4", {UPTIME: NOW_TICKS}, served(48)),
        order(clock, "an-5", dslam(48), served(48)),
    )
    assert [node.node for node in result.nodes] == ["an-1", "an-2", "an-3", "an-4", "an-5"]
    kinds = [node.failure.kind if node.failure else None for node in result.nodes]
    assert kinds == [
        None,
        FailureKind.SILENT,
        FailureKind.NOT_CONFIGURED,
        FailureKind.UNSUPPORTED,
        None,
    ]
    assert [node.node for node, _ in result.outages] == ["an-1"]
    assert [node.node for node in result.unread] == ["an-2", "an-3", "an-4"]


async def test_many_nodes_take_as_long_as_one() -> None:
    """All together, each at its own pace."""
    clock = FakeClock()
    one = await swept(clock, order(clock, "an-0", dslam(200), served(200)))
    nodes = [order(clock, f"an-{n}", dslam(200), served(200)) for n in range(20)]
    many = await swept(clock, *nodes)
    assert many.took_s < one.took_s * 1.2


async def test_progress_is_told_as_it_happens() -> None:
    """Rows as they come, and the end of every node."""
    clock = FakeClock()
    heard: list[SweepProgress] = []
    await swept(clock, order(clock, "an-1", dslam(120), served(120)), heard=heard)
    rows = [event.rows for event in heard if isinstance(event, RowsCame)]
    assert rows == sorted(rows)
    assert rows[-1] == 242
    assert isinstance(heard[-1], NodeEnded)


def olt(
    *, dark: str = "", gasp: bool = False
) -> tuple[tuple[NodePort, ...], dict[Oid, SnmpValue]]:
    """Make 2 cards with 3 PONs of 8 ONTs each; one PON may be dark."""
    objects: dict[Oid, SnmpValue] = {UPTIME: NOW_TICKS}
    ports = []
    for slot in (1, 2):
        for pon in (1, 2, 3):
            for onu in range(8):
                fell = f"{slot}/{pon}" == dark
                at = f"{slot * 100 + pon}.{onu}"
                name = f"{slot}/{pon}:{onu}"
                ports.append(NodePort(port=name, in_service=True, subscriber=f"S-{name}"))
                objects[f"{TEST_MIB}.1.{at}"] = 2 if fell else 1
                objects[f"{TEST_MIB}.2.{at}"] = 13 if gasp else 1
                objects[f"{TEST_MIB}.3.{at}"] = b"HWTC" + bytes([slot, pon, 0, onu])
                objects[f"{TEST_MIB}.4.{at}"] = NOW_TICKS - 6_000 if fell else 1_000_000
    return tuple(ports), objects


async def test_a_dark_pon_and_a_dark_street_are_told_apart(tmp_path: Path) -> None:
    """The same ONTs, another last word: a fibre crew, or the power utility."""
    driver = driver_of(tmp_path, "test_olt", OLT)
    causes = []
    for gasp in (False, True):
        clock = FakeClock()
        ports, objects = olt(dark="1/2", gasp=gasp)
        node = await only(clock, order(clock, "olt-1", objects, ports, driver))
        (outage,) = node.outages
        assert (outage.group.name, outage.group.affected) == ("pon 1/2", 8)
        causes.append(outage.cause)
    assert causes == ["splitter_outage", "area_power_cut"]


def moment(second: int) -> bytes:
    """Write a DateAndTime of 2026-03-01 (RFC 2579)."""
    return bytes([0x07, 0xEA, 3, 1, 12, second // 60, second % 60, 0])


async def test_moments_of_the_nodes_clock_are_times_too(tmp_path: Path) -> None:
    """OLTs that tell when an ONT went, by their own clock."""
    driver = driver_of(tmp_path, "test_olt", OLT_WITH_CLOCK)
    clock = FakeClock()
    ports, objects = olt(dark="1/2")
    for onu in range(8):
        objects[f"{TEST_MIB}.5.102.{onu}"] = moment(100 + onu)
    objects[f"{TEST_MIB}.6.0"] = moment(400)
    node = await only(clock, order(clock, "olt-1", objects, ports, driver))
    (outage,) = node.outages
    assert (outage.group.name, outage.group.since_s) == ("pon 1/2", 300.0)


async def test_moments_without_a_clock_tell_who_fell_together_and_not_since_when(
    tmp_path: Path,
) -> None:
    """Only differences mean something: the old outage of an empty home is not part of it."""
    driver = driver_of(tmp_path, "test_olt", OLT_WITHOUT_CLOCK)
    clock = FakeClock()
    ports, objects = olt(dark="1/2")
    for onu in range(8):
        objects[f"{TEST_MIB}.5.102.{onu}"] = moment(1_500 + onu)
    objects[f"{TEST_MIB}.5.102.7"] = moment(10)
    node = await only(clock, order(clock, "olt-1", objects, ports, driver))
    (outage,) = node.outages
    assert (outage.group.affected, outage.group.of, outage.group.since_s) == (7, 7, None)
    assert outage.group.parent_key == "olt-1/pon-1/2/undated"


async def test_onts_named_by_serial_are_found_in_one_reading_of_the_serials(
    tmp_path: Path,
) -> None:
    """48 names cost one column, not 48 searches; an ONT that is not there is untold."""
    driver = driver_of(tmp_path, "test_olt", OLT)
    _, objects = olt(dark="2/3")
    ports = tuple(
        NodePort(port=f"{slot}/{pon} HWTC{slot:02X}{pon:02X}00{onu:02X}", in_service=True)
        for slot in (1, 2)
        for pon in (1, 2, 3)
        for onu in range(9)
    )
    clock = FakeClock()
    node = await only(clock, order(clock, "olt-1", objects, ports, driver))
    assert [outage.group.name for outage in node.outages] == ["pon 2/3"]
    assert node.count(PortMark.NOT_TOLD) == 6
    assert node.count(PortMark.UNKNOWN) == 0
    assert node.requests <= 8


async def test_modems_without_topology_are_an_outage_by_their_times(tmp_path: Path) -> None:
    """Nobody knows what they share; a dozen went at one moment."""
    driver = driver_of(tmp_path, "test_cmts", CMTS)
    clock = FakeClock()
    objects: dict[Oid, SnmpValue] = {UPTIME: NOW_TICKS}
    macs = [f"02:00:5e:00:{n // 256:02x}:{n % 256:02x}" for n in range(400)]
    for n, mac in enumerate(macs):
        dotted = ".".join(str(int(octet, 16)) for octet in mac.split(":"))
        gone = n % 33 == 5
        objects[f"1.3.6.1.4.1.32473.78.9.{dotted}"] = 7_000 + n
        objects[f"1.3.6.1.4.1.32473.78.1.{7_000 + n}"] = 1 if gone else 6
        objects[f"1.3.6.1.4.1.32473.78.2.{7_000 + n}"] = NOW_TICKS - 9_000 if gone else n * 100
    ports = tuple(NodePort(port=mac, in_service=True, subscriber=mac) for mac in macs)
    node = await only(clock, order(clock, "cmts-1", objects, ports, driver))
    (outage,) = node.outages
    assert (outage.group.name, outage.cause) == ("node cmts-1 (a part of it)", "node_outage")
    assert len(outage.ports) == 12


async def test_a_change_during_the_sweep_is_not_497_days_old() -> None:
    """The uptime is read after the columns, so nothing lies in the future."""
    clock = FakeClock()
    objects = dslam(48, down=range(1, 49))
    for n in range(1, 49):
        objects[f"{IF_ENTRY}.9.{1000 + n}"] = NOW_TICKS - n
    node = await only(clock, order(clock, "an-1", objects, served(48)))
    (outage,) = node.outages
    assert outage.group.since_s == 0.48


async def test_two_subscribers_on_one_port_are_both_named_and_the_port_is_one() -> None:
    """A port with two contracts."""
    clock = FakeClock()
    second = NodePort(port="0/1/3", in_service=True, subscriber="S-3b")
    ports = (*served(8), second)
    objects = dslam(8, down=range(1, 9))
    node = await only(clock, order(clock, "an-1", objects, ports))
    (outage,) = node.outages
    assert outage.group.affected == 8
    assert {"S-3", "S-3b"} <= set(outage.subscribers)


def _dark_since_the_start(uptime_ticks: int) -> dict[Oid, SnmpValue]:
    """Six of 96 ports have been dark since the node started, within a second."""
    objects = dslam(96, down=range(1, 7))
    for n in range(1, 7):
        objects[f"{IF_ENTRY}.9.{1000 + n}"] = 4_000 + n
    return {**objects, UPTIME: uptime_ticks}


async def test_homes_that_are_dark_since_the_node_started_are_no_case() -> None:
    """The same six are one, had they fallen when the node was up for long."""
    clock = FakeClock()
    started = _dark_since_the_start(2_000_000)
    assert (await only(clock, order(clock, "an-1", started, served(96)))).outages == ()
    later = {**started, **{f"{IF_ENTRY}.9.{1000 + n}": 1_000_000 + n for n in range(1, 7)}}
    assert len((await only(clock, order(clock, "an-1", later, served(96)))).outages) == 1


async def test_a_card_that_did_not_come_back_is_a_case() -> None:
    """After a restart its ports have no time (ifLastChange 0), those of the other card do."""
    clock = FakeClock()
    objects = dslam(48, down=range(1, 25))
    for n in range(1, 25):
        objects[f"{IF_ENTRY}.9.{1000 + n}"] = 0
    for n in range(1, 25):
        objects[f"{IF_ENTRY}.7.{2000 + n}"] = objects[f"{IF_ENTRY}.8.{2000 + n}"] = 1
        objects[f"{IF_ENTRY}.9.{2000 + n}"] = 5_000
    second = tuple(NodePort(port=f"0/2/{n}", in_service=True) for n in range(1, 25))
    node = await only(clock, order(clock, "an-1", objects, (*served(24), *second)))
    assert [one.group.name for one in node.outages] == ["card 0/1"]
    assert node.outages[0].group.since_s is None
