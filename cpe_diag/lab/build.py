"""Builds the lab's world: three access nodes, twenty-four homes, a resolver and two web hosts.

Ids, ports, services and addresses are the same for every seed; the seed varies what differs from
day to day: margins, traffic, signals, counters and uptimes.
"""

from __future__ import annotations

import random
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.dsl_build import healthy_line, idle_line
from cpe_diag.lab.homes import (
    home_devices,
    neighbours_in_the_air,
    network_config,
    service_config,
    wireless_config,
)
from cpe_diag.lab.world import (
    AccessNodeState,
    AccessPort,
    HomeRouter,
    LabSecrets,
    PortCounts,
    ResolverState,
    Site,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PORTS_PER_NODE: Final = 48
HOMES_PER_NODE: Final = 8
SHARED_VLAN: Final = 100
"""The one VLAN of all homes behind the Ethernet node (N:1, Broadband Forum TR-101, 2.5.1.2)."""
UPLINK_IF_INDEX: Final = 2001
REFERENCE_NAME: Final = "reference.lab.example"
PLATFORM_NAME: Final = "platform.lab.example"
DAY_S: Final = 86_400.0
QUARTER_S: Final = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """What is fixed about one access node."""

    id: str
    host: int
    """The last part of its address."""
    technology: str
    sys_descr: str
    snmp_version: str
    first_subscriber: int
    if_index_base: int
    port_name: str
    """With `{n}` for the port's number."""
    down_bps: int
    up_bps: int
    bridge_mac: str


NODES: Final = (
    NodePlan(
        id="an-vdsl",
        host=1,
        technology="vdsl2",
        sys_descr="Generic DSLAM, 48 x VDSL2, lab release 1",
        snmp_version="2c",
        first_subscriber=1001,
        if_index_base=1000,
        port_name="0/1/{n}",
        down_bps=100_000_000,
        up_bps=40_000_000,
        bridge_mac="02:00:5e:01:00:00",
    ),
    NodePlan(
        id="an-adsl",
        host=2,
        technology="adsl",
        sys_descr="Generic DSLAM, 48 x ADSL2+, lab release 1",
        snmp_version="2c",
        first_subscriber=2001,
        if_index_base=1000,
        port_name="0/1/{n}",
        down_bps=16_000_000,
        up_bps=1_000_000,
        bridge_mac="02:00:5e:02:00:00",
    ),
    NodePlan(
        id="an-eth",
        host=3,
        technology="ethernet",
        sys_descr="Generic Ethernet access switch, 48 x 1000BASE-T, lab release 1",
        snmp_version="3",
        first_subscriber=3001,
        if_index_base=0,
        port_name="ge-0/0/{n}",
        down_bps=500_000_000,
        up_bps=250_000_000,
        bridge_mac="02:00:5e:03:00:00",
    ),
)


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
    world = World(
        seed=seed,
        rtt_s=rtt_s,
        nodes={},
        routers={},
        reference=Site(name=REFERENCE_NAME, address=f"{block}.80"),
        platform=Site(name=PLATFORM_NAME, address=f"{block}.81"),
        resolver=ResolverState(address=f"{block}.53"),
        clock=clock,
        secrets=LabSecrets(
            snmp_read=f"read-{secrets.token_hex(8)}",
            snmp_write=f"write-{secrets.token_hex(8)}",
            snmp_v3_auth=secrets.token_hex(16),
            snmp_v3_priv=secrets.token_hex(16),
        ),
    )
    for plan in NODES:
        _add_node(world, plan, block, rng)
    return world


def subscriber_port(position: int) -> int:
    """Give the port number of a node's home number `position` (from 0): every third port."""
    return 1 + position * 3


def _add_node(world: World, plan: NodePlan, block: str, rng: random.Random) -> None:
    now = world.now()
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
        sys_descr=plan.sys_descr,
        # RFC 5612: the enterprise number for documentation use.
        sys_object_id=f"1.3.6.1.4.1.32473.2.{plan.host}",
        snmp_version=plan.snmp_version,
        booted_at=booted_at,
        bridge_mac=plan.bridge_mac,
        sys_name=f"{plan.id}.lab.example",
    )
    world.nodes[plan.id] = node
    for number in range(1, PORTS_PER_NODE + 1):
        port = _idle_port(plan, number, booted_at, now)
        node.ports[port.if_index] = port
    node.uplinks[UPLINK_IF_INDEX] = AccessPort(
        if_index=UPLINK_IF_INDEX,
        name="xe-0/1/0",
        alias="to operator edge",
        mac=f"{plan.bridge_mac[:-2]}f0",
        technology="uplink",
        vlan=1,
        speed_bps=10_000_000_000,
        in_bps=rng.uniform(60e6, 90e6),
        out_bps=rng.uniform(15e6, 25e6),
        changed_at=booted_at,
        showtime_at=booted_at,
        counted=PortCounts(at=now, in_octets=4e13, out_octets=9e12),
    )
    for position in range(HOMES_PER_NODE):
        number = plan.first_subscriber + position
        port = node.ports[plan.if_index_base + subscriber_port(position)]
        _connect(world, plan, port, number, rng)
        router = _router(world, plan, port, number, rng)
        world.routers[router.subscriber] = router


def _idle_port(plan: NodePlan, number: int, booted_at: float, now: float) -> AccessPort:
    return AccessPort(
        if_index=plan.if_index_base + number,
        name=plan.port_name.format(n=number),
        alias="",
        mac=f"{plan.bridge_mac[:-2]}{number:02x}",
        technology=plan.technology,
        vlan=SHARED_VLAN if plan.technology == "ethernet" else 1,
        speed_bps=1_000_000_000,
        admin_up=False,
        changed_at=booted_at,
        line=None if plan.technology == "ethernet" else idle_line(plan.technology),
        counted=PortCounts(at=now),
    )


def _connect(
    world: World, plan: NodePlan, port: AccessPort, number: int, rng: random.Random
) -> None:
    """Bring a port into service for subscriber `number`."""
    now = world.now()
    port.subscriber = port.alias = f"sub-{number}"
    port.admin_up = True
    port.changed_at = port.showtime_at = now - rng.uniform(2, 19) * DAY_S
    port.in_bps = rng.uniform(100_000, 400_000)
    port.out_bps = rng.uniform(600_000, 3_000_000)
    # Totals of weeks, over 2^32 for many ports, so that the 32-bit counters have wrapped.
    port.counted.in_octets = float(rng.randint(10**9, 2 * 10**10))
    port.counted.out_octets = float(rng.randint(10**10, 3 * 10**11))
    if plan.technology == "ethernet":
        return
    # DSL nodes of the lab map each home to a VLAN of its own (1:1, TR-101, 2.5.1.1).
    port.vlan = number
    port.line = healthy_line(plan.technology, plan.down_bps, plan.up_bps, rng)
    port.speed_bps = port.line.down.rate_bps


def _router(
    world: World, plan: NodePlan, port: AccessPort, number: int, rng: random.Random
) -> HomeRouter:
    now = world.now()
    block = world.resolver.address.rpartition(".")[0]
    subscriber = f"sub-{number}"
    position = number - plan.first_subscriber
    protocol = "pppoe" if plan.technology == "adsl" and position % 2 else "dhcp"
    guest = number % 3 == 0
    # Ethernet homes have public addresses (RFC 5737 space here), DSL homes shared ones (RFC 6598).
    network = "198.51.100" if plan.technology == "ethernet" else f"100.64.{plan.host}"
    dns_servers = (world.resolver.address,)
    booted_at = now - rng.uniform(1.5, 18) * DAY_S
    mac = f"02:{number >> 8:02x}:{number & 255:02x}"
    router = HomeRouter(
        subscriber=subscriber,
        node=plan.id,
        if_index=port.if_index,
        address=f"{block}.{101 + len(world.routers)}",
        password=secrets.token_urlsafe(12),
        hostname=f"CPE-{number}",
        model="Lab CPE-1",
        board="lab,cpe-1",
        firmware="24.10.1",
        revision="r28597-0425664679",
        wan_mac=f"{mac}:00:00:01",
        lan_mac=f"{mac}:00:00:02",
        wan_address=f"{network}.{10 + position}",
        wan_prefix=32 if protocol == "pppoe" else 24,
        wan_gateway=f"{network}.1",
        dns_servers=dns_servers,
        boot_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        booted_at=booted_at,
        wan_protocol=protocol,
        load_1min=round(rng.uniform(0.02, 0.35), 2),
        memory_available_bytes=rng.randint(120, 160) * 1024 * 1024,
        conntrack_entries=rng.randint(200, 1500),
        clock_offset_s=round(rng.uniform(-0.8, 0.8), 2),
        down_bps=plan.down_bps,
        up_bps=plan.up_bps,
        language=("en", "de", "fr")[number % 3],
        devices=home_devices(number, rng),
        air=neighbours_in_the_air(number, rng),
        channel_busy_percent=round(rng.uniform(8.0, 22.0), 1),
    )
    router.uci = (
        network_config(protocol, subscriber, guest=guest)
        | wireless_config(f"Home-{number}", f"wifi-{secrets.token_hex(6)}", (6, 36), guest=guest)
        | service_config(router.hostname)
    )
    return router
