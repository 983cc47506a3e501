"""Readers of airOS's answers: pure functions from text to facts. Commands: ubiquiti_airos.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import LanStatus, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import Radio, WifiClient, WifiClients, WifiNetwork, WifiStatus
from cpe_diag.driver_kit.parsers import wireless_tools
from cpe_diag.driver_kit.parsers.answers import decoded, refuse_failed, unparseable, whole_text
from cpe_diag.driver_kit.parsers.busybox import ping_check
from cpe_diag.driver_kit.parsers.busybox_web import untyped_dns_check
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED, needed_text, whole
from cpe_diag.driver_kit.parsers.ipv4 import pool_size
from cpe_diag.driver_kit.parsers.kernel_net import (
    arp_table,
    default_route,
    inet_addresses,
    lan_port,
    link_carrier,
    name_servers,
)
from cpe_diag.driver_kit.parsers.linux_system import linux_system
from cpe_diag.driver_kit.parsers.sections import needed, sections, variables
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import DnsCheck, PingCheck
    from cpe_diag.domain.wifi_facts import AirScan

Answers = tuple[CommandAnswer, ...]

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# system.cfg: states, and modes of the network.
ON: Final = "enabled"
BRIDGE: Final = "bridge"
# system.cfg: one radio, one network of it, and its authentication, each by number.
NUMBERED: Final = re.compile(r"(radio|wireless|aaa)\.(\d{1,2})\.(.+)")
# 2.4 and 5 GHz: IEEE 802.11-2020, annex E.
SPLIT_MHZ: Final = 3000
# wstalist: rates in Mbit/s.
RATE_UNIT_BPS: Final = 1_000_000


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    names, kernel = answers
    text, _ = whole_text(names)
    values = variables(text)
    return linux_system(
        kernel,
        context,
        model=values.get("board.name", UNSUPPORTED),
        firmware=values.get("version", UNSUPPORTED),
    )


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator as the kernel has it; a bridge has none of its own."""
    (answer,) = answers
    text, _status = whole_text(answer)
    values, parts = variables(text), dict(sections(text))
    label = answer.command.label
    if needed(values, "netmode", label) == BRIDGE:
        raise UnreadableError(FailureKind.UNSUPPORTED, "it is a bridge: the router stands behind")
    gateway, _device = default_route(parts.get("route", ""))
    device = parts.get("device", "").strip()
    addresses = inet_addresses(parts.get("addresses", ""))
    mac = parts.get("mac", "").strip()
    return WanStatus(
        up=bool(addresses),
        protocol=_protocol(values),
        device=device or UNSUPPORTED,
        carrier=link_carrier(parts.get("carrier", "")),
        mac=mac if mac.count(":") == 5 else UNSUPPORTED,  # noqa: PLR2004 - six octets
        addresses=addresses,
        gateway=gateway if addresses else None,
        dns_servers=name_servers(parts.get("servers", ""), label),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
    )


def _protocol(values: Mapping[str, str]) -> str:
    """Say how the address comes: by PPPoE or DHCP where those are on, else it is fixed."""
    for name, word in (("ppp", "pppoe"), ("dhcpc", "dhcp")):
        if values.get(f"{name}.status") == values.get(f"{name}.1.status") == ON:
            return word
    return "static"


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network as the router serves it."""
    settings, arp_answer = answers
    text, _status = whole_text(settings)
    values, parts = variables(text), dict(sections(text))
    table, status = whole_text(arp_answer)
    device = parts.get("device", "").strip()
    addresses = inet_addresses(parts.get("addresses", ""))
    ports = [
        lan_port(head.removeprefix("port "), body)
        for head, body in parts.items()
        if head.startswith("port ")
    ]
    serves = values.get("dhcpd.status") == values.get("dhcpd.1.status") == ON
    return LanStatus(
        prefix=addresses[0] if addresses else UNSUPPORTED,
        ports=tuple(ports) if ports else UNSUPPORTED,
        leases=UNSUPPORTED,
        neighbours=UNSUPPORTED if status else arp_table(table, device, arp_answer.command.label),
        dhcp_enabled=serves if "dhcpd.status" in values else UNSUPPORTED,
        dhcp_server_running=UNSUPPORTED,
        dns_forwarder_running=UNSUPPORTED,
        dhcp_pool_size=pool_size(values.get("dhcpd.1.start", ""), values.get("dhcpd.1.end", "")),
    )


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks: what is set from system.cfg, what is on air from iwconfig.

    A radio that is the customer's way to the operator (mode `managed`) is none of the home's: it
    is left out, so that nobody takes it for a Wi-Fi that can be changed.
    """
    (answer,) = answers
    if answer.exit_status:
        refuse_failed(answer)
    text, _status = whole_text(answer)
    settings = _numbered(text)
    states = {head: wireless_tools.wireless_state(body) for head, body in sections(text)}
    if not settings:
        raise unparseable(answer.command.label, "no radio in system.cfg")
    radios: list[Radio] = []
    networks: list[WifiNetwork] = []
    for kind, number in settings:
        values = settings[kind, number]
        if kind == "wireless" and values.get("mode") == "master" and values.get("status") == ON:
            device = values.get("devname", "")
            networks.append(_network(number, values, settings, states.get(device)))
        elif kind == "radio" and _is_of_the_home(settings, number):
            device = values.get("devname", "")
            radios.append(_radio(number, values, states.get(device)))
    return WifiStatus(radios=tuple(radios), networks=tuple(networks))


def _numbered(text: str) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Sort `radio.1.devname=ath0` and its kind: by radio and number, then by the rest."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in variables(text).items():
        match = NUMBERED.fullmatch(name)
        if match is not None:
            found.setdefault((match[1], match[2]), {})[match[3]] = value
    return found


def _is_of_the_home(settings: Mapping[tuple[str, str], Mapping[str, str]], number: str) -> bool:
    """Say whether a radio serves: the network with its number is an access point's."""
    return settings.get(("wireless", number), {}).get("mode") == "master"


def _network(
    number: str,
    values: Mapping[str, str],
    settings: Mapping[tuple[str, str], Mapping[str, str]],
    state: wireless_tools.WirelessState | None,
) -> WifiNetwork:
    on_air = state is not None and state.serves
    guard = settings.get(("aaa", number), {})
    return WifiNetwork(
        interface=values.get("devname", ""),
        radio=number,
        ssid=state.ssid if state is not None and on_air else values.get("ssid", ""),
        purpose="lan",
        encryption=guard.get("wpa.key.1.mgmt", UNSUPPORTED)
        if guard.get("status") == ON
        else "none",
        on_air=on_air,
        settings=number,
        band=_band(state),
        hidden=values["hide_ssid"] in {ON, "true"} if "hide_ssid" in values else UNSUPPORTED,
    )


def _radio(
    number: str, values: Mapping[str, str], state: wireless_tools.WirelessState | None
) -> Radio:
    on_air = state is not None and state.serves
    frequency = state.frequency_mhz if state is not None else NO_VALUE
    return Radio(
        name=number,
        band=_band(state),
        enabled=values.get("status") == ON,
        on_air=on_air,
        channel=wireless_tools.channel_of(frequency)
        if on_air and isinstance(frequency, int)
        else NO_VALUE,
        width_mhz=UNSUPPORTED,
        tx_power_dbm=state.tx_power_dbm if state is not None and on_air else NO_VALUE,
        noise_dbm=state.noise_dbm if state is not None and on_air else NO_VALUE,
        busy_percent=UNSUPPORTED,
        settings=number,
    )


def _band(state: wireless_tools.WirelessState | None) -> Maybe[str]:
    frequency = state.frequency_mhz if state is not None else NO_VALUE
    if not isinstance(frequency, int):
        return NO_VALUE
    return "2g" if frequency < SPLIT_MHZ else "5g"


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated; wstalist knows only stations that were let in."""
    (answer,) = answers
    refuse_failed(answer)
    stations = decoded(answer.output, answer.command.label)
    if not isinstance(stations, list):
        raise unparseable(answer.command.label, "expected a JSON list")
    return WifiClients(clients=tuple(_client(one, answer.command.label) for one in stations))


def _client(station: object, label: str) -> WifiClient:
    if not isinstance(station, Mapping):
        raise unparseable(label, "a station is no object")
    return WifiClient(
        mac=needed_text(station, "mac", label).lower(),
        interface="ath0",
        authorized=True,
        signal_dbm=whole(station, "signal"),
        rx_rate_bps=_rate(station.get("rx")),
        tx_rate_bps=_rate(station.get("tx")),
    )


def _rate(value: object) -> Maybe[int]:
    """Give a rate; airOS 8 has another object in its place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return UNSUPPORTED
    return round(value * RATE_UNIT_BPS) if 0 < value < RATE_UNIT_BPS else NO_VALUE


def air_scan(answers: Answers, _: ReadingContext) -> AirScan:
    """Read who else is in the air."""
    (answer,) = answers
    return wireless_tools.air_scan(answer)


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    return ping_check(answers, context.target)


def dns_forwarder(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what the router's own forwarder answered."""
    (answer,) = answers
    return untyped_dns_check(answer, context.target, "127.0.0.1")


def dns_direct(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what a server answered directly."""
    (answer,) = answers
    return untyped_dns_check(answer, context.target, context.server)
