"""Builds the lab's homes: a router with its devices, or a neighbour without a router."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.home_state import GhostHome, HomeRouter
from cpe_diag.lab.homes import (
    home_devices,
    neighbours_in_the_air,
    network_config,
    service_config,
    wireless_config,
)

if TYPE_CHECKING:
    import random

    from cpe_diag.lab.plans import NodePlan
    from cpe_diag.lab.world import AccessPort, World

DAY_S: Final = 86_400.0
FIRST_HOME: Final = 101
"""The last part of the first router's address."""
FIRST_WAN: Final = 10
FIRST_GHOST_WAN: Final = 100


def serve_home(world: World, port: AccessPort, subscriber: str, rng: random.Random) -> None:
    """Bring a port into service for a subscriber: in use for days, with weeks of traffic."""
    now = world.now()
    port.subscriber = port.alias = subscriber
    port.admin_up = True
    port.changed_at = port.showtime_at = now - rng.uniform(2, 19) * DAY_S
    port.in_bps = rng.uniform(100_000, 400_000)
    port.out_bps = rng.uniform(600_000, 3_000_000)
    # Totals of weeks, over 2^32 for many ports, so that the 32-bit counters have wrapped.
    port.counted.in_octets = float(rng.randint(10**9, 2 * 10**10))
    port.counted.out_octets = float(rng.randint(10**10, 3 * 10**11))


def add_router(world: World, plan: NodePlan, port: AccessPort, rng: random.Random) -> None:
    """Put a home router behind a port that serves its subscriber."""
    subscriber = str(port.subscriber)
    number = int(subscriber.removeprefix("sub-"))
    now = world.now()
    block = world.resolver.address.rpartition(".")[0]
    position = number - plan.first_subscriber
    protocol = "pppoe" if plan.technology == "adsl" and position % 2 else "dhcp"
    guest = number % 3 == 0
    booted_at = now - rng.uniform(1.5, 18) * DAY_S
    router = HomeRouter(
        subscriber=subscriber,
        node=plan.id,
        if_index=port.if_index,
        address=f"{block}.{FIRST_HOME + len(world.routers)}",
        password=secrets.token_urlsafe(12),
        hostname=f"CPE-{number}",
        model="Lab CPE-1",
        board="lab,cpe-1",
        firmware="24.10.1",
        revision="r28597-0425664679",
        wan_mac=f"{mac_prefix(number)}:00:00:01",
        lan_mac=f"{mac_prefix(number)}:00:00:02",
        wan_address=f"{plan.network}.{FIRST_WAN + position}",
        wan_prefix=32 if protocol == "pppoe" else 24,
        wan_gateway=f"{plan.network}.1",
        dns_servers=(world.resolver.address,),
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
    world.routers[subscriber] = router


def add_ghost(world: World, plan: NodePlan, port: AccessPort) -> None:
    """Put a neighbour without a router of the lab behind a port that serves him."""
    subscriber = str(port.subscriber)
    number = int(subscriber.removeprefix("sub-"))
    world.ghosts[subscriber] = GhostHome(
        subscriber=subscriber,
        node=plan.id,
        if_index=port.if_index,
        wan_mac=f"{mac_prefix(number)}:00:00:01",
        wan_address=f"{plan.network}.{FIRST_GHOST_WAN + number - plan.first_ghost}",
        down_bps=plan.down_bps,
        up_bps=plan.up_bps,
    )


def mac_prefix(number: int) -> str:
    """Give the first half of the MAC addresses of a subscriber's devices."""
    return f"02:{number >> 8:02x}:{number & 255:02x}"
