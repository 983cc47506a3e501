"""The menus of a simulated MikroTik router in a home, and how RouterOS prints them.

Forms: ntc-templates, tests/mikrotik_routeros; MikroTik documentation for what is monitored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.parsers.routeros import seconds
from cpe_diag.lab.routeros.running import RunError, Thing, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.routeros.device import Device, Item, Path

SCHEDULER: Final = ("system", "scheduler")
FILES: Final = ("file",)
WIFI: Final = ("interface", "wifi")
WIRELESS: Final = ("interface", "wireless")
SECURITY: Final = ("interface", "wireless", "security-profiles")
WIFI_PASSWORD: Final = "security.passphrase"  # noqa: S105 - the name of a property
OLD_PASSWORD: Final = "wpa2-pre-shared-key"  # noqa: S105 - the name of a property
SHORTEST, LONGEST = 8, 64
SSID_BYTES: Final = 32
BANDS_MHZ: Final = {"2ghz": range(2412, 2485), "5ghz": range(5160, 5886)}

DEFAULTS: Final[Mapping[Path, Item]] = {
    SCHEDULER: {"disabled": "false", "on-event": "", "interval": "0s", "policy": ""},
}

_FIRST: Final = "02:00:5e:10:00:0"


def home(package: str) -> dict[Path, list[Item]]:
    """Give the menus of a router in a home: a DHCP line, a bridge, two radios, a guest network."""
    menus: dict[Path, list[Item]] = {
        ("system", "resource"): [{}],
        ("system", "clock"): [{}],
        ("ip", "firewall", "connection", "tracking"): [
            {"enabled": "auto", "max-entries": "218112", "total-entries": "312"}
        ],
        ("ip", "dhcp-client"): [
            {
                "interface": "ether1",
                "status": "bound",
                "address": "198.51.100.41/24",
                "gateway": "198.51.100.1",
                "disabled": "false",
            }
        ],
        ("interface", "pppoe-client"): [],
        ("ip", "address"): [
            {"address": "192.168.88.1/24", "interface": "bridge", "disabled": "false"},
            {"address": "198.51.100.41/24", "interface": "ether1", "disabled": "false"},
        ],
        ("ip", "route"): [
            {"dst-address": "0.0.0.0/0", "gateway": "198.51.100.1", "active": "true"}
        ],
        ("ip", "dns"): [
            {
                "servers": "",
                "dynamic-servers": "192.0.2.53",
                "allow-remote-requests": "yes",
            }
        ],
        ("interface",): [
            _interface("ether1", "ether", 1),
            _interface("ether2", "ether", 2),
            _interface("bridge", "bridge", 3),
        ],
        ("interface", "ethernet"): [
            {"name": "ether1", "status": "link-ok", "rate": "1Gbps"},
            {"name": "ether2", "status": "link-ok", "rate": "100Mbps"},
            {"name": "ether3", "status": "no-link"},
        ],
        ("interface", "bridge", "port"): [
            {"interface": name, "bridge": "bridge"}
            for name in ("ether2", "ether3", f"{_prefix(package)}1", f"{_prefix(package)}2")
        ]
        + [{"interface": f"{_prefix(package)}3", "bridge": "guest"}],
        ("ip", "dhcp-server"): [
            {
                "name": "defconf",
                "interface": "bridge",
                "address-pool": "default-dhcp",
                "disabled": "false",
                "invalid": "false",
            }
        ],
        ("ip", "pool"): [{"name": "default-dhcp", "ranges": "192.168.88.10-192.168.88.254"}],
        ("ip", "dhcp-server", "lease"): [
            {
                "active-address": "192.168.88.20",
                "active-mac-address": "02:00:5E:10:00:20",
                "host-name": "laptop",
                "expires-after": "8m20s",
                "status": "bound",
            }
        ],
        ("ip", "arp"): [
            {
                "address": "192.168.88.20",
                "mac-address": "02:00:5E:10:00:20",
                "interface": "bridge",
                "published": "no",
                "status": "reachable",
            }
        ],
        ("log",): [
            {"line": " 2026-11-26 14:02:11 interface,info ether1 link down"},
            {"line": " 2026-11-26 14:02:15 interface,info ether1 link up"},
        ],
        FILES: [],
        SCHEDULER: [],
    }
    menus |= _new_package() if package == "wifi" else {}
    menus |= _old_package() if package == "wireless" else {}
    for path, items in menus.items():
        for number, item in enumerate(items):
            item[".id"] = f"*{number + 1:X}"
            item.setdefault("path", " ".join(path))
    return menus


def _prefix(package: str) -> str:
    return "wifi" if package == "wifi" else "wlan"


def _interface(name: str, kind: str, number: int) -> Item:
    return {
        "name": name,
        "type": kind,
        "running": "true",
        "disabled": "false",
        "mac-address": f"02:00:5E:10:00:0{number}",
    }


def _new_package() -> dict[Path, list[Item]]:
    common = {"disabled": "false", "configuration": "home"}
    return {
        WIFI: [
            {"name": "wifi1", "channel.frequency": "5180", "band": "5ghz", **common},
            {"name": "wifi2", "channel.frequency": "2412", "band": "2ghz", **common},
            {
                "name": "wifi3",
                "master-interface": "wifi2",
                "disabled": "false",
                "configuration.ssid": "Guests of 41",
                "security.authentication-types": "wpa2-psk",
                WIFI_PASSWORD: "guest password",
            },
        ],
        (*WIFI, "configuration"): [{"name": "home", "ssid": "Home 41", "security": "home"}],
        (*WIFI, "security"): [
            {
                "name": "home",
                "authentication-types": "wpa2-psk;wpa3-psk",
                "passphrase": "first password",
            }
        ],
        (*WIFI, "registration-table"): [
            {
                "interface": "wifi1",
                "mac-address": "02:00:5E:10:00:20",
                "signal": "-52",
                "tx-rate": "864.8Mbps",
                "rx-rate": "780Mbps",
                "authorized": "true",
            }
        ],
    }


def _old_package() -> dict[Path, list[Item]]:
    common = {"disabled": "false", "mode": "ap-bridge", "hide-ssid": "false", "ssid": "Home 41"}
    return {
        WIRELESS: [
            {
                "name": "wlan1",
                "frequency": "2412",
                "band": "2ghz-b/g/n",
                "security-profile": "default",
                **common,
            },
            {
                "name": "wlan2",
                "frequency": "5180",
                "band": "5ghz-a/n/ac",
                "security-profile": "default",
                **common,
            },
            {
                "name": "wlan3",
                "master-interface": "wlan1",
                "security-profile": "guest",
                **common,
                "ssid": "Guests of 41",
            },
        ],
        SECURITY: [
            {
                "name": "default",
                "mode": "dynamic-keys",
                "authentication-types": "wpa2-psk",
                OLD_PASSWORD: "first password",
            },
            {
                "name": "guest",
                "mode": "dynamic-keys",
                "authentication-types": "wpa2-psk",
                OLD_PASSWORD: "guest password",
            },
        ],
        (*WIRELESS, "registration-table"): [
            {
                "interface": "wlan2",
                "mac-address": "02:00:5E:10:00:20",
                "signal-strength": "-52dBm@6Mbps",
                "tx-rate": "130Mbps-20MHz/2S/SGI",
                "rx-rate": "117Mbps-20MHz/2S",
            }
        ],
    }


def span_s(text: str) -> float:
    """Read a time of a command; a number alone counts seconds."""
    span = float(text) if text.isdecimal() else seconds(text)
    if span is None:
        raise RunError("invalid time value for argument interval")
    return span


def check(path: Path, item: Item) -> None:
    """Refuse what RouterOS refuses to set."""
    for key, value in item.items():
        secret = key in {WIFI_PASSWORD, "passphrase", OLD_PASSWORD}
        if secret and value and not SHORTEST <= len(value) <= LONGEST:
            raise RunError(f"failure: invalid length of {key}")
        if key in {"ssid", "configuration.ssid"} and len(value.encode()) > SSID_BYTES:
            raise RunError(f"failure: {key} is too long")
    if path in {WIFI, WIRELESS} and "master-interface" not in item:
        frequency = item.get("channel.frequency") or item.get("frequency") or ""
        band = item["band"][:4]
        if not frequency.isdecimal() or int(frequency) not in BANDS_MHZ[band]:
            raise RunError("failure: frequency is not allowed")


def live(device: Device, path: Path, item: Item) -> Mapping[str, str]:
    """Give the values of a menu that has one item: what is set, or what is so now."""
    return _resource(device) if path == ("system", "resource") else item


def printed(device: Device, path: Path, terse: bool) -> str:  # noqa: FBT001 - as `print terse`
    """Give what `print` prints."""
    match path:
        case ("system", "resource"):
            return _block(_resource(device))
        case ("system", "clock"):
            return _block(_clock(device))
        case ("log",):
            return "".join(f"{one['line']}\n" for one in device.menus[path])
        case _ if terse:
            return "".join(
                f" {number} DC {_values(item)}\n" for number, item in enumerate(device.menus[path])
            )
        case _:
            item = device.menus[path][0]
            return _block({key: item[key] for key in item if key not in {".id", "path"}})


def _values(item: Item) -> str:
    return " ".join(f"{key}={item[key]}" for key in item if key not in {".id", "path"})


def _block(values: Mapping[str, str]) -> str:
    width = max(len(key) for key in values)
    return "".join(f"{key:>{width + 2}}: {value}\n" for key, value in values.items())


def _resource(device: Device) -> Mapping[str, str]:
    up = int(device.now() - device.booted_at)
    total = device.boots * 120 + up // 60
    return {
        "uptime": _span(up),
        "version": device.version,
        "free-memory": "178.4MiB",
        "total-memory": "256.0MiB",
        "cpu-load": "1%",
        "write-sect-since-reboot": str(up // 60),
        "write-sect-total": str(total),
        "board-name": device.board,
        "platform": "MikroTik",
    }


def _span(seconds_up: int) -> str:
    parts = []
    for unit, length in (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds_up = divmod(seconds_up, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _clock(device: Device) -> Mapping[str, str]:
    at = int(device.now()) % 86_400
    return {
        "time": f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}",
        "date": "2026-11-26",
        "time-zone-name": "UTC",
        "gmt-offset": "+00:00",
    }


def monitored(device: Device, path: Path, item: Item) -> str:
    """Give what `monitor once` prints of one interface."""
    if path == ("interface", "ethernet"):
        return _block({key: item[key] for key in ("name", "status", "rate") if key in item})
    master = item.get("master-interface", item["name"])
    radio = next(one for one in device.menus[path] if one["name"] == master)
    if "true" in {item.get("disabled"), radio.get("disabled")}:
        return _block({"state" if path == WIFI else "status": "disabled"})
    if path == WIFI:
        channel = f"{radio['channel.frequency']}/ax/Ceee"
        return _block({"state": "running", "channel": channel, "tx-power": "24"})
    channel = f"{radio['frequency']}/20-Ce/gn(28dBm)"
    return _block({"status": "running-ap", "channel": channel, "noise-floor": "-109dBm"})


def _ping(device: Device, given: Mapping[str, Thing], out: list[str]) -> None:
    target, count = shown(given["address"]), int(shown(given["count"]))
    lines = ["  SEQ HOST                                     SIZE TTL TIME  STATUS\n"]
    known = target in device.answering
    for number in range(count):
        tail = "   56  64 12ms" if known else "             timeout"
        lines.append(f"{number:>5} {target:<41}{tail}\n")
    times = " min-rtt=12ms avg-rtt=12ms max-rtt=12ms" if known else ""
    got = count if known else 0
    lost = 0 if known else 100
    lines.append(f"    sent={count} received={got} packet-loss={lost}%{times}\n")
    out.append("".join(lines))


def _save(device: Device, given: Mapping[str, Thing], out: list[str]) -> None:
    device.save(shown(given["name"]))
    out.append("Configuration backup saved\n")


def _load(device: Device, given: Mapping[str, Thing], out: list[str]) -> None:
    del out
    if "password" not in given:
        raise RunError("missing value(s) of argument(s) password")
    device.load(shown(given["name"]))


def _reboot(device: Device, given: Mapping[str, Thing], out: list[str]) -> None:
    del given, out
    device.reboot()


COMMANDS: Final[Mapping[Path, Callable[[Device, Mapping[str, Thing], list[str]], None]]] = {
    ("ping",): _ping,
    ("system", "backup", "save"): _save,
    ("system", "backup", "load"): _load,
    ("system", "reboot"): _reboot,
}
"""Commands that are no verbs of a menu's items."""
