"""The table of contents of facts: every kind, its type, and the subjects it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpe_diag.domain.device_facts import DeviceFlows, DevicePresence, DeviceWatch, LanOffers
from cpe_diag.domain.dhcp_facts import DhcpServer
from cpe_diag.domain.docsis_facts import CableModem, ModemChannels
from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import (
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
    PluggedInto,
)
from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.field_load_facts import FieldLoad
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.domain.history_facts import PortHistory
from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.lan_facts import DeviceFrames, LanRouters
from cpe_diag.domain.line_facts import LineGrowth, LineQuality
from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain
from cpe_diag.domain.ont_facts import OntErrors, OntOptics, OntState
from cpe_diag.domain.path_facts import (
    CallerAnswer,
    DnsCheck,
    HttpCheck,
    OwnChange,
    PingCheck,
    Reachability,
)
from cpe_diag.domain.port_facts import (
    LearnedMacs,
    NodeSystem,
    PortCounters,
    PortRates,
    PortSpeed,
    PortStatus,
)
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.domain.setting_facts import (
    CableTest,
    DhcpBindings,
    PortConfig,
    PortPower,
    PortSecurity,
)
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.site_facts import NameTruth, SiteFronts, SiteLook
from cpe_diag.domain.watch_facts import PortWatch
from cpe_diag.domain.way_out_facts import FirmwareIssue, Forwarding
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKind:
    """One kind of fact: its id in evidence and playbooks, its value type, and its subjects.

    `subjects` are patterns in which `*` stands for one varying part.
    """

    id: str
    value_type: type
    subjects: tuple[str, ...]


PLACES: Final = tuple(place.value for place in PluggedInto)
WORLD: Final = ("router>world/*", "operator>world/*")
BEYOND: Final = tuple(f"{place}>reference" for place in PLACES)

FACT_KINDS: Final[tuple[FactKind, ...]] = (
    FactKind(id="node_system", value_type=NodeSystem, subjects=("node",)),
    FactKind(id="port_history", value_type=PortHistory, subjects=("port",)),
    FactKind(id="port_status", value_type=PortStatus, subjects=("port", "neighbour/*")),
    FactKind(id="port_speed", value_type=PortSpeed, subjects=("port",)),
    FactKind(id="port_counters", value_type=PortCounters, subjects=("port", "neighbour/*")),
    FactKind(id="port_rates", value_type=PortRates, subjects=("port", "neighbour/*")),
    FactKind(id="port_watch", value_type=PortWatch, subjects=("port",)),
    FactKind(id="learned_macs", value_type=LearnedMacs, subjects=("port",)),
    FactKind(id="port_config", value_type=PortConfig, subjects=("port",)),
    FactKind(id="port_power", value_type=PortPower, subjects=("port",)),
    FactKind(id="port_security", value_type=PortSecurity, subjects=("port",)),
    FactKind(id="cable_test", value_type=CableTest, subjects=("port",)),
    FactKind(id="dhcp_bindings", value_type=DhcpBindings, subjects=("port",)),
    FactKind(id="dhcp_server", value_type=DhcpServer, subjects=("operator",)),
    FactKind(id="siblings", value_type=Siblings, subjects=("node",)),
    FactKind(id="line_quality", value_type=LineQuality, subjects=("line",)),
    FactKind(id="line_growth", value_type=LineGrowth, subjects=("line",)),
    FactKind(id="ont_state", value_type=OntState, subjects=("ont",)),
    FactKind(id="ont_optics", value_type=OntOptics, subjects=("ont",)),
    FactKind(id="ont_errors", value_type=OntErrors, subjects=("ont",)),
    FactKind(id="cable_modem", value_type=CableModem, subjects=("cmts",)),
    FactKind(id="modem_channels", value_type=ModemChannels, subjects=("modem",)),
    FactKind(id="reachability", value_type=Reachability, subjects=("node", "router")),
    FactKind(id="router_system", value_type=RouterSystem, subjects=("router",)),
    FactKind(id="router_wan", value_type=WanStatus, subjects=("router",)),
    FactKind(id="router_forwarding", value_type=Forwarding, subjects=("router",)),
    FactKind(id="router_lan", value_type=LanStatus, subjects=("router",)),
    FactKind(id="router_log", value_type=LogEvents, subjects=("router",)),
    FactKind(id="router_wifi", value_type=WifiStatus, subjects=("router",)),
    FactKind(id="wifi_clients", value_type=WifiClients, subjects=("router",)),
    FactKind(id="air_scan", value_type=AirScan, subjects=("router",)),
    FactKind(id="device_presence", value_type=DevicePresence, subjects=("device",)),
    FactKind(id="device_flows", value_type=DeviceFlows, subjects=("device",)),
    FactKind(id="device_watch", value_type=DeviceWatch, subjects=("device",)),
    FactKind(id="home_watch", value_type=HomeWatch, subjects=("router",)),
    FactKind(id="lan_offers", value_type=LanOffers, subjects=("router",)),
    FactKind(id="lan_routers", value_type=LanRouters, subjects=("router",)),
    FactKind(id="device_frames", value_type=DeviceFrames, subjects=("device",)),
    FactKind(
        id="ping",
        value_type=PingCheck,
        subjects=(
            "router>gateway",
            "router>reference",
            "router>device",
            "home>reference",
            "home>reference/ipv6",
            "router>gateway/full",
            "router>reference/full",
            "router>reference/ipv6",
            "operator>router/full",
            "operator>neighbour/*",
            "operator>offered_edge",
            *BEYOND,
            *(f"{way}/full" for way in BEYOND),
        ),
    ),
    FactKind(
        id="dns",
        value_type=DnsCheck,
        subjects=(
            "router>reference",
            "router>operator_resolver",
            "router>operator_resolver/platform",
            "router>chosen_resolver",
            "router>home_resolver",
            "router>home_resolver/second",
            "router>operator_resolver/again/*",
            "router>reference/again/*",
            "router>beyond_edge",
            "router>platform",
            "operator>reference",
            "operator>platform",
            "operator>reference/ipv6",
            "operator>platform/ipv6",
            "operator>reference/again/*",
            "elsewhere>reference",
            "elsewhere>platform",
            "operator>platform/also/*",
            *BEYOND,
        ),
    ),
    FactKind(
        id="http",
        value_type=HttpCheck,
        subjects=(
            "router>reference",
            "router>platform",
            "operator>reference",
            "operator>platform",
            "operator>reference/ipv6",
            "operator>platform/ipv6",
            "operator>reference/tls",
            "operator>reference/ipv6/tls",
            "router>reference/tls",
            "elsewhere>reference",
            "elsewhere>platform",
            "operator>platform/also/*",
            "elsewhere>platform/also/*",
            *BEYOND,
            "operator>platform/again",
            "operator>platform/small",
            "operator>platform/plain",
            "router>platform/again",
            "router>platform/third",
            "router>reference/ipv4",
            "router>reference/ipv6",
            "router>reference/again",
            *WORLD,
        ),
    ),
    FactKind(
        id="path_quality",
        value_type=PathQuality,
        subjects=(
            "router>gateway",
            "router>reference",
            "router>device",
            "operator>reference",
            "operator>platform/tcp",
            "operator>reference/tcp",
            "operator>router",
            "operator>neighbour/*",
            WORLD[1],
            "watch>router",
            "watch>reference",
            "watch>neighbour/*",
            *BEYOND,
        ),
    ),
    FactKind(id="rate_train", value_type=RateTrain, subjects=("router>gateway", "router>device")),
    FactKind(
        id="load_test", value_type=LoadTest, subjects=("router>reference", "operator>reference")
    ),
    FactKind(id="name_truth", value_type=NameTruth, subjects=("reference", "platform")),
    FactKind(id="site_look", value_type=SiteLook, subjects=("operator>platform",)),
    FactKind(id="site_fronts", value_type=SiteFronts, subjects=("operator>platform",)),
    FactKind(id="field_link", value_type=FieldLink, subjects=PLACES),
    FactKind(id="field_heard", value_type=FieldHeard, subjects=PLACES),
    FactKind(id="field_dhcp", value_type=FieldDhcp, subjects=PLACES),
    FactKind(id="field_pppoe", value_type=FieldPppoe, subjects=PLACES),
    FactKind(id="field_session", value_type=FieldSession, subjects=(PluggedInto.WALL_PORT.value,)),
    FactKind(id="field_air", value_type=FieldAir, subjects=(PluggedInto.WIFI.value,)),
    FactKind(id="field_vlans", value_type=FieldVlans, subjects=(PluggedInto.WALL_PORT.value,)),
    FactKind(id="field_locked", value_type=FieldLocked, subjects=(PluggedInto.WALL_PORT.value,)),
    FactKind(id="field_arp", value_type=FieldArp, subjects=PLACES),
    FactKind(id="field_routers", value_type=FieldIpv6, subjects=PLACES),
    FactKind(id="field_trace", value_type=FieldTrace, subjects=PLACES),
    FactKind(id="field_size", value_type=FieldSize, subjects=PLACES),
    FactKind(id="field_jitter", value_type=FieldJitter, subjects=PLACES),
    FactKind(id="field_use", value_type=FieldUse, subjects=PLACES),
    FactKind(id="field_names", value_type=FieldNames, subjects=PLACES),
    FactKind(id="field_page", value_type=FieldPage, subjects=PLACES),
    FactKind(id="field_load", value_type=FieldLoad, subjects=PLACES),
    FactKind(id="field_stream", value_type=FieldStream, subjects=PLACES),
    FactKind(id="answer", value_type=CallerAnswer, subjects=("*",)),
    FactKind(id="firmware_issue", value_type=FirmwareIssue, subjects=("router",)),
    FactKind(id="own_change", value_type=OwnChange, subjects=("*",)),
)
"""Every kind of fact, in the order from the operator's core to the customer's device.

`router>reference` reads "asked from the router, about the reference host"; `home>reference` is
asked from the router with its address in the home, `/full` with packets as large as the WAN takes
(as are all to `operator>neighbour/*`),
`/ipv6` by IPv6, `/ipv4` by IPv4 alone. `world/HOST` is the plain page of a well-known place, with
a number behind it the page at its address; `watch>` are packets five times a second from here.
For `dns` the subject `router>reference` asks the router's own forwarder,
`router>operator_resolver` asks the operator's resolver directly from the router (for the
reference, behind a slash for another name), and
`router>chosen_resolver` a server that the router is set to ask and that is not the operator's.
`field_*` have where the laptop is plugged in: `wall_port`, `router_lan`, `wifi`.
`elsewhere` is a vantage outside of the operator's network.
"""


def fact_kind(kind_id: str) -> FactKind:
    """Find a kind of fact by its id.

    Args:
        kind_id: for example `port_status`.

    Returns:
        The kind.

    Raises:
        KeyError: no kind has this id.
    """
    for kind in FACT_KINDS:
        if kind.id == kind_id:
            return kind
    raise KeyError(kind_id)
