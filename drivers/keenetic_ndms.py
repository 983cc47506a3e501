"""Readers of Keenetic's answers: pure functions from text to facts; commands: the YAML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import (
    DhcpLease,
    LanNeighbour,
    LanStatus,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import Radio, WifiClient, WifiClients, WifiNetwork, WifiStatus
from cpe_diag.driver_kit.parsers import ndms
from cpe_diag.driver_kit.parsers.answers import incomplete, unparseable
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

Answers = tuple[CommandAnswer, ...]
Item = Mapping[str, str]

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# Keenetic Command Reference, show system: memory in kB.
KILO: Final = 1024
MEGABIT: Final = 1_000_000
# Facts of the platform: WifiMaster0 is the 2.4 GHz radio, WifiMaster1 the 5 GHz one.
BANDS: Final[Mapping[str, str]] = {"WifiMaster0": "2g", "WifiMaster1": "5g"}
# Keenetic Command Reference, show ip route: destination, gateway, interface, metric.
DEFAULT_ROUTE: Final = re.compile(r"^\s*0\.0\.0\.0/0\s+(\S+)\s+(\S+)", re.MULTILINE)
# ..., tools ping: the sums, and the times where anything came back.
PINGED: Final = re.compile(r"(\d+) packets transmitted, (\d+) received")
TIMES: Final = re.compile(r"min/avg/max = [\d.]+/([\d.]+)/[\d.]+ ms")
# Linux, random(4): boot_id is a UUID. proc(5): loadavg begins with the load of one minute.
BOOT_ID: Final = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*$", re.MULTILINE)
LOAD: Final = re.compile(r"^(\d+\.\d+) \d+\.\d+ \d+\.\d+ \d+/\d+", re.MULTILINE)
# The home network: Bridge0, which Keenetic names Home.
HOME: Final = "Home"


def router_system(answers: Answers, _: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    version_answer, system_answer, boot_answer, load_answer = answers
    version = ndms.fields(ndms.taken(version_answer))
    system = ndms.fields(ndms.taken(system_answer))
    uptime = system.get("uptime", "")
    total, free = _count(system, "conntotal"), _count(system, "connfree")
    if not uptime.isdecimal() or "connfree" not in system:
        raise incomplete(system_answer.command.label)
    return RouterSystem(
        model=_text(version, "model", "device"),
        firmware=_text(version, "title", "release"),
        uptime_s=float(uptime),
        load_1min=_load(load_answer),
        memory_total_bytes=_kilobytes(system, "memtotal"),
        memory_available_bytes=_kilobytes(system, "memfree"),
        conntrack_entries=total - free
        if isinstance(total, int) and isinstance(free, int) and total >= free
        else UNSUPPORTED,
        conntrack_limit=total,
        clock_offset_s=UNSUPPORTED,
        boot_id=_boot_id(boot_answer),
    )


def _boot_id(answer: CommandAnswer) -> Maybe[str]:
    """Give the kernel's name of this boot, where the router shows its files."""
    match = None if answer.exit_status else BOOT_ID.search(answer.output)
    return UNSUPPORTED if match is None else match[0].strip()


def _load(answer: CommandAnswer) -> Maybe[float]:
    match = None if answer.exit_status else LOAD.search(answer.output)
    return UNSUPPORTED if match is None else float(match[1])


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator: the interface of the default route, else the public one."""
    interfaces_answer, routes_answer, dns_answer = answers
    interfaces = _interfaces(interfaces_answer)
    route = DEFAULT_ROUTE.search(ndms.taken(routes_answer))
    by_name = {one.get(key, ""): one for key in ("id", "interface-name") for one in interfaces}
    out = by_name.get(route[2]) if route else None
    out = out or next((one for one in interfaces if one.get("defaultgw") == "yes"), None)
    out = out or next((one for one in interfaces if one.get("global") == "yes"), None)
    if out is None:
        raise UnreadableError(FailureKind.NOT_MEASURED, "no interface leads to the operator")
    under = by_name.get(out.get("via", ""), out)
    up = out.get("link") == "up" and out.get("connected") == "yes"
    kind = out.get("type", "")
    address = _prefix(out)
    uptime = out.get("uptime", "")
    return WanStatus(
        up=up and address is not None,
        protocol=kind.lower() if kind in {"PPPoE", "PPTP", "L2TP"} else "ipoe",
        device=_text(out, "id"),
        carrier=_link(under),
        mac=under.get("mac", "").lower() or UNSUPPORTED,
        addresses=() if address is None or not up else (address,),
        gateway=_gateway(route) if up else None,
        dns_servers=tuple(_servers(dns_answer)),
        uptime_s=float(uptime) if uptime.isdecimal() and up else NO_VALUE,
        autostart=UNSUPPORTED,
        error_codes=(),
    )


def _gateway(route: re.Match[str] | None) -> str | None:
    address = None if route is None else _address(route[1])
    return None if address == "0.0.0.0" else address  # noqa: S104 - a route to an interface


def _servers(answer: CommandAnswer) -> Iterable[str]:
    for server in ndms.blocks(ndms.taken(answer), "server"):
        address = _address(server.get("address", ""))
        if address is not None:
            yield address


def router_lan(answers: Answers, context: ReadingContext) -> LanStatus:
    """Read the home network: its bridge, and the devices that the router knows."""
    interfaces_answer, hosts_answer = answers
    home = next(
        (
            one
            for one in _interfaces(interfaces_answer)
            if HOME in {one.get("interface-name"), one.get("id")} or one.get("id") == "Bridge0"
        ),
        {},
    )
    hosts = ndms.blocks(ndms.taken(hosts_answer), "host")
    prefix = _prefix(home)
    return LanStatus(
        prefix=UNSUPPORTED if prefix is None else prefix,
        ports=UNSUPPORTED,
        leases=tuple(_leases(hosts, context)),
        neighbours=tuple(_neighbours(hosts)),
        dhcp_enabled=UNSUPPORTED,
        dhcp_server_running=UNSUPPORTED,
        dns_forwarder_running=UNSUPPORTED,
        dhcp_pool_size=UNSUPPORTED,
    )


def _leases(hosts: Iterable[Item], context: ReadingContext) -> Iterable[DhcpLease]:
    """Give hosts whose address expires; the others have it by hand or for ever."""
    for host in hosts:
        expires, address = host.get("expires", ""), _address(host.get("ip", ""))
        if expires.isdecimal() and int(expires) and address and host.get("mac"):
            yield DhcpLease(
                mac=host["mac"].lower(),
                address=address,
                host=host.get("hostname", ""),
                expires_at_s=int(context.at.timestamp()) + int(expires),
            )


def _neighbours(hosts: Iterable[Item]) -> Iterable[LanNeighbour]:
    for host in hosts:
        address = _address(host.get("ip", ""))
        if address and address != "0.0.0.0" and host.get("mac"):  # noqa: S104 - no address
            state = "REACHABLE" if host.get("active") == "yes" else "STALE"
            yield LanNeighbour(mac=host["mac"].lower(), address=address, state=state)


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    (answer,) = answers
    lines = [line for line in ndms.taken(answer).splitlines() if line.strip()]
    return LogEvents(lines_read=len(lines), events=classify(lines))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and access points."""
    (answer,) = answers
    interfaces = _interfaces(answer)
    masters = {
        one["id"]: one for one in interfaces if one.get("type") == "WifiMaster" and "id" in one
    }
    networks = tuple(
        _network(one) for one in interfaces if one.get("type") == "AccessPoint" and "id" in one
    )
    on_air = {one.radio for one in networks if one.on_air is True}
    radios = tuple(
        Radio(
            name=name,
            band=BANDS.get(name, UNSUPPORTED),
            enabled=one.get("state") == "up",
            on_air=name in on_air and one.get("link") == "up",
            channel=_count(one, "channel") if name in on_air else NO_VALUE,
            width_mhz=_count(one, "bandwidth"),
            tx_power_dbm=UNSUPPORTED,
            noise_dbm=UNSUPPORTED,
            busy_percent=UNSUPPORTED,
            settings=name,
        )
        for name, one in masters.items()
    )
    return WifiStatus(radios=radios, networks=networks)


def _network(point: Item) -> WifiNetwork:
    radio = point["id"].partition("/")[0]
    group = point.get("group", "")
    return WifiNetwork(
        interface=point["id"],
        radio=radio,
        ssid=point.get("ssid", ""),
        purpose=("lan" if group == HOME else group.lower()) if group else UNSUPPORTED,
        encryption=point.get("encryption") or "none",
        on_air=point.get("link") == "up" and point.get("state") == "up",
        settings=point["id"],
        band=BANDS.get(radio, UNSUPPORTED),
        hidden=UNSUPPORTED,
    )


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated."""
    (answer,) = answers
    stations = ndms.blocks(ndms.taken(answer), "station")
    if any("mac" not in station for station in stations):
        raise incomplete(answer.command.label)
    return WifiClients(clients=tuple(_client(station) for station in stations))


def _client(station: Item) -> WifiClient:
    level = station.get("rssi", "")
    return WifiClient(
        mac=station["mac"].lower(),
        interface=station.get("ap", ""),
        authorized=station.get("authenticated") in {"yes", "1"},
        signal_dbm=int(level) if re.fullmatch(r"-\d{1,3}", level) else NO_VALUE,
        rx_rate_bps=_megabits(station, "rxrate"),
        tx_rate_bps=_megabits(station, "txrate"),
    )


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    (answer,) = answers
    text = ndms.taken(answer)
    sums, times = PINGED.search(text), TIMES.search(text)
    if sums is None:
        raise incomplete(answer.command.label)
    return PingCheck(
        target=context.target,
        sent=int(sums[1]),
        received=int(sums[2]),
        rtt_avg_s=round(float(times[1]) / 1000, 6) if times else NO_VALUE,
        note="",
    )


def _interfaces(answer: CommandAnswer) -> tuple[Item, ...]:
    found = ndms.named_blocks(ndms.taken(answer))
    if not found:
        raise unparseable(answer.command.label, "no interface")
    return found


def _prefix(interface: Item) -> str | None:
    address, mask = interface.get("address", ""), interface.get("mask", "")
    try:
        return str(ip_interface(f"{address}/{mask}")) if address and mask else None
    except ValueError:
        return None


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _link(interface: Item) -> Maybe[bool]:
    return {"up": True, "down": False}.get(interface.get("link", ""), UNSUPPORTED)


def _text(item: Item, *names: str) -> Maybe[str]:
    return next((item[name] for name in names if item.get(name)), UNSUPPORTED)


def _count(item: Item, name: str) -> Maybe[int]:
    value = item.get(name, "")
    return int(value) if value.isdecimal() else UNSUPPORTED


def _kilobytes(item: Item, name: str) -> Maybe[int]:
    value = _count(item, name)
    return value * KILO if isinstance(value, int) else value


def _megabits(item: Item, name: str) -> Maybe[int]:
    value = _count(item, name)
    return value * MEGABIT if isinstance(value, int) and value else NO_VALUE
