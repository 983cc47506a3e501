"""One line for every fact that the home router gives: itself, its ways, its home and its Wi-Fi."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Maybe, known
from cpe_diag.domain.router_facts import RebootReason
from cpe_diag.report.duration import duration, percent, rate
from cpe_diag.report.phrases import counted, listed, maybe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.router_facts import (
        LanPort,
        LanStatus,
        LogEvents,
        RouterSystem,
        WanStatus,
    )
    from cpe_diag.domain.way_out_facts import Forwarding
    from cpe_diag.domain.wifi_facts import (
        AirScan,
        Radio,
        WifiClient,
        WifiClients,
        WifiNetwork,
        WifiStatus,
    )

REBOOT_WORDS: Final[Mapping[RebootReason, str]] = {
    RebootReason.KERNEL_CRASH: "a crash of its kernel",
    RebootReason.WATCHDOG: "its watchdog",
    RebootReason.OVERHEATED: "too much heat",
    RebootReason.LOW_VOLTAGE: "too little voltage",
    RebootReason.POWER_LOSS: "a loss of power",
    RebootReason.REQUESTED: "command",
}
"""What started a router, total over RebootReason."""


def router_system(fact: RouterSystem) -> str:
    """Say who the router is and how it is."""
    name = " ".join([*maybe(fact.model, str), *maybe(fact.firmware, str)]) or "router"
    parts = [name, f"up {duration(fact.uptime_s)}"]
    parts += maybe(fact.load_1min, lambda load: f"load {load:.2f}")
    free, total = known(fact.memory_available_bytes), known(fact.memory_total_bytes)
    if free is not None and total:
        parts.append(f"{percent(free / total)} memory free")
    entries, limit = known(fact.conntrack_entries), known(fact.conntrack_limit)
    if entries is not None and limit:
        parts.append(f"connection table {percent(entries / limit)} full")
    parts += maybe(fact.last_reboot, lambda why: f"started by {REBOOT_WORDS[why]}")
    return ", ".join(parts)


def router_forwarding(fact: Forwarding) -> str:
    """Say what the router does with the home's packets."""
    parts = [f"forwarding of IPv4 {_switched(fact.ipv4)}, of IPv6 {_switched(fact.ipv6)}"]
    parts += maybe(
        fact.translates, lambda yes: f"{'translates' if yes else 'does not translate'} addresses"
    )
    rule = known(fact.blocked_by)
    if rule is not None:
        parts.append(f"the home is shut in by {rule}")
    elif fact.blocked_by is None:
        parts.append("the home may connect to the outside")
    sure = [one for one in known(fact.drops) or () if one.surely]
    parts += [f"its rules end {listed(list(one.kinds))} of {one.whom}" for one in sure]
    parts += [
        f"its rules send {listed(list(one.kinds))} of the home to {one.to}"
        for one in known(fact.diverts) or ()
        if one.surely and one.to is not None
    ]
    parts += [
        f"{one.words} lets {rate(one.rate_bps)} through" for one in known(fact.shapers) or ()
    ]
    return ", ".join(parts)


def _switched(switch: Maybe[bool]) -> str:
    on = known(switch)
    return "not told" if on is None else "on" if on else "off"


def router_wan(fact: WanStatus) -> str:
    """Say how the router sees its way to the operator."""
    parts = [f"WAN {'up' if fact.up else 'down'} ({fact.protocol})"]
    if known(fact.carrier) is False:
        parts.append("no link on the WAN socket")
    parts.append(listed(list(fact.addresses)) or "no address")
    v6 = (*(known(fact.ipv6_addresses) or ()), *(known(fact.ipv6_prefixes) or ()))
    parts += [f"IPv6 {listed(list(v6))}"] if v6 else []
    parts.append(f"gateway {fact.gateway}" if fact.gateway else "no default route")
    parts += maybe(fact.uptime_s, lambda s: f"for {duration(s)}") if fact.up else ()
    hand = set(known(fact.dns_by_hand) or ())
    servers = [f"{one} (set by hand)" if one in hand else one for one in fact.dns_servers]
    parts += [f"DNS {listed(servers)}"] if servers else []
    parts += [listed(list(fact.error_codes))] if fact.error_codes else []
    return ", ".join(parts)


def _running(field: Maybe[bool], name: str) -> tuple[str, ...]:
    return maybe(field, lambda running: f"{name} {'running' if running else 'NOT running'}")


def router_lan(fact: LanStatus) -> str:
    """Say how the home network is served."""
    parts = [*maybe(fact.prefix, lambda prefix: f"LAN {prefix}")] or ["LAN"]
    pool = known(fact.dhcp_pool_size)
    of_pool = "" if pool is None else f" of {pool}"
    parts += maybe(fact.leases, lambda leases: f"{len(leases)}{of_pool} addresses handed out")
    if known(fact.dhcp_enabled) is False:
        parts.append("DHCP switched off")
    else:
        parts += _running(fact.dhcp_server_running, "DHCP server")
        named = known(fact.dhcp_name_servers) or ()
        parts += [f"names {listed(list(named))} to it for names"] if named else []
    parts += _running(fact.dns_forwarder_running, "DNS forwarder")
    linked = [port for port in known(fact.ports) or () if known(port.carrier)]
    parts += [f"link on {listed([_lan_port(port) for port in linked])}"] if linked else []
    return ", ".join(parts)


def _lan_port(port: LanPort) -> str:
    speed = "".join(maybe(port.speed_bps, lambda bps: f" at {rate(bps)}"))
    half = " half duplex" if known(port.full_duplex) is False else ""
    wrong = (known(port.rx_errors) or 0) + (known(port.tx_errors) or 0)
    return f"{port.name}{speed}{half}" + (f" ({counted(wrong, 'error')})" if wrong else "")


def router_log(fact: LogEvents) -> str:
    """Say what stands in the log, and how long ago."""
    if not fact.events:
        return f"nothing of note in {counted(fact.lines_read, 'log line')}"
    events = [
        f"{event.kind.value.replace('_', ' ')} {event.count}x"
        + (f" ({event.subject})" if event.subject else "")
        + "".join(maybe(event.last_age_s, lambda s: f", last {duration(s)} ago"))
        for event in fact.events
    ]
    return f"{listed(events)} in {counted(fact.lines_read, 'log line')}"


def router_wifi(fact: WifiStatus) -> str:
    """Say what each radio sends."""
    if not fact.radios:
        return "no radio"
    parts = []
    for radio in fact.radios:
        band = known(radio.band) or radio.name
        off = "does not come on air" if radio.enabled else "switched off"
        wait_s = known(radio.radar_wait_s)
        off = f"listens for radar for {wait_s} s more" if wait_s else off
        parts.append(f"{band} {f'on air{_tuned(radio)}' if radio.on_air else off}")
    guests = [one.ssid for one in fact.networks if one.on_air and known(one.purpose) == "guest"]
    if guests:
        parts.append(f"for guests: {listed(sorted(set(guests)))}")
    silent = [network.ssid for network in fact.networks if _silent(network)]
    if silent:
        parts.append(f"not on air: {listed(silent)}")
    return "; ".join(parts)


def _tuned(radio: Radio) -> str:
    parts = [*maybe(radio.width_mhz, lambda mhz: f"{mhz} MHz wide")]
    parts += maybe(radio.tx_power_dbm, lambda dbm: f"{dbm:.0f} dBm")
    parts += maybe(radio.busy_percent, lambda share: f"{share:.0f} % busy")
    channel = "".join(maybe(radio.channel, lambda number: f" on channel {number}"))
    return channel + (f" ({listed(parts)})" if parts else "")


def _silent(network: WifiNetwork) -> bool:
    return network.on_air is False


def wifi_clients(fact: WifiClients) -> str:
    """Say who is on Wi-Fi and how well."""
    named = [
        client.mac
        + "".join(maybe(client.signal_dbm, lambda dbm: f" at {dbm} dBm"))
        + _retried(client)
        + ("" if client.authorized else " not authorized")
        for client in fact.clients
    ]
    count = counted(len(named), "device") + " on Wi-Fi"
    return f"{count}: {listed(named)}" if named else count


def _retried(client: WifiClient) -> str:
    packets, retries = known(client.tx_packets), known(client.tx_retries)
    if not packets or retries is None:
        return ""
    return f", {retries / packets:.2f} retries a packet"


def air_scan(fact: AirScan) -> str:
    """Say who else is in the air."""
    if not fact.neighbours:
        return "no other network in the air"
    heard = Counter(neighbour.channel for neighbour in fact.neighbours)
    crowd = [f"{count} on channel {channel}" for channel, count in sorted(heard.items())]
    return f"{counted(len(fact.neighbours), 'other network')}: {listed(crowd)}"
