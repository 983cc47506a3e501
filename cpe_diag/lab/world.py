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
from typing import TYPE_CHECKING

from cpe_diag.lab.cable_state import CableModem, CmtsUpstream
from cpe_diag.lab.cli_state import CliState
from cpe_diag.lab.copper_state import CableState, CableTest, PoePort
from cpe_diag.lab.dsl_state import DslLine
from cpe_diag.lab.home_state import GhostHome, HomeRouter
from cpe_diag.lab.pon_state import Ont, PonOptics, Splitter

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import Home


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
    """One port of an access node, or an interface that many ports share.

    `subscriber` None means that nobody is connected there. An ONT or a cable modem is a port too:
    its `if_index` is then no interface but a number that only the lab uses.
    """

    if_index: int
    node: str
    name: str
    """The operator's name of it."""
    if_name: str = ""
    """What the node calls the interface, where that is not `name`."""
    descr: str = ""
    """What the node says of the interface (ifDescr), where that is not made of the rest."""
    alias: str = ""
    mac: str
    technology: str
    """`ethernet`, `vdsl2`, `adsl`, `gpon` or `docsis`; of interfaces that carry many homes
    `uplink`, `pon`, `mac_domain`, `downstream` or `upstream`."""
    card: str = ""
    splitter: str | None = None
    vlan: int
    """The service's VLAN."""
    speed_bps: int
    """What its hardware, and that of the ONT or modem, can do."""
    profile: str = ""
    """The line or service profile that is set on it; empty: it has none."""
    subscriber: str | None = None
    admin_up: bool = True
    cable_ok: bool = True
    """The wire, fibre or coaxial cable between node (or splitter) and home."""
    speed_setting: str = "auto"
    """`auto`, or speed in Mbit/s and duplex set by hand, such as `100_half`."""
    learned_vlan: int | None = None
    """The VLAN that is set on the port when that is not `vlan` (a wrong VLAN)."""
    security_on: bool = False
    """Port security is configured."""
    locked: bool = False
    """Port security drops what comes from the home."""
    binding_stale: bool = False
    """The node holds an old binding of the home, and drops what does not fit it."""
    line: DslLine | None = None
    optics: PonOptics | None = None
    ont: Ont | None = None
    upstream: CmtsUpstream | None = None
    modem: CableModem | None = None
    cable: CableState | None = None
    cable_test: CableTest | None = None
    poe: PoePort | None = None
    in_bps: float = 180_000.0
    out_bps: float = 900_000.0
    in_errors_per_s: float = 0.0
    fcs_errors_per_s: float = 0.0
    in_discards_per_s: float = 0.0
    out_discards_per_s: float = 0.0
    changed_at: float = 0.0
    """When the operational state last changed."""
    showtime_at: float = 0.0
    """When the link is (or will be) up after its last cause to train."""
    counted: PortCounts = field(default_factory=PortCounts)
    """What the port has counted until `counted.at`; `count_traffic` brings it up to date."""

    @property
    def is_interface(self) -> bool:
        """The port is an interface of its own in the node's IF-MIB."""
        return self.ont is None and self.modem is None


@dataclass(slots=True, kw_only=True)
class Card:
    """A line card. `working` False: its ports are dead, the rest of the node is not."""

    name: str
    working: bool = True


@dataclass(slots=True, kw_only=True)
class AccessNodeState:
    """One access node. `agent_up` False: the agent is silent, though the node forwards."""

    id: str
    address: str
    technology: str
    model: str
    """`generic`, `huawei_smartax`, `cmts` or `dlink_des`: which tables its agent has."""
    sys_descr: str
    sys_object_id: str
    snmp_version: str
    """What the inventory uses: `2c` or `3`; the agent answers both."""
    booted_at: float
    clock_offset_s: float = 0.0
    """How far the node's own clock is ahead of the time of day."""
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
    answered: int = 0
    """Requests that the agent has answered, or is about to."""
    ports: dict[int, AccessPort] = field(default_factory=dict)
    """Subscriber ports by ifIndex."""
    shared: dict[int, AccessPort] = field(default_factory=dict)
    """Interfaces that several subscribers share, by ifIndex: PON ports, cable channels."""
    sets: list[str] = field(default_factory=list)
    """Every SET that the agent took, as `oid=value`, in order: what was done is counted here."""
    uplinks: dict[int, AccessPort] = field(default_factory=dict)
    """Interfaces towards the operator's edge by ifIndex, technology `uplink`; up with the node."""
    cards: dict[str, Card] = field(default_factory=dict)
    splitters: dict[str, Splitter] = field(default_factory=dict)
    cli: CliState | None = None
    """Its command line; None: the lab has none for it."""
    reinit_mac: str = "00:00:00:00:00:00"
    """The modem that the next order to start anew is for (docsIf3CmtsCmCtrlCmdMacAddr)."""


@dataclass(slots=True, kw_only=True)
class Site:
    """A web host: the operator's reference host or a third party's platform."""

    name: str
    address: str
    tcp_port: int = 0
    up: bool = True
    refuses: bool = False
    """The host is there, and nothing listens on it."""
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
    """The credentials of the agents of access nodes and modems; new ones for every lab."""

    snmp_read: str = "public"
    snmp_write: str = "private"
    snmp_v3_user: str = "cpe_diag"
    snmp_v3_auth: str = "lab-auth-pass"
    snmp_v3_priv: str = "lab-priv-pass"
    modem_read: str = "modem-public"
    """The community of all cable modems, for reading."""
    modem_write: str = "modem-private"
    cli_password: str = "lab-cli-pass"  # noqa: S105 - a default that no lab keeps
    """Of the command lines of all access nodes."""


@dataclass(slots=True, kw_only=True)
class World:
    """The whole lab. `clock` is monotonic seconds; `rtt_s` the simulated round trip to all."""

    seed: int
    rtt_s: float
    nodes: dict[str, AccessNodeState]
    routers: dict[str, HomeRouter]
    """By subscriber id."""
    ghosts: dict[str, GhostHome] = field(default_factory=dict)
    """Homes without a router of their own, by subscriber id."""
    reference: Site
    platform: Site
    resolver: ResolverState
    core_loss: float = 0.0
    """Share of packets lost beyond the operator's edge, for every home."""
    clock: Callable[[], float] = time.monotonic
    epoch_s: float = 0.0
    """The time of day, in Unix seconds, when the lab's clock stood at 0."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """How commands that take time wait for it, in seconds; tests make it instant."""
    faults: dict[str, set[str]] = field(default_factory=dict)
    """Which faults are set, by subscriber id."""
    secrets: LabSecrets = field(default_factory=LabSecrets)

    def now(self) -> float:
        """Give the lab's time in seconds."""
        return self.clock()

    def port_of(self, home: Home) -> AccessPort:
        """Give the port that a home hangs on."""
        return self.nodes[home.node].ports[home.if_index]

    def home_on(self, port: AccessPort) -> Home | None:
        """Give the home on a port, or None where nobody is connected."""
        if port.subscriber is None:
            return None
        return self.routers.get(port.subscriber) or self.ghosts[port.subscriber]
