"""Rules about the home network and the device in question."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import CallerAnswer, PingCheck
from cpe_diag.domain.router_facts import LanStatus, LogEventKind, LogEvents, RouterSystem
from cpe_diag.domain.wifi_facts import WifiClients
from cpe_diag.judge.keys import AFFECTED, CLIENTS, LAN, LOG, PING_DEVICE, SYSTEM
from cpe_diag.judge.rule import (
    Answer,
    Facts,
    Rule,
    cannot_tell,
    does_not_arise,
    no,
    says,
    span,
    yes,
)

if TYPE_CHECKING:
    from cpe_diag.domain.router_facts import LanNeighbour, LogEvent

NOT_NAMED: Final = "no device was named"
# Linux neighbour states (ip-neighbour(8)): these were confirmed within the last minute or so.
ALIVE: Final = ("REACHABLE", "DELAY", "PROBE")
GONE: Final = ("FAILED", "INCOMPLETE", "NONE")


def lan_dhcp_not_serving(facts: Facts) -> Answer:
    """Answer whether the router gives out no addresses in the home."""
    lan = facts.fact(LanStatus, LAN)
    enabled = known(lan.dhcp_enabled) if lan else None
    running = known(lan.dhcp_server_running) if lan else None
    if enabled is False:
        return yes("DHCP is switched off for the home network", LAN)
    if running is False:
        return yes("the DHCP service is not running", LAN)
    if enabled is None and running is None:
        return cannot_tell(facts, LAN)
    return no("DHCP serves the home network", LAN)


def lan_pool_exhausted(facts: Facts) -> Answer:
    """Answer whether no address is left to hand out."""
    log = facts.fact(LogEvents, LOG)
    told = () if log is None else _refused(log)
    lan = facts.fact(LanStatus, LAN)
    leases = known(lan.leases) if lan else None
    size = known(lan.dhcp_pool_size) if lan else None
    free = leases is not None and size is not None and len(leases) < size
    served = lan is not None and _served(lan, told)
    if told and not (free and (served or _is_past(facts, told))):
        requests = sum(event.count for event in told)
        return yes(f"{requests} requests without a free address in the log", LOG)
    if leases is not None and size:
        words = f"{len(leases)} of {size} addresses are given out"
        return says(len(leases) >= size, words, LAN)
    return cannot_tell(facts, LAN) if log is None else no("not in the log", LOG)


def _refused(log: LogEvents) -> tuple[LogEvent, ...]:
    return tuple(one for one in log.events if one.kind is LogEventKind.DHCP_POOL_EXHAUSTED)


def _served(lan: LanStatus, told: tuple[LogEvent, ...]) -> bool:
    """Tell whether whoever asked in vain last of each has an address by now."""
    holders = [lease.mac for lease in known(lan.leases) or ()]
    return all(any(mac in event.last_line.lower() for mac in holders) for event in told)


def _is_past(facts: Facts, told: tuple[LogEvent, ...]) -> bool:
    """Tell whether nobody has asked in vain for so long that whoever did has an address by now."""
    ages = [known(event.last_age_s) for event in told]
    limit_s = facts.limits["lan_pool_asked_s"]
    return all(age is not None and age > limit_s for age in ages)


def home_ports_dark(facts: Facts) -> Answer:
    """Answer whether nobody is on any port of the router's, nor on its Wi-Fi, while all suffer."""
    lan, air = facts.fact(LanStatus, LAN), facts.fact(WifiClients, CLIENTS)
    said, ports = facts.fact(CallerAnswer, AFFECTED), known(lan.ports) if lan else None
    if ports is None or air is None or said is None:
        missing = LAN if ports is None else CLIENTS if air is None else AFFECTED
        return cannot_tell(facts, missing)
    if said.choice != "all_devices":
        return does_not_arise("the caller does not say that all devices are affected")
    if air.clients or any(known(port.carrier) for port in ports):
        return no("a device is linked to the router", LAN, CLIENTS)
    if len(ports) < facts.limits["ports_of_a_router"]:
        return does_not_arise("the router tells of one port or none: who is on it may be off")
    if any(known(port.carrier) is None for port in ports):
        return cannot_tell(facts, LAN)
    words = f"none of {len(ports)} ports for the home has a link, and nobody is on the Wi-Fi"
    return yes(words, LAN, CLIENTS, AFFECTED)


def lan_port_errors(facts: Facts) -> Answer:
    """Answer whether a LAN socket receives damaged frames again and again."""
    lan = facts.fact(LanStatus, LAN)
    system = facts.fact(RouterSystem, SYSTEM)
    if lan is None or system is None:
        return cannot_tell(facts, *(key for key in (LAN, SYSTEM) if not facts.fact(object, key)))
    counted = {
        port.name: errors
        for port in known(lan.ports) or ()
        if known(port.carrier) and (errors := known(port.crc_errors)) is not None
    }
    if not counted:
        return does_not_arise("no socket with a link counts damaged frames")
    worst = max(counted, key=lambda name: counted[name])
    an_hour = counted[worst] * 3600 / max(system.uptime_s, 3600.0)
    bad = (
        counted[worst] >= facts.limits["lan_crc_errors"]
        and an_hour >= facts.limits["lan_crc_errors_per_hour"]
    )
    words = f"{counted[worst]} damaged frames on {worst} in {span(system.uptime_s)}"
    return says(bad, words, LAN, SYSTEM)


def dns_forwarder_stopped(facts: Facts) -> Answer:
    """Answer whether the router's own name service is not running."""
    lan = facts.fact(LanStatus, LAN)
    running = known(lan.dns_forwarder_running) if lan else None
    if running is None:
        return cannot_tell(facts, LAN)
    return says(not running, f"the name service is {'' if running else 'not '}running", LAN)


def device_address_foreign(facts: Facts) -> Answer:
    """Answer whether a device uses an address that is not of the home network."""
    lan = facts.fact(LanStatus, LAN)
    prefix = known(lan.prefix) if lan else None
    if lan is None or prefix is None or known(lan.neighbours) is None:
        return cannot_tell(facts, LAN)
    network = ipaddress.ip_network(prefix, strict=False)
    mac = facts.device_mac
    seen = neighbours_of(lan, mac) if mac else known(lan.neighbours) or ()
    foreign = sorted(
        entry.address
        for entry in seen
        if entry.state.upper() not in GONE and _is_foreign(entry.address, network)
    )
    if foreign:
        return yes(f"{', '.join(foreign)} is not within {network}", LAN)
    return no(f"all addresses are within {network}", LAN)


def _is_foreign(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.version == network.version and parsed not in network


def device_no_lease(facts: Facts) -> Answer:
    """Answer whether the device in question got no address from the router."""
    mac = facts.device_mac
    if mac is None:
        return does_not_arise(NOT_NAMED)
    lan = facts.fact(LanStatus, LAN)
    leases = known(lan.leases) if lan else None
    if leases is None:
        return cannot_tell(facts, LAN)
    held = [lease.address for lease in leases if lease.mac.lower() == mac]
    if held:
        return no(f"{mac} holds {held[0]}", LAN)
    used = [entry.address for entry in neighbours_of(lan, mac) if entry.state.upper() in ALIVE]
    if used and device_address_foreign(facts).answer is False:
        return no(f"{mac} uses {used[0]} without a lease, which fits the home network", LAN)
    return yes(f"{mac} holds no lease", LAN)


def device_unanswering(facts: Facts) -> Answer:
    """Answer whether the device in question leaves the router's echo requests unanswered."""
    ping = facts.fact(PingCheck, PING_DEVICE)
    if ping is None:
        if facts.device_mac is None:
            return does_not_arise(NOT_NAMED)
        return cannot_tell(facts, PING_DEVICE)
    words = f"{ping.received} of {ping.sent} answered by {ping.target}"
    return says(ping.received == 0, words, PING_DEVICE)


def neighbours_of(lan: LanStatus | None, mac: str) -> tuple[LanNeighbour, ...]:
    """Give a device's entries of the router's neighbour table."""
    neighbours = (known(lan.neighbours) if lan else None) or ()
    return tuple(entry for entry in neighbours if (known(entry.mac) or "").lower() == mac)


RULES_HOME: Final[tuple[Rule, ...]] = (
    Rule(
        id="lan_dhcp_not_serving",
        question="Does the router give out no addresses in the home?",
        needs=(LAN,),
        ask=lan_dhcp_not_serving,
    ),
    Rule(
        id="lan_pool_exhausted",
        question="Is no address left for the home's devices?",
        needs=(LAN, LOG),
        ask=lan_pool_exhausted,
    ),
    Rule(
        id="home_ports_dark",
        question="Has none of the router's ports for the home a link, while all devices suffer?",
        needs=(LAN, CLIENTS, AFFECTED),
        ask=home_ports_dark,
    ),
    Rule(
        id="lan_port_errors",
        question="Does a LAN socket receive damaged frames?",
        needs=(LAN, SYSTEM),
        ask=lan_port_errors,
    ),
    Rule(
        id="dns_forwarder_stopped",
        question="Is the router's own name service stopped?",
        needs=(LAN,),
        ask=dns_forwarder_stopped,
    ),
    Rule(
        id="device_address_foreign",
        question="Does a device use an address that is not of the home?",
        needs=(LAN,),
        ask=device_address_foreign,
    ),
    Rule(
        id="device_no_lease",
        question="Did the device in question get no address?",
        needs=(LAN,),
        ask=device_no_lease,
    ),
    Rule(
        id="device_unanswering",
        question="Does the device in question not answer the router?",
        needs=(PING_DEVICE,),
        ask=device_unanswering,
    ),
)
