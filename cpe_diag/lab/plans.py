"""What is fixed about the lab's access nodes: the same for every seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHARED_VLAN: Final = 100
"""The one VLAN of all homes behind the Ethernet node (N:1, Broadband Forum TR-101, 2.5.1.2)."""


def vlan_name(vlan: int) -> str:
    """Give the name that the lab's switches have for a VLAN."""
    return f"vlan-{vlan}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """What is fixed about one access node.

    `if_index_base` and `port_name` (with `{n}` for the port's number) are of nodes whose ports
    are numbered through; `service_vlan` None gives each home a VLAN of its own.
    """

    id: str
    host: int
    """The last part of its address."""
    technology: str
    model: str = "generic"
    sys_descr: str
    sys_object_id: str
    snmp_version: str
    first_subscriber: int
    first_ghost: int
    if_index_base: int = 0
    port_name: str = "{n}"
    ports: int = 48
    card: str = ""
    home_ports: tuple[int, ...] = ()
    ghost_ports: tuple[int, ...] = ()
    service_vlan: int | None = None
    down_bps: int
    up_bps: int
    network: str
    """The first three parts of the homes' WAN addresses: RFC 5737 or RFC 6598 space."""
    bridge_mac: str
    uplink_if_index: int = 2001
    uplink_name: str = "xe-0/1/0"


EVERY_THIRD: Final = tuple(range(1, 24, 3))
"""The ports of the eight homes of a node with 48 ports."""
BETWEEN: Final = tuple(range(3, 37, 3))
"""The ports of their twelve neighbours."""

# RFC 5612: 32473 is the enterprise number for documentation use.
DOCUMENTATION_NODES: Final = "1.3.6.1.4.1.32473.2"

COPPER_NODES: Final = (
    NodePlan(
        id="an-vdsl",
        host=1,
        technology="vdsl2",
        sys_descr="Generic DSLAM, 48 x VDSL2, lab release 1",
        sys_object_id=f"{DOCUMENTATION_NODES}.1",
        snmp_version="2c",
        first_subscriber=1001,
        first_ghost=1101,
        if_index_base=1000,
        port_name="0/1/{n}",
        card="0/1",
        home_ports=EVERY_THIRD,
        ghost_ports=BETWEEN,
        down_bps=100_000_000,
        up_bps=40_000_000,
        network="100.64.1",
        bridge_mac="02:00:5e:01:00:00",
    ),
    NodePlan(
        id="an-adsl",
        host=2,
        technology="adsl",
        sys_descr="Generic DSLAM, 48 x ADSL2+, lab release 1",
        sys_object_id=f"{DOCUMENTATION_NODES}.2",
        snmp_version="2c",
        first_subscriber=2001,
        first_ghost=2101,
        if_index_base=1000,
        port_name="0/1/{n}",
        card="0/1",
        home_ports=EVERY_THIRD,
        ghost_ports=BETWEEN,
        down_bps=16_000_000,
        up_bps=1_000_000,
        network="100.64.2",
        bridge_mac="02:00:5e:02:00:00",
    ),
    NodePlan(
        id="an-eth",
        host=3,
        technology="ethernet",
        sys_descr="Generic Ethernet access switch, 48 x 1000BASE-T, lab release 1",
        sys_object_id=f"{DOCUMENTATION_NODES}.3",
        snmp_version="3",
        first_subscriber=3001,
        first_ghost=3101,
        port_name="ge-0/0/{n}",
        card="0/0",
        home_ports=EVERY_THIRD,
        ghost_ports=BETWEEN,
        service_vlan=SHARED_VLAN,
        down_bps=500_000_000,
        up_bps=250_000_000,
        network="198.51.100",
        bridge_mac="02:00:5e:03:00:00",
    ),
)

SWITCH: Final = NodePlan(
    id="sw-6",
    host=6,
    technology="ethernet",
    model="dlink_des",
    # sysDescr and sysObjectID of a DES-3200-18 C1 (recording switch_dlink-des3200).
    sys_descr="DES-3200-18 Fast Ethernet Switch",
    sys_object_id="1.3.6.1.4.1.171.10.113.3.1",
    snmp_version="3",
    first_subscriber=6001,
    first_ghost=6101,
    ports=17,
    home_ports=(1, 4, 7, 17),
    ghost_ports=(2, 3, 5, 6, 8, 9, 10, 11, 12, 13),
    service_vlan=200,
    down_bps=90_000_000,
    up_bps=90_000_000,
    network="100.64.6",
    bridge_mac="02:00:5e:06:00:00",
    uplink_if_index=18,
    uplink_name="18",
)
"""Ports 1 to 16 are 100BASE-TX, 17 and 18 are 1000BASE-T; 18 is the uplink."""

GIGABIT_PORTS: Final = frozenset({17, 18})

OLT: Final = NodePlan(
    id="olt-4",
    host=4,
    technology="gpon",
    model="huawei_smartax",
    # sysDescr and sysObjectID of an MA5603T (recording smartax).
    sys_descr="Huawei Integrated Access Software",
    sys_object_id="1.3.6.1.4.1.2011.2.123",
    snmp_version="2c",
    first_subscriber=4001,
    first_ghost=4101,
    service_vlan=400,
    down_bps=500_000_000,
    up_bps=250_000_000,
    network="100.64.4",
    bridge_mac="02:00:5e:04:00:00",
    # type 7 (Ethernet) << 25 | slot 7 << 13, and its ifName, as in the recording.
    uplink_if_index=234938368,
    uplink_name="ethernet0/7/0",
)

CMTS: Final = NodePlan(
    id="cmts-5",
    host=5,
    technology="docsis",
    model="cmts",
    sys_descr="Generic CMTS, 2 fibre nodes, lab release 1",
    sys_object_id=f"{DOCUMENTATION_NODES}.5",
    snmp_version="2c",
    first_subscriber=5001,
    first_ghost=5101,
    service_vlan=1,
    down_bps=200_000_000,
    up_bps=20_000_000,
    network="100.64.5",
    bridge_mac="02:00:5e:05:00:00",
)
