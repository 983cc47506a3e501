"""Facts about the home router, read over SSH by its driver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.missing import NOT_ASKED, Maybe


class RebootReason(StrEnum):
    """Why a router started the last time, where it can tell."""

    KERNEL_CRASH = "kernel_crash"
    """The kernel panicked; the router kept its last words."""
    WATCHDOG = "watchdog"
    """The watchdog's timer reset it: it had hung, or its chip restarts in this way by command."""
    OVERHEATED = "overheated"
    """It was too hot."""
    LOW_VOLTAGE = "low_voltage"
    """Its power supply gave too little."""
    POWER_LOSS = "power_loss"
    """It lost power, or its plug was pulled."""
    REQUESTED = "requested"
    """Somebody, or a program, told it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterSystem:
    """Fact `router_system`: identity and health. Bytes, seconds; load is the 1-minute average.

    `boot_id` changes with every start; `clock_offset_s` is router time minus ours;
    `last_reboot` is Missing (NOT_MEASURED) where the router keeps reasons and has none.
    """

    model: Maybe[str]
    firmware: Maybe[str]
    uptime_s: float
    load_1min: Maybe[float]
    memory_total_bytes: Maybe[int]
    memory_available_bytes: Maybe[int]
    conntrack_entries: Maybe[int]
    conntrack_limit: Maybe[int]
    clock_offset_s: Maybe[float]
    boot_id: Maybe[str]
    last_reboot: Maybe[RebootReason] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class WanStatus:
    """Fact `router_wan`: the router's own view of its way to the operator.

    `protocol` is the router's word (`dhcp`, `pppoe`, `static`); `carrier` is the Ethernet link of
    the WAN device; `addresses` hold prefix lengths (`198.51.100.7/24`); `gateway` None means that
    the router says it has no default route; `error_codes` are the platform's own words;
    `mac` is the WAN device's address; `uptime_s` is how long the session has been up;
    `autostart` False means that the platform has given up and will not try again by itself.
    `ipv6_addresses` are those of the WAN device, `ipv6_prefixes` what the operator delegated to
    the home; empty where there are none. `mtu` is the WAN device's, in bytes of an IP packet.
    `ipv6_gateway` None: there is no default route of IPv6. `dns_by_hand` are those of the name
    servers that somebody has set on the router; the others came with the line. `ipv6_handed_out`
    is what the operator's server handed out for the home (RFC 8415, section 6.3), as the router's
    client has it; `ipv6_prefixes` may be what the home has, whoever it is from.
    """

    up: bool
    protocol: str
    device: Maybe[str]
    carrier: Maybe[bool]
    mac: Maybe[str]
    addresses: tuple[str, ...]
    gateway: str | None
    dns_servers: tuple[str, ...]
    uptime_s: Maybe[float]
    autostart: Maybe[bool]
    error_codes: tuple[str, ...]
    ipv6_addresses: Maybe[tuple[str, ...]] = NOT_ASKED
    ipv6_prefixes: Maybe[tuple[str, ...]] = NOT_ASKED
    mtu: Maybe[int] = NOT_ASKED
    ipv6_gateway: Maybe[str | None] = NOT_ASKED
    dns_by_hand: Maybe[tuple[str, ...]] = NOT_ASKED
    ipv6_handed_out: Maybe[tuple[str, ...]] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpLease:
    """One address handed out in the home; `host` is empty where the device gave no name."""

    mac: str
    address: str
    host: str
    expires_at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpRange:
    """Addresses that a DHCP server may hand out, from the first to the last."""

    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanNeighbour:
    """One entry of the router's neighbour table on the LAN side (`state` in Linux words)."""

    mac: Maybe[str]
    address: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanPort:
    """One member of the LAN bridge; speed in bit/s; errors are counted since the last start.

    `crc_errors` are those of `rx_errors` whose checksum was wrong: a bad cable or socket.
    """

    name: str
    carrier: Maybe[bool]
    speed_bps: Maybe[int]
    full_duplex: Maybe[bool] = NOT_ASKED
    rx_errors: Maybe[int] = NOT_ASKED
    tx_errors: Maybe[int] = NOT_ASKED
    crc_errors: Maybe[int] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class LanStatus:
    """Fact `router_lan`: the home network as the router serves it.

    `prefix` is the LAN's own address with length (`192.168.1.1/24`). `dhcp_server_running` and
    `dns_forwarder_running` are whether the service is up; `dhcp_enabled` whether it is meant to
    serve the LAN; `dhcp_pool_size` is how many addresses it may hand out. `switched_on` is whether
    the LAN's own device is; `dhcp_gateways` are those that its DHCP server is set to name, None:
    itself; `dhcp_name_servers` the name servers, None: itself; `dhcp_ranges` what it is set
    to hand out.
    """

    prefix: Maybe[str]
    ports: Maybe[tuple[LanPort, ...]]
    leases: Maybe[tuple[DhcpLease, ...]]
    neighbours: Maybe[tuple[LanNeighbour, ...]]
    dhcp_enabled: Maybe[bool]
    dhcp_server_running: Maybe[bool]
    dns_forwarder_running: Maybe[bool]
    dhcp_pool_size: Maybe[int]
    switched_on: Maybe[bool] = NOT_ASKED
    dhcp_gateways: Maybe[tuple[str, ...] | None] = NOT_ASKED
    dhcp_name_servers: Maybe[tuple[str, ...] | None] = NOT_ASKED
    dhcp_ranges: Maybe[tuple[DhcpRange, ...]] = NOT_ASKED


class LogEventKind(StrEnum):
    """What kinds of log lines a verdict can use."""

    DHCP_NO_OFFER = "dhcp_no_offer"
    """The WAN side asked for an address and nobody offered one."""
    PPP_AUTH_REFUSED = "ppp_auth_refused"
    """The operator's server refused the router's user name or password."""
    PPPOE_NO_SERVER = "pppoe_no_server"
    """No PPPoE server answered the discovery."""
    WAN_LINK_LOST = "wan_link_lost"
    """The WAN device lost its carrier."""
    WIFI_WRONG_PASSWORD = "wifi_wrong_password"  # noqa: S105 - the name of an event
    """A station failed the handshake with a wrong pre-shared key; the subject is its MAC."""
    WIFI_DISCONNECTED = "wifi_disconnected"
    """A station left or was dropped; the subject is its MAC."""
    ROGUE_DHCP = "rogue_dhcp"
    """Another DHCP server was seen in the home."""
    DHCP_POOL_EXHAUSTED = "dhcp_pool_exhausted"
    """No address left to hand out."""
    OUT_OF_MEMORY = "out_of_memory"
    """The kernel killed a process for lack of memory."""
    CONNTRACK_FULL = "conntrack_full"
    """The connection-tracking table was full and packets were dropped."""
    KERNEL_CRASH = "kernel_crash"
    """The kernel reported an oops or a panic."""
    DUPLICATE_ADDRESS = "duplicate_address"
    """Two devices in the home use the same address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """Log lines of one kind and subject: how many, and the last one, shortened and redacted.

    `last_age_s` is how long before the reading the last one was written, by the router's clock.
    """

    kind: LogEventKind
    subject: str
    count: int
    last_line: str
    last_age_s: Maybe[float] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvents:
    """Fact `router_log`: what the excerpt says; `lines_read` is how much log there was."""

    lines_read: int
    events: tuple[LogEvent, ...]
