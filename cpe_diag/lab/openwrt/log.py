"""The router's log: what its daemons and its kernel write for the state they are in.

The words are those of OpenWrt 24.10 (recordings logread, wan_cable_out, uci_wifi_changes), of
busybox udhcpc 1.36, pppd 2.5, dnsmasq 2.90 and its init script, hostapd 2.11, and Linux 6.6.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpe_diag.lab.links import in_service_vlan, wan_carrier
from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.radios import all_bss, interfaces, radios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.lab.home_state import HomeDevice
    from cpe_diag.lab.openwrt.machine import Machine

Line = tuple[float, str]

# How often a fault says itself again, and how often it has so far, in this log.
REPEAT_S = 15.0
REPEATS = 8


def log_lines(machine: Machine) -> list[str]:
    """Give the whole log, oldest first, each line with its time of the router's clock."""
    lines = [
        *_boot(machine),
        *_wan(machine),
        *_wifi(machine),
        *_lan(machine),
        *_kernel(machine),
        *machine.router.log_extra,
    ]
    return [
        f"{time.asctime(time.gmtime(machine.wall_clock_s(at)))} {_with_uptime(machine, at, text)}"
        for at, text in sorted(lines, key=lambda line: line[0])
        if at >= machine.router.booted_at
    ]


def _with_uptime(machine: Machine, at: float, text: str) -> str:
    head, separator, tail = text.partition(" kernel: ")
    if not separator or tail.startswith("["):
        return text
    return f"{head} kernel: [{at - machine.router.booted_at:12.6f}] {tail}"


def _repeated(machine: Machine, *texts: str) -> Iterator[Line]:
    now = machine.world.now()
    for index in range(REPEATS, 0, -1):
        for step, text in enumerate(texts):
            yield now - index * REPEAT_S + step * 0.1, text


def _boot(machine: Machine) -> Iterator[Line]:
    router = machine.router
    at = router.booted_at
    yield at, f"kern.notice kernel: Linux version 6.6.73 (OpenWrt {router.revision})"
    yield at, f"kern.info kernel: Machine model: {router.model}"
    yield at + 0.5, "kern.info kernel: br-lan: port 1(lan1) entered forwarding state"
    yield at + 0.6, "daemon.notice netifd: Interface 'lan' is now up"
    if router.dnsmasq_running:
        yield at + 0.7, "daemon.info dnsmasq[1570]: started, version 2.90 cachesize 1000"
        if home.dhcp_enabled(machine) and router.rogue_dhcp is None:
            network = home.lan_interface(machine).network
            start = int(home.option(machine, "dhcp", "lan", "start", "100"))
            limit = int(home.option(machine, "dhcp", "lan", "limit", "150"))
            last = network[min(start + limit - 1, network.num_addresses - 2)]
            yield (
                at + 0.7,
                (
                    f"daemon.info dnsmasq-dhcp[1570]: DHCP, IP range {network[start]} -- {last},"
                    " lease time 12h"
                ),
            )
    yield at + 0.8, "authpriv.info dropbear[1811]: Not backgrounding"


def _wan(machine: Machine) -> Iterator[Line]:
    world, router = machine.world, machine.router
    device = home.wan_device(machine)
    port = world.port_of(router)
    if not wan_carrier(world, router):
        yield (
            max(port.changed_at, router.booted_at + 1),
            f"daemon.notice netifd: Network device '{device}' link is down",
        )
        yield (
            max(port.changed_at, router.booted_at + 1),
            "daemon.notice netifd: Interface 'wan' has link connectivity loss",
        )
        return
    linked = home.session_since(machine) - home.SESSION_S
    yield linked, f"daemon.notice netifd: Network device '{device}' link is up"
    yield linked, "daemon.notice netifd: Interface 'wan' has link connectivity"
    yield linked, "daemon.notice netifd: Interface 'wan' is setting up now"
    pppoe = router.wan_protocol == "pppoe"
    if home.session_up(machine):
        since = home.session_since(machine)
        yield from _pppoe_success(machine, since) if pppoe else _dhcp_success(machine, since)
        yield since, "daemon.notice netifd: Interface 'wan' is now up"
        yield (
            since + 0.2,
            (
                f"user.notice firewall: Reloading firewall due to ifup of wan"
                f" ({home.wan_layer3(machine)})"
            ),
        )
    elif pppoe and in_service_vlan(port) and router.pppoe_answers:
        yield from _ppp_refused(machine)
    elif pppoe:
        yield from _repeated(
            machine,
            "daemon.info pppd[2315]: Plugin pppoe.so loaded.",
            "daemon.notice pppd[2315]: pppd 2.5.1 started by root, uid 0",
            "daemon.warn pppd[2315]: Timeout waiting for PADO packets",
            "daemon.err pppd[2315]: Unable to complete PPPoE Discovery",
            "daemon.info pppd[2315]: Exit.",
            "daemon.notice netifd: Interface 'wan' is now down",
        )
    else:
        yield linked, "daemon.notice netifd: wan (1145): udhcpc: started, v1.36.1"
        yield from _repeated(
            machine, "daemon.notice netifd: wan (1145): udhcpc: broadcasting discover"
        )


def _dhcp_success(machine: Machine, since: float) -> Iterator[Line]:
    router = machine.router
    head = "daemon.notice netifd: wan (1145): udhcpc:"
    yield since - 0.4, f"{head} started, v1.36.1"
    yield since - 0.3, f"{head} broadcasting discover"
    yield (
        since - 0.2,
        f"{head} broadcasting select for {router.wan_address}, server {router.wan_gateway}",
    )
    yield (
        since - 0.1,
        (
            f"{head} lease of {router.wan_address} obtained from {router.wan_gateway},"
            " lease time 86400"
        ),
    )


def _pppoe_success(machine: Machine, since: float) -> Iterator[Line]:
    router = machine.router
    device = home.wan_device(machine)
    yield since - 0.5, "daemon.notice pppd[2315]: pppd 2.5.1 started by root, uid 0"
    yield since - 0.4, "daemon.info pppd[2315]: PPP session is 1"
    yield since - 0.4, f"daemon.notice pppd[2315]: Connect: pppoe-wan <--> {device}"
    yield since - 0.3, "daemon.info pppd[2315]: CHAP authentication succeeded"
    yield since - 0.1, f"daemon.notice pppd[2315]: local  IP address {router.wan_address}"
    yield since - 0.1, f"daemon.notice pppd[2315]: remote IP address {router.wan_gateway}"


def _ppp_refused(machine: Machine) -> Iterator[Line]:
    device = home.wan_device(machine)
    yield from _repeated(
        machine,
        "daemon.info pppd[2315]: Plugin pppoe.so loaded.",
        "daemon.notice pppd[2315]: pppd 2.5.1 started by root, uid 0",
        "daemon.info pppd[2315]: PPP session is 1",
        f"daemon.notice pppd[2315]: Connect: pppoe-wan <--> {device}",
        "daemon.err pppd[2315]: CHAP authentication failed: Authentication failure",
        "daemon.err pppd[2315]: CHAP authentication failed",
        "daemon.notice pppd[2315]: Connection terminated.",
        "daemon.info pppd[2315]: Exit.",
        "daemon.notice netifd: Interface 'wan' is now down",
    )


def _wifi(machine: Machine) -> Iterator[Line]:
    up_at = max(machine.router.booted_at + 1.5, machine.wifi_ready_at)
    for radio in radios(machine):
        if not radio.enabled:
            continue
        if radio.failed:
            for bss in interfaces(machine, radio):
                yield (
                    up_at,
                    f"daemon.err hostapd: {bss.ifname}: interface state COUNTRY_UPDATE->DISABLED",
                )
                yield up_at, f"daemon.notice hostapd: {bss.ifname}: AP-DISABLED"
            yield (
                up_at,
                f"daemon.notice netifd: Wireless device '{radio.name}' setup failed, retry=3",
            )
            yield up_at + 0.1, f"daemon.notice netifd: Wireless device '{radio.name}' is now down"
        elif radio.on_air:
            yield up_at, f"daemon.notice netifd: Wireless device '{radio.name}' is now up"
    for bss in all_bss(machine):
        yield up_at, f"daemon.notice hostapd: {bss.ifname}: AP-ENABLED"
    for device in machine.router.devices:
        yield from _station(machine, device, up_at)


def _station(machine: Machine, device: HomeDevice, up_at: float) -> Iterator[Line]:
    bss = home.bss_of(machine, device)
    if bss is None or not device.on:
        return
    station = f"hostapd: {bss.ifname}: STA {device.mac}"
    if device.wrong_password:
        # hostapd 2.11, ieee802_1x.c and wpa_auth.c: a message 2 whose MIC does not fit the key.
        yield from _repeated(
            machine,
            f"daemon.info {station} IEEE 802.11: authenticated",
            f"daemon.info {station} IEEE 802.11: associated (aid 3)",
            f"daemon.notice hostapd: {bss.ifname}: AP-STA-POSSIBLE-PSK-MISMATCH {device.mac}",
            f"daemon.notice hostapd: {bss.ifname}: AP-STA-POSSIBLE-PSK-MISMATCH {device.mac}",
            f"daemon.info {station} IEEE 802.11: deauthenticated due to local deauth request",
        )
        return
    at = up_at + 2.0
    yield at, f"daemon.info {station} IEEE 802.11: authenticated"
    yield at, f"daemon.info {station} IEEE 802.11: associated (aid 1)"
    yield (
        at + 0.1,
        f"daemon.notice hostapd: {bss.ifname}: AP-STA-CONNECTED {device.mac} auth_alg=open",
    )
    yield at + 0.1, f"daemon.info {station} WPA: pairwise key handshake completed (RSN)"


def _lan(machine: Machine) -> Iterator[Line]:
    router = machine.router
    if router.rogue_dhcp is not None:
        # OpenWrt, package/network/services/dnsmasq/files/dnsmasq.init, dhcp_check.
        yield (
            machine.world.now() - REPEAT_S * REPEATS,
            (
                "user.notice dnsmasq: found already running DHCP-server on interface 'br-lan'"
                " refusing to start, use 'option force 1' to override"
            ),
        )
        return
    for device in router.devices:
        if not home.present(machine, device) or device.static_address is not None:
            continue
        head = "daemon.info dnsmasq-dhcp[1570]:"
        address = home.dhcp_address(machine, device)
        if address is not None:
            at = router.booted_at + 4.5
            yield at, f"{head} DHCPDISCOVER(br-lan) {device.mac}"
            yield at, f"{head} DHCPOFFER(br-lan) {address} {device.mac}"
            yield at, f"{head} DHCPREQUEST(br-lan) {address} {device.mac}"
            yield at, f"{head} DHCPACK(br-lan) {address} {device.mac} {device.name}"
        elif router.dhcp_pool_exhausted and home.dhcp_enabled(machine):
            # dnsmasq 2.90, src/rfc2131.c: the reply to DISCOVER when no address is left.
            yield from _repeated(
                machine, f"{head} DHCPDISCOVER(br-lan) {device.mac} no address available"
            )


def _kernel(machine: Machine) -> Iterator[Line]:
    router = machine.router
    if router.conntrack_entries >= router.conntrack_limit:
        # Linux, net/netfilter/nf_conntrack_core.c.
        yield from _repeated(
            machine, "kern.warn kernel: nf_conntrack: nf_conntrack: table full, dropping packet"
        )
    if router.memory_available_bytes < router.memory_total_bytes // 50:
        # Linux, mm/oom_kill.c.
        at = machine.world.now() - REPEAT_S
        yield (
            at,
            (
                "kern.warn kernel: dnsmasq invoked oom-killer: gfp_mask=0x140cca, order=0,"
                " oom_score_adj=0"
            ),
        )
        yield (
            at + 0.1,
            (
                "kern.err kernel: Out of memory: Killed process 2412 (collectd) total-vm:91304kB,"
                " anon-rss:64120kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:104kB"
                " oom_score_adj:0"
            ),
        )
