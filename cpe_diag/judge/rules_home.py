"""Rules about the home network and the device in question."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import LanStatus, LogEventKind, RouterSystem
from cpe_diag.domain.wifi_facts import WifiClients
from cpe_diag.judge.keys import CLIENTS, LAN, LOG, PING_DEVICE, SYSTEM
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
from cpe_diag.judge.rules_router import count

if TYPE_CHECKING:
    from cpe_diag.domain.router_facts import LanNeighbour

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
    told = count(facts, LogEventKind.DHCP_POOL_EXHAUSTED)
    if told:
        return yes(f"{told} requests without a free address in the log", LOG)
    lan = facts.fact(LanStatus, LAN)
    leases = known(lan.leases) if lan else None
    size = known(lan.dhcp_pool_size) if lan else None
    if leases is not None and size:
        words = f"{len(leases)} of {size} addresses are given out"
        return says(len(leases) >= size, words, LAN)
    return cannot_tell(facts, LAN) if told is None else no("not in the log", LOG)


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


def lan_rogue_dhcp(facts: Facts) -> Answer:
    """Answer whether another DHCP server gives out addresses in the home."""
    return _in_log(facts, LogEventKind.ROGUE_DHCP, "another DHCP server")


def lan_duplicate_address(facts: Facts) -> Answer:
    """Answer whether two devices use the same address."""
    return _in_log(facts, LogEventKind.DUPLICATE_ADDRESS, "an address used twice")


def _in_log(facts: Facts, kind: LogEventKind, words: str) -> Answer:
    told = count(facts, kind)
    if told is None:
        return cannot_tell(facts, LOG)
    signs = "1 sign" if told == 1 else f"{told or 'no'} signs"
    return says(told > 0, f"{signs} of {words} in the log", LOG)


def dns_forwarder_stopped(facts: Facts) -> Answer:
    """Answer whether the router's own name service is not running."""
    lan = facts.fact(LanStatus, LAN)
    running = known(lan.dns_forwarder_running) if lan else None
    if running is None:
        return cannot_tell(facts, LAN)
    return says(not running, f"the name service is {'' if running else 'not '}running", LAN)


def device_absent(facts: Facts) -> Answer:
    """Answer whether the device in question is not in the home network now."""
    mac = facts.device_mac
    if mac is None:
        return does_not_arise(NOT_NAMED)
    present = _present(facts, mac)
    if present is not None:
        return present
    missing = tuple(key for key in (LAN, CLIENTS) if facts.fact(object, key) is None)
    if missing:
        return cannot_tell(facts, *missing)
    if facts.fact(PingCheck, PING_DEVICE) is not None:
        return yes(f"{mac} is not on the Wi-Fi and does not answer", LAN, CLIENTS, PING_DEVICE)
    lan = facts.fact(LanStatus, LAN)
    is_read = lan is not None and known(lan.neighbours) is not None
    if not is_read or any(entry.state.upper() not in GONE for entry in _neighbours_of(lan, mac)):
        return cannot_tell(facts, PING_DEVICE if is_read else LAN)
    return yes(f"{mac} is not on the Wi-Fi and not in the neighbour table", LAN, CLIENTS)


def _present(facts: Facts, mac: str) -> Answer | None:
    ping = facts.fact(PingCheck, PING_DEVICE)
    if ping is not None and ping.received:
        return no(f"{ping.target} answers", PING_DEVICE)
    clients = facts.fact(WifiClients, CLIENTS)
    if clients and any(client.mac.lower() == mac for client in clients.clients):
        return no(f"{mac} is associated to the Wi-Fi", CLIENTS)
    seen = _neighbours_of(facts.fact(LanStatus, LAN), mac)
    if any(entry.state.upper() in ALIVE for entry in seen):
        return no(f"{mac} was heard within the last minute", LAN)
    return None


def device_address_foreign(facts: Facts) -> Answer:
    """Answer whether a device uses an address that is not of the home network."""
    lan = facts.fact(LanStatus, LAN)
    prefix = known(lan.prefix) if lan else None
    if lan is None or prefix is None or known(lan.neighbours) is None:
        return cannot_tell(facts, LAN)
    network = ipaddress.ip_network(prefix, strict=False)
    mac = facts.device_mac
    seen = _neighbours_of(lan, mac) if mac else known(lan.neighbours) or ()
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
    used = [entry.address for entry in _neighbours_of(lan, mac) if entry.state.upper() in ALIVE]
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


def _neighbours_of(lan: LanStatus | None, mac: str) -> tuple[LanNeighbour, ...]:
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
        id="lan_port_errors",
        question="Does a LAN socket receive damaged frames?",
        needs=(LAN, SYSTEM),
        ask=lan_port_errors,
    ),
    Rule(
        id="lan_rogue_dhcp",
        question="Does another DHCP server disturb the home?",
        needs=(LOG,),
        ask=lan_rogue_dhcp,
    ),
    Rule(
        id="lan_duplicate_address",
        question="Do two devices use the same address?",
        needs=(LOG,),
        ask=lan_duplicate_address,
    ),
    Rule(
        id="dns_forwarder_stopped",
        question="Is the router's own name service stopped?",
        needs=(LAN,),
        ask=dns_forwarder_stopped,
    ),
    Rule(
        id="device_absent",
        question="Is the device in question not in the home network?",
        needs=(LAN, CLIENTS, PING_DEVICE),
        ask=device_absent,
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
