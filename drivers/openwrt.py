"""Readers of OpenWrt's answers: pure functions from text to facts. The commands: openwrt.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

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
    AirScan,
    Radio,
    WifiClient,
    WifiClients,
    WifiNetwork,
    WifiStatus,
)
from cpe_diag.driver_kit.parsers import fields, hostapd_ubus, iw_station, iwinfo, trains
from cpe_diag.driver_kit.parsers.answers import (
    json_object,
    unparseable,
    whole_text,
)
from cpe_diag.driver_kit.parsers.busybox import dns_check, ping_check
from cpe_diag.driver_kit.parsers.device_look import device_flows, device_presence, lan_offers
from cpe_diag.driver_kit.parsers.device_watch import device_watch
from cpe_diag.driver_kit.parsers.forwarding import forwarding
from cpe_diag.driver_kit.parsers.home_network import leases, neighbours, uci_options
from cpe_diag.driver_kit.parsers.home_watch import home_watch
from cpe_diag.driver_kit.parsers.lan_watch import device_frames, lan_routers
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.parsers.restart_reason import restart_reason
from cpe_diag.driver_kit.parsers.uclient import http_check
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain
    from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, PingCheck
    from cpe_diag.domain.way_out_facts import Forwarding

# Readers that this driver's file names and that drivers share.
__all__ = (
    "device_flows",
    "device_frames",
    "device_presence",
    "device_watch",
    "home_watch",
    "lan_offers",
    "lan_routers",
)

Answers = tuple[CommandAnswer, ...]

# Linux, include/linux/sched/loadavg.h: load averages are fixed-point with 16 bits.
LOAD_UNIT: Final = 65536
# RFC 4122, section 3: the form of /proc/sys/kernel/random/boot_id.
BOOT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# proc(5), date(1), uci: whole numbers.
NUMBER: Final = re.compile(r"[0-9]{1,12}")
# netifd, system-linux.c: megabits and F for full or H for half duplex; -1 without a link.
SPEED: Final = re.compile(r"(-?\d{1,7})([FH])")
# uci(1): the entries of a list stand in quotes behind each other.
OPTIONS: Final = re.compile(r"^dhcp\.lan\.dhcp_option=(.+)$", re.MULTILINE)
ENTRY: Final = re.compile(r"'([^']*)'")
# OpenWrt, dnsmasq.init: what `limit` is where the section does not say.
DHCP_LIMIT: Final = 150
# recording hostapd_clients against iwinfo_assoc: 5780000 there is 57.8 Mbit/s.
RATE_UNIT_BPS: Final = 10

# date(1) in front of the log, in the log's own form.
LOG_READ_AT: Final = re.compile(r"now (.{24})")
# busybox libbb/wfopen_input.c and strerror(ENOENT): `cat: can't open '...': No such file ...`.
NO_FILE: Final = "No such file or directory"

Named: TypeAlias = Maybe[tuple[str, ...] | None]
"""Addresses that a DHCP server is told to name; None: none, it names itself."""

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)
UNSUPPORTED: Final = fields.UNSUPPORTED
# A whole answer that says no; a cut one is another thing.
NOT_GIVEN: Final = (
    FailureKind.UNSUPPORTED,
    FailureKind.FORBIDDEN,
    FailureKind.NOT_MEASURED,
    FailureKind.DEVICE_ERROR,
)


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    board_answer, info_answer, kernel_answer, restart_answer = answers
    board = _optional_object(board_answer)
    info = json_object(info_answer)
    memory = fields.mapping(info, "memory")
    load = info.get("load")
    first = load[0] if isinstance(load, list) and load else None
    entries, limit, boot_id, clock_s = _kernel(kernel_answer)
    uptime_s = float(fields.needed_whole(info, "uptime", info_answer.command.label))
    offset_s = UNSUPPORTED if clock_s is None else clock_s - context.at.timestamp()
    return RouterSystem(
        model=fields.text(board, "model"),
        firmware=fields.text(fields.mapping(board, "release"), "description"),
        uptime_s=uptime_s,
        load_1min=first / LOAD_UNIT if fields.is_whole(first) else UNSUPPORTED,
        memory_total_bytes=fields.whole(memory, "total"),
        memory_available_bytes=fields.whole(memory, "available"),
        conntrack_entries=entries,
        conntrack_limit=limit,
        clock_offset_s=offset_s,
        boot_id=boot_id,
        last_reboot=restart_reason(
            whole_text(restart_answer)[0], None if clock_s is None else clock_s - uptime_s
        ),
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
    status_answer, devices_answer, dump_answer = answers
    status = json_object(status_answer)
    devices = json_object(devices_answer)
    ipv6, prefixes = _ipv6(dump_answer, fields.text(status, "device"))
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
        dns_by_hand=_by_hand(status, label),
        uptime_s=float(uptime) if isinstance(uptime, int) else NO_VALUE,
        autostart=fields.flag(status, "autostart"),
        error_codes=tuple(
            code
            for error in fields.mappings(status, "errors")
            if isinstance(code := error.get("code"), str)
        ),
        ipv6_addresses=ipv6,
        ipv6_prefixes=prefixes,
        ipv6_handed_out=prefixes,
        mtu=fields.whole(_layer3(status, devices), "mtu"),
    )


def _by_hand(status: Mapping[str, object], label: str) -> Maybe[tuple[str, ...]]:
    """Give the servers that somebody has set in place of the line's.

    netifd's interface-ip.c (interface_ip_dump_dns_server_list): with `peerdns 0` the line's own
    servers stand among what is inactive. Where they do not, it does not tell whose they are.
    """
    put_by = fields.texts(fields.mapping(status, "inactive"), "dns-server")
    if not put_by:
        return UNSUPPORTED
    return tuple(fields.needed_address(one, label) for one in fields.texts(status, "dns-server"))


def _layer3(status: Mapping[str, object], devices: Mapping[str, object]) -> Mapping[str, object]:
    """Give the device that carries the WAN's packets; with PPPoE it is not the socket."""
    name = fields.text(status, "l3_device")
    return fields.mapping(devices, name) if isinstance(name, str) else {}


def _ipv6(
    answer: CommandAnswer, device: Maybe[str]
) -> tuple[Maybe[tuple[str, ...]], Maybe[tuple[str, ...]]]:
    """Read IPv6 of every interface on the WAN's device: OpenWrt keeps it in one of its own."""
    try:
        dump = json_object(answer)
    except UnreadableError as error:
        if error.kind not in NOT_GIVEN:
            raise
        return Missing(why=error.kind), Missing(why=error.kind)
    if "interface" not in dump or isinstance(device, Missing):
        return UNSUPPORTED, UNSUPPORTED
    ours = [one for one in fields.mappings(dump, "interface") if one.get("device") == device]
    return (
        tuple(text for one in ours for text in _ipv6_texts(one, "ipv6-address", answer)),
        tuple(text for one in ours for text in _ipv6_texts(one, "ipv6-prefix", answer)),
    )


def _ipv6_texts(one: Mapping[str, object], key: str, answer: CommandAnswer) -> tuple[str, ...]:
    return tuple(
        f"{fields.needed_address(found.get('address'), answer.command.label)}/{mask}"
        for found in fields.mappings(one, key)
        if fields.is_whole(mask := found.get("mask"))
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
    gateways, servers = _dhcp_named(dhcp)
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
        dhcp_gateways=gateways,
        dhcp_name_servers=servers,
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
        _lan_port(name, device)
        for name, device in ports
        if device.get("devtype") != "wlan" and "-ap" not in name
    )


def _lan_port(name: str, device: Mapping[str, object]) -> LanPort:
    counted = fields.mapping(device, "statistics")
    speed, full = _speed(device)
    return LanPort(
        name=name,
        carrier=fields.flag(device, "carrier"),
        speed_bps=speed,
        full_duplex=full,
        rx_errors=fields.whole(counted, "rx_errors"),
        tx_errors=fields.whole(counted, "tx_errors"),
        crc_errors=fields.whole(counted, "rx_crc_errors"),
    )


def _speed(device: Mapping[str, object]) -> tuple[Maybe[int], Maybe[bool]]:
    match = SPEED.fullmatch(str(device.get("speed", "")))
    if match is None:
        return UNSUPPORTED, UNSUPPORTED
    megabits = int(match[1])
    return (megabits * 1_000_000, match[2] == "F") if megabits > 0 else (NO_VALUE, NO_VALUE)


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


def _dhcp_named(answer: CommandAnswer) -> tuple[Named, Named]:
    """Read which gateways and name servers section `lan` names; None: the router itself.

    dnsmasq.init of OpenWrt (dhcp_option_add) hands each entry of `dhcp_option` to dnsmasq as it
    stands: `3` is the router option and `6` the name servers (RFC 2132, sections 3.5 and 3.8).
    """
    text, status = whole_text(answer)
    if status:
        return UNSUPPORTED, UNSUPPORTED
    options = OPTIONS.search(text)
    entries = ENTRY.findall(options[1]) if options else []
    return _last(entries, ("3", "option:router")), _last(entries, ("6", "option:dns-server"))


def _last(entries: Sequence[str], names: tuple[str, ...]) -> tuple[str, ...] | None:
    told = [entry.split(",")[1:] for entry in entries if entry.split(",")[0] in names]
    return tuple(one for one in told[-1] if one) if told else None


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    (answer,) = answers
    text, status = whole_text(answer)
    if status:
        raise UnreadableError(FailureKind.DEVICE_ERROR, "logread: there is no log")
    lines = text.splitlines()
    now = LOG_READ_AT.fullmatch(lines[0]) if lines else None
    if now is None:
        return LogEvents(lines_read=len(lines), events=classify(lines))
    return LogEvents(lines_read=len(lines) - 1, events=classify(lines[1:], read_at=now[1]))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks: what is set from netifd, what is on air from hostapd."""
    wireless_answer, hostapd_answer, iwinfo_answer, channels_answer = answers
    wireless = json_object(wireless_answer)
    on_air = hostapd_ubus.objects(hostapd_answer)
    extra = iwinfo.on_air(whole_text(iwinfo_answer)[0])
    listed = hostapd_ubus.texts(whole_text(channels_answer)[0])
    usable = {name: iwinfo.usable_channels(text) for name, text in listed.items()}
    radios: list[Radio] = []
    networks: list[WifiNetwork] = []
    for name, status in wireless.items():
        if not isinstance(status, Mapping):
            raise unparseable(wireless_answer.command.label, f"{name} is no radio")
        found = _networks(name, status, on_air)
        networks.extend(found)
        radio = _radio(name, status, found, on_air, extra)
        told = [one for network in found if (one := usable.get(network.interface))]
        radios.append(replace(radio, usable_channels=told[0] if told else NO_VALUE))
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
    extra: Mapping[str, iwinfo.OnAir],
) -> Radio:
    config = fields.mapping(status, "config")
    first = next((one.interface for one in networks if one.on_air), "")
    live = on_air.get(first, {})
    shown = extra.get(first, iwinfo.NOT_ON_AIR)
    waits = [
        hostapd_ubus.radar_wait_s(on_air[one.interface])
        for one in networks
        if one.interface in on_air
    ]
    return Radio(
        name=name,
        band=fields.text(config, "band"),
        enabled=not fields.needed_flag(status, "disabled", "network.wireless status"),
        on_air=bool(live),
        channel=fields.whole(live, "channel") if live else NO_VALUE,
        width_mhz=iwinfo.width_mhz(fields.text(config, "htmode"))
        if isinstance(shown.width_mhz, Missing)
        else shown.width_mhz,
        tx_power_dbm=shown.tx_power_dbm,
        noise_dbm=shown.noise_dbm,
        busy_percent=hostapd_ubus.busy_percent(live),
        settings=name,
        country=fields.text(config, "country"),
        radar_wait_s=waits[0] if waits else NO_VALUE,
    )


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated, and what it costs to reach them."""
    answer, counts_answer = answers
    associated = hostapd_ubus.objects(answer)
    counted = iw_station.station_counts(whole_text(counts_answer)[0])
    clients: list[WifiClient] = []
    for device, status in associated.items():
        for mac, client in fields.mapping(status, "clients").items():
            if not isinstance(client, Mapping):
                raise unparseable(answer.command.label, "a station is no object")
            rate = fields.mapping(client, "rate")
            counts = counted.get(mac.lower(), iw_station.NOT_COUNTED)
            clients.append(
                WifiClient(
                    mac=mac,
                    interface=device,
                    authorized=fields.needed_flag(client, "authorized", answer.command.label),
                    signal_dbm=fields.whole(client, "signal"),
                    rx_rate_bps=_rate(rate, "rx"),
                    tx_rate_bps=_rate(rate, "tx"),
                    tx_packets=counts.tx_packets,
                    tx_retries=counts.tx_retries,
                    tx_failed=counts.tx_failed,
                    connected_s=counts.connected_s,
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
    if not hostapd_ubus.texts(text):
        raise UnreadableError(FailureKind.NOT_MEASURED, "no radio is on air to listen with")
    return AirScan(neighbours=iwinfo.neighbours(text, answer.command.label))


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    return ping_check(answers, context.target)


def ping_from_home(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings that left with the router's address in the home."""
    return ping(answers, context)


def ping_full(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings as large as the WAN takes."""
    return ping(answers, context)


def ping_ipv6(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings by IPv6."""
    return ping(answers, context)


def router_forwarding(answers: Answers, _: ReadingContext) -> Forwarding:
    """Read what becomes of the home's packets."""
    return forwarding(answers[0])


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


def ping_train(answers: Answers, context: ReadingContext) -> PathQuality:
    """Read a train of small packets to one target."""
    (answer,) = answers
    return trains.path_quality(answer, context.target)


def rate_train(answers: Answers, context: ReadingContext) -> RateTrain:
    """Read small and large packets to one target."""
    (answer,) = answers
    return trains.rate_train(answer, context.target)


def load_test(answers: Answers, context: ReadingContext) -> LoadTest:
    """Read a download, and how the way to the operator's edge was meanwhile."""
    (answer,) = answers
    return trains.load_test(answer, context.target, context.server)
