"""Readers of plain Linux's answers: pure functions from text to facts. See linux_hostapd.yaml."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv6Interface, IPv6Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import DhcpRange, LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import (
    AirScan,
    Radio,
    WifiClient,
    WifiClients,
    WifiNetwork,
    WifiStatus,
)
from cpe_diag.driver_kit.parsers import (
    curl,
    hostapd_cli,
    iputils,
    iw_devices,
    iw_scan,
    iw_station,
    trains,
)
from cpe_diag.driver_kit.parsers.answers import refuse_failed, unparseable, whole_text
from cpe_diag.driver_kit.parsers.busybox import dns_check, ping_check
from cpe_diag.driver_kit.parsers.busybox_web import wget_check
from cpe_diag.driver_kit.parsers.device_look import device_flows, device_presence, lan_offers
from cpe_diag.driver_kit.parsers.device_watch import device_watch
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED, needed_address
from cpe_diag.driver_kit.parsers.forwarding import forwarding
from cpe_diag.driver_kit.parsers.home_network import leases, neighbours
from cpe_diag.driver_kit.parsers.home_watch import home_watch
from cpe_diag.driver_kit.parsers.ip_addresses import IpDevice, ip_devices
from cpe_diag.driver_kit.parsers.ipv4 import pool_size
from cpe_diag.driver_kit.parsers.kernel_net import default_route, name_servers
from cpe_diag.driver_kit.parsers.lan_ports import lan_port
from cpe_diag.driver_kit.parsers.lan_watch import device_frames, lan_routers
from cpe_diag.driver_kit.parsers.linux_system import linux_system
from cpe_diag.driver_kit.parsers.restart_reason import restart_reason
from cpe_diag.driver_kit.parsers.sections import sections, variables
from cpe_diag.driver_kit.parsers.syslog_file import syslog_events
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain
    from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, PingCheck
    from cpe_diag.domain.router_facts import DhcpLease
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

# os-release(5): a value in quotes or not.
PRETTY_NAME: Final = re.compile(r'^PRETTY_NAME="?([^"\n]+)"?$', re.MULTILINE)
MODELS: Final = ("/proc/device-tree/model", "/sys/class/dmi/id/product_name")
# nft(8) and iptables(8): on which device addresses are translated.
NFT_OUT: Final = re.compile(r'\boifname "?([\w.-]+)"?.*\bmasquerade\b')
IPTABLES_OUT: Final = re.compile(r"-o ([\w.-]+)\b.*-j MASQUERADE\b")
# A DHCP client's own command line: -i DEVICE of udhcpc, the device as a word of the others.
LOOPBACK: Final = "127."
# iproute2 and busybox: `ip -6 route`.
DEFAULT6: Final = re.compile(r"^default via ([0-9a-f:]{3,39}) dev (\S+)", re.MULTILINE)
# dhclient(8) (-P) and odhcp6c: who surely asks for a prefix.
ASKS_FOR_PREFIX: Final = re.compile(r"^(?:dhclient .*-P\b|odhcp6c\b)", re.MULTILINE)
# dhclient.leases(5): `iaprefix PREFIX/LENGTH {` in `lease6 {`, of which the last one counts.
IA_PREFIX: Final = re.compile(r"\biaprefix ([0-9a-f:]+/\d{1,3}) \{")
# RFC 4193, section 3.1.
OWN_MAKING: Final = IPv6Network("fc00::/7")
# Linux net/ipv4/udp.c, udp4_format_sock: local port in hexadecimal. RFC 2131: 67; RFC 1035: 53.
UDP_PORT: Final = re.compile(r"^\s*\d+: [0-9A-F]{8}:([0-9A-F]{4}) ", re.MULTILINE)
DHCP_SERVER: Final = "0043"
DNS_SERVER: Final = "0035"
# dnsmasq(8): dhcp-range=[tag,]FIRST,LAST[,MASK][,LEASE].
DHCP_RANGE: Final = re.compile(
    r"^dhcp-range=(?:[^,\n]*,)*?([\d.]{7,15}),([\d.]{7,15})", re.MULTILINE
)
# dnsmasq(8): dhcp-option=[tag:,]3|option:router,ADDRESS[,ADDRESS]; 0.0.0.0 stands for itself, and
# nothing after the option for none. RFC 2132, section 3.5.
GIVEN_ROUTER: Final = re.compile(
    r"^dhcp-option(?:-force)?=(?:option:router|3)(?:,([\d.,]*))?$", re.MULTILINE
)
# dnsmasq(8): dhcp-option=[tag:,]6|option:dns-server,ADDRESS[,ADDRESS]; RFC 2132, section 3.8.
GIVEN_SERVERS: Final = re.compile(
    r"^dhcp-option(?:-force)?=(?:option:dns-server|6)(?:,([\d.,]*))?$", re.MULTILINE
)
SERVED: Final = re.compile(r"^interface=(\S+)$", re.MULTILINE)
# cat of coreutils, busybox and others: strerror(ENOENT).
NO_FILE: Final = "No such file or directory"
NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)
# iw's station.c: `tx bitrate: 13.0 MBit/s MCS 1`.
STATION: Final = re.compile(r"^Station ([0-9a-f:]{17}) \(on (\S+)\)$", re.MULTILINE)
SIGNAL: Final = re.compile(r"^\tsignal:\s+(-\d{1,3}) ", re.MULTILINE)
RATE: Final = re.compile(r"^\t(rx|tx) bitrate:\s+(\d{1,6}\.\d) MBit/s", re.MULTILINE)
AUTHORIZED: Final = re.compile(r"^\tauthorized:\s+(yes|no)$", re.MULTILINE)
# hostapd.conf: g and b are 2.4 GHz, a and ad the bands above; which one its channel tells.
BANDS: Final = {"g": "2g", "b": "2g", "a": "5g"}
GUEST: Final = "guest"
# What our own command says where there is neither a radio nor a setting for one.
NO_RADIO: Final = "no radio\n"


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    identity, kernel, restart = answers
    text, _ = whole_text(identity)
    parts = dict(sections(text))
    models = (parts.get(path, "").strip("\n\0 ") for path in MODELS)
    system = PRETTY_NAME.search(parts.get("/etc/os-release", ""))
    uname = parts.get("uname", "").strip()
    firmware = ", ".join(part for part in (system[1] if system else "", uname) if part)
    found = linux_system(
        kernel,
        context,
        model=next((model for model in models if model), UNSUPPORTED),
        firmware=firmware or UNSUPPORTED,
    )
    offset_s = found.clock_offset_s
    started_s = (
        None
        if isinstance(offset_s, Missing)
        else context.at.timestamp() + offset_s - found.uptime_s
    )
    return replace(found, last_reboot=restart_reason(whole_text(restart)[0], started_s))


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator as the kernel has it."""
    (answer,) = answers
    text, _status = whole_text(answer)
    parts = dict(sections(text))
    gateway, by_route = default_route(parts.get("routes", ""))
    translated = NFT_OUT.search(parts.get("nft", "")) or IPTABLES_OUT.search(
        parts.get("iptables", "")
    )
    name = translated[1] if translated else by_route
    if name is None:
        detail = "no device translates addresses, and there is no default route"
        raise UnreadableError(FailureKind.NOT_MEASURED, detail)
    devices = ip_devices(parts.get("addresses", ""))
    device = devices.get(name)
    addresses = device.addresses if device else ()
    up = bool(addresses) and device is not None and device.carrier is True
    if gateway is None and device is not None:
        # Into a point-to-point device no next hop is named: there is only its far end.
        gateway = device.peer
    servers = name_servers(parts.get("servers", ""), answer.command.label)
    return WanStatus(
        up=up,
        protocol=_protocol(name, device, parts.get("clients", "")),
        device=name,
        carrier=device.carrier if device and not device.point_to_point else UNSUPPORTED,
        mac=device.mac if device else UNSUPPORTED,
        addresses=addresses if up else (),
        gateway=gateway if up and by_route == name else None,
        dns_servers=tuple(
            dict.fromkeys(one for one in servers if not one.startswith(LOOPBACK) and one != "::1")
        ),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
        mtu=device.mtu if device else UNSUPPORTED,
        ipv6_addresses=device.ipv6_addresses if device else UNSUPPORTED,
        ipv6_prefixes=_prefixes(devices, name, parts.get("clients", "")),
        ipv6_gateway=_gateway6(parts, name),
        dns_by_hand=_by_hand(parts, answer.command.label),
        ipv6_handed_out=_handed_out(parts.get("handed out", "")),
    )


def _by_hand(parts: Mapping[str, str], label: str) -> Maybe[tuple[str, ...]]:
    """Give the servers that dnsmasq was told, in its files or on its command line."""
    if "by hand" not in parts:
        return UNSUPPORTED
    return tuple(
        dict.fromkeys(needed_address(one, label) for one in parts["by hand"].splitlines())
    )


def _prefixes(devices: Mapping[str, IpDevice], wan: str, clients: str) -> Maybe[tuple[str, ...]]:
    """Give what the home has of the operator's prefix; none is told only where one is asked for.

    RFC 8415, section 6.3: prefixes come by DHCPv6. RFC 4193: ULAs are of the home's own making.
    """
    networks = {
        IPv6Interface(text).network
        for name, one in devices.items()
        if name != wan
        for text in one.ipv6_addresses
        if IPv6Interface(text).ip not in OWN_MAKING
    }
    if not networks and not ASKS_FOR_PREFIX.search(clients):
        return UNSUPPORTED
    return tuple(str(one) for one in sorted(networks))


def _handed_out(leases: str) -> Maybe[tuple[str, ...]]:
    """Give the prefixes of dhclient's last lease; other clients write none that is read here."""
    last = leases.rpartition("lease6 {")[2]
    told = tuple(dict.fromkeys(IA_PREFIX.findall(last)))
    return told or UNSUPPORTED


def _gateway6(parts: Mapping[str, str], wan: str) -> Maybe[str | None]:
    if "routes6" not in parts:
        return UNSUPPORTED
    hops = [hop for hop, device in DEFAULT6.findall(parts["routes6"]) if device == wan]
    return hops[0] if hops else None


def _protocol(name: str, device: IpDevice | None, clients: str) -> str:
    """Say how the address comes: by PPP, by a DHCP client that names the device, or fixed."""
    if name.startswith("ppp") or (device is not None and device.point_to_point):
        return "pppoe"
    asked = (line.split() for line in clients.splitlines())
    if any(words[0] == "systemd-network" or name in words for words in asked if words):
        return "dhcp"
    return "static"


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network as the router serves it."""
    answer, leases_answer, neighbours_answer = answers
    text, _status = whole_text(answer)
    parts = dict(sections(text))
    settings, devices = parts.get("dnsmasq", ""), ip_devices(parts.get("addresses", ""))
    ports = {head: variables(body) for head, body in parts.items() if head.startswith("port ")}
    bridges = [head.split()[1] for head in ports]
    served = [name for name in SERVED.findall(settings) if name in devices]
    name: str | None = next(iter([*served, *bridges]), None)
    bridge = devices.get(name) if name is not None else None
    prefixes = bridge.addresses if bridge is not None else ()
    bound = set(UDP_PORT.findall(parts.get("udp", "")))
    pool = DHCP_RANGE.search(settings)
    lease_text, lease_status = whole_text(leases_answer)
    table, table_status = whole_text(neighbours_answer)
    return LanStatus(
        prefix=prefixes[0] if prefixes else UNSUPPORTED,
        ports=tuple(lan_port(head.split()[2], values) for head, values in ports.items())
        if ports
        else UNSUPPORTED,
        leases=_leases(lease_text, lease_status, leases_answer.command.label),
        neighbours=UNSUPPORTED
        if table_status or name is None
        else neighbours(table, name, neighbours_answer.command.label),
        dhcp_enabled=pool is not None if settings else UNSUPPORTED,
        dhcp_server_running=DHCP_SERVER in bound if "udp" in parts else UNSUPPORTED,
        dns_forwarder_running=DNS_SERVER in bound if "udp" in parts else UNSUPPORTED,
        dhcp_pool_size=pool_size(pool[1], pool[2]) if pool else UNSUPPORTED,
        switched_on=bridge.up if bridge is not None else UNSUPPORTED,
        dhcp_gateways=_given(GIVEN_ROUTER, settings) if settings else UNSUPPORTED,
        dhcp_name_servers=_given(GIVEN_SERVERS, settings) if settings else UNSUPPORTED,
        dhcp_ranges=tuple(
            DhcpRange(first=first, last=last) for first, last in DHCP_RANGE.findall(settings)
        )
        if settings
        else UNSUPPORTED,
    )


def _given(option: re.Pattern[str], settings: str) -> tuple[str, ...] | None:
    """Give what the DHCP server is set to name in an option; None: it names itself."""
    told = option.findall(settings)
    return tuple(one for one in told[-1].split(",") if one) if told else None


def _leases(text: str, status: int, label: str) -> Maybe[tuple[DhcpLease, ...]]:
    """Read the lease file; dnsmasq writes it with the first lease: without it nobody has one."""
    if status:
        return () if NO_FILE in text else UNSUPPORTED
    return leases(text, label)


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    return syslog_events(answers[0])


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks: what is set from hostapd's files, what is on air from hostapd.

    hostapd says ENABLED of a radio that was started switched off (start_disabled); that nothing
    is sent is told by iw, which then has no channel of it. Where hostapd has no control interface,
    iw alone tells.
    """
    settings_answer, states_answer, devices_answer = answers
    if whole_text(devices_answer)[0] == NO_RADIO:
        return WifiStatus(radios=(), networks=())
    for answer in (states_answer, devices_answer):
        if answer.exit_status:
            refuse_failed(answer)
    files = [
        found
        for _, body in sections(whole_text(settings_answer)[0])
        if (found := hostapd_cli.file_settings(body)) is not None
    ]
    if not files:
        raise unparseable(settings_answer.command.label, "no settings of hostapd were found")
    told = sections(whole_text(states_answer)[0])
    states = {name: hostapd_cli.radio_state(body) for name, body in told}
    parts = dict(sections(whole_text(devices_answer)[0]))
    devices = iw_devices.iw_devices(parts.get("devices", ""))
    radios: list[Radio] = []
    networks: list[WifiNetwork] = []
    for file in files:
        first = file.networks[0].interface
        state = states.get(first)
        radio = _radio(file, state, devices.get(first), parts)
        radios.append(radio)
        networks += [
            _network(one, radio, state, devices.get(one.interface)) for one in file.networks
        ]
    return WifiStatus(radios=tuple(radios), networks=tuple(networks))


def _radio(
    file: hostapd_cli.FileSettings,
    state: hostapd_cli.RadioState | None,
    device: iw_devices.IwDevice | None,
    parts: Mapping[str, str],
) -> Radio:
    name = file.networks[0].interface
    on_air = (state is None or state.running) and _sends(device)
    frequency = state.frequency_mhz if state else NO_VALUE
    band: Maybe[str] = BANDS.get(file.options.get("hw_mode", "b"), NO_VALUE)
    if isinstance(frequency, int):
        band = iw_devices.band_of(frequency)
    channels = parts.get(device.phy, "") if device else ""
    return Radio(
        name=name,
        band=band,
        enabled=file.options.get("start_disabled", "0") != "1",
        on_air=on_air,
        channel=device.channel if device and on_air else NO_VALUE,
        width_mhz=device.width_mhz if device and on_air else NO_VALUE,
        tx_power_dbm=device.tx_power_dbm if device and on_air else NO_VALUE,
        noise_dbm=UNSUPPORTED,
        busy_percent=UNSUPPORTED,
        settings=name,
        country=iw_devices.country(parts.get("rules", "")),
        usable_channels=iw_devices.usable_channels(channels, band)
        if channels and isinstance(band, str)
        else NO_VALUE,
        radar_wait_s=state.radar_wait_s if state else NO_VALUE,
    )


def _sends(device: iw_devices.IwDevice | None) -> bool:
    return device is not None and device.serves and isinstance(device.channel, int)


def _network(
    one: hostapd_cli.BssSettings,
    radio: Radio,
    state: hostapd_cli.RadioState | None,
    device: iw_devices.IwDevice | None,
) -> WifiNetwork:
    on_air = radio.on_air and _sends(device)
    live = state.names.get(one.interface) if state is not None and on_air else None
    bridge = one.options.get("bridge", "")
    return WifiNetwork(
        interface=one.interface,
        radio=radio.name,
        ssid=hostapd_cli.ssid_of(one.options) if live is None else live,
        purpose=GUEST if GUEST in f"{bridge} {one.interface}".lower() else "lan",
        encryption=hostapd_cli.encryption(one.options),
        on_air=on_air,
        settings=one.interface,
        band=radio.band,
        hidden=one.options.get("ignore_broadcast_ssid", "0") != "0",
    )


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated, and what it costs to reach them."""
    (answer,) = answers
    text, _status = whole_text(answer)
    counts = iw_station.station_counts(text)
    parts = STATION.split(text)[1:]
    return WifiClients(
        clients=tuple(
            _client(mac, device, body, counts.get(mac, iw_station.NOT_COUNTED))
            for mac, device, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        )
    )


def _client(mac: str, device: str, body: str, counts: iw_station.StationCounts) -> WifiClient:
    authorized, signal = AUTHORIZED.search(body), SIGNAL.search(body)
    rates = {name: round(float(rate) * 1_000_000) for name, rate in RATE.findall(body)}
    return WifiClient(
        mac=mac,
        interface=device,
        authorized=authorized is not None and authorized[1] == "yes",
        signal_dbm=int(signal[1]) if signal else NO_VALUE,
        rx_rate_bps=rates.get("rx", NO_VALUE),
        tx_rate_bps=rates.get("tx", NO_VALUE),
        tx_packets=counts.tx_packets,
        tx_retries=counts.tx_retries,
        tx_failed=counts.tx_failed,
        connected_s=counts.connected_s,
    )


def air_scan(answers: Answers, _: ReadingContext) -> AirScan:
    """Read who else is in the air."""
    (answer,) = answers
    text, _status = whole_text(answer)
    (head, body), *heard = sections(text) or (("", ""),)
    devices = iw_devices.iw_devices(body if head == "devices" else "")
    if not heard:
        raise UnreadableError(FailureKind.NOT_MEASURED, "no radio is on air to listen with")
    own = {one.address for one in devices.values()}
    said = "".join(text for _, text in heard)
    return AirScan(neighbours=iw_scan.iw_neighbours(said, own, answer.command.label))


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target, by busybox or iputils."""
    return ping_check(tuple(iputils.as_busybox(one) for one in answers), context.target)


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
    if curl.is_curl(answer):
        return curl.curl_check(answer, context.target)
    return wget_check(answer, context.target)


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
