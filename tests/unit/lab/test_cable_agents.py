"""The CMTS and the cable modems, each asked over real SNMP at its own address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.links import management_reachable, port_up, wan_up
from tests.unit.lab.asking import ask, ask_modem, put, put_all

if TYPE_CHECKING:
    from cpe_diag.lab.cable_state import CableModem
    from cpe_diag.lab.faults import FaultSetter
    from cpe_diag.lab.world import AccessPort, World
    from tests.unit.lab.conftest import HandClock, StartAgent, StartModem

# DOCS-IF-MIB (RFC 4546), DOCS-IF3-MIB, DOCS-IF31-MIB, DOCS-CABLE-DEVICE-MIB (RFC 4639).
CM_PTR: Final = "1.3.6.1.2.1.10.127.1.3.7.1.2"
CM_STATUS: Final = "1.3.6.1.2.1.10.127.1.3.3.1"
CM_VALUE, CM_SNR = f"{CM_STATUS}.9", f"{CM_STATUS}.13"
REG_STATUS: Final = "1.3.6.1.4.1.4491.2.1.20.1.3.1"
REG_MAC, REG_VALUE, REG_IPV4 = (f"{REG_STATUS}.{column}" for column in (2, 6, 5))
US_STATUS: Final = "1.3.6.1.4.1.4491.2.1.20.1.4.1"
US_SNR, US_LOST = f"{US_STATUS}.4", f"{US_STATUS}.9"
SIGNAL_NOISE: Final = "1.3.6.1.2.1.10.127.1.1.4.1.5"
PARTIAL: Final = "1.3.6.1.4.1.4491.2.1.28.1.3.1.9"
CTRL_MAC: Final = "1.3.6.1.4.1.4491.2.1.20.1.27.1.0"
CTRL_COMMIT: Final = "1.3.6.1.4.1.4491.2.1.20.1.27.5.0"
SYS_UPTIME: Final = "1.3.6.1.2.1.1.3.0"
DOWN_POWER: Final = "1.3.6.1.2.1.10.127.1.1.1.1.6"
DOWN_FREQUENCY: Final = "1.3.6.1.2.1.10.127.1.1.1.1.2"
DOWN_MER: Final = "1.3.6.1.4.1.4491.2.1.20.1.24.1.1"
DOWN_LOST: Final = "1.3.6.1.2.1.10.127.1.1.4.1.10"
UP_TX, UP_T3, UP_T4 = (f"1.3.6.1.4.1.4491.2.1.20.1.2.1.{column}" for column in (1, 2, 3))
TOTAL_T3: Final = "1.3.6.1.2.1.10.127.1.2.2.1.12.2"
RESETS: Final = "1.3.6.1.2.1.10.127.1.2.2.1.4.2"
RESET_NOW: Final = "1.3.6.1.2.1.69.1.1.3.0"

OTHER, REGISTERED, OPERATIONAL = 1, 6, 8


def cable_modem(world: World, subscriber: str = "sub-5001") -> tuple[AccessPort, CableModem]:
    """Give port and modem of a home."""
    port = world.port_of(world.routers[subscriber])
    assert port.modem is not None
    return port, port.modem


def sub_identifiers(mac: str) -> str:
    """Write a MAC address as six sub-identifiers."""
    return ".".join(str(int(part, 16)) for part in mac.split(":"))


async def test_a_modem_is_found_by_its_mac_address_without_a_walk(
    world: World, start_agent: StartAgent
) -> None:
    """The pointer of RFC 4546, and a row of DOCS-IF3-MIB that names the same modem."""
    _port, modem = cable_modem(world)
    node = await start_agent("cmts-5")
    pointer = f"{CM_PTR}.{sub_identifiers(modem.mac)}"
    assert (await ask(world, node, pointer))[pointer] == modem.index
    row = modem.index
    names = [f"{name}.{row}" for name in (CM_VALUE, REG_MAC, REG_VALUE, REG_IPV4, PARTIAL)]
    assert list((await ask(world, node, *names)).values()) == [
        REGISTERED,
        bytes.fromhex(modem.mac.replace(":", "")),
        OPERATIONAL,
        bytes(int(part) for part in modem.address.split(".")),
        2,
    ]


async def test_each_modem_answers_at_its_own_address_for_itself(
    world: World, start_modem: StartModem
) -> None:
    """Eight channels down, four up: levels in tenths of a dBmV."""
    first, second = await start_modem("sub-5001"), await start_modem("sub-5003")
    assert first.address != second.address
    for modem in (first, second):
        down, up = modem.downstreams[0], modem.upstreams[0]
        names = [
            *(f"{name}.{down.if_index}" for name in (DOWN_FREQUENCY, DOWN_POWER, DOWN_MER)),
            f"{UP_TX}.{up.if_index}",
        ]
        assert list((await ask_modem(world, modem, *names)).values()) == [
            down.frequency_hz,
            round(down.power_dbmv * 10),
            round(down.mer_db * 10),
            round(up.tx_dbmv * 10),
        ]


async def test_the_community_of_the_nodes_opens_no_modem(
    world: World, start_modem: StartModem
) -> None:
    """Modems have credentials of their own."""
    world.secrets.modem_read = world.secrets.snmp_read
    modem = await start_modem("sub-5001")
    assert SYS_UPTIME in await ask_modem(world, modem, SYS_UPTIME)
    world.secrets.modem_read = "another"
    with pytest.raises(TimeoutError):
        await ask_modem(world, modem, SYS_UPTIME)


@pytest.mark.parametrize("fault", ["modem_offline", "customer_power", "splitter_outage"])
async def test_a_modem_that_is_gone_is_seen_so_at_the_cmts_and_is_silent_itself(
    world: World,
    start_agent: StartAgent,
    start_modem: StartModem,
    setter: FaultSetter,
    fault: str,
) -> None:
    """The CMTS "only needs to report states it is able to detect": other(1)."""
    _port, modem = cable_modem(world)
    node = await start_agent("cmts-5")
    await start_modem("sub-5001")
    setter.set("sub-5001", fault)
    seen = await ask(world, node, f"{CM_VALUE}.{modem.index}", f"{CM_SNR}.{modem.index}")
    assert list(seen.values()) == [OTHER, 0]
    with pytest.raises(TimeoutError):
        await ask_modem(world, modem, SYS_UPTIME)
    assert not management_reachable(world, world.routers["sub-5001"])
    setter.clear("sub-5001")
    assert SYS_UPTIME in await ask_modem(world, modem, SYS_UPTIME)


async def test_ingress_is_heard_on_all_modems_of_the_channel_and_worst_on_the_subscriber(
    world: World, start_agent: StartAgent, setter: FaultSetter, clock: HandClock
) -> None:
    """The channel, not the home: other channels and the other fibre node stay as they are."""
    own = cable_modem(world)[1].upstreams[0]
    neighbour = cable_modem(world, "sub-5002")[1].upstreams[0]
    far = cable_modem(world, "sub-5003")[1].upstreams[0]
    node = await start_agent("cmts-5")
    assert own.cmts_if_index == neighbour.cmts_if_index != far.cmts_if_index
    quiet = far.snr_db
    setter.set("sub-5001", "upstream_ingress")
    at = f"{cable_modem(world)[1].index}.{own.cmts_if_index}"
    names = (f"{SIGNAL_NOISE}.{own.cmts_if_index}", f"{US_SNR}.{at}", f"{US_LOST}.{at}")
    before = list((await ask(world, node, *names)).values())
    clock.seconds += 10.0
    after = list((await ask(world, node, *names)).values())
    assert before[:2] == [236, 184]
    assert after[2] - before[2] == 480
    assert own.snr_db < 25.0 < neighbour.snr_db < 30.0
    assert far.snr_db == quiet


async def test_t3_and_t4_timeouts_grow_while_the_modem_shouts(
    world: World, start_modem: StartModem, setter: FaultSetter, clock: HandClock
) -> None:
    """By the second, on every upstream; at the most that the modem may send."""
    modem = await start_modem("sub-5001")
    setter.set("sub-5001", "t3_storm")
    up = modem.upstreams[0].if_index
    names = (f"{UP_TX}.{up}", f"{UP_T3}.{up}", f"{UP_T4}.{up}", TOTAL_T3)
    before = list((await ask_modem(world, modem, *names)).values())
    clock.seconds += 10.0
    after = list((await ask_modem(world, modem, *names)).values())
    assert before[0] == after[0] == 510
    assert [late - early for early, late in zip(before[1:], after[1:], strict=True)] == [16, 4, 64]


async def test_a_weak_downstream_is_seen_at_the_modem_only(
    world: World, start_modem: StartModem, setter: FaultSetter, clock: HandClock
) -> None:
    """Level below -15 dBmV, MER below what 256QAM needs, codewords lost by the second."""
    modem = await start_modem("sub-5001")
    upstreams = [up.snr_db for up in modem.upstreams]
    setter.set("sub-5001", "coax_level")
    names = [f"{name}.{modem.downstreams[0].if_index}" for name in (DOWN_POWER, DOWN_MER)]
    lost = f"{DOWN_LOST}.{modem.downstreams[0].if_index}"
    level, mer, before = (await ask_modem(world, modem, *names, lost)).values()
    assert level < -150
    assert mer < 300
    clock.seconds += 10.0
    assert (await ask_modem(world, modem, lost))[lost] - before == 660
    assert [up.snr_db for up in modem.upstreams] == upstreams


@pytest.mark.parametrize(("subscriber", "state"), [("sub-5001", 3), ("sub-5003", 1)])
async def test_partial_service_is_told_of_a_modem_of_docsis_31_only(
    world: World, start_agent: StartAgent, setter: FaultSetter, subscriber: str, state: int
) -> None:
    """Of an older one the CMTS says other(1), which is neither good nor bad."""
    _port, modem = cable_modem(world, subscriber)
    node = await start_agent("cmts-5")
    setter.set(subscriber, "partial_service")
    assert (await ask(world, node, f"{PARTIAL}.{modem.index}")).popitem()[1] == state


async def test_a_lost_channel_keeps_its_row_and_says_zero(
    world: World, start_modem: StartModem, setter: FaultSetter
) -> None:
    """0 dBmV is the ideal level: whoever believes it without a witness is fooled here."""
    modem = await start_modem("sub-5001")
    setter.set("sub-5001", "partial_service")
    last = modem.downstreams[-1].if_index
    names = [f"{name}.{last}" for name in (DOWN_FREQUENCY, DOWN_POWER, DOWN_MER)]
    assert list((await ask_modem(world, modem, *names)).values()) == [0, 0, 0]


async def test_a_reset_lets_the_modem_register_anew_with_counts_of_zero(
    world: World, start_agent: StartAgent, start_modem: StartModem, clock: HandClock
) -> None:
    """The CMTS sees each step; the proof is an uptime that is smaller than before."""
    port, modem = cable_modem(world)
    node = await start_agent("cmts-5")
    await start_modem("sub-5001")
    resets = modem.resets
    auth = pysnmp.CommunityData(world.secrets.modem_write)
    assert await put(modem, auth, RESET_NOW, pysnmp.Integer32(1)) == (None, "noError", 0)
    steps = []
    for _ in range(4):
        steps.append((await ask(world, node, f"{CM_VALUE}.{modem.index}")).popitem()[1])
        assert not port_up(world, port)
        clock.seconds += modem.register_s / 4
    assert steps == [1, 2, 4, 5]
    seen = await ask_modem(world, modem, SYS_UPTIME, TOTAL_T3, RESETS)
    assert list(seen.values()) == [int(modem.register_s * 100), 0, resets + 1]
    assert wan_up(world, world.routers["sub-5001"])


async def test_the_cmts_starts_a_modem_anew_that_is_named_in_the_same_set(
    world: World, start_agent: StartAgent
) -> None:
    """DocsIf3CmtsCmCtrlCmd: whichever comes first in the request, only that modem goes."""
    port, modem = cable_modem(world)
    node = await start_agent("cmts-5")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    named = (CTRL_MAC, pysnmp.OctetString(hexValue=modem.mac.replace(":", "")))
    assert await put_all(node, auth, (CTRL_COMMIT, pysnmp.Integer32(2)), named) == (
        None,
        "noError",
        0,
    )
    assert not port_up(world, port)
    assert all(port_up(world, one) for one in node.ports.values() if one is not port)


async def test_the_cmts_takes_no_order_to_mute_a_modem(
    world: World, start_agent: StartAgent
) -> None:
    """mute(1) is the default of the object and may last for ever: nothing here must do it."""
    node = await start_agent("cmts-5")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    assert await put(node, auth, CTRL_COMMIT, pysnmp.Integer32(1)) == (None, "wrongValue", 1)
    assert all(port_up(world, port) for port in node.ports.values())
