"""What the lab holds of a home: its router and devices, or of a customer without a router."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True, kw_only=True)
class HomeDevice:
    """A device in the home. `attach` is `lan1`..`lan4` or the section of an SSID."""

    name: str
    mac: str
    attach: str
    on: bool = True
    address: str | None = None
    """The address it uses; None: takes one by DHCP."""
    static_address: str | None = None
    signal_dbm: int = -48
    rx_rate_kbps: int = 400_000
    tx_rate_kbps: int = 400_000
    wrong_password: bool = False
    retry_ratio: float = 0.02
    answers_ping: bool = True


@dataclass(slots=True, kw_only=True)
class AirNeighbourState:
    """A neighbour's access point as the home's radio hears it."""

    bssid: str
    ssid: str
    channel: int
    signal_dbm: int
    width_mhz: int = 20


@dataclass(slots=True, kw_only=True)
class HomeRouter:
    """A home router: power, system, WAN, LAN, Wi-Fi; `uci` is the committed configuration.

    `uci` maps config -> section -> option -> value (a str, or a list of str), with `.type` for
    the section's type; `uci_staged` holds what was set and not committed.
    """

    subscriber: str
    node: str
    if_index: int
    address: str
    password: str
    hostname: str
    model: str
    board: str
    firmware: str
    revision: str
    wan_mac: str
    lan_mac: str
    wan_address: str
    wan_prefix: int
    wan_gateway: str
    dns_servers: tuple[str, ...]
    boot_id: str
    booted_at: float
    tcp_port: int = 0
    host_key_openssh: str = ""
    powered: bool = True
    away_until: float = 0.0
    """While rebooting: SSH refuses connections until then."""
    reboot_s: float = 4.0
    reboots: int = 0
    """How often it was told to restart and did: what was done is counted here."""
    hung: bool = False
    """Accepts TCP, then says nothing; forwards nothing."""
    ssh_garbage: bool = False
    """Sends garbage in place of an SSH banner."""
    ssh_hang: bool = False
    """Accepts the connection and then says nothing, though the home's traffic flows."""
    ssh_password_refused: bool = False
    """Refuses the password that the inventory names."""
    ssh_key_changed: bool = False
    """Shows another host key than the one that `known_hosts` pins."""
    cut_output_after: int | None = None
    """Closes the channel after this many bytes of an answer."""
    wan_cable_ok: bool = True
    """The cable between the wall (or modem) and the router's WAN socket."""
    wan_protocol: str = "dhcp"
    """`dhcp` or `pppoe`."""
    dhcp_offers: bool = True
    """The operator's DHCP server answers this subscriber."""
    pppoe_answers: bool = True
    ppp_auth_ok: bool = True
    session_stale: bool = False
    """An address is held, but the operator's edge forwards nothing for it."""
    load_1min: float = 0.12
    memory_total_bytes: int = 256 * 1024 * 1024
    memory_available_bytes: int = 148 * 1024 * 1024
    conntrack_entries: int = 640
    conntrack_limit: int = 16384
    clock_offset_s: float = 0.0
    watchdog_flags: int = 0
    """What the watchdog says of the last start (WDIOF_* of Linux); 0: nothing."""
    lan_errors: dict[str, int] = field(default_factory=dict)
    """Damaged frames that a LAN socket has received."""
    dnsmasq_running: bool = True
    dns_upstream_ok: bool = True
    """False: the forwarder's configured upstream does not answer (a wrong server in its setup)."""
    dhcp_pool_exhausted: bool = False
    rogue_dhcp: str | None = None
    """Address of another DHCP server seen in the home."""
    forwards: bool = True
    """The kernel's switch for forwarding."""
    translates: bool = True
    """The firewall replaces the home's addresses on the way out."""
    home_shut_in: bool = False
    """A rule of the firewall drops whatever comes from the home."""
    wan_mtu: int = 1500
    """Of the WAN's socket, in bytes."""
    path_mtu: int = 1500
    """Larger packets are lost on the operator's side without a word."""
    forwarding_loss: float = 0.0
    """Share of packets lost between router and operator's edge, 0 to 1."""
    queue_delay_s: float = 0.0
    """Extra delay of every packet between router and operator's edge (a full queue)."""
    down_bps: int = 100_000_000
    """What the subscriber pays for, towards the home."""
    up_bps: int = 40_000_000
    """What the subscriber pays for, from the home."""
    language: str = "en"
    """The language in which the subscriber is written to."""
    devices: list[HomeDevice] = field(default_factory=list)
    air: list[AirNeighbourState] = field(default_factory=list)
    channel_busy_percent: float = 12.0
    radios_failing: set[str] = field(default_factory=set)
    """Radios that are enabled but do not come on air."""
    uci: dict[str, dict[str, dict[str, str | list[str]]]] = field(default_factory=dict)
    uci_staged: dict[str, dict[str, dict[str, str | list[str]]]] = field(default_factory=dict)
    uci_factory_next: dict[str, dict[str, dict[str, str | list[str]]]] | None = None
    """Set where the next start is one from the factory: what a kept archive puts back."""
    firmware_next: str | None = None
    """Set where an image was flashed: its version, from the next start on."""
    log_extra: list[tuple[float, str]] = field(default_factory=list)
    """(when, `facility.level process: text`) lines added by faults and events."""


@dataclass(slots=True, kw_only=True)
class GhostHome:
    """A home that is there for its neighbours: it has power and traffic, but no router to log in.

    `wan_mac` is what its line brings to the access node, `wan_address` what it was given.
    """

    subscriber: str
    node: str
    if_index: int
    wan_mac: str
    wan_address: str
    down_bps: int
    up_bps: int
    powered: bool = True


Home: TypeAlias = HomeRouter | GhostHome
