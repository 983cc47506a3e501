"""Faults of the home's router, and of how the home uses its line."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import CABLE, DSL, FIBRE, Fault
from cpe_diag.lab.fault_desk import Change, Field, LogLine, UciOption, to

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World


def _customer_power(world: World, router: HomeRouter) -> list[Change]:
    return [*to(router, powered=False), *to(world.port_of(router), changed_at=world.now())]


def _router_hung(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, hung=True)


def _router_overloaded(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, load_1min=8.4, memory_available_bytes=3 * 1024 * 1024)


def _router_conntrack_full(_world: World, router: HomeRouter) -> list[Change]:
    return [
        Change(Field(router, "conntrack_entries"), lambda _old: router.conntrack_limit),
        *to(router, forwarding_loss=0.35),
    ]


def _router_reboots(world: World, router: HomeRouter) -> list[Change]:
    """The router's kernel has just crashed again; it came up a minute and a half ago."""
    now = world.now()
    port = world.port_of(router)
    changes = to(router, booted_at=now - 95.0, boot_id=str(uuid.uuid4()))
    if port.is_interface:
        # An ONT or a cable modem is a box of its own, and stayed on.
        changes += to(port, changed_at=now - 80.0, showtime_at=now - 80.0)
    if port.line is not None:
        changes += to(port.line, full_inits_15min=3, full_inits_previous_day=9)
    # Linux, fs/pstore: what the crashed kernel said last is shown again after the next start.
    changes += [
        Change(LogLine(router, now - 94.0 + step * 0.01, text), lambda _old: True)
        for step, text in enumerate(
            (
                "kern.err kernel: pstore: previous boot ended in a crash:",
                "kern.alert kernel: Internal error: Oops: 96000044 [#1] SMP",
                "kern.emerg kernel: Kernel panic - not syncing: Oops: Fatal exception",
            )
        )
    ]
    return changes


def _router_dns(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, dns_upstream_ok=False)


def _lan_dhcp_off(_world: World, router: HomeRouter) -> list[Change]:
    return [Change(UciOption(router, "dhcp", "lan", "ignore"), lambda _old: "1")]


def _lan_dhcp_exhausted(_world: World, router: HomeRouter) -> list[Change]:
    return [
        *to(router, dhcp_pool_exhausted=True),
        Change(UciOption(router, "dhcp", "lan", "limit"), lambda _old: "10"),
    ]


def _lan_rogue_dhcp(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, rogue_dhcp="192.168.0.1")


def _lan_cable(_world: World, router: HomeRouter) -> list[Change]:
    """The cable to the first device on a socket is crushed."""
    socket = next(one.attach for one in router.devices if one.attach.startswith("lan"))
    return to(router, lan_errors={socket: 250_000})


def _wan_cable(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, wan_cable_ok=False)


def _line_saturated(world: World, router: HomeRouter) -> list[Change]:
    """The home itself fills its line: everything else waits in the queue."""
    port = world.port_of(router)
    down_bps, up_bps = router.down_bps, router.up_bps
    if port.line is not None:
        down_bps = min(down_bps, port.line.down.rate_bps)
        up_bps = min(up_bps, port.line.up.rate_bps)
    return [
        *to(port, out_bps=down_bps * 0.98, in_bps=up_bps * 0.6),
        *to(router, queue_delay_s=0.35),
    ]


HOME_FAULTS: Final = (
    Fault(
        id="customer_power",
        title="The router (and the modem in it) has no power.",
        domain="router",
        cause="customer_power",
        changes=_customer_power,
    ),
    Fault(
        id="router_hung",
        title="The router accepts connections and then says nothing; it forwards nothing.",
        domain="router",
        cause="router_hung",
        changes=_router_hung,
    ),
    Fault(
        id="router_overloaded",
        title="The router has no memory left and is overloaded.",
        domain="router",
        cause="router_overloaded",
        changes=_router_overloaded,
    ),
    Fault(
        id="router_conntrack_full",
        title="The router's connection table is full.",
        domain="router",
        cause="router_conntrack_full",
        changes=_router_conntrack_full,
    ),
    Fault(
        id="router_reboots",
        title="The router crashes and starts again, over and over.",
        domain="router",
        cause="router_reboots",
        changes=_router_reboots,
    ),
    Fault(
        id="router_dns",
        title="The router's DNS forwarder asks a server that does not answer.",
        domain="router",
        cause="router_dns",
        changes=_router_dns,
    ),
    Fault(
        id="lan_dhcp_off",
        title="The router's DHCP server is switched off for the home network.",
        domain="router",
        cause="lan_dhcp",
        changes=_lan_dhcp_off,
    ),
    Fault(
        id="lan_dhcp_exhausted",
        title="The router has no address left to hand out.",
        domain="router",
        cause="lan_dhcp",
        changes=_lan_dhcp_exhausted,
    ),
    Fault(
        id="lan_rogue_dhcp",
        title="Another DHCP server in the home hands out addresses.",
        domain="device",
        cause="lan_rogue_dhcp",
        changes=_lan_rogue_dhcp,
    ),
    Fault(
        id="lan_cable",
        title="The cable between the router and the first device on a socket is damaged.",
        domain="device",
        cause="lan_cable",
        changes=_lan_cable,
    ),
    Fault(
        id="wan_cable",
        title="The cable between modem and router is out.",
        domain="router",
        cause="wan_cable",
        changes=_wan_cable,
        technologies=(*DSL, *FIBRE, *CABLE),
    ),
    Fault(
        id="line_saturated",
        title="The home's own downloads fill its line.",
        domain="device",
        cause="line_saturated",
        changes=_line_saturated,
    ),
)
