"""Facts about how the subscriber's port is set up, powered, locked and wired.

Words follow Q-BRIDGE-MIB (RFC 4363), MAU-MIB (RFC 4836), POWER-ETHERNET-MIB (RFC 3621) and, where
there is no standard (cable test, port security, DHCP snooping), the words that vendors share.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.missing import Maybe


class VlanMembership(StrEnum):
    """How a port is a member of a VLAN (Q-BRIDGE-MIB, egress ports and untagged ports)."""

    UNTAGGED = "untagged"
    TAGGED = "tagged"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortConfig:
    """Fact `port_config`: what the node was told to do on this port.

    `vlan` is the VLAN of untagged frames, or the service's VLAN on a PON or DSL port; `profile`
    the name of the line or service profile; `auto_negotiation` False means fixed speed;
    `service_vlan` how the port is a member of the VLAN that the inventory names.
    """

    vlan: Maybe[int]
    profile: Maybe[str]
    auto_negotiation: Maybe[bool]
    service_vlan: Maybe[VlanMembership]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPower:
    """Fact `port_power`: Power over Ethernet on the port. `fault` is the PSE's own claim."""

    admin_on: bool
    delivering: Maybe[bool]
    fault: Maybe[bool]
    power_w: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSecurity:
    """Fact `port_security`: has the node locked the port or its learning.

    `locked` True: frames of the home are dropped, or the port is shut, because of a violation.
    """

    enabled: Maybe[bool]
    locked: bool
    violations: Maybe[int]


class CableState(StrEnum):
    """What a cable test (TDR, time-domain reflectometry) says of one pair."""

    OK = "ok"
    OPEN = "open"
    SHORT = "short"
    OPEN_SHORT = "open_short"
    """One wire open, another one short."""
    NO_CABLE = "no_cable"
    CROSSTALK = "crosstalk"
    IMPEDANCE = "impedance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CablePair:
    """One pair of the cable; `distance_m` is where the fault is, else the length of the pair."""

    pair: int
    state: CableState
    distance_m: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CableTest:
    """Fact `cable_test`: the result of the node's last cable test on this port."""

    pairs: tuple[CablePair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpBinding:
    """One entry of DHCP snooping: who got which address in which VLAN."""

    mac: str
    address: str
    vlan: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpBindings:
    """Fact `dhcp_bindings`: what DHCP snooping holds on the port for one device.

    The table is not walked: `asked` is the MAC or IPv4 address that was asked for. No entries mean
    that it has no binding on this port; other devices may have.
    """

    asked: str
    entries: tuple[DhcpBinding, ...]
