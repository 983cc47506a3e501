"""Builds what the lab's access nodes have in common: the node itself, its uplink, its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.copper_state import CableState, PoePort
from cpe_diag.lab.dsl_build import healthy_line, idle_line
from cpe_diag.lab.home_build import DAY_S, add_ghost, add_router, serve_home
from cpe_diag.lab.plans import GIGABIT_PORTS
from cpe_diag.lab.profiles import DEFAULT_PROFILE, service_profile
from cpe_diag.lab.world import AccessNodeState, AccessPort, Card, PortCounts

if TYPE_CHECKING:
    import random

    from cpe_diag.lab.plans import NodePlan
    from cpe_diag.lab.world import World

QUARTER_S: Final = 900.0
DSL: Final = ("vdsl2", "adsl")


def add_node(world: World, plan: NodePlan, rng: random.Random) -> AccessNodeState:
    """Add a node with its uplink and without subscriber ports."""
    now = world.now()
    block = world.resolver.address.rpartition(".")[0]
    # The node's 15-minute interval stands at its middle, so that there is something in it.
    booted_at = now - (
        rng.randint(20, 200) * DAY_S
        + rng.randint(20, 70) * QUARTER_S
        + rng.uniform(QUARTER_S * 0.3, QUARTER_S * 0.5)
    )
    node = AccessNodeState(
        id=plan.id,
        address=f"{block}.{plan.host}",
        technology=plan.technology,
        model=plan.model,
        sys_descr=plan.sys_descr,
        sys_object_id=plan.sys_object_id,
        snmp_version=plan.snmp_version,
        booted_at=booted_at,
        bridge_mac=plan.bridge_mac,
        sys_name=f"{plan.id}.lab.example",
    )
    world.nodes[plan.id] = node
    node.uplinks[plan.uplink_if_index] = AccessPort(
        if_index=plan.uplink_if_index,
        node=plan.id,
        name=plan.uplink_name,
        alias="to operator edge",
        mac=f"{plan.bridge_mac[:-2]}f0",
        technology="uplink",
        vlan=1,
        speed_bps=1_000_000_000 if plan.model == "dlink_des" else 10_000_000_000,
        in_bps=rng.uniform(60e6, 90e6),
        out_bps=rng.uniform(15e6, 25e6),
        changed_at=booted_at,
        showtime_at=booted_at,
        counted=PortCounts(at=now, in_octets=4e13, out_octets=9e12),
    )
    return node


def add_copper_node(world: World, plan: NodePlan, rng: random.Random) -> AccessNodeState:
    """Add a DSLAM or Ethernet switch with all its ports and its homes."""
    node = add_node(world, plan, rng)
    if plan.card:
        node.cards[plan.card] = Card(name=plan.card)
    for number in range(1, plan.ports + 1):
        port = _idle_port(world, plan, number)
        node.ports[port.if_index] = port
    for position, port_number in enumerate(plan.home_ports):
        port = node.ports[plan.if_index_base + port_number]
        _connect(world, plan, port, plan.first_subscriber + position, rng)
        add_router(world, plan, port, rng)
    return node


def add_copper_ghosts(world: World, plan: NodePlan, rng: random.Random) -> None:
    """Add the neighbours of a DSLAM or Ethernet switch."""
    for position, port_number in enumerate(plan.ghost_ports):
        port = world.nodes[plan.id].ports[plan.if_index_base + port_number]
        _connect(world, plan, port, plan.first_ghost + position, rng)
        add_ghost(world, plan, port)


def _idle_port(world: World, plan: NodePlan, number: int) -> AccessPort:
    booted_at = world.nodes[plan.id].booted_at
    dsl = plan.technology in DSL
    fast = plan.model == "dlink_des" and number not in GIGABIT_PORTS
    port = AccessPort(
        if_index=plan.if_index_base + number,
        node=plan.id,
        name=plan.port_name.format(n=number),
        mac=f"{plan.bridge_mac[:-2]}{number:02x}",
        technology=plan.technology,
        card=plan.card,
        vlan=plan.service_vlan or 1,
        speed_bps=100_000_000 if fast else 1_000_000_000,
        admin_up=False,
        changed_at=booted_at,
        line=idle_line(plan.technology) if dsl else None,
        profile=DEFAULT_PROFILE if dsl else "",
        counted=PortCounts(at=world.now()),
    )
    if plan.id == "an-eth":
        port.poe = PoePort()
    if plan.model == "dlink_des":
        port.descr = f"D-Link DES-3200-18 R4.04.004 Port {number} "
        port.cable = CableState(length_m=0)
    return port


def _connect(
    world: World, plan: NodePlan, port: AccessPort, number: int, rng: random.Random
) -> None:
    """Bring a port into service for subscriber `number`."""
    serve_home(world, port, f"sub-{number}", rng)
    if port.cable is not None:
        port.cable.length_m = rng.randint(18, 85)
        port.security_on = True
    if plan.technology not in DSL:
        return
    # DSL nodes of the lab map each home to a VLAN of its own (1:1, TR-101, 2.5.1.1).
    port.vlan = number
    port.profile = service_profile(plan.technology)
    port.line = healthy_line(plan.technology, plan.down_bps, plan.up_bps, rng)
    port.speed_bps = port.line.down.rate_bps
