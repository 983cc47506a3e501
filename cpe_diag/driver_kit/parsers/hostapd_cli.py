"""hostapd on plain Linux: its settings files and what `hostapd_cli status` says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# hostapd.conf of hostap 2.10: `name=value`, the value is the rest of the line as it stands.
_LINE: Final = re.compile(r"(\w+)=(.*)")
# hostap src/utils/common.c, printf_encode, in which wpa_ssid_txt writes names.
_ESCAPE: Final = re.compile(r'\\(?:x([0-9a-fA-F]{2})|(["\\nrte]))')
_LETTERS: Final = {'"': b'"', "\\": b"\\", "n": b"\n", "r": b"\r", "t": b"\t", "e": b"\x1b"}
# hostap src/ap/ctrl_iface_ap.c, hostapd_ctrl_iface_status.
_BSS: Final = re.compile(r"^bss\[(\d{1,2})\]=(\S+)$", re.MULTILINE)
_SSID: Final = re.compile(r"^ssid\[(\d{1,2})\]=(.*)$", re.MULTILINE)
# hostap src/ap/hostapd.c, hostapd_state_text.
ON_AIR_STATE: Final = "ENABLED"


@dataclass(slots=True, kw_only=True)
class BssSettings:
    """One network of a settings file: its device and its options by name."""

    interface: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSettings:
    """One settings file: its radio, by the device of its first network, and all networks."""

    options: Mapping[str, str]
    networks: tuple[BssSettings, ...]


def file_settings(text: str) -> FileSettings | None:
    """Read the lines of one hostapd.conf; None where it names no device.

    What stands before the first `bss=` is of the first network, wherever `interface=` stands.
    """
    first = BssSettings(interface="")
    networks = [first]
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, value = match[1], match[2]
        if name == "interface":
            first.interface = value
        elif name == "bss":
            networks.append(BssSettings(interface=value))
        else:
            networks[-1].options[name] = value
    if not first.interface:
        return None
    return FileSettings(options=first.options, networks=tuple(networks))


def ssid_of(options: Mapping[str, str]) -> str:
    """Give the name that is set; `ssid2` has it in quotes, or as hexadecimal digits."""
    if "ssid2" not in options:
        return options.get("ssid", "")
    value = options["ssid2"]
    if value.startswith('"') and value.endswith('"'):
        return value[1:-1]
    if value.startswith('P"') and value.endswith('"'):
        return shown_name(value[2:-1])
    try:
        return bytes.fromhex(value).decode("utf-8", "replace")
    except ValueError:
        return ""


def encryption(options: Mapping[str, str]) -> str:
    """Say how a network is protected, in the words of OpenWrt's `encryption`."""
    version = options.get("wpa", "0")
    methods = options.get("wpa_key_mgmt", "WPA-PSK").split()
    if version not in {"1", "2", "3"}:
        return "none"
    if any("EAP" in method for method in methods):
        return "wpa2"
    passwords = any(method in {"WPA-PSK", "WPA-PSK-SHA256", "FT-PSK"} for method in methods)
    if any("SAE" in method for method in methods):
        return "sae-mixed" if passwords else "sae"
    return {"1": "psk", "2": "psk2", "3": "psk-mixed"}[version]


def shown_name(text: str) -> str:
    """Undo hostapd's escapes; bytes that are no UTF-8 become replacement characters."""
    raw = bytearray()
    position = 0
    for match in _ESCAPE.finditer(text):
        raw += text[position : match.start()].encode("utf-8", "replace")
        raw += bytes([int(match[1], 16)]) if match[1] else _LETTERS[match[2]]
        position = match.end()
    raw += text[position:].encode("utf-8", "replace")
    return raw.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioState:
    """What hostapd says of one radio; `names` are the names on air by device."""

    running: bool
    channel: Maybe[int]
    frequency_mhz: Maybe[int]
    radar_wait_s: Maybe[int]
    names: Mapping[str, str]


def radio_state(text: str) -> RadioState:
    """Read `hostapd_cli -i DEVICE status`."""
    values = dict(_LINE.findall(text))
    devices, names = dict(_BSS.findall(text)), dict(_SSID.findall(text))
    running = values.get("state") == ON_AIR_STATE
    wait = values.get("cac_time_left_seconds", "")
    return RadioState(
        running=running,
        channel=_whole(values.get("channel")),
        frequency_mhz=_whole(values.get("freq")),
        # Where it need not listen, hostapd says N/A.
        radar_wait_s=int(wait) if wait.isdecimal() else 0 if wait == "N/A" else NO_VALUE,
        names={
            device: shown_name(names[number])
            for number, device in devices.items()
            if number in names
        },
    )


def _whole(text: str | None) -> Maybe[int]:
    return int(text) if text is not None and text.isdecimal() else NO_VALUE
