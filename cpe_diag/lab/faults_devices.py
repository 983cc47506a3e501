"""Faults of a home's Wi-Fi and of its devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import Fault
from cpe_diag.lab.fault_desk import Change, Field, LogLine, UciOption, to
from cpe_diag.lab.home_state import AirNeighbourState, HomeDevice

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World

STATIC_ADDRESS: Final = "10.0.0.55"
"""An address that somebody set by hand, from another network than the home's."""


def first_device(router: HomeRouter) -> HomeDevice:
    """Give the device that faults of a device are about."""
    return router.devices[0]


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


def _neighbours(value: object) -> list[AirNeighbourState]:
    return (
        [item for item in value if isinstance(item, AirNeighbourState)]
        if isinstance(value, list)
        else []
    )


DEVICE_FAULTS: Final = (
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
)
