"""What a SET does is done to the one state: line, router, and every other face feel it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.links import home_has_power, port_up, wan_up
from cpe_diag.lab.openwrt.machine import Machine
from tests.unit.lab.asking import ask, put

if TYPE_CHECKING:
    from cpe_diag.lab.world import World
    from tests.unit.lab.conftest import HandClock, StartAgent

# VDSL2-LINE-MIB (RFC 5650): template, its name while in sync, channel rate down, attainable rate;
# ADSL-LINE-MIB (RFC 2662): profile, rate down. IF-MIB.
VDSL_TEMPLATE: Final = "1.3.6.1.2.1.10.251.1.1.1.1.1.1001"
VDSL_ACTIVE_TEMPLATE: Final = "1.3.6.1.2.1.10.251.1.1.1.1.12.1001"
VDSL_RATE: Final = "1.3.6.1.2.1.10.251.1.2.2.1.2.1001.1"
VDSL_ATTAINABLE: Final = "1.3.6.1.2.1.10.251.1.1.1.1.20.1001"
ADSL_PROFILE: Final = "1.3.6.1.2.1.10.94.1.1.1.1.4.1001"
ADSL_RATE: Final = "1.3.6.1.2.1.10.94.1.1.4.1.2.1001"
IF_SPEED: Final = "1.3.6.1.2.1.2.2.1.5.1001"
IF_LAST_CHANGE: Final = "1.3.6.1.2.1.2.2.1.9.1001"


async def test_a_vdsl2_line_trains_anew_with_the_profile_that_is_set(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """A slower profile gives a lower rate; what the copper could do stays to be seen."""
    port = world.port_of(world.routers["sub-1001"])
    assert port.line is not None
    node = await start_agent("an-vdsl")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    inits = port.line.full_inits_15min
    await put(node, auth, VDSL_TEMPLATE, pysnmp.OctetString("vdsl2-16-1"))
    names = (VDSL_TEMPLATE, VDSL_ACTIVE_TEMPLATE, VDSL_RATE, IF_SPEED)
    assert list((await ask(world, node, *names)).values()) == [b"vdsl2-16-1", b"", 0, 0]
    clock.seconds += port.line.retrain_s
    seen = await ask(world, node, *names, VDSL_ATTAINABLE)
    assert list(seen.values()) == [
        b"vdsl2-16-1",
        b"vdsl2-16-1",
        17_000_000,
        17_000_000,
        port.line.down.attainable_bps,
    ]
    assert port.line.full_inits_15min == inits + 1


async def test_an_adsl_line_has_its_profile_in_the_adsl_mib(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """RFC 2662 has an object of its own for it; a name that the node does not have is refused."""
    port = world.port_of(world.routers["sub-2001"])
    assert port.line is not None
    node = await start_agent("an-adsl")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    refused = await put(node, auth, ADSL_PROFILE, pysnmp.OctetString("vdsl2-16-1"))
    assert refused == (None, "wrongValue", 1)
    await put(node, auth, ADSL_PROFILE, pysnmp.OctetString("adsl-2"))
    clock.seconds += port.line.retrain_s
    seen = await ask(world, node, ADSL_PROFILE, ADSL_RATE)
    assert list(seen.values()) == [b"adsl-2", 2_200_000]


async def test_the_last_change_is_when_the_line_came_up(
    world: World, start_agent: StartAgent, clock: HandClock
) -> None:
    """Not when it was ordered to: the training lies between."""
    port = world.port_of(world.routers["sub-1001"])
    assert port.line is not None
    node = await start_agent("an-vdsl")
    auth = pysnmp.CommunityData(world.secrets.snmp_write)
    await put(node, auth, VDSL_TEMPLATE, pysnmp.OctetString("vdsl2-50-10"))
    clock.seconds += 60.0
    up_at = world.now() - 60.0 + port.line.retrain_s - node.booted_at
    assert (await ask(world, node, IF_LAST_CHANGE))[IF_LAST_CHANGE] == pytest.approx(
        up_at * 100, abs=1
    )


@pytest.mark.parametrize("subscriber", ["sub-4001", "sub-5001"])
def test_a_router_that_starts_anew_leaves_the_ont_or_modem_up(
    world: World, clock: HandClock, subscriber: str
) -> None:
    """They are boxes of their own: the line stays, the session comes back after the start."""
    router = world.routers[subscriber]
    port = world.port_of(router)
    changed_at = port.changed_at
    Machine(world=world, router=router).reboot()
    assert not home_has_power(world, router)
    assert port_up(world, port)
    clock.seconds += router.reboot_s
    assert home_has_power(world, router)
    assert wan_up(world, router)
    assert port.changed_at == changed_at
