"""The router's files: what the kernel and the daemons show, and what was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.lab.links import link_speed_bps
from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.radios import Radio, all_bss, interfaces, radios
from cpe_diag.lab.openwrt.uci import Uci

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine

Contents = Mapping[str, Callable[[], str]]
"""Paths, and what makes their contents when they are read."""


class Files:
    """Paths and contents; derived ones are made when they are read."""

    def __init__(self, machine: Machine) -> None:
        """Start with what the machine shows, and nothing written."""
        self.machine = machine
        self.written: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        """Give a file's content; None when there is no such file."""
        if path in self.written:
            return self.written[path]
        if path == "/dev/null":
            return b""
        derive = self.machine.files_shown(self.machine).get(path)
        return None if derive is None else derive().encode()

    def write(self, path: str, content: bytes) -> None:
        """Put a file in place, or hand it to a device."""
        take = self.machine.devices.get(path)
        if take is not None:
            take(self.machine, content)
        elif path != "/dev/null":
            self.written[path] = content

    def remove(self, path: str) -> bool:
        """Take a written file away, and say whether there was one."""
        return self.written.pop(path, None) is not None

    def paths(self) -> list[str]:
        """Give all paths in order."""
        return sorted({*self.written, *self.machine.files_shown(self.machine)})

    def is_folder(self, path: str) -> bool:
        """Whether something lies below `path`."""
        below = path.rstrip("/") + "/"
        return any(name.startswith(below) for name in self.paths())

    def matching(self, pattern: str) -> list[str]:
        """Give files and folders that match a shell pattern; none for a text without one."""
        if not re.search(r"[*?]", re.sub(r"\[[*?[]\]", "", pattern)):
            return []
        expression = re.compile(
            "".join(
                "[^/]*"
                if piece == "*"
                else "[^/]"
                if piece == "?"
                else re.escape(piece.strip("[]"))
                for piece in re.split(r"(\[[*?[]\]|[*?])", pattern)
            )
        )
        depth = pattern.count("/")
        names = {"/".join(path.split("/")[: depth + 1]) for path in self.paths()}
        return sorted(name for name in names if expression.fullmatch(name))


def derived(machine: Machine) -> Contents:
    """Give what the kernel, the daemons and the image show, by path."""
    contents: dict[str, Callable[[], str]] = {
        "/proc/uptime": partial(_uptime, machine),
        "/proc/loadavg": partial(_loadavg, machine),
        "/proc/meminfo": partial(_meminfo, machine),
        "/proc/sys/net/netfilter/nf_conntrack_count": lambda: (
            f"{machine.router.conntrack_entries}\n"
        ),
        "/proc/sys/net/netfilter/nf_conntrack_max": lambda: f"{machine.router.conntrack_limit}\n",
        "/proc/sys/net/ipv4/ip_forward": lambda: f"{int(machine.router.forwards)}\n",
        "/proc/sys/net/ipv6/conf/all/forwarding": lambda: "1\n",
        "/proc/sys/kernel/random/boot_id": lambda: f"{machine.router.boot_id}\n",
        "/sys/class/watchdog/watchdog0/bootstatus": lambda: f"{machine.router.watchdog_flags}\n",
        "/proc/sys/kernel/hostname": lambda: f"{machine.router.hostname}\n",
        "/proc/net/arp": partial(_arp, machine),
        "/tmp/dhcp.leases": partial(_leases, machine),  # noqa: S108 - a path on the router
        "/tmp/resolv.conf": lambda: "search lan\nnameserver 127.0.0.1\nnameserver ::1\n",  # noqa: S108 - on the router
        "/tmp/resolv.conf.d/resolv.conf.auto": partial(_resolv, machine),  # noqa: S108 - on the router
        "/tmp/sysinfo/model": lambda: f"{machine.router.model}\n",  # noqa: S108 - on the router
        "/tmp/sysinfo/board_name": lambda: f"{machine.router.board}\n",  # noqa: S108 - on the router
        "/etc/openwrt_release": partial(_openwrt_release, machine),
        "/etc/os-release": partial(_os_release, machine),
        "/etc/openwrt_version": lambda: f"{machine.router.revision}\n",
        "/etc/banner": partial(banner, machine),
    }
    for radio in radios(machine):
        name = f"/var/run/hostapd-{radio.phy}.conf"
        contents[name] = partial(_hostapd_conf, machine, radio)
    state = Uci(machine.router)
    for name in state.configs():
        contents[f"/etc/config/{name}"] = partial(_config, state, name)
    for device in devices(machine):
        contents[f"/sys/class/net/{device}/carrier"] = partial(_carrier, machine, device)
        contents[f"/sys/class/net/{device}/operstate"] = partial(_operstate, machine, device)
        contents[f"/sys/class/net/{device}/speed"] = partial(_speed, machine, device)
        contents[f"/sys/class/net/{device}/address"] = partial(_address, machine, device)
        contents[f"/sys/class/net/{device}/mtu"] = lambda: "1500\n"
        for counter in ("rx_errors", "rx_crc_errors"):
            name = f"/sys/class/net/{device}/statistics/{counter}"
            contents[name] = partial(_errors, machine, device)
        contents[f"/sys/class/net/{device}/statistics/tx_errors"] = lambda: "0\n"
    contents[f"/sys/class/net/{home.wan_device(machine)}/mtu"] = lambda: (
        f"{machine.router.wan_mtu}\n"
    )
    return contents


def devices(machine: Machine) -> list[str]:
    """Give the names of the network devices."""
    names = ["lo", home.wan_device(machine), *home.lan_ports(machine), "br-lan"]
    if machine.router.wan_protocol == "pppoe" and home.session_up(machine):
        names.append("pppoe-wan")
    return names + [bss.ifname for bss in all_bss(machine)]


def device_mac(machine: Machine, device: str) -> str:
    """Give a network device's own address."""
    if device == "lo":
        return "00:00:00:00:00:00"
    wan = device == home.wan_device(machine)
    return machine.router.wan_mac if wan else machine.router.lan_mac


def device_speed_mbps(machine: Machine, device: str) -> int | None:
    """Give a socket's negotiated speed in Mbit/s; None without a link or for what is no socket."""
    if not home.carrier(machine, device):
        return None
    if device == home.wan_device(machine):
        port = machine.world.port_of(machine.router)
        return 1000 if port.line is not None else link_speed_bps(port) // 1_000_000
    return 1000 if device in home.lan_ports(machine) else None


def _uptime(machine: Machine) -> str:
    uptime_s = machine.uptime_s()
    return f"{uptime_s:.2f} {uptime_s * 1.7:.2f}\n"


def _loadavg(machine: Machine) -> str:
    load = machine.router.load_1min
    return f"{load:.2f} {load * 0.9:.2f} {load * 0.8:.2f} 1/92 {machine.next_pid()}\n"


def _meminfo(machine: Machine) -> str:
    total = machine.router.memory_total_bytes // 1024
    available = machine.router.memory_available_bytes // 1024
    rows = {
        "MemTotal": total,
        "MemFree": available * 4 // 5,
        "MemAvailable": available,
        "Buffers": 752,
        "Cached": available // 5,
        "SwapTotal": 0,
        "SwapFree": 0,
    }
    return "".join(f"{name + ':':<16}{value:>8} kB\n" for name, value in rows.items())


def _arp(machine: Machine) -> str:
    lines = ["IP address       HW type     Flags       HW address            Mask     Device"]
    for address, device, mac, state in home.neighbours(machine):
        flags = "0x0" if state == "FAILED" else "0x2"
        shown = mac or "00:00:00:00:00:00"
        lines.append(f"{address:<16} 0x1         {flags}         {shown}     *        {device}")
    return "\n".join(lines) + "\n"


def _leases(machine: Machine) -> str:
    return "".join(
        f"{lease.expires_s} {lease.mac} {lease.address} {lease.host} 01:{lease.mac}\n"
        for lease in home.leases(machine)
    )


def _resolv(machine: Machine) -> str:
    if not home.session_up(machine):
        return ""
    servers = "".join(f"nameserver {server}\n" for server in machine.router.dns_servers)
    return f"# Interface wan\n{servers}"


def _openwrt_release(machine: Machine) -> str:
    router = machine.router
    return (
        "DISTRIB_ID='OpenWrt'\n"
        f"DISTRIB_RELEASE='{router.firmware}'\n"
        f"DISTRIB_REVISION='{router.revision}'\n"
        "DISTRIB_TARGET='mediatek/filogic'\n"
        "DISTRIB_ARCH='aarch64_cortex-a53'\n"
        f"DISTRIB_DESCRIPTION='OpenWrt {router.firmware} {router.revision}'\n"
        "DISTRIB_TAINTS=''\n"
    )


def _os_release(machine: Machine) -> str:
    router = machine.router
    return (
        'NAME="OpenWrt"\n'
        f'VERSION="{router.firmware}"\n'
        'ID="openwrt"\n'
        'ID_LIKE="lede openwrt"\n'
        f'PRETTY_NAME="OpenWrt {router.firmware}"\n'
        f'VERSION_ID="{router.firmware}"\n'
        f'BUILD_ID="{router.revision}"\n'
        f'OPENWRT_RELEASE="OpenWrt {router.firmware} {router.revision}"\n'
    )


def banner(machine: Machine) -> str:
    """Give what a login is greeted with."""
    router = machine.router
    return (
        "  _______                     ________        __\n"
        " |       |.-----.-----.-----.|  |  |  |.----.|  |_\n"
        " |   -   ||  _  |  -__|     ||  |  |  ||   _||   _|\n"
        " |_______||   __|_____|__|__||________||__|  |____|\n"
        "          |__| W I R E L E S S   F R E E D O M\n"
        " -----------------------------------------------------\n"
        f" OpenWrt {router.firmware}, {router.revision}\n"
        " -----------------------------------------------------\n"
    )


def _hostapd_conf(machine: Machine, radio: Radio) -> str:
    """Form: hostapd.conf(5); OpenWrt's hostapd.sh writes 64 hex digits as a key."""
    lines = [f"channel={radio.channel}"]
    for number, bss in enumerate(interfaces(machine, radio)):
        key = str(bss.options.get("key", ""))
        word = "wpa_psk" if re.fullmatch("[0-9A-Fa-f]{64}", key) else "wpa_passphrase"
        lines += [f"{'bss' if number else 'interface'}={bss.ifname}", f"ssid={bss.ssid}"]
        lines += [f"{word}={key}"] if key else []
    return "".join(f"{line}\n" for line in lines)


def _config(state: Uci, name: str) -> str:
    return "\n" + "".join(f"{line}\n" for line in state.export(name, staged=False))


def _carrier(machine: Machine, device: str) -> str:
    return "1\n" if home.carrier(machine, device) else "0\n"


def _operstate(machine: Machine, device: str) -> str:
    if device in ("lo", "pppoe-wan"):
        return "unknown\n"
    return "up\n" if home.carrier(machine, device) else "down\n"


def _speed(machine: Machine, device: str) -> str:
    speed = device_speed_mbps(machine, device)
    return f"{-1 if speed is None else speed}\n"


def _errors(machine: Machine, device: str) -> str:
    return f"{machine.router.lan_errors.get(device, 0)}\n"


def _address(machine: Machine, device: str) -> str:
    return f"{device_mac(machine, device)}\n"
