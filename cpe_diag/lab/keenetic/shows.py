"""What a simulated Keenetic shows: names right-aligned before a colon, deeper ones inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpe_diag.lab.keenetic.device import Keenetic, Point

WIDTH: Final = 17
DEEPER: Final = 21
ROUTES: Final = (
    "=" * 80
    + "\nDestination          Gateway           Interface                         Metric\n"
    + "=" * 80
    + "\n0.0.0.0/0            198.51.100.1      ISP                               0\n"
    + "192.168.1.0/24       0.0.0.0           Home                              0\n"
)
LOG: Final = "I [Nov 26 15:00:01] ndm: Core::Syslog: the system log has been cleared.\n"


def show(device: Keenetic, what: list[str]) -> str:  # noqa: PLR0911 - one for each thing
    """Give what `show ...` shows."""
    match what:
        case ["version"]:
            return _version()
        case ["system"]:
            return _system(device)
        case ["interface"]:
            return _interfaces(device)
        case ["ip", "route"]:
            return ROUTES
        case ["ip", "name-server"]:
            return _lines({"server": ""}) + _lines({"address": "192.0.2.53"}, DEEPER)
        case ["ip", "hotspot"]:
            return _hotspot()
        case ["associations"]:
            return _associations(device)
        case ["log", _, "once"]:
            return LOG
        case ["running-config"]:
            return _running(device)
        case _:
            return f"Command::Base error[7405600]: no such command: {what[0]}.\n"


def more(device: Keenetic, file: str) -> str:
    """Give what `more ...` shows of a file."""
    match file:
        case "proc:/sys/kernel/random/boot_id":
            return f"5a0d8e6a-0000-4000-8000-{device.starts:012d}\n"
        case "proc:/loadavg":
            return "0.12 0.10 0.05 1/120 4242\n"
        case _:
            return f'FileSystem::Repository error[7405600]: file not found: "{file}".\n'


def ping(device: Keenetic, target: str, count: int) -> str:
    """Give what `tools ping` says."""
    known = target in device.answering
    lines = [f"Sending ICMP ECHO request to {target}"]
    if known:
        lines += [
            f"100 bytes from {target}: icmp_req={number + 1}, ttl=64, time=2.35 ms."
            for number in range(count)
        ]
    got = count if known else 0
    lost = 0 if known else 100
    lines += [
        f"--- {target} ping statistics ---",
        f"{count} packets transmitted, {got} received, {lost}% packet loss,",
    ]
    lines += ["Round-trip min/avg/max = 1.03/1.48/2.35 ms."] if known else []
    return "".join(f"{line}\n" for line in lines)


def _lines(values: dict[str, str], width: int = WIDTH) -> str:
    return "".join(f"{name:>{width}}: {value}\n" for name, value in values.items())


def _version() -> str:
    head = _lines({"release": "5.01.C.3.0-1", "title": "5.1.3", "arch": "mips"})
    deep = _lines({"ndm": ""}) + _lines({"exact": "0-2e403e0", "cdate": "31 Jul 2026"}, DEEPER)
    tail = _lines(
        {
            "manufacturer": "Keenetic Ltd.",
            "vendor": "Keenetic",
            "model": "Ultra (KN-1810)",
            "hw_id": "KN-1810",
            "device": "Ultra",
        }
    )
    return f"\n{head}\n{deep}\n{tail}"


def _system(device: Keenetic) -> str:
    return _lines(
        {
            "hostname": "Keenetic-41",
            "cpuload": "3",
            "memory": "88000/262144",
            "memtotal": "262144",
            "memfree": "174144",
            "uptime": str(int(device.now() - device.booted_at)),
            "conntotal": "16384",
            "connfree": "16201",
        }
    )


def _interfaces(device: Keenetic) -> str:
    parts = [
        _interface(
            "ISP",
            {
                "id": "ISP",
                "type": "GigabitEthernet",
                "interface-name": "ISP",
                "link": "up",
                "connected": "yes",
                "state": "up",
                "address": "198.51.100.41",
                "mask": "255.255.255.0",
                "uptime": "86000",
                "global": "yes",
                "defaultgw": "yes",
                "mac": "02:00:5e:10:00:01",
            },
        ),
        _interface(
            "Bridge0",
            {
                "id": "Bridge0",
                "type": "Bridge",
                "interface-name": "Home",
                "link": "up",
                "connected": "yes",
                "state": "up",
                "address": "192.168.1.1",
                "mask": "255.255.255.0",
                "mac": "02:00:5e:10:00:02",
            },
        ),
    ]
    parts += [_interface(name, _point(device, name, one)) for name, one in device.running.items()]
    return "\n".join(parts)


def _interface(name: str, values: dict[str, str]) -> str:
    return f'Interface, name = "{name}"\n{_lines(values)}'


def _point(device: Keenetic, name: str, point: Point) -> dict[str, str]:
    radio = device.running[name.partition("/")[0]]
    on = point.up and radio.up
    state = {"link": "up" if on else "down", "state": "up" if point.up else "down"}
    if "/" not in name:
        return {
            "id": name,
            "type": "WifiMaster",
            **state,
            "channel": str(point.channel),
            "bandwidth": "20" if name == "WifiMaster0" else "80",
        }
    return {
        "id": name,
        "type": "AccessPoint",
        "interface-name": "AccessPoint",
        **state,
        "connected": "yes" if on else "no",
        "group": point.group,
        "mac": "02:00:5e:10:00:03",
        "ssid": point.ssid,
        "encryption": "wpa2,wpa3",
    }


def _hotspot() -> str:
    host = {
        "mac": "02:00:5e:10:00:20",
        "ip": "192.168.1.20",
        "hostname": "laptop",
        "name": "laptop",
        "expires": "18000",
        "active": "yes",
        "link": "up",
    }
    inner = _lines({"interface": ""}) + _lines({"id": "Bridge0", "name": "Home"}, DEEPER + 2)
    return f"\n{_lines({'host': ''})}{_lines(host, DEEPER)}\n{inner}"


def _associations(device: Keenetic) -> str:
    if not device.running["WifiMaster1"].up:
        return "\n"
    station = {
        "mac": "02:00:5e:10:00:20",
        "ap": "WifiMaster1/AccessPoint0",
        "authenticated": "yes",
        "txrate": "200",
        "rxrate": "180",
        "rssi": "-52",
    }
    return f"\n{_lines({'station': ''})}{_lines(station, DEEPER)}\n"


def _running(device: Keenetic) -> str:
    lines = ["! $$$ Model: Keenetic Ultra", "system", "!"]
    lines += [f"ip host {name} {address}" for name, address in device.hosts.items()]
    lines.append("!")
    for name, point in device.running.items():
        lines.append(f"interface {name}")
        if point.ssid:
            lines.append(f'    ssid "{point.ssid}"')
            lines.append("    authentication wpa-psk ns3 AbCdEfGhIjKlMnOpQrStUvWx")
        if point.channel:
            lines.append(f"    channel {point.channel}")
        lines += ["    up" if point.up else "    down", "!"]
    return "".join(f"{line}\n" for line in lines)
