"""Builds the lab's world: six access nodes, their homes, a resolver and two web hosts.

Ids, ports, services and addresses are the same for every seed; the seed varies what differs from
day to day: margins, traffic, signals, counters and uptimes.
"""

from __future__ import annotations

import random
import secrets
import time
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.cable_build import add_cmts, add_cmts_ghosts
from cpe_diag.lab.node_build import add_copper_ghosts, add_copper_node
from cpe_diag.lab.plans import COPPER_NODES, SWITCH
from cpe_diag.lab.pon_build import add_olt, add_olt_ghosts
from cpe_diag.lab.world import LabSecrets, ResolverState, Site, World

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE_NAME: Final = "reference.lab.example"
PLATFORM_NAME: Final = "platform.lab.example"


def build_world(
    seed: int,
    rtt_s: float,
    *,
    block: str = "127.9.1",
    clock: Callable[[], float] = time.monotonic,
) -> World:
    """Build the lab as it is with no fault set.

    Args:
        seed: varies the noise; the same seed gives the same values.
        rtt_s: simulated round trip to everything, in seconds.
        block: the first three parts of the loopback addresses that the devices listen on.
        clock: the lab's time in seconds.

    Returns:
        A world in which nothing listens yet: every port number is 0. Credentials are new for
        every call, whatever the seed.
    """
    rng = random.Random(seed)  # noqa: S311 - noise of a simulation; credentials are not from it
    # The neighbours draw from a noise of their own: how many there are changes no home's values.
    ghost_rng = random.Random(f"{seed} neighbours")  # noqa: S311 - as above
    world = World(
        seed=seed,
        rtt_s=rtt_s,
        nodes={},
        routers={},
        reference=Site(name=REFERENCE_NAME, address=f"{block}.80"),
        platform=Site(name=PLATFORM_NAME, address=f"{block}.81"),
        resolver=ResolverState(address=f"{block}.53"),
        clock=clock,
        epoch_s=time.time() - clock(),
        secrets=LabSecrets(
            snmp_read=f"read-{secrets.token_hex(8)}",
            snmp_write=f"write-{secrets.token_hex(8)}",
            snmp_v3_auth=secrets.token_hex(16),
            snmp_v3_priv=secrets.token_hex(16),
            modem_read=f"read-{secrets.token_hex(8)}",
            modem_write=f"write-{secrets.token_hex(8)}",
            cli_password=secrets.token_hex(12),
        ),
    )
    for plan in COPPER_NODES:
        add_copper_node(world, plan, rng)
    add_olt(world, rng)
    add_cmts(world, rng)
    add_copper_node(world, SWITCH, rng)
    for plan in (*COPPER_NODES, SWITCH):
        add_copper_ghosts(world, plan, ghost_rng)
    add_olt_ghosts(world, ghost_rng)
    add_cmts_ghosts(world, ghost_rng)
    return world
