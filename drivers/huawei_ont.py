"""Readers of the WAP command line: pure functions from text to facts; commands: the YAML file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import (
    DhcpLease,
    LanNeighbour,
    LanStatus,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import Radio, WifiClient, WifiClients, WifiNetwork, WifiStatus
from cpe_diag.driver_kit.parsers import wap
from cpe_diag.driver_kit.parsers.answers import incomplete, unparseable
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Answers = tuple[CommandAnswer, ...]

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)
UPTIME: Final = re.compile(r"(\d+) day\(s\) (\d\d):(\d\d):(\d\d)")
MEMORY: Final = re.compile(r"(\d{1,6}) Mbytes")
PERCENT: Final = re.compile(r"(\d{1,3}) Percent\(s\)")
MEGA: Final = 1024 * 1024
MEGABIT: Final = 1_000_000
# Without its zone a clock tells nothing, but that it was never set.
CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:([+-])(\d\d):(\d\d))?")
NEVER_SET: Final = 1970
# iproute2, `ip route show`: lines of the main table name no other.
DEFAULT: Final = re.compile(
    r"^default(?: via ([\d.]+))? dev (\S+)(?!\S)(?! .*\btable\b)", re.MULTILINE
)
SOURCE: Final = re.compile(r"^[\d.]+(/\d+)? dev (\S+) scope link +src ([\d.]+) *$", re.MULTILINE)
MAC: Final = r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"
WAN_MAC: Final = re.compile(rf"^wan mac = ({MAC})", re.MULTILINE)
# iproute2, `ip neigh` with counts.
NEIGHBOUR: Final = re.compile(
    rf"^([\d.]+) dev (\S+)(?: lladdr ({MAC}))?.*? nud (\w+)\b.*$", re.MULTILINE
)
# index, port, address, name, MAC, how long the address is still lent.
LEASE: Final = re.compile(
    rf"^\s*\d+ +\S+ +([\d.]{{7,15}}) +(\S+) +({MAC}) +(\d+) days?, *(\d+):(\d\d):(\d\d)",
    re.MULTILINE,
)
LEASES_END: Final = re.compile(r"^\s*Total *: *\d+", re.MULTILINE)
HOME: Final = "br0"
CHANNELS_2G: Final = 14
STATION: Final = re.compile(rf"^({MAC}) +(\S.*?) +(\d+) +(\d+)M +(\d+)M +1")
STATIONS_OF: Final = re.compile(r"^#+ +(2\.4|5)GHz +#+$")


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    device, version, load = (wap.values(wap.taken(answer), "=") for answer in answers)
    uptime = UPTIME.fullmatch(device.get("UpTime", ""))
    if uptime is None:
        raise incomplete(answers[0].command.label)
    days, hours, minutes, seconds = map(int, uptime.groups())
    total = MEMORY.fullmatch(device.get("TotalMemory", ""))
    used = PERCENT.fullmatch(load.get("MemUsed", ""))
    total_bytes: Maybe[int] = int(total[1]) * MEGA if total else UNSUPPORTED
    return RouterSystem(
        model=device.get("ModelName") or UNSUPPORTED,
        firmware=version.get("main software version") or UNSUPPORTED,
        uptime_s=timedelta(
            days=days, hours=hours, minutes=minutes, seconds=seconds
        ).total_seconds(),
        load_1min=UNSUPPORTED,
        memory_total_bytes=total_bytes,
        memory_available_bytes=total_bytes * (100 - int(used[1])) // 100
        if isinstance(total_bytes, int) and used
        else UNSUPPORTED,
        conntrack_entries=UNSUPPORTED,
        conntrack_limit=UNSUPPORTED,
        clock_offset_s=_clock_offset(load.get("CurTime", ""), context.at),
        boot_id=UNSUPPORTED,
    )


def _clock_offset(text: str, at: datetime) -> Maybe[float]:
    match = CLOCK.fullmatch(text)
    if match is None:
        return UNSUPPORTED
    try:
        shown = datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return UNSUPPORTED
    if match[2] is None:
        return (shown - at).total_seconds() if shown.year == NEVER_SET else UNSUPPORTED
    east = timedelta(hours=int(match[3]), minutes=int(match[4]))
    return (shown - (east if match[2] == "+" else -east) - at).total_seconds()


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator: the default route of the main table."""
    _su, routes_answer, mac_answer = answers
    routes = _routes(routes_answer)
    mac = WAN_MAC.search(mac_answer.output)
    route = DEFAULT.search(routes)
    device = route[2] if route else None
    sources = [
        (length or "/32", address)
        for length, name, address in SOURCE.findall(routes)
        if name == device
    ]
    return WanStatus(
        up=bool(sources),
        protocol="pppoe" if device and device.startswith("ppp") else "ipoe",
        device=device or NO_VALUE,
        carrier=UNSUPPORTED,
        mac=mac[1].lower() if mac else UNSUPPORTED,
        addresses=tuple(f"{address}{length}" for length, address in sources[:1]),
        gateway=_gateway(route, routes),
        dns_servers=(),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
    )


def _gateway(route: re.Match[str] | None, routes: str) -> str | None:
    """Give the next hop; of a session it is the other end, which has a route of its own."""
    if route is None or route[1]:
        return None if route is None else route[1]
    peer = re.search(rf"^([\d.]+) dev {re.escape(route[2])} scope link ", routes, re.MULTILINE)
    return peer[1] if peer else None


def _routes(answer: CommandAnswer) -> str:
    """Give what `ip route show` said.

    Raises:
        UnreadableError: the router does not know it, without `su` or at all.
    """
    text = wap.said(answer)
    if " dev " not in text:
        raise UnreadableError(FailureKind.UNSUPPORTED, f"{answer.command.label}: no routes")
    return text


def router_lan(answers: Answers, context: ReadingContext) -> LanStatus:
    """Read the home network: its bridge, who is there, who has an address."""
    _su, routes_answer, neighbours_answer, leases_answer = answers
    home = [
        f"{address}{length}"
        for length, name, address in SOURCE.findall(_routes(routes_answer))
        if name == HOME and length
    ]
    return LanStatus(
        prefix=home[0] if home else UNSUPPORTED,
        ports=UNSUPPORTED,
        leases=_leases(leases_answer, context),
        neighbours=tuple(
            LanNeighbour(mac=mac.lower() or UNSUPPORTED, address=address, state=state.upper())
            for address, name, mac, state in NEIGHBOUR.findall(wap.said(neighbours_answer))
            if name == HOME
        ),
        dhcp_enabled=UNSUPPORTED,
        dhcp_server_running=UNSUPPORTED,
        dns_forwarder_running=UNSUPPORTED,
        dhcp_pool_size=UNSUPPORTED,
    )


def _leases(answer: CommandAnswer, context: ReadingContext) -> Maybe[tuple[DhcpLease, ...]]:
    text = wap.taken(answer)
    found = tuple(
        DhcpLease(
            mac=mac.lower(),
            address=address,
            host="" if set(host) <= {"-"} else host,
            expires_at_s=int(context.at.timestamp())
            + int(days) * 86_400
            + int(hours) * 3_600
            + int(minutes) * 60
            + int(seconds),
        )
        for address, host, mac, days, hours, minutes, seconds in LEASE.findall(text)
    )
    return found if found or LEASES_END.search(text) else UNSUPPORTED


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells; its first lines say what the ONT is."""
    (answer,) = answers
    lines = [line for line in wap.taken(answer).splitlines() if re.match(r"\d{4}-\d\d-", line)]
    return LogEvents(lines_read=len(lines), events=classify(lines))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks; a radio is known by the channel of its networks."""
    (answer,) = answers
    networks = _networks(answer)
    by_band: dict[str, list[Mapping[str, str]]] = {}
    for one in networks:
        by_band.setdefault(_band(one, answer.command.label), []).append(one)
    return WifiStatus(
        radios=tuple(_radio(band, those) for band, those in by_band.items()),
        networks=tuple(_network(band, one) for band, those in by_band.items() for one in those),
    )


def _networks(answer: CommandAnswer) -> tuple[Mapping[str, str], ...]:
    """Give the blocks of networks.

    Raises:
        UnreadableError: there is none.
    """
    blocks = re.split(r"^-{10,}$", wap.taken(answer), flags=re.MULTILINE)
    found = tuple(one for one in map(wap.values, blocks) if "SSID Index" in one)
    if not found:
        raise unparseable(answer.command.label, "no networks")
    return found


def _band(network: Mapping[str, str], label: str) -> str:
    channel = network.get("Channel", "")
    if not channel.isdecimal():
        raise unparseable(label, "a network without a channel")
    return "2g" if int(channel) <= CHANNELS_2G else "5g"


def _radio(band: str, networks: Iterable[Mapping[str, str]]) -> Radio:
    those = list(networks)
    first = those[0]
    on_air = any(one.get("Status") == "Up" for one in those)
    width = re.match(r"(\d+) MHz", first.get("Channel bandwidth", ""))
    return Radio(
        name=band,
        band=band,
        enabled=any(one.get("Enable") == "Enabled" for one in those),
        on_air=on_air,
        channel=int(first["Channel"]) if on_air else NO_VALUE,
        width_mhz=int(width[1]) if width and on_air else NO_VALUE,
        tx_power_dbm=UNSUPPORTED,
        noise_dbm=UNSUPPORTED,
        busy_percent=UNSUPPORTED,
        country=first.get("Country Code") or UNSUPPORTED,
    )


def _network(band: str, one: Mapping[str, str]) -> WifiNetwork:
    mode = one.get("Authentication Mode", "")
    return WifiNetwork(
        interface=f"ssid{one['SSID Index']}",
        radio=band,
        ssid=one.get("SSID", ""),
        purpose=UNSUPPORTED,
        encryption="none" if mode == "Open" else mode.lower() or UNSUPPORTED,
        on_air=one.get("Status") == "Up",
        settings=one["SSID Index"],
        band=band,
        hidden=UNSUPPORTED,
    )


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated: by radio, with the name of the network."""
    networks_answer, stations_answer = answers
    label = networks_answer.command.label
    names = {
        (_band(one, label), one.get("SSID", "")): f"ssid{one['SSID Index']}"
        for one in _networks(networks_answer)
        if one.get("Status") == "Up"
    }
    band, clients = "", []
    for line in wap.taken(stations_answer).splitlines():
        head, station = STATIONS_OF.match(line.strip()), STATION.match(line)
        if head is not None:
            band = "2g" if head[1] == "2.4" else "5g"
        if station is not None:
            clients.append(
                WifiClient(
                    mac=station[1].lower(),
                    interface=names.get((band, station[2]), ""),
                    authorized=True,
                    signal_dbm=UNSUPPORTED,
                    rx_rate_bps=int(station[5]) * MEGABIT,
                    tx_rate_bps=int(station[4]) * MEGABIT,
                    connected_s=int(station[3]),
                )
            )
    if not band:
        raise incomplete(stations_answer.command.label)
    return WifiClients(clients=tuple(clients))
