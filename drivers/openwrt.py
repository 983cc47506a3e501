"""Readers of OpenWrt's answers: pure functions from text to facts. The commands: openwrt.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import (
    DhcpLease,
    LanPort,
    LanStatus,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import (
    AirNeighbour,
    AirScan,
    Radio,
    WifiClient,
    WifiClients,
    WifiNetwork,
    WifiStatus,
)
from cpe_diag.driver_kit.parsers import fields
from cpe_diag.driver_kit.parsers.answers import (
    json_object,
    refuse_failed,
    unparseable,
    whole_text,
)
from cpe_diag.driver_kit.parsers.busybox import dns_check, ping_check
from cpe_diag.driver_kit.parsers.home_network import leases, neighbours, uci_options
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.parsers.uclient import http_check
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, PingCheck

Answers = tuple[CommandAnswer, ...]

# Linux, include/linux/sched/loadavg.h: load averages are fixed-point with 16 bits.
LOAD_UNIT: Final = 65536
# RFC 4122, section 3: the form of /proc/sys/kernel/random/boot_id.
BOOT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# proc(5), date(1), uci: whole numbers.
NUMBER: Final = re.compile(r"[0-9]{1,12}")
# netifd, system-linux.c: megabits and F for full or H for half duplex; -1 without a link.
SPEED: Final = re.compile(r"(-?\d{1,7})[FH]")
# OpenWrt, dnsmasq.init: what `limit` is where the section does not say.
DHCP_LIMIT: Final = 150
# hostapd, src/ap/ubus.c: utilization in the unit of IEEE 802.11 BSS load, 255 is 100 percent.
FULL_UTILISATION: Final = 255
# recording hostapd_clients against iwinfo_assoc: 5780000 there is 57.8 Mbit/s.
RATE_UNIT_BPS: Final = 10
# netifd, wireless handlers: HT20, VHT80, HE160, EHT320; NOHT and nothing mean 20 MHz.
HTMODE: Final = re.compile(r"(?:E?HT|VHT|HE)(\d{1,4})[+-]?")
NO_HT: Final = "NOHT"
NARROWEST_MHZ: Final = 20
# iwinfo_cli.c, print_info (recording iwinfo).
IWINFO_DEVICE: Final = re.compile(r"^(\S+)\s+ESSID:", re.MULTILINE)
IWINFO_POWER: Final = re.compile(r"Tx-Power: (-?\d{1,3}) dBm")
IWINFO_NOISE: Final = re.compile(r"Noise: (-\d{1,3}) dBm")
# iwinfo_cli.c, print_scanlist.
SCAN_CELL: Final = re.compile(r"^Cell \d+ - Address: ([0-9A-F:]{17})$", re.MULTILINE)
SCAN_ESSID: Final = re.compile(r'^\s+ESSID: "(.*)"$', re.MULTILINE)
SCAN_CHANNEL: Final = re.compile(r"Channel: (\d{1,3})$", re.MULTILINE)
SCAN_SIGNAL: Final = re.compile(r"Signal: (-\d{1,3}) dBm")
HOSTAPD_OBJECT: Final = re.compile(r"^hostapd\.(\S+)\n", re.MULTILINE)

# busybox libbb/wfopen_input.c and strerror(ENOENT): `cat: can't open '...': No such file ...`.
NO_FILE: Final = "No such file or directory"

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)
UNSUPPORTED: Final = fields.UNSUPPORTED


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    board_answer, info_answer, kernel_answer = answers
    board = _optional_object(board_answer)
    info = json_object(info_answer)
    memory = fields.mapping(info, "memory")
    load = info.get("load")
    first = load[0] if isinstance(load, list) and load else None
    entries, limit, boot_id, clock_s = _kernel(kernel_answer)
    offset_s = UNSUPPORTED if clock_s is None else clock_s - context.at.timestamp()
    return RouterSystem(
        model=fields.text(board, "model"),
        firmware=fields.text(fields.mapping(board, "release"), "description"),
        uptime_s=float(fields.needed_whole(info, "uptime", info_answer.command.label)),
        load_1min=first / LOAD_UNIT if fields.is_whole(first) else UNSUPPORTED,
        memory_total_bytes=fields.whole(memory, "total"),
        memory_available_bytes=fields.whole(memory, "available"),
        conntrack_entries=entries,
        conntrack_limit=limit,
        clock_offset_s=offset_s,
        boot_id=boot_id,
    )


def _optional_object(answer: CommandAnswer) -> Mapping[str, object]:
    """Read an object that a router may refuse to give; a missing ubus or a cut is still told."""
    try:
        return json_object(answer)
    except UnreadableError as error:
        if error.kind in {FailureKind.UNSUPPORTED, FailureKind.FORBIDDEN}:
            return {}
        raise


def _kernel(answer: CommandAnswer) -> tuple[Maybe[int], Maybe[int], Maybe[str], float | None]:
    """Read two counters, the boot id and the clock; without nf_conntrack there are no counters."""
    text, _ = whole_text(answer)
    lines = text.splitlines()
    places = [place for place, line in enumerate(lines) if BOOT_ID.fullmatch(line)]
    if not places:
        raise unparseable(answer.command.label, "no boot id")
    place = places[0]
    numbers = [int(line) for line in lines[:place] if NUMBER.fullmatch(line)]
    entries, limit = numbers if len(numbers) == 2 else (UNSUPPORTED, UNSUPPORTED)  # noqa: PLR2004 - two files
    clock = lines[place + 1] if len(lines) > place + 1 else ""
    return entries, limit, lines[place], float(clock) if NUMBER.fullmatch(clock) else None


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator as netifd sees it."""
    status_answer, devices_answer = answers
    status = json_object(status_answer)
    devices = json_object(devices_answer)
    label = status_answer.command.label
    name = fields.text(status, "device")
    device = fields.mapping(devices, name) if isinstance(name, str) else {}
    up = fields.needed_flag(status, "up", label)
    uptime = fields.whole(status, "uptime")
    return WanStatus(
        up=up,
        protocol=fields.needed_text(status, "proto", label),
        device=name,
        carrier=fields.flag(device, "carrier"),
        mac=fields.text(device, "macaddr"),
        addresses=_addresses(status, label) if up else (),
        gateway=_gateway(status, label) if up else None,
        dns_servers=tuple(
            fields.needed_address(one, label) for one in fields.texts(status, "dns-server")
        ),
        uptime_s=float(uptime) if isinstance(uptime, int) else NO_VALUE,
        autostart=fields.flag(status, "autostart"),
        error_codes=tuple(
            code
            for error in fields.mappings(status, "errors")
            if isinstance(code := error.get("code"), str)
        ),
    )


def _addresses(status: Mapping[str, object], label: str) -> tuple[str, ...]:
    return tuple(
        f"{fields.needed_address(one.get('address'), label)}/{mask}"
        for one in fields.mappings(status, "ipv4-address")
        if isinstance(mask := one.get("mask"), int)
    )


def _gateway(status: Mapping[str, object], label: str) -> str | None:
    """Give the next hop of the default route; on a point-to-point link it may be the peer."""
    for route in fields.mappings(status, "route"):
        if route.get("target") != "0.0.0.0" or route.get("mask") != 0:  # noqa: S104 - a route
            continue
        hop = route.get("nexthop")
        if isinstance(hop, str) and hop != "0.0.0.0":  # noqa: S104 - netifd: no next hop
            return fields.needed_address(hop, label)
        peers = [one.get("ptpaddress") for one in fields.mappings(status, "ipv4-address")]
        peer = next((peer for peer in peers if isinstance(peer, str)), None)
        return None if peer is None else fields.needed_address(peer, label)
    return None


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network as the router serves it."""
    status_answer, devices_answer, leases_answer, neighbours_answer, service, dhcp = answers
    status = json_object(status_answer)
    devices = json_object(devices_answer)
    bridge = fields.text(status, "l3_device")
    name = bridge if isinstance(bridge, str) else "br-lan"
    running = _dnsmasq_running(service)
    enabled, pool_size = _dhcp_setting(dhcp)
    lease_text, lease_status = whole_text(leases_answer)
    neighbour_text, neighbour_status = whole_text(neighbours_answer)
    prefixes = _addresses(status, status_answer.command.label)
    return LanStatus(
        prefix=prefixes[0] if prefixes else UNSUPPORTED,
        ports=_lan_ports(devices, name),
        leases=_leases(lease_text, lease_status, leases_answer.command.label),
        neighbours=UNSUPPORTED
        if neighbour_status
        else neighbours(neighbour_text, name, neighbours_answer.command.label),
        dhcp_enabled=enabled,
        dhcp_server_running=running,
        dns_forwarder_running=running,
        dhcp_pool_size=pool_size,
    )


def _leases(text: str, status: int, label: str) -> Maybe[tuple[DhcpLease, ...]]:
    """Read the lease file; dnsmasq writes it with the first lease: without it nobody has one."""
    if status:
        return () if NO_FILE in text else UNSUPPORTED
    return leases(text, label)


def _lan_ports(devices: Mapping[str, object], bridge: str) -> Maybe[tuple[LanPort, ...]]:
    members = fields.texts(fields.mapping(devices, bridge), "bridge-members")
    if not members:
        return UNSUPPORTED
    ports = ((name, fields.mapping(devices, name)) for name in members)
    return tuple(
        LanPort(name=name, carrier=fields.flag(device, "carrier"), speed_bps=_speed(device))
        for name, device in ports
        if device.get("devtype") != "wlan" and "-ap" not in name
    )


def _speed(device: Mapping[str, object]) -> Maybe[int]:
    match = SPEED.fullmatch(str(device.get("speed", "")))
    if match is None:
        return UNSUPPORTED
    megabits = int(match[1])
    return megabits * 1_000_000 if megabits > 0 else NO_VALUE


def _dnsmasq_running(answer: CommandAnswer) -> bool:
    instances = fields.mapping(fields.mapping(json_object(answer), "dnsmasq"), "instances")
    return any(
        isinstance(one, Mapping) and one.get("running") is True for one in instances.values()
    )


def _dhcp_setting(answer: CommandAnswer) -> tuple[Maybe[bool], Maybe[int]]:
    """Read section `lan` of /etc/config/dhcp: whether it serves, and how many addresses."""
    text, status = whole_text(answer)
    if status:
        return UNSUPPORTED, UNSUPPORTED
    options = uci_options(text)
    off = options.get("ignore") == "1" or options.get("dhcpv4") == "disabled"
    limit = options.get("limit", str(DHCP_LIMIT))
    return not off, int(limit) if NUMBER.fullmatch(limit) else UNSUPPORTED


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    (answer,) = answers
    text, status = whole_text(answer)
    if status:
        raise UnreadableError(FailureKind.DEVICE_ERROR, "logread: there is no log")
    lines = text.splitlines()
    return LogEvents(lines_read=len(lines), events=classify(lines))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks: what is set from netifd, what is on air from hostapd."""
    wireless_answer, hostapd_answer, iwinfo_answer = answers
    wireless = json_object(wireless_answer)
    on_air = _hostapd(hostapd_answer)
    extra = _iwinfo(iwinfo_answer)
    radios: list[Radio] = []
    networks: list[WifiNetwork] = []
    for name, status in wireless.items():
        if not isinstance(status, Mapping):
            raise unparseable(wireless_answer.command.label, f"{name} is no radio")
        found = _networks(name, status, on_air)
        networks.extend(found)
        radios.append(_radio(name, status, found, on_air, extra))
    return WifiStatus(radios=tuple(radios), networks=tuple(networks))


def _networks(
    radio: str, status: Mapping[str, object], on_air: Mapping[str, Mapping[str, object]]
) -> list[WifiNetwork]:
    networks: list[WifiNetwork] = []
    for interface in fields.mappings(status, "interfaces"):
        config = fields.mapping(interface, "config")
        if config.get("mode", "ap") != "ap":
            continue
        device = interface.get("ifname")
        live = on_air.get(device, {}) if isinstance(device, str) else {}
        ssid = live.get("ssid", config.get("ssid"))
        purposes = fields.texts(config, "network")
        networks.append(
            WifiNetwork(
                interface=str(device or interface.get("section", "")),
                radio=radio,
                ssid=ssid if isinstance(ssid, str) else "",
                purpose=purposes[0] if purposes else UNSUPPORTED,
                encryption=fields.text(config, "encryption"),
                on_air=live.get("status") == "ENABLED",
                settings=fields.text(interface, "section"),
                band=fields.text(fields.mapping(status, "config"), "band"),
                # OpenWrt, mac80211.sh and hostapd.sh: where it is not set, it is not hidden.
                hidden=fields.flag({"hidden": False, **config}, "hidden"),
            )
        )
    return networks


def _radio(
    name: str,
    status: Mapping[str, object],
    networks: list[WifiNetwork],
    on_air: Mapping[str, Mapping[str, object]],
    extra: Mapping[str, str],
) -> Radio:
    config = fields.mapping(status, "config")
    first = next((one.interface for one in networks if one.on_air), "")
    live = on_air.get(first, {})
    power = IWINFO_POWER.search(extra.get(first, ""))
    noise = IWINFO_NOISE.search(extra.get(first, ""))
    return Radio(
        name=name,
        band=fields.text(config, "band"),
        enabled=not fields.needed_flag(status, "disabled", "network.wireless status"),
        on_air=bool(live),
        channel=fields.whole(live, "channel") if live else NO_VALUE,
        width_mhz=_width(fields.text(config, "htmode")),
        tx_power_dbm=float(power[1]) if power else NO_VALUE,
        noise_dbm=float(noise[1]) if noise else NO_VALUE,
        busy_percent=_busy(fields.mapping(live, "airtime")),
        settings=name,
    )


def _width(htmode: Maybe[str]) -> Maybe[int]:
    if isinstance(htmode, Missing) or htmode == NO_HT:
        return NARROWEST_MHZ
    wide = HTMODE.fullmatch(htmode)
    return int(wide[1]) if wide else NO_VALUE


def _busy(airtime: Mapping[str, object]) -> Maybe[float]:
    """Give channel utilisation; a radio that does not measure it says 0 of 0 (the recording)."""
    share = airtime.get("utilization")
    if not fields.is_whole(share) or not airtime.get("time"):
        return NO_VALUE
    return round(share * 100 / FULL_UTILISATION, 1)


def _hostapd(answer: CommandAnswer) -> Mapping[str, Mapping[str, object]]:
    """Read lines `hostapd.DEVICE`, each followed by an object.

    A device that is listed and gives none, as when the call times out, leaves the whole open:
    to leave it out would say that it is off the air, or that nobody is associated.
    """
    if answer.exit_status:
        refuse_failed(answer)
    text, _ = whole_text(answer)
    found: dict[str, Mapping[str, object]] = {}
    decoder = json.JSONDecoder()
    for match in HOSTAPD_OBJECT.finditer(text):
        if not text.startswith("{", match.end()):
            raise UnreadableError(
                FailureKind.DEVICE_ERROR, f"hostapd did not answer for {match[1]}"
            )
        try:
            value, _end = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError) as error:
            raise unparseable(answer.command.label, f"no JSON from {match[1]}") from error
        found[match[1]] = value
    return found


def _iwinfo(answer: CommandAnswer) -> Mapping[str, str]:
    """Cut iwinfo's text into blocks by device."""
    text, _ = whole_text(answer)
    starts = list(IWINFO_DEVICE.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {match[1]: text[match.start() : end] for match, end in zip(starts, ends, strict=False)}


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated."""
    (answer,) = answers
    clients: list[WifiClient] = []
    for device, status in _hostapd(answer).items():
        for mac, client in fields.mapping(status, "clients").items():
            if not isinstance(client, Mapping):
                raise unparseable(answer.command.label, "a station is no object")
            rate = fields.mapping(client, "rate")
            clients.append(
                WifiClient(
                    mac=mac,
                    interface=device,
                    authorized=fields.needed_flag(client, "authorized", answer.command.label),
                    signal_dbm=fields.whole(client, "signal"),
                    rx_rate_bps=_rate(rate, "rx"),
                    tx_rate_bps=_rate(rate, "tx"),
                )
            )
    return WifiClients(clients=tuple(clients))


def _rate(rates: Mapping[str, object], key: str) -> Maybe[int]:
    value = fields.whole(rates, key)
    if isinstance(value, Missing):
        return value
    return value * RATE_UNIT_BPS if value > 0 else NO_VALUE


def air_scan(answers: Answers, _: ReadingContext) -> AirScan:
    """Read who else is in the air; of a neighbour heard twice the louder one."""
    (answer,) = answers
    text, _status = whole_text(answer)
    if not HOSTAPD_OBJECT.search(text):
        raise UnreadableError(FailureKind.NOT_MEASURED, "no radio is on air to listen with")
    heard: dict[str, AirNeighbour] = {}
    cells = SCAN_CELL.split(text)[1:]
    for bssid, body in zip(cells[::2], cells[1::2], strict=True):
        channel = SCAN_CHANNEL.search(body)
        if channel is None:
            raise unparseable(answer.command.label, "a network without a channel")
        essid, signal = SCAN_ESSID.search(body), SCAN_SIGNAL.search(body)
        found = AirNeighbour(
            bssid=bssid.lower(),
            ssid=essid[1] if essid else "",
            channel=int(channel[1]),
            signal_dbm=int(signal[1]) if signal else NO_VALUE,
        )
        before = heard.get(found.bssid)
        if before is None or _loudness(found) > _loudness(before):
            heard[found.bssid] = found
    return AirScan(neighbours=tuple(heard.values()))


def _loudness(neighbour: AirNeighbour) -> int:
    signal = neighbour.signal_dbm
    return signal if isinstance(signal, int) else -1000


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    return ping_check(answers, context.target)


def dns_forwarder(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what the router's own forwarder answered."""
    (answer,) = answers
    return dns_check(answer, context.target, "127.0.0.1")


def dns_direct(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what a server answered directly."""
    (answer,) = answers
    return dns_check(answer, context.target, context.server)


def http(answers: Answers, context: ReadingContext) -> HttpCheck:
    """Read how fetching a page went."""
    (answer,) = answers
    return http_check(answer, context.target)
