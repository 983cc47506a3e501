"""The OLT, asked over real SNMP: every ONT in the vendor's tables, from the one state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.links import learned_mac, management_reachable, port_up, wan_up
from tests.unit.lab.asking import ask, put

if TYPE_CHECKING:
    from cpe_diag.lab.faults import FaultSetter
    from cpe_diag.lab.pon_state import Ont
    from cpe_diag.lab.world import AccessPort, World
    from tests.unit.lab.conftest import HandClock, StartAgent

# HUAWEI-XPON-MIB V2.14, HUAWEI-DEVICE-MIB, IF-MIB.
CONTROL: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.46.1"
ACTIVE, RESET, RUN_STATUS = (f"{CONTROL}.{column}" for column in (1, 2, 15))
RANGING, LAST_UP, LAST_DOWN = (f"{CONTROL}.{column}" for column in (20, 22, 23))
DOWN_CAUSE, LAST_RANGING = (f"{CONTROL}.{column}" for column in (24, 29))
SERIAL: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.43.1.3"
LINE_PROFILE: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.43.1.7"
OPTICS: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.51.1"
ONT_TX, ONT_RX, OLT_RX = (f"{OPTICS}.{column}" for column in (3, 4, 6))
UP_BIP: Final = "1.3.6.1.4.1.2011.6.128.1.1.4.27.1.3"
PON_TX: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.23.1.4"
LASER: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.21.1.9"
ETHERNET: Final = "1.3.6.1.4.1.2011.6.128.1.1.2.62.1"
DUPLEX, SPEED, VLAN, LINK = (f"{ETHERNET}.{column}" for column in (3, 4, 7, 22))
CLOCK: Final = "1.3.6.1.4.1.2011.6.3.1.4.0"
IF_NAME: Final = "1.3.6.1.2.1.31.1.1.1.1"
IF_OPER_STATUS: Final = "1.3.6.1.2.1.2.2.1.8"
SYS_OBJECT_ID: Final = "1.3.6.1.2.1.1.2.0"

UP, DOWN = 1, 2
LOSI, DEACTIVATED, BY_RESET, DYING_GASP, QUERY_FAILED = 2, 8, 9, 13, -1
NO_LEVEL: Final = 2_147_483_647


def terminal(world: World, subscriber: str = "sub-4001") -> tuple[AccessPort, Ont, str]:
    """Give port, ONT, and its index in the tables."""
    port = world.port_of(world.routers[subscriber])
    assert port.ont is not None
    return port, port.ont, f"{port.ont.pon}.{port.ont.number}"


def moment(octets: bytes) -> float:
    """Read a DateAndTime of eight octets as Unix seconds."""
    month, day, hour, minute, second, tenths = octets[2:]
    year = int.from_bytes(octets[:2], "big")
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp() + tenths / 10


async def test_an_ont_tells_who_it_is_and_how_it_hears(
    world: World, start_agent: StartAgent
) -> None:
    """Serial number, state, distance and light, in the units of the MIB."""
    _port, ont, at = terminal(world)
    node = await start_agent("olt-4")
    names = (SERIAL, RUN_STATUS, RANGING, ONT_TX, ONT_RX, OLT_RX)
    seen = await ask(world, node, SYS_OBJECT_ID, *(f"{name}.{at}" for name in names))
    assert seen.pop(SYS_OBJECT_ID) == "1.3.6.1.4.1.2011.2.123"
    assert list(seen.values()) == [
        b"HWTC" + bytes.fromhex(ont.serial[4:]),
        UP,
        ont.distance_m,
        round(ont.tx_dbm * 100),
        round((3.2 - ont.loss_down_db) * 100),
        round((ont.tx_dbm - ont.loss_up_db) * 100) + 10_000,
    ]


async def test_every_ont_of_a_healthy_lab_has_light_within_the_windows(
    world: World, start_agent: StartAgent
) -> None:
    """G.984.2, class B+: the ONT takes -27 to -8 dBm, the OLT -28 to -8 dBm."""
    node = await start_agent("olt-4")
    for port in node.ports.values():
        assert port.ont is not None
        at = f"{port.ont.pon}.{port.ont.number}"
        seen = await ask(world, node, f"{ONT_RX}.{at}", f"{OLT_RX}.{at}")
        ont_rx, olt_rx = seen.values()
        assert -2600 < ont_rx < -900
        assert -2700 < olt_rx - 10_000 < -900


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("fibre_cut", LOSI),
        ("splitter_outage", LOSI),
        ("customer_power", DYING_GASP),
        ("port_shut", DEACTIVATED),
        ("card_outage", QUERY_FAILED),
    ],
)
async def test_the_cause_tells_power_from_fibre_and_from_us(
    world: World, start_agent: StartAgent, setter: FaultSetter, fault: str, cause: int
) -> None:
    """This one object decides who is sent: nobody, a technician, or our own people."""
    port, ont, at = terminal(world)
    node = await start_agent("olt-4")
    setter.set("sub-4001", fault)
    names = (RUN_STATUS, DOWN_CAUSE, RANGING, LAST_RANGING, ONT_RX, OLT_RX)
    seen = await ask(world, node, *(f"{name}.{at}" for name in names))
    assert list(seen.values()) == [DOWN, cause, -1, ont.distance_m, NO_LEVEL, NO_LEVEL]
    assert not port_up(world, port)
    assert learned_mac(world, port) is None
    assert not management_reachable(world, world.routers["sub-4001"])


async def test_times_are_of_the_nodes_own_clock_which_is_wrong(
    world: World, start_agent: StartAgent, setter: FaultSetter, clock: HandClock
) -> None:
    """Only differences mean something: the OLT's clock is two hours behind."""
    _port, _ont, at = terminal(world)
    node = await start_agent("olt-4")
    setter.set("sub-4001", "fibre_cut")
    clock.seconds += 90.0
    seen = await ask(world, node, CLOCK, f"{LAST_DOWN}.{at}")
    shown, down_at = (moment(value) for value in seen.values())
    assert shown - down_at == pytest.approx(90.0, abs=0.2)
    assert shown == pytest.approx(world.epoch_s + world.now() - 7213.0, abs=0.2)


async def test_a_reset_takes_the_ont_away_for_some_seconds(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """It comes back by itself, and says afterwards that it was reset."""
    port, ont, at = terminal(world)
    router = world.routers["sub-4001"]
    node = await start_agent("olt-4")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    assert await put(node, auth, f"{RESET}.{at}", pysnmp.Integer32(1)) == (None, "noError", 0)
    names = [f"{name}.{at}" for name in (RUN_STATUS, DOWN_CAUSE)]
    assert list((await ask(world, node, *names)).values()) == [DOWN, BY_RESET]
    assert not wan_up(world, router)
    clock.seconds += ont.reset_s
    assert list((await ask(world, node, *names)).values()) == [UP, BY_RESET]
    assert port_up(world, port)
    times = await ask(world, node, f"{LAST_UP}.{at}", f"{LAST_DOWN}.{at}")
    up_at, down_at = (moment(value) for value in times.values())
    assert up_at - down_at == pytest.approx(ont.reset_s, abs=0.2)


async def test_an_ont_is_deactivated_and_activated_by_set(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """It ranges anew before it runs; a proof that asks too early must see that."""
    port, ont, at = terminal(world)
    node = await start_agent("olt-4")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    await put(node, auth, f"{ACTIVE}.{at}", pysnmp.Integer32(2))
    seen = await ask(world, node, f"{ACTIVE}.{at}", f"{DOWN_CAUSE}.{at}")
    assert list(seen.values()) == [2, DEACTIVATED]
    await put(node, auth, f"{ACTIVE}.{at}", pysnmp.Integer32(1))
    assert not port_up(world, port)
    clock.seconds += ont.register_s
    assert port_up(world, port)


@pytest.mark.parametrize(
    ("column", "value", "status"),
    [
        (RESET, pysnmp.Integer32(2), "wrongValue"),
        (ACTIVE, pysnmp.Integer32(3), "wrongValue"),
        (ACTIVE, pysnmp.OctetString("1"), "wrongType"),
        (LINE_PROFILE, pysnmp.OctetString("no-such-profile"), "wrongValue"),
        (RUN_STATUS, pysnmp.Integer32(2), "notWritable"),
    ],
)
async def test_what_the_olt_does_not_take_changes_nothing(
    world: World,
    start_agent: StartAgent,
    column: str,
    value: object,
    status: str,
) -> None:
    """A refusal is an answer; the ONT goes on."""
    port, _ont, at = terminal(world)
    node = await start_agent("olt-4")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    assert await put(node, auth, f"{column}.{at}", value) == (None, status, 1)
    assert port_up(world, port)
    assert port.profile == "gpon-500-250"


async def test_a_pon_port_without_light_takes_all_its_onts_down(
    world: World, start_agent: StartAgent
) -> None:
    """A shared port is never one customer's: whoever shuts it shuts fourteen."""
    _port, ont, at = terminal(world)
    node = await start_agent("olt-4")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    seen = await ask(
        world,
        node,
        f"{IF_NAME}.{ont.pon}",
        f"{IF_OPER_STATUS}.{ont.pon}",
        f"{PON_TX}.{ont.pon}",
    )
    assert list(seen.values()) == [b"GPON 0/1/0", UP, 320]
    await put(node, auth, f"{LASER}.{ont.pon}", pysnmp.Integer32(2))
    down = [port for port in node.ports.values() if not port_up(world, port)]
    assert {port.ont.pon for port in down if port.ont is not None} == {ont.pon}
    assert len(down) == 14
    seen = await ask(world, node, f"{IF_OPER_STATUS}.{ont.pon}", f"{DOWN_CAUSE}.{at}")
    assert list(seen.values()) == [DOWN, 1]


async def test_a_bend_takes_more_downstream_and_grows(
    world: World, start_agent: StartAgent, setter: FaultSetter, clock: HandClock
) -> None:
    """What tells a bend from dirt: the two directions part, and go on parting for a minute."""
    _port, _ont, at = terminal(world)
    node = await start_agent("olt-4")
    names = [f"{name}.{at}" for name in (ONT_RX, OLT_RX)]
    levels = [list((await ask(world, node, *names)).values())]
    setter.set("sub-4001", "fibre_bent")
    for seconds in (0.0, 20.0, 40.0, 100.0):
        clock.seconds += seconds
        levels.append(list((await ask(world, node, *names)).values()))
    lost = [(levels[0][0] - down, levels[0][1] - up) for down, up in levels[1:]]
    assert lost == [(600, 180), (700, 204), (900, 252), (900, 252)]


async def test_errors_grow_where_there_is_too_little_light(
    world: World, start_agent: StartAgent, setter: FaultSetter, clock: HandClock
) -> None:
    """A count is judged by its growth; what it held before stays."""
    _port, _ont, at = terminal(world)
    node = await start_agent("olt-4")
    setter.set("sub-4001", "optical_low")
    before = (await ask(world, node, f"{UP_BIP}.{at}"))[f"{UP_BIP}.{at}"]
    clock.seconds += 10.0
    after = (await ask(world, node, f"{UP_BIP}.{at}"))[f"{UP_BIP}.{at}"]
    assert after - before == 550
    seen = await ask(world, node, f"{ONT_RX}.{at}", f"{OLT_RX}.{at}")
    ont_rx, olt_rx = seen.values()
    assert ont_rx < -2700
    assert olt_rx - 10_000 < -2800


async def test_the_onts_ethernet_port_shows_link_duplex_and_vlan(
    world: World, start_agent: StartAgent
) -> None:
    """What is set there is set for the home; a loose cable is seen there first."""
    port, _ont, _at = terminal(world)
    router = world.routers["sub-4001"]
    at = f"{_at}.1"
    node = await start_agent("olt-4")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    names = [f"{name}.{at}" for name in (LINK, DUPLEX, SPEED, VLAN)]
    assert list((await ask(world, node, *names)).values()) == [1, 5, 7, 400]
    port.speed_setting = "100_half"
    await put(node, auth, f"{VLAN}.{at}", pysnmp.Integer32(999))
    assert list((await ask(world, node, *names)).values()) == [1, 1, 2, 999]
    assert not wan_up(world, router)
    await put(node, auth, f"{VLAN}.{at}", pysnmp.Integer32(400))
    assert wan_up(world, router)
    router.wan_cable_ok = False
    seen = await ask(world, node, f"{LINK}.{at}", f"{RUN_STATUS}.{_at}")
    assert list(seen.values()) == [2, UP]


async def test_the_line_profile_is_read_and_set(
    world: World, start_agent: StartAgent, setter: FaultSetter
) -> None:
    """The fault wrong_profile, and its repair; clearing the fault later leaves the repair."""
    port, _ont, at = terminal(world)
    node = await start_agent("olt-4")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    setter.set("sub-4001", "wrong_profile")
    assert (await ask(world, node, f"{LINE_PROFILE}.{at}"))[f"{LINE_PROFILE}.{at}"] == (
        b"gpon-50-10"
    )
    await put(node, auth, f"{LINE_PROFILE}.{at}", pysnmp.OctetString("gpon-500-250"))
    assert port.profile == "gpon-500-250"
    setter.clear("sub-4001")
    assert port.profile == "gpon-500-250"
