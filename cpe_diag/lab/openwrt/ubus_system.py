"""What procd, rpcd and dnsmasq answer on ubus.

Forms: recordings system_board, system_info, rc_list, ubus_dhcp (OpenWrt 24.10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.lab.openwrt.json_text import Json
    from cpe_diag.lab.openwrt.machine import Machine

# Linux, include/linux/sched/loadavg.h: load averages are fixed-point with 16 bits below 1.
LOAD_ONE = 65536

# recording rc_list: name -> (start, stop, enabled, has it a process that can run).
SERVICES: Mapping[str, tuple[int | None, int | None, bool, bool | None]] = {
    "boot": (10, 90, True, None),
    "cron": (50, None, True, False),
    "dnsmasq": (19, None, True, True),
    "done": (95, None, True, None),
    "dropbear": (19, 50, True, True),
    "firewall": (19, None, True, False),
    "gpio_switch": (94, 10, True, False),
    "led": (96, None, True, None),
    "log": (12, 89, True, True),
    "network": (20, 90, True, True),
    "odhcpd": (35, None, True, True),
    "packet_steering": (25, None, True, False),
    "rpcd": (12, None, True, True),
    "sysctl": (11, None, True, None),
    "sysfixtime": (0, 90, True, None),
    "sysntpd": (98, None, True, True),
    "system": (10, None, True, False),
    "umount": (None, 90, False, None),
    "wpad": (19, 21, True, True),
}

PIDS: Mapping[str, tuple[int, str]] = {
    "dnsmasq": (1570, "/usr/sbin/dnsmasq"),
    "dropbear": (1811, "/usr/sbin/dropbear"),
    "log": (988, "/sbin/logd"),
    "network": (1102, "/sbin/netifd"),
    "odhcpd": (1644, "/usr/sbin/odhcpd"),
    "rpcd": (1010, "/sbin/rpcd"),
    "sysntpd": (2031, "/usr/sbin/ntpd"),
    "wpad": (1450, "/usr/sbin/hostapd"),
}


def running(machine: Machine, service: str) -> bool:
    """Whether a service has a process."""
    if service == "dnsmasq":
        return machine.router.dnsmasq_running
    return service in PIDS


def board(machine: Machine) -> Json:
    """Give `system board`."""
    router = machine.router
    return {
        "kernel": "6.6.73",
        "hostname": router.hostname,
        "system": "ARMv8 Processor rev 4",
        "model": router.model,
        "board_name": router.board,
        "rootfs_type": "squashfs",
        "release": {
            "distribution": "OpenWrt",
            "version": router.firmware,
            "revision": router.revision,
            "target": "mediatek/filogic",
            "description": f"OpenWrt {router.firmware} {router.revision}",
            "builddate": "1738624177",
        },
    }


def info(machine: Machine) -> Json:
    """Give `system info`; memory in bytes, file systems in KiB."""
    router = machine.router
    load = router.load_1min
    available = router.memory_available_bytes
    return {
        "localtime": int(machine.wall_clock_s()),
        "uptime": int(machine.uptime_s()),
        "load": [int(load * share * LOAD_ONE) for share in (1.0, 0.9, 0.8)],
        "memory": {
            "total": router.memory_total_bytes,
            "free": available * 4 // 5,
            "shared": 29245440,
            "buffered": 770048,
            "available": available,
            "cached": available // 5,
        },
        "root": {"total": 40939, "free": 40914, "used": 25, "avail": 37474},
        "tmp": {"total": 136920, "free": 136712, "used": 208, "avail": 136712},
        "swap": {"total": 0, "free": 0},
    }


def service_list(machine: Machine, name: str | None) -> Json:
    """Give `service list`: what procd supervises; a name narrows it."""
    found: dict[str, Json] = {}
    for service, (pid, path) in PIDS.items():
        if name not in (None, service):
            continue
        if running(machine, service):
            instance: Json = {"running": True, "pid": pid, "command": [path]}
            found[service] = {"instances": {"instance1": instance}}
    return found


def rc_list(machine: Machine, name: str | None) -> Json:
    """Give `rc list`: the init scripts and whether their services run."""
    found: dict[str, Json] = {}
    for service, (start, stop, enabled, has_process) in SERVICES.items():
        if name not in (None, service):
            continue
        entry: dict[str, Json] = {}
        if start is not None:
            entry["start"] = start
        if stop is not None:
            entry["stop"] = stop
        entry["enabled"] = enabled
        if has_process is not None:
            entry["running"] = has_process and running(machine, service)
        found[service] = entry
    return found


def dnsmasq_metrics(machine: Machine) -> Json:
    """Give `dnsmasq metrics`."""
    count = len(home.leases(machine))
    names = [
        "dns_cache_inserted",
        "dns_cache_live_freed",
        "dns_queries_forwarded",
        "dns_auth_answered",
        "dns_local_answered",
        "dns_stale_answered",
        "dns_unanswered",
        "dnssec_max_crypto_use",
        "dnssec_max_sig_fail",
        "dnssec_max_work",
        "bootp",
        "pxe",
        "dhcp_ack",
        "dhcp_decline",
        "dhcp_discover",
        "dhcp_inform",
        "dhcp_nak",
        "dhcp_offer",
        "dhcp_release",
        "dhcp_request",
        "noanswer",
        "leases_allocated_4",
        "leases_pruned_4",
        "leases_allocated_6",
        "leases_pruned_6",
        "tcp_connections",
    ]
    values = {
        "dns_queries_forwarded": int(machine.uptime_s() / 3),
        "dns_local_answered": int(machine.uptime_s() / 9),
        "dhcp_ack": count,
        "dhcp_discover": count,
        "dhcp_offer": count,
        "dhcp_request": count,
        "leases_allocated_4": count,
    }
    return {name: values.get(name, 0) for name in names}
