"""Readers of EdgeOS's answers: pure functions from text to facts; commands: the YAML file."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.router_facts import DhcpLease, LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.driver_kit.parsers import curl, iputils
from cpe_diag.driver_kit.parsers.answers import whole_text
from cpe_diag.driver_kit.parsers.busybox import ping_check
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.home_network import neighbours
from cpe_diag.driver_kit.parsers.kernel_net import default_route, name_servers
from cpe_diag.driver_kit.parsers.lan_ports import lan_port
from cpe_diag.driver_kit.parsers.linux_system import linux_system
from cpe_diag.driver_kit.parsers.sections import sections, variables
from cpe_diag.driver_kit.parsers.syslog_file import syslog_events
from cpe_diag.driver_kit.parsers.vyatta_show import Interface, interfaces
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.domain.path_facts import HttpCheck, PingCheck

Answers = tuple[CommandAnswer, ...]

# ntc-templates, tests/ubiquiti_edgerouter/show_version.
VERSION: Final = re.compile(r"^(Version|HW model): +(\S.*?) *$", re.MULTILINE)
# ..., show_dhcp_leases: address, MAC, expiry, pool, name or `?`.
LEASE: Final = re.compile(
    r"^([\d.]{7,15}) +([0-9a-f:]{17}) +(\d{4}/\d\d/\d\d [\d:]{8}) +(\S+) +(\S+) *$",
    re.MULTILINE | re.IGNORECASE,
)
LEASES_HEAD: Final = re.compile(r"^IP address +Hardware Address +Lease expiration", re.MULTILINE)
# Vyatta's vyatta-show-dns-forwarding.pl.
FORWARDED: Final = re.compile(r"^([0-9a-f.:]+) +available via ", re.MULTILINE)
MAC: Final = re.compile(r"^/sys/class/net/(\w+)/address ([0-9a-f:]{17})$", re.MULTILINE)
LOOPBACK: Final = ("127.0.0.1", "::1")


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    version, kernel = answers
    said = dict(VERSION.findall(whole_text(version)[0]))
    return linux_system(
        kernel,
        context,
        model=said.get("HW model", UNSUPPORTED),
        firmware=said.get("Version", UNSUPPORTED),
    )


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator."""
    (answer,) = answers
    text, _status = whole_text(answer)
    parts = dict(sections(text))
    found = interfaces(parts.get("interfaces", ""), answer.command.label)
    gateway, by_route = default_route(parts.get("routes", ""))
    out = _outside(found, by_route)
    if out is None:
        raise UnreadableError(FailureKind.NOT_MEASURED, "no interface leads to the operator")
    dialled = out.name.startswith(("pppoe", "pptp", "l2tp"))
    up = out.up and out.carrier and bool(out.addresses)
    servers = [
        *name_servers(parts.get("servers", ""), answer.command.label),
        *FORWARDED.findall(parts.get("forwarding", "")),
    ]
    clients = parts.get("clients", "").split()
    return WanStatus(
        up=up,
        protocol=out.name.rstrip("0123456789")
        if dialled
        else "dhcp"
        if out.name in clients
        else "static",
        device=out.name,
        carrier=UNSUPPORTED if dialled else out.carrier,
        mac=_mac(out, found, parts.get("macs", "")),
        addresses=tuple(_prefixed(one) for one in out.addresses) if up else (),
        gateway=gateway if up and by_route == out.name else None,
        dns_servers=tuple(dict.fromkeys(one for one in servers if one not in LOOPBACK)),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
    )


def _prefixed(address: str) -> str:
    """Give an address of a session its own prefix."""
    return address if "/" in address else f"{address}/32"


def _outside(found: Mapping[str, Interface], by_route: str | None) -> Interface | None:
    if by_route is not None and by_route in found:
        return found[by_route]
    described = [one for one in found.values() if one.outside]
    dialled = (one for one in described if one.name.startswith("pppoe"))
    return next(dialled, next(iter(described), None))


def _mac(out: Interface, found: Mapping[str, Interface], macs: str) -> Maybe[str]:
    """Give the MAC of the socket: of a session the socket's that is described as the way out."""
    by_name: dict[str, str] = dict(MAC.findall(macs))
    name = out.name.partition(".")[0]
    under = [one.name for one in found.values() if one.outside and one.name in by_name]
    if name not in by_name and len(under) == 1:
        name = under[0]
    return by_name.get(name, UNSUPPORTED)


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network: the first private address that does not lead out."""
    answer, leases_answer, neighbours_answer = answers
    text, _status = whole_text(answer)
    parts = dict(sections(text))
    found = interfaces(parts.get("interfaces", ""), answer.command.label)
    out = _outside(found, default_route(parts.get("routes", ""))[1])
    inside = [one for one in found.values() if one != out and not one.outside and one.name != "lo"]
    home = next((one for one in inside if one.home is not None), None)
    names = {one.name for one in inside}
    ports = tuple(
        lan_port(head.split()[1], variables(body))
        for head, body in parts.items()
        if head.startswith("port ") and head.split()[1] in names
    )
    table, table_status = whole_text(neighbours_answer)
    return LanStatus(
        prefix=UNSUPPORTED if home is None or home.home is None else home.home,
        ports=ports or UNSUPPORTED,
        leases=_leases(leases_answer),
        neighbours=UNSUPPORTED
        if table_status or home is None
        else neighbours(table, home.name, neighbours_answer.command.label),
        dhcp_enabled=UNSUPPORTED,
        dhcp_server_running=UNSUPPORTED,
        dns_forwarder_running=UNSUPPORTED,
        dhcp_pool_size=UNSUPPORTED,
    )


def _leases(answer: CommandAnswer) -> Maybe[tuple[DhcpLease, ...]]:
    """Read the leases; without the table's head nobody knows whether there are any."""
    text, _ = whole_text(answer)
    if not LEASES_HEAD.search(text):
        return UNSUPPORTED
    return tuple(_each_lease(LEASE.findall(text)))


def _each_lease(rows: Iterable[tuple[str, str, str, str, str]]) -> Iterable[DhcpLease]:
    for address, mac, expires, _pool, host in rows:
        try:
            at = datetime.strptime(expires, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        name = "" if host == "?" else host
        yield DhcpLease(
            mac=mac.lower(), address=address, host=name, expires_at_s=int(at.timestamp())
        )


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    return syslog_events(answers[0])


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    return ping_check(tuple(iputils.as_busybox(one) for one in answers), context.target)


def http(answers: Answers, context: ReadingContext) -> HttpCheck:
    """Read how fetching a page went."""
    (answer,) = answers
    if not curl.is_curl(answer):
        raise UnreadableError(FailureKind.UNSUPPORTED, "the router has no curl")
    return curl.curl_check(answer, context.target)
