"""Facts about a subscriber's port on the access node, and about the node itself.

Words and units follow IF-MIB (RFC 2863), EtherLike-MIB (RFC 3635) and Q-BRIDGE-MIB (RFC 4363).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.missing import Maybe


class OperStatus(StrEnum):
    """IF-MIB ifOperStatus (RFC 2863)."""

    UP = "up"
    DOWN = "down"
    TESTING = "testing"
    UNKNOWN = "unknown"
    DORMANT = "dormant"
    NOT_PRESENT = "not_present"
    LOWER_LAYER_DOWN = "lower_layer_down"


class Duplex(StrEnum):
    """EtherLike-MIB dot3StatsDuplexStatus (RFC 3635); its `unknown(1)` becomes Missing."""

    HALF = "half"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSystem:
    """Fact `node_system`: the system group of the access node (SNMPv2-MIB, RFC 3418)."""

    name: Maybe[str]
    description: Maybe[str]
    object_id: Maybe[str]
    uptime_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PortStatus:
    """Fact `port_status`: is the port switched on, and does it have a link.

    `last_change_s` is how long ago the operational state last changed, in seconds;
    `if_index` is the interface that was asked for, None where the port has none of its own (an
    ONT behind a PON port, a cable modem); `name` what the node calls it (ifName), `alias` the
    operator's own label (ifAlias; empty where none is set).
    """

    if_index: int | None
    name: Maybe[str]
    alias: Maybe[str]
    admin_up: bool
    oper: OperStatus
    last_change_s: Maybe[float]

    @property
    def oper_up(self) -> bool:
        """The port carries traffic."""
        return self.oper is OperStatus.UP


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSpeed:
    """Fact `port_speed`: negotiated speed in bit/s (ifHighSpeed, ifSpeed) and duplex."""

    speed_bps: int
    duplex: Maybe[Duplex]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCounters:
    """Fact `port_counters`: cumulative counters at one moment.

    Octets, packets and errors since the agent's or the port's last reset; `node_uptime_s` tells a
    reset apart from a decrease. `in` is from the subscriber towards the node.
    """

    node_uptime_s: float
    in_octets: Maybe[int]
    out_octets: Maybe[int]
    in_packets: Maybe[int]
    out_packets: Maybe[int]
    in_errors: Maybe[int]
    out_errors: Maybe[int]
    in_discards: Maybe[int]
    out_discards: Maybe[int]
    fcs_errors: Maybe[int]
    alignment_errors: Maybe[int]
    late_collisions: Maybe[int]
    in_broadcast: Maybe[int]
    out_broadcast: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRates:
    """Fact `port_rates`: what two samples of the counters say about the time between them.

    bit/s, packets/s and counts within `interval_s` seconds. A counter that went backwards
    without wrapping, or a node that restarted in between, makes the field Missing(incomplete).
    """

    interval_s: float
    in_bps: Maybe[float]
    out_bps: Maybe[float]
    in_packets_per_s: Maybe[float]
    out_packets_per_s: Maybe[float]
    in_errors: Maybe[int]
    out_errors: Maybe[int]
    in_discards: Maybe[int]
    out_discards: Maybe[int]
    fcs_errors: Maybe[int]
    alignment_errors: Maybe[int]
    late_collisions: Maybe[int]
    in_broadcast_per_s: Maybe[float]
    out_broadcast_per_s: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedMac:
    """One forwarding entry on the subscriber's port: MAC in lower-case colon form, and VLAN id.

    `vlan` is Missing where the node tells the port of a MAC but not its VLAN; it is then known
    only that the MAC is not learned in the VLAN of the service.
    """

    mac: str
    vlan: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedMacs:
    """Fact `learned_macs`: forwarding entries on the port (dot1qTpFdbPort, dot1dTpFdbPort).

    Empty means that the whole relevant part of the table was seen and nothing was learned there.
    """

    entries: tuple[LearnedMac, ...]
