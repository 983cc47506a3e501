"""airOS's settings over the lab's state: /tmp/system.cfg, and what cfgmtd keeps of it.

/tmp/system.cfg is the copy in memory; `cfgmtd -w -p /etc/` writes it, and /etc/persistent beside
it, to the flash, from where a start reads both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.lab.makes.nvram_store import effective, staged
from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.radios import BAND_START_MHZ, frequency_mhz

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.uci import Section

RADIOS = ("ath0", "ath1")

PERSISTENT = "/etc/persistent/"
FLASH = "persistent"
"""Where the flash's copy of /etc/persistent lies in the state."""

LINE = re.compile(r"(radio|wireless|aaa)\.(\d+)\.([\w.]+)=(.*)")
PLACES = {"wireless.ssid": "ssid", "aaa.wpa.psk": "key"}


def system_cfg(machine: Machine) -> str:
    """Give /tmp/system.cfg."""
    router = machine.router
    lan = home.lan_interface(machine)
    serves = home.option(machine, "dhcp", "lan", "ignore", "0") != "1"
    dials = router.wan_protocol == "pppoe"
    lines = [
        "netmode=router",
        f"dhcpc.status={_on(not dials)}",
        f"dhcpc.1.status={_on(not dials)}",
        "dhcpc.1.devname=eth0",
        f"ppp.status={_on(dials)}",
        f"ppp.1.status={_on(dials)}",
        "ppp.1.devname=eth0",
        f"dhcpd.status={_on(serves)}",
        f"dhcpd.1.status={_on(serves)}",
        "dhcpd.1.devname=br0",
        f"dhcpd.1.start={lan.network[100]}",
        f"dhcpd.1.end={lan.network[249]}",
        *_radios(machine),
        "users.1.name=ubnt",
    ]
    return "".join(f"{line}\n" for line in lines)


def _radios(machine: Machine) -> Iterator[str]:
    wireless = effective(machine.router, "wireless")
    for unit, device in enumerate(RADIOS):
        radio, network = wireless[f"radio{unit}"], wireless[f"default_radio{unit}"]
        number, band, channel = unit + 1, _text(radio, "band"), _text(radio, "channel")
        frequency = frequency_mhz(band, int(channel)) if channel.isdigit() else 0
        guarded = _text(network, "encryption") != "none"
        yield f"radio.{number}.devname={device}"
        yield f"radio.{number}.freq={frequency}"
        yield f"radio.{number}.mode=master"
        yield f"radio.{number}.status={_on(_text(radio, 'disabled') != '1')}"
        yield f"wireless.{number}.devname={device}"
        yield f"wireless.{number}.hide_ssid=disabled"
        yield f"wireless.{number}.mode=master"
        yield f"wireless.{number}.ssid={_text(network, 'ssid')}"
        yield f"wireless.{number}.status=enabled"
        yield f"aaa.{number}.devname={device}"
        yield f"aaa.{number}.ssid={_text(network, 'ssid')}"
        yield f"aaa.{number}.status={_on(guarded)}"
        if guarded:
            yield f"aaa.{number}.wpa.key.1.mgmt=WPA-PSK"
            yield f"aaa.{number}.wpa.psk={_text(network, 'key')}"


def _on(state: bool) -> str:  # noqa: FBT001 - turns it into the word
    return "enabled" if state else "disabled"


def _text(section: Section, name: str) -> str:
    value = section.get(name, "")
    return value if isinstance(value, str) else " ".join(value)


def take_system_cfg(machine: Machine, content: bytes) -> None:
    """Take what is written to /tmp/system.cfg: it waits there until it is loaded."""
    machine.loaded_wifi()
    wireless = staged(machine.router, "wireless")
    for line in content.decode("utf-8", "surrogateescape").splitlines():
        match = LINE.fullmatch(line)
        if match is None:
            continue
        kind, number, name, value = match.groups()
        unit = int(number) - 1
        radio, network = wireless[f"radio{unit}"], wireless[f"default_radio{unit}"]
        if f"{kind}.{name}" in PLACES:
            network[PLACES[f"{kind}.{name}"]] = value
        elif (kind, name) == ("radio", "status"):
            radio["disabled"] = "0" if value == "enabled" else "1"
        elif (kind, name) == ("radio", "freq"):
            start = BAND_START_MHZ[_text(radio, "band")]
            radio["channel"] = str((int(value) - start) // 5) if int(value) else "auto"


def load(machine: Machine) -> None:
    """Put on air what /tmp/system.cfg says."""
    machine.load_wifi(forced=True)


def write_flash(machine: Machine) -> None:
    """Write the settings in memory and /etc/persistent to the flash."""
    router = machine.router
    for config in tuple(router.uci_staged):
        router.uci[config] = router.uci_staged.pop(config)
    machine.committed_here()
    router.uci[FLASH] = {
        path: {"content": content.decode("utf-8", "surrogateescape")}
        for path, content in machine.files.written.items()
        if path.startswith(PERSISTENT)
    }


def read_flash(machine: Machine) -> None:
    """Put /etc/persistent in place, as a start does."""
    for path, section in machine.router.uci.get(FLASH, {}).items():
        machine.files.write(path, _text(section, "content").encode("utf-8", "surrogateescape"))
