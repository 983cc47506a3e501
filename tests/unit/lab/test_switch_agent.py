"""The switch with cable test, asked over real SNMP: test, settings, security, snooping, power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.links import edge_loss, learned_mac, management_reachable, port_up, wan_up
from tests.unit.lab.asking import ask, put

if TYPE_CHECKING:
    from cpe_diag.lab.faults import FaultSetter
    from cpe_diag.lab.world import World
    from tests.unit.lab.conftest import HandClock, StartAgent

# CABLE-DIAG-MIB, L2MGMT-MIB of the DES-3200-18 C1, DLINK-PORT-SECURITY-MIB, IP-MAC-BIND-MIB.
CABLE: Final = "1.3.6.1.4.1.171.12.58.1.1.1"
ACTION: Final = f"{CABLE}.12"
NWAY: Final = "1.3.6.1.4.1.171.11.113.3.1.2.3.2.1.5"
CLEAR_SECURITY: Final = "1.3.6.1.4.1.171.12.63.3.1.1.1.5"
BLOCKED_PORT: Final = "1.3.6.1.4.1.171.12.23.4.2.1.4"
SNOOPED_MAC: Final = "1.3.6.1.4.1.171.12.23.4.3.1.2"
SNOOPED_PORT: Final = "1.3.6.1.4.1.171.12.23.4.3.1.4"
# IF-MIB, EtherLike-MIB, Q-BRIDGE-MIB, MAU-MIB, POWER-ETHERNET-MIB.
IF_SPEED: Final = "1.3.6.1.2.1.2.2.1.5"
IF_OPER_STATUS: Final = "1.3.6.1.2.1.2.2.1.8"
DUPLEX: Final = "1.3.6.1.2.1.10.7.2.1.19"
LATE_COLLISIONS: Final = "1.3.6.1.2.1.10.7.2.1.8"
VLAN_STATIC: Final = "1.3.6.1.2.1.17.7.1.4.3.1"
PVID: Final = "1.3.6.1.2.1.17.7.1.4.5.1.1"
FDB_PORT: Final = "1.3.6.1.2.1.17.7.1.2.2.1.2"
AUTO_NEG: Final = "1.3.6.1.2.1.26.5.1.1.1"
POE_ADMIN: Final = "1.3.6.1.2.1.105.1.1.1.3"
POE_STATUS: Final = "1.3.6.1.2.1.105.1.1.1.6"

OK, OPEN, NO_CABLE, NOT_TESTED = 0, 1, 7, 8
START, PROCESSING, AT_REST = 1, 2, 3
FAST_HOME, GIGABIT_HOME = "sub-6001", "sub-6004"


def writer(world: World) -> Any:  # noqa: ANN401 - a value of the untyped pysnmp
    """Give the right to write."""
    return pysnmp.CommunityData(world.secrets.snmp_write)


def pairs(port: int) -> tuple[str, ...]:
    """Give status and length of the four pairs of a port."""
    columns = (*range(4, 8), *range(8, 12))
    return tuple(f"{CABLE}.{column}.{port}" for column in columns)


async def test_a_cable_test_says_nothing_before_it_has_ended(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """As recorded: other(8) and length 0 of every pair that was never tested."""
    port = world.port_of(world.routers[FAST_HOME])
    assert port.cable is not None
    node = await start_agent("sw-6")
    untested = [NOT_TESTED] * 4 + [0] * 4
    at_rest = f"{ACTION}.1"
    assert list((await ask(world, node, at_rest, *pairs(1))).values()) == [AT_REST, *untested]
    await put(node, writer(world), at_rest, pysnmp.Integer32(START))
    assert list((await ask(world, node, at_rest, *pairs(1))).values()) == [PROCESSING, *untested]
    clock.seconds += 1.0
    length = port.cable.length_m
    assert list((await ask(world, node, at_rest, *pairs(1))).values()) == [
        AT_REST,
        *(NOT_TESTED, OK, OK, NOT_TESTED),
        *(0, length, length, 0),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPair:
    """Where the fault cable_pair_broken breaks which pair, and whether the link stays up."""

    subscriber: str
    port: int
    pair: int
    link_up: bool


@pytest.mark.parametrize(
    "broken",
    [
        BrokenPair(subscriber=FAST_HOME, port=1, pair=2, link_up=False),
        BrokenPair(subscriber=GIGABIT_HOME, port=17, pair=4, link_up=True),
    ],
)
async def test_a_broken_pair_is_found_where_it_is_open(
    world: World,
    start_agent: StartAgent,
    setter: FaultSetter,
    clock: HandClock,
    broken: BrokenPair,
) -> None:
    """100BASE-TX needs the pair and is down; 1000BASE-T goes on with 100 Mbit/s."""
    router = world.routers[broken.subscriber]
    cable = world.port_of(router).cable
    assert cable is not None
    node = await start_agent("sw-6")
    setter.set(broken.subscriber, "cable_pair_broken")
    await put(node, writer(world), f"{ACTION}.{broken.port}", pysnmp.Integer32(START))
    clock.seconds += 1.0
    seen = list((await ask(world, node, *pairs(broken.port))).values())
    states, lengths = seen[:4], seen[4:]
    assert states[broken.pair - 1] == OPEN
    assert 0 < lengths[broken.pair - 1] < cable.length_m
    assert states.count(OPEN) == 1
    link = await ask(world, node, f"{IF_SPEED}.{broken.port}", f"{IF_OPER_STATUS}.{broken.port}")
    assert list(link.values()) == ([100_000_000, 1] if broken.link_up else [0, 2])
    assert wan_up(world, router) == broken.link_up


async def test_a_port_without_a_cable_says_so(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """An empty socket is no broken pair."""
    node = await start_agent("sw-6")
    await put(node, writer(world), f"{ACTION}.16", pysnmp.Integer32(START))
    clock.seconds += 1.0
    assert (await ask(world, node, f"{CABLE}.5.16")).popitem()[1] == NO_CABLE


async def test_a_locked_port_has_a_link_and_lets_nothing_in(
    world: World, start_agent: StartAgent, setter: FaultSetter
) -> None:
    """The home's MAC address is not learned, but it is on the list of those kept out."""
    router = world.routers[FAST_HOME]
    port = world.port_of(router)
    node = await start_agent("sw-6")
    mac = ".".join(str(int(part, 16)) for part in router.wan_mac.split(":"))
    blocked = f"{BLOCKED_PORT}.200.{mac}"
    assert blocked not in await ask(world, node, PVID + ".1", blocked)
    setter.set(FAST_HOME, "port_locked")
    seen = await ask(world, node, f"{IF_OPER_STATUS}.1", blocked)
    assert list(seen.values()) == [1, 1]
    assert port_up(world, port)
    assert learned_mac(world, port) is None
    assert not wan_up(world, router)
    assert not management_reachable(world, router)
    answer = await put(node, writer(world), f"{CLEAR_SECURITY}.1", pysnmp.Integer32(2))
    assert answer == (None, "noError", 0)
    assert wan_up(world, router)
    setter.clear(FAST_HOME)
    assert not port.locked


async def test_the_vlan_of_a_port_can_be_corrected(
    world: World, start_agent: StartAgent, setter: FaultSetter
) -> None:
    """wrong_vlan, repaired by SET of dot1qPvid; a wrong SET does what the fault does."""
    router = world.routers[FAST_HOME]
    node = await start_agent("sw-6")
    mac = ".".join(str(int(part, 16)) for part in router.wan_mac.split(":"))
    setter.set(FAST_HOME, "wrong_vlan")
    seen = await ask(world, node, f"{PVID}.1", f"{FDB_PORT}.999.{mac}")
    assert list(seen.values()) == [999, 1]
    await put(node, writer(world), f"{PVID}.1", pysnmp.Gauge32(200))
    assert wan_up(world, router)
    await put(node, writer(world), f"{PVID}.1", pysnmp.Gauge32(7))
    assert not wan_up(world, router)
    assert await put(node, writer(world), f"{PVID}.1", pysnmp.Gauge32(4095)) == (
        None,
        "wrongValue",
        1,
    )


async def test_a_home_is_an_untagged_member_of_the_vlan_that_is_set_on_its_port(
    world: World, start_agent: StartAgent, setter: FaultSetter
) -> None:
    """Port 1 is the first bit; the uplink, port 18, is a tagged member of every VLAN."""
    node = await start_agent("sw-6")
    names = [f"{VLAN_STATIC}.{column}.200" for column in (2, 4)]
    egress, untagged = (await ask(world, node, *names)).values()
    assert (egress, untagged) == (b"\xff\xff\xc0", b"\xff\xff\x80")
    setter.set(FAST_HOME, "wrong_vlan")
    egress, untagged = (await ask(world, node, *names)).values()
    assert (egress[0], untagged[0]) == (0x7F, 0x7F)
    assert (await ask(world, node, f"{VLAN_STATIC}.4.999")).popitem()[1] == b"\x80\x00\x00"


async def test_speed_and_duplex_can_be_put_back_to_negotiation(
    world: World, start_agent: StartAgent, setter: FaultSetter, clock: HandClock
) -> None:
    """duplex_mismatch: late collisions and lost packets end with the setting."""
    router = world.routers[GIGABIT_HOME]
    node = await start_agent("sw-6")
    setter.set(GIGABIT_HOME, "duplex_mismatch")
    clock.seconds += 2.0
    names = (f"{IF_SPEED}.17", f"{DUPLEX}.17", f"{LATE_COLLISIONS}.17", f"{NWAY}.17.1")
    assert list((await ask(world, node, *names)).values()) == [100_000_000, 2, 28, 5]
    assert edge_loss(world, router) > 0.1
    await put(node, writer(world), f"{NWAY}.17.1", pysnmp.Integer32(2))
    clock.seconds += 2.0
    assert list((await ask(world, node, *names)).values()) == [1_000_000_000, 3, 28, 2]
    assert edge_loss(world, router) == 0


async def test_snooping_knows_the_address_and_port_of_each_home(
    world: World, start_agent: StartAgent, setter: FaultSetter
) -> None:
    """Asked by address; a home that was offered none is not there with one."""
    router = world.routers[FAST_HOME]
    node = await start_agent("sw-6")
    at = router.wan_address
    seen = await ask(world, node, f"{SNOOPED_MAC}.{at}", f"{SNOOPED_PORT}.{at}")
    assert list(seen.values()) == [bytes.fromhex(router.wan_mac.replace(":", "")), 1]
    setter.set(FAST_HOME, "dhcp_no_offer")
    seen = await ask(world, node, f"{SNOOPED_MAC}.{at}", f"{SNOOPED_PORT}.{router.address}")
    assert list(seen.values()) == [1]


async def test_negotiation_is_told_and_set_on_the_generic_switch(
    world: World, start_agent: StartAgent
) -> None:
    """MAU-MIB: off, the port keeps the speed that it has."""
    port = world.port_of(world.routers["sub-3001"])
    node = await start_agent("an-eth")
    name = f"{AUTO_NEG}.1.1"
    assert (await ask(world, node, name))[name] == 1
    await put(node, writer(world), name, pysnmp.Integer32(2))
    assert port.speed_setting == "1000_full"
    await put(node, writer(world), name, pysnmp.Integer32(1))
    assert port.speed_setting == "auto"


async def test_power_over_ethernet_can_be_switched_and_tells_a_fault(
    world: World, start_agent: StartAgent
) -> None:
    """searching(2) where nobody takes power, fault(4), and disabled(1) where it is off."""
    poe = world.port_of(world.routers["sub-3001"]).poe
    assert poe is not None
    node = await start_agent("an-eth")
    names = (f"{POE_ADMIN}.1.1", f"{POE_STATUS}.1.1")
    assert list((await ask(world, node, *names)).values()) == [1, 2]
    poe.fault = True
    assert list((await ask(world, node, *names)).values()) == [1, 4]
    await put(node, writer(world), f"{POE_ADMIN}.1.1", pysnmp.Integer32(2))
    assert list((await ask(world, node, *names)).values()) == [2, 1]
