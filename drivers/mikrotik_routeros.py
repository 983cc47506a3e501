"""Readers of RouterOS's answers: pure functions from text to facts; commands: the YAML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, PingCheck
from cpe_diag.domain.router_facts import (
    DhcpLease,
    LanNeighbour,
    LanPort,
    LanStatus,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import WifiClient, WifiClients, WifiStatus
from cpe_diag.driver_kit.parsers import routeros
from cpe_diag.driver_kit.parsers.answers import incomplete, unparseable
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.parsers.routeros_wifi import (
    purposes,
    wifi_point,
    wifi_status,
    wireless_point,
)
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

Answers = tuple[CommandAnswer, ...]
Item = Mapping[str, str]
T = TypeVar("T")

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# ntc-templates, tests/mikrotik_routeros/ping: the line after the packets.
PINGED: Final = re.compile(r"sent=(\d+) received=(\d+) packet-loss=\d+%(?:.* avg-rtt=(\S+))?")
# ... the words in the place of a time: `timeout`, `net unreachable`, `host unreachable`.
PING_STATUS: Final = re.compile(
    r"^ *\d+ \S+ +(?:\d+ +\d+ +)?(?:\d\w* +)?([a-z][a-z -]+)$", re.MULTILINE
)
# ntc-templates, tests/mikrotik_routeros/put_[resolve_name]; the others: MikroTik forum, DNS.
NO_NAME: Final = re.compile(r"failure: dns (?:name does not exist|server failure: name)")
SERVER_FAILED: Final = re.compile(r"failure: dns server failure")
NO_ANSWER: Final = re.compile(r"failure: (?:dns )?(?:server )?time(?:d )?out|failure: dns timeout")
# The address of an IPv4 gateway; with `%ether1` behind it where an interface is named.
GATEWAY: Final = re.compile(r"([0-9.]+)(?:%.*)?")


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    resource_answer, clock_answer, tracking_answer = answers
    resource = routeros.block(routeros.whole(resource_answer))
    label = resource_answer.command.label
    uptime = routeros.seconds(resource.get("uptime", ""))
    if uptime is None or "platform" not in resource:
        raise incomplete(label)
    clock = routeros.clock_time(routeros.block(routeros.whole(clock_answer)))
    tracking = routeros.block(routeros.optional(tracking_answer) or "")
    return RouterSystem(
        model=_text(resource, "board-name"),
        firmware=_text(resource, "version"),
        uptime_s=uptime,
        load_1min=UNSUPPORTED,
        memory_total_bytes=_maybe(routeros.size_bytes(resource.get("total-memory", ""))),
        memory_available_bytes=_maybe(routeros.size_bytes(resource.get("free-memory", ""))),
        conntrack_entries=_count(tracking, "total-entries"),
        conntrack_limit=_count(tracking, "max-entries"),
        clock_offset_s=UNSUPPORTED
        if clock is None
        else round((clock - context.at).total_seconds(), 1),
        boot_id=_boot(resource),
    )


def _boot(resource: Item) -> Maybe[str]:
    """Name this start: how many flash sectors were written before it, in the router's life.

    RouterOS has no boot id. Both counters are read together, so that their difference stays the
    same from start to start, and starting writes to the flash.
    """
    total, since = resource.get("write-sect-total"), resource.get("write-sect-since-reboot")
    if total is None or since is None or not (total.isdecimal() and since.isdecimal()):
        return UNSUPPORTED
    return str(int(total) - int(since))


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator: a PPPoE client where there is one, else a DHCP client."""
    dhcp, pppoe, addresses, routes, dns, interfaces = (_items(one) for one in answers)
    by_name = {one.get("name", ""): one for one in interfaces}
    gateway = next((_gateway(one) for one in routes), None)
    servers = tuple(_addresses_of(dns[0] if dns else {}, answers[4].command.label))
    session = next((one for one in pppoe if one.get("disabled") == "false"), None)
    if session is not None:
        under = by_name.get(session.get("interface", ""), {})
        up = session.get("running") == "true"
        return WanStatus(
            up=up,
            protocol="pppoe",
            device=_text(session, "name"),
            carrier=_flag(under, "running"),
            mac=_mac(under),
            addresses=_of_interface(addresses, session.get("name", "")) if up else (),
            gateway=_address(session.get("remote-address")) or gateway if up else None,
            dns_servers=servers,
            uptime_s=_maybe(routeros.seconds(session.get("uptime", ""))),
            autostart=UNSUPPORTED,
            error_codes=(),
        )
    client = next((one for one in dhcp if one.get("disabled") == "false"), None)
    if client is None:
        raise UnreadableError(
            FailureKind.UNSUPPORTED, "no DHCP or PPPoE client; another kind of WAN is not read"
        )
    under = by_name.get(client.get("interface", ""), {})
    up = client.get("status") == "bound"
    return WanStatus(
        up=up,
        protocol="dhcp",
        device=_text(client, "interface"),
        carrier=_flag(under, "running"),
        mac=_mac(under),
        addresses=tuple(one for one in (client.get("address", ""),) if one) if up else (),
        gateway=_address(client.get("gateway")) or gateway if up else None,
        dns_servers=servers,
        uptime_s=NO_VALUE,
        autostart=UNSUPPORTED,
        error_codes=() if up or not client.get("status") else (client["status"],),
    )


def router_lan(answers: Answers, context: ReadingContext) -> LanStatus:
    """Read the home network: the first DHCP server's that is not switched off."""
    servers, pools, leases, arp, ports, links, addresses, dns = answers
    served = [one for one in _items(servers) if one.get("disabled") == "false"]
    server = served[0] if served else None
    lan = "" if server is None else server.get("interface", "")
    prefixes = _of_interface(_items(addresses), lan)
    members = [one.get("interface", "") for one in _items(ports) if one.get("bridge") == lan]
    resolver = routeros.block(routeros.whole(dns))
    return LanStatus(
        prefix=prefixes[0] if prefixes else UNSUPPORTED,
        ports=tuple(
            LanPort(
                name=one.get("name", ""),
                carrier=one.get("status") == "link-ok",
                speed_bps=_maybe(routeros.rate_bps(one.get("rate", ""))),
            )
            for one in _items(links)
            if one.get("name") in members or not members
        ),
        leases=tuple(_lease(one, context, leases.command.label) for one in _items(leases)),
        neighbours=tuple(_neighbours(arp, lan)),
        dhcp_enabled=server is not None,
        dhcp_server_running=server is not None and server.get("invalid") != "true",
        dns_forwarder_running=_flag(resolver, "allow-remote-requests"),
        dhcp_pool_size=_pool_size(server, _items(pools)),
    )


def _lease(item: Item, context: ReadingContext, label: str) -> DhcpLease:
    left = routeros.seconds(item.get("expires-after", ""))
    address, mac = _address(item.get("active-address")), item.get("active-mac-address", "")
    if address is None or not mac:
        raise unparseable(label, "a lease without address or MAC")
    return DhcpLease(
        mac=mac.lower(),
        address=address,
        host=item.get("host-name", ""),
        expires_at_s=int(context.at.timestamp() + (left or 0.0)),
    )


# /ip arp: `status` of 7.x in the words of ip-neighbour(8); before, flag C says complete.
def _neighbours(answer: CommandAnswer, lan: str) -> Iterable[LanNeighbour]:
    for flags, item in routeros.terse(routeros.whole(answer), answer.command.label):
        address = _address(item.get("address"))
        if item.get("interface") != lan or address is None:
            continue
        state = item.get("status") or ("reachable" if "C" in flags else "incomplete")
        yield LanNeighbour(mac=_mac(item), address=address, state=state.upper())


def _pool_size(server: Item | None, pools: Iterable[Item]) -> Maybe[int]:
    wanted = "" if server is None else server.get("address-pool", "")
    for pool in pools:
        if pool.get("name") == wanted:
            return _in_ranges(pool.get("ranges", ""))
    return UNSUPPORTED


def _in_ranges(ranges: str) -> Maybe[int]:
    total = 0
    for one in re.split(r"[,;]", ranges):
        first, _, last = one.strip().partition("-")
        try:
            total += int(ip_address(last or first)) - int(ip_address(first)) + 1
        except ValueError:
            return UNSUPPORTED
    return total


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    (answer,) = answers
    lines = [line for line in routeros.whole(answer).splitlines() if line.strip()]
    return LogEvents(lines_read=len(lines), events=classify(lines))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks of whichever Wi-Fi package there is; without one there are none."""
    new, profiles, securities, old, old_securities, ports = answers
    bridges = purposes(_items(ports))
    points = [wifi_point(item, _some(profiles), _some(securities)) for item in _some(new)]
    points += [
        wireless_point(item, _some(old_securities))
        for item in _some(old)
        if item.get("mode", "ap-bridge") in {"ap-bridge", "bridge"}
    ]
    return wifi_status(points, bridges)


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated, by whichever package there is."""
    new, old = answers
    if routeros.optional(new) is None and routeros.optional(old) is None:
        raise UnreadableError(FailureKind.UNSUPPORTED, "the router has no Wi-Fi package")
    clients = [
        _client(item, item.get("signal", ""), authorized=item.get("authorized") != "false")
        for item in _some(new)
    ]
    clients += [
        _client(item, item.get("signal-strength", ""), authorized=True) for item in _some(old)
    ]
    return WifiClients(clients=tuple(clients))


def _client(item: Item, signal: str, *, authorized: bool) -> WifiClient:
    level = re.match(r"-\d{1,3}", signal)
    mac = item.get("mac-address", "")
    if not mac:
        raise unparseable("registration-table", "a station without a MAC")
    return WifiClient(
        mac=mac.lower(),
        interface=item.get("interface", ""),
        authorized=authorized,
        signal_dbm=int(level[0]) if level else NO_VALUE,
        rx_rate_bps=_maybe(routeros.rate_bps(item.get("rx-rate", ""))),
        tx_rate_bps=_maybe(routeros.rate_bps(item.get("tx-rate", ""))),
    )


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    (answer,) = answers
    text = routeros.whole(answer)
    sums = list(PINGED.finditer(text))
    if not sums:
        raise incomplete(answer.command.label)
    last = sums[-1]
    average = routeros.seconds(last[3]) if last[3] else None
    words = [one for one in PING_STATUS.findall(text) if one != "timeout"]
    return PingCheck(
        target=context.target,
        sent=int(last[1]),
        received=int(last[2]),
        rtt_avg_s=NO_VALUE if average is None else average,
        note=words[-1] if words else "",
    )


def dns_forwarder(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what the router's own resolver answered."""
    return _resolved(answers[0], context.target, "127.0.0.1")


def dns_direct(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what a server answered directly."""
    return _resolved(answers[0], context.target, context.server)


def _resolved(answer: CommandAnswer, name: str, server: str) -> DnsCheck:
    text = answer.output.strip()
    addresses = tuple(one for one in re.split(r"[\s;]+", text) if _address(one))
    if answer.exit_status == 0 and addresses:
        outcome = DnsOutcome.ANSWERED
    elif NO_NAME.search(text):
        outcome = DnsOutcome.NXDOMAIN
    elif NO_ANSWER.search(text):
        outcome = DnsOutcome.TIMEOUT
    elif SERVER_FAILED.search(text):
        outcome = DnsOutcome.SERVFAIL
    else:
        raise unparseable(answer.command.label, "neither addresses nor a known failure")
    return DnsCheck(
        name=name,
        server=server,
        outcome=outcome,
        addresses=addresses if outcome is DnsOutcome.ANSWERED else (),
        took_s=UNSUPPORTED,
    )


def _items(answer: CommandAnswer) -> tuple[Item, ...]:
    """Give an answer's items; a `print` of one thing is one item."""
    text = routeros.whole(answer)
    if answer.command.text.endswith(" print"):
        return (routeros.block(text),)
    return routeros.records(text, answer.command.label)


def _some(answer: CommandAnswer) -> tuple[Item, ...]:
    """Give an answer's items; none where RouterOS does not have the menu."""
    return () if routeros.optional(answer) is None else _items(answer)


def _of_interface(addresses: Iterable[Item], name: str) -> tuple[str, ...]:
    found = (one.get("address", "") for one in addresses if one.get("interface") == name)
    return tuple(one for one in found if _prefix(one))


def _prefix(text: str) -> bool:
    try:
        ip_interface(text)
    except ValueError:
        return False
    return "/" in text


def _address(text: str | None) -> str | None:
    try:
        return str(ip_address(text or ""))
    except ValueError:
        return None


def _gateway(route: Item) -> str | None:
    match = GATEWAY.fullmatch(route.get("gateway", ""))
    return None if match is None else _address(match[1])


def _addresses_of(dns: Item, label: str) -> Iterable[str]:
    """Give the servers in use: those set by hand, then those that the operator gave."""
    if "servers" not in dns:
        raise incomplete(label)
    for key in ("servers", "dynamic-servers"):
        for one in re.split(r"[,;\s]+", dns.get(key, "")):
            address = _address(one)
            if address is not None:
                yield address


def _mac(item: Item) -> Maybe[str]:
    return item.get("mac-address", "").lower() or UNSUPPORTED


def _text(item: Item, key: str) -> Maybe[str]:
    return item.get(key) or UNSUPPORTED


def _count(item: Item, key: str) -> Maybe[int]:
    value = item.get(key, "")
    return int(value) if value.isdecimal() else UNSUPPORTED


def _flag(item: Item, key: str) -> Maybe[bool]:
    return _word(item.get(key, ""))


def _word(value: str) -> Maybe[bool]:
    return {"true": True, "yes": True, "false": False, "no": False}.get(value, UNSUPPORTED)


def _maybe(value: T | None) -> Maybe[T]:
    return NO_VALUE if value is None else value
