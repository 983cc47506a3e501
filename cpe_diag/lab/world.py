"""The one state behind every face of the lab: nodes, ports, lines, routers, homes, servers.

Everything that a face shows (an SNMP counter, a shell answer, a ping, a page) is derived from
here at the moment it is asked, so that the faces cannot disagree. Faults change this state and
nothing else. All times are seconds of `World.now`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class DslDirection:
    """One direction of a DSL line: bit/s, dB, dBm; what an unharmed line would show."""

    rate_bps: int
    attainable_bps: int
    snr_margin_db: float
    attenuation_db: float
    output_power_dbm: float


@dataclass(slots=True, kw_only=True)
class DslLine:
    """A DSL line: its quality and how fast it collects errors (per hour, while in showtime)."""

    standard: str
    """`vdsl2` or `adsl`."""
    down: DslDirection
    up: DslDirection
    errored_s_per_hour: float = 2.0
    severely_errored_s_per_hour: float = 0.0
    code_violations_per_hour: float = 12.0
    full_inits_15min: int = 0
    full_inits_previous_day: int = 1
    retrain_s: float = 3.0
    """How long a training takes after power or signal returns."""


@dataclass(slots=True, kw_only=True)
class PortCounts:
    """Running totals of a port at the moment `at`; whole numbers of them are what SNMP shows."""

    at: float = 0.0
    in_octets: float = 0.0
    out_octets: float = 0.0
    in_errors: float = 0.0
    out_errors: float = 0.0
    in_discards: float = 0.0
    out_discards: float = 0.0
    fcs_errors: float = 0.0
    late_collisions: float = 0.0


@dataclass(slots=True, kw_only=True)
class AccessPort:
    """One port of an access node. `subscriber` None means that nobody is connected there."""

    if_index: int
    name: str
    alias: str
    mac: str
    technology: str
    """`ethernet`, `vdsl2` or `adsl`."""
    vlan: int
    speed_bps: int
    subscriber: str | None = None
    admin_up: bool = True
    cable_ok: bool = True
    """The wire between node and home."""
    duplex: str = "full"
    learned_vlan: int | None = None
    """Where the MAC is learned when that is not `vlan` (a wrong VLAN)."""
    line: DslLine | None = None
    in_bps: float = 180_000.0
    out_bps: float = 900_000.0
    in_errors_per_s: float = 0.0
    out_errors_per_s: float = 0.0
    fcs_errors_per_s: float = 0.0
    late_collisions_per_s: float = 0.0
    in_discards_per_s: float = 0.0
    out_discards_per_s: float = 0.0
    changed_at: float = 0.0
    """When the operational state last changed."""
    showtime_at: float = 0.0
    """When the link is (or will be) up after its last cause to train."""
    counted: PortCounts = field(default_factory=PortCounts)
    """What the port has counted until `counted.at`; `count_traffic` brings it up to date."""


@dataclass(slots=True, kw_only=True)
class AccessNodeState:
    """One access node. `agent_up` False: the agent is silent, though the node forwards."""

    id: str
    address: str
    technology: str
    sys_descr: str
    sys_object_id: str
    snmp_version: str
    """What the inventory uses: `2c` or `3`; the agent answers both."""
    booted_at: float
    sys_name: str = ""
    sys_contact: str = "noc@lab.example"
    sys_location: str = "Lab street 1"
    bridge_mac: str = "02:00:5e:00:00:00"
    udp_port: int = 0
    powered: bool = True
    """False: the whole node is dark; no port is up and no home behind it can be reached."""
    agent_up: bool = True
    snmp_refused: bool = False
    """The agent does not accept the community or the SNMPv3 user of the inventory."""
    answer_delay_s: float = 0.0
    ports: dict[int, AccessPort] = field(default_factory=dict)
    """Subscriber ports by ifIndex."""
    sets: list[str] = field(default_factory=list)
    """Every SET that the agent took, as `oid=value`, in order: what was done is counted here."""
    uplinks: dict[int, AccessPort] = field(default_factory=dict)
    """Interfaces towards the operator's edge by ifIndex, technology `uplink`; up with the node."""


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
    dnsmasq_running: bool = True
    dns_upstream_ok: bool = True
    """False: the forwarder's configured upstream does not answer (a wrong server in its setup)."""
    dhcp_pool_exhausted: bool = False
    rogue_dhcp: str | None = None
    """Address of another DHCP server seen in the home."""
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
    log_extra: list[tuple[float, str]] = field(default_factory=list)
    """(when, `facility.level process: text`) lines added by faults and events."""


@dataclass(slots=True, kw_only=True)
class Site:
    """A web host: the operator's reference host or a third party's platform."""

    name: str
    address: str
    tcp_port: int = 0
    up: bool = True
    answer_delay_s: float = 0.0
    status: int = 200
    resolves: bool = True
    reachable_from_homes: bool = True
    """False: a routing fault beyond the operator's edge, seen from homes only."""


@dataclass(slots=True, kw_only=True)
class ResolverState:
    """The operator's DNS resolver."""

    address: str
    udp_port: int = 0
    up: bool = True
    servfail: bool = False
    answer_delay_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class LabSecrets:
    """The credentials of the access nodes' agents; new ones for every lab."""

    snmp_read: str = "public"
    snmp_write: str = "private"
    snmp_v3_user: str = "cpe_diag"
    snmp_v3_auth: str = "lab-auth-pass"
    snmp_v3_priv: str = "lab-priv-pass"


@dataclass(slots=True, kw_only=True)
class World:
    """The whole lab. `clock` is monotonic seconds; `rtt_s` the simulated round trip to all."""

    seed: int
    rtt_s: float
    nodes: dict[str, AccessNodeState]
    routers: dict[str, HomeRouter]
    """By subscriber id."""
    reference: Site
    platform: Site
    resolver: ResolverState
    core_loss: float = 0.0
    """Share of packets lost beyond the operator's edge, for every home."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """How commands that take time wait for it, in seconds; tests make it instant."""
    faults: dict[str, set[str]] = field(default_factory=dict)
    """Which faults are set, by subscriber id."""
    secrets: LabSecrets = field(default_factory=LabSecrets)

    def now(self) -> float:
        """Give the lab's time in seconds."""
        return self.clock()

    def port_of(self, router: HomeRouter) -> AccessPort:
        """Give the port that a home hangs on."""
        return self.nodes[router.node].ports[router.if_index]


def home_has_power(world: World, router: HomeRouter) -> bool:
    """The router (and the modem in it) has power and is not in the dark part of a reboot."""
    return router.powered and world.now() >= router.away_until


def port_up(world: World, port: AccessPort) -> bool:
    """The port carries traffic: node and port on, wire whole, far end powered, trained.

    On Ethernet the wire ends in the router's own WAN socket, so a loose WAN cable takes the port
    down; on DSL it ends in the modem, which stays in sync.
    """
    if port.technology == "uplink":
        return port.admin_up
    if not (port.admin_up and port.cable_ok and port.subscriber is not None):
        return False
    router = world.routers[port.subscriber]
    if not world.nodes[router.node].powered:
        return False
    if port.technology == "ethernet" and not router.wan_cable_ok:
        return False
    return home_has_power(world, router) and world.now() >= port.showtime_at


def wan_carrier(world: World, router: HomeRouter) -> bool:
    """The router's WAN socket has a link.

    On Ethernet the wire runs to the access port itself; on DSL to the modem in the home, which
    gives a link whenever the line is trained.
    """
    return router.wan_cable_ok and port_up(world, world.port_of(router))


def wan_up(world: World, router: HomeRouter) -> bool:
    """The router holds an address from the operator."""
    if not wan_carrier(world, router) or world.port_of(router).learned_vlan is not None:
        return False
    if router.wan_protocol == "pppoe":
        return router.pppoe_answers and router.ppp_auth_ok
    return router.dhcp_offers


def forwards(world: World, router: HomeRouter) -> bool:
    """Packets of this home reach the operator's edge."""
    return wan_up(world, router) and not router.session_stale and not router.hung


def management_reachable(world: World, router: HomeRouter) -> bool:
    """The operator can reach the router's SSH server (management is a VLAN of its own).

    Management works over the same wire but not over the customer's session, as with TR-069 on a
    separate VLAN: it needs power and a trained line, not a WAN address.
    """
    return home_has_power(world, router) and wan_carrier(world, router)


def learned_mac(world: World, port: AccessPort) -> str | None:
    """Give the MAC address that the node has learned on a port, or None.

    A MAC is learned as soon as the router sends anything over a whole path: address or not,
    accepted or not.
    """
    if port.subscriber is None or not port_up(world, port):
        return None
    router = world.routers[port.subscriber]
    return router.wan_mac if wan_carrier(world, router) else None


def count_traffic(world: World, port: AccessPort) -> PortCounts:
    """Bring a port's totals up to now at its present rates, and give them.

    Whoever changes rates or the state of a port calls this first, so that the past stays counted
    at the rates of the past.
    """
    counted = port.counted
    passed_s = world.now() - counted.at
    if passed_s <= 0:
        return counted
    counted.at += passed_s
    if not port_up(world, port):
        return counted
    home = None if port.subscriber is None else world.routers.get(port.subscriber)
    is_hung = home is not None and home.hung
    if port.technology == "uplink" or (learned_mac(world, port) is not None and not is_hung):
        counted.in_octets += port.in_bps / 8 * passed_s
        counted.out_octets += port.out_bps / 8 * passed_s
    counted.in_errors += port.in_errors_per_s * passed_s
    counted.out_errors += port.out_errors_per_s * passed_s
    counted.in_discards += port.in_discards_per_s * passed_s
    counted.out_discards += port.out_discards_per_s * passed_s
    counted.fcs_errors += port.fcs_errors_per_s * passed_s
    counted.late_collisions += port.late_collisions_per_s * passed_s
    return counted
