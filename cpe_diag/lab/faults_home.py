"""Faults of the home: its router, its devices, and how it uses its line."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import DSL, Fault
from cpe_diag.lab.fault_desk import Change, Field, LogLine, UciOption, to
from cpe_diag.lab.world import AirNeighbourState, HomeDevice

if TYPE_CHECKING:
    from cpe_diag.lab.world import HomeRouter, World

STATIC_ADDRESS: Final = "10.0.0.55"
"""An address that somebody set by hand, from another network than the home's."""


def first_device(router: HomeRouter) -> HomeDevice:
    """Give the device that faults of a device are about."""
    return router.devices[0]


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
    changes = [
        *to(router, booted_at=now - 95.0, boot_id=str(uuid.uuid4())),
        *to(port, changed_at=now - 80.0, showtime_at=now - 80.0),
    ]
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


def _wan_cable(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, wan_cable_ok=False)


def _wifi_off(_world: World, router: HomeRouter) -> list[Change]:
    return [
        Change(UciOption(router, "wireless", radio, "disabled"), lambda _old: "1")
        for radio in ("radio0", "radio1")
    ]


def _wifi_radio_failed(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, radios_failing={"radio0", "radio1"})


def _wifi_congested(_world: World, router: HomeRouter) -> list[Change]:
    """Many loud networks on the home's own channels, which are busy nearly all the time."""
    loud = [
        AirNeighbourState(
            bssid=f"06:00:5e:cc:00:{index:02x}",
            ssid=f"Neighbour-{index}",
            channel=channel,
            signal_dbm=-48 - index,
        )
        for index, channel in enumerate((6, 6, 6, 6, 6, 6, 36, 36, 36, 36, 36))
    ]
    changes = [
        Change(Field(router, "air"), lambda old: [*_neighbours(old), *loud]),
        *to(router, channel_busy_percent=91.0),
    ]
    for device in router.devices:
        if device.attach.startswith("default_radio"):
            changes += to(device, retry_ratio=0.45)
    return changes


def _neighbours(value: object) -> list[AirNeighbourState]:
    return (
        [item for item in value if isinstance(item, AirNeighbourState)]
        if isinstance(value, list)
        else []
    )


def _wifi_weak_signal(world: World, router: HomeRouter) -> list[Change]:
    """The first device is far away: weak signal, slow rates, dropped now and again."""
    now = world.now()
    device = first_device(router)
    return [
        *to(device, signal_dbm=-86, rx_rate_kbps=6_000, tx_rate_kbps=6_500, retry_ratio=0.5),
        *(
            Change(
                LogLine(
                    router,
                    now - back_s,
                    f"daemon.notice hostapd: phy1-ap0: AP-STA-DISCONNECTED {device.mac}",
                ),
                lambda _old: True,
            )
            for back_s in (880.0, 700.0, 540.0, 390.0, 240.0, 90.0)
        ),
    ]


def _device_wrong_password(_world: World, router: HomeRouter) -> list[Change]:
    return to(first_device(router), wrong_password=True)


def _device_static_address(_world: World, router: HomeRouter) -> list[Change]:
    return to(first_device(router), static_address=STATIC_ADDRESS)


def _device_offline(_world: World, router: HomeRouter) -> list[Change]:
    return to(first_device(router), on=False)


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
        id="wan_cable",
        title="The cable between modem and router is out.",
        domain="router",
        cause="wan_cable",
        changes=_wan_cable,
        technologies=DSL,
    ),
    Fault(
        id="wifi_off",
        title="Both radios are switched off in the router's settings.",
        domain="router",
        cause="wifi_off",
        changes=_wifi_off,
    ),
    Fault(
        id="wifi_radio_failed",
        title="The radios are switched on but do not come on air.",
        domain="router",
        cause="wifi_radio_failed",
        changes=_wifi_radio_failed,
    ),
    Fault(
        id="wifi_congested",
        title="Many loud networks share the home's channels.",
        domain="router",
        cause="wifi_congested",
        changes=_wifi_congested,
    ),
    Fault(
        id="wifi_weak_signal",
        title="The first device is too far from the router.",
        domain="device",
        cause="wifi_weak_signal",
        changes=_wifi_weak_signal,
    ),
    Fault(
        id="device_wrong_password",
        title="The first device has a wrong Wi-Fi password.",
        domain="device",
        cause="device_wrong_password",
        changes=_device_wrong_password,
    ),
    Fault(
        id="device_static_address",
        title="The first device has an address of another network, set by hand.",
        domain="device",
        cause="device_address",
        changes=_device_static_address,
    ),
    Fault(
        id="device_offline",
        title="The first device is switched off.",
        domain="device",
        cause="device_offline",
        changes=_device_offline,
    ),
    Fault(
        id="line_saturated",
        title="The home's own downloads fill its line.",
        domain="device",
        cause="line_saturated",
        changes=_line_saturated,
    ),
)
