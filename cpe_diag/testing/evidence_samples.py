"""A healthy home's evidence, on Ethernet and on DSL, and ways to change one thing of it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.line_facts import LineDirection, LineErrors, LineQuality
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observation, Observed, Unobserved
from cpe_diag.domain.path_facts import (
    CallerAnswer,
    DnsCheck,
    DnsOutcome,
    HttpCheck,
    HttpOutcome,
    PingCheck,
    Reachability,
)
from cpe_diag.domain.port_facts import (
    Duplex,
    LearnedMac,
    LearnedMacs,
    NodeSystem,
    OperStatus,
    PortCounters,
    PortRates,
    PortSpeed,
    PortStatus,
)
from cpe_diag.domain.router_facts import (
    DhcpLease,
    DhcpRange,
    LanNeighbour,
    LanPort,
    LanStatus,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.site_facts import (
    LookEnd,
    LookStep,
    NameTruth,
    SiteFront,
    SiteFronts,
    SiteLook,
    Unfit,
)
from cpe_diag.domain.subscriber import (
    AccessNode,
    RouterAccess,
    Service,
    SnmpAccess,
    Subscriber,
    Technology,
    WanProtocol,
)
from cpe_diag.domain.watch_facts import PortWatch
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.domain.wifi_facts import (
    AirNeighbour,
    AirScan,
    Radio,
    WifiClient,
    WifiClients,
    WifiNetwork,
    WifiStatus,
)
from cpe_diag.judge.question import CaseFile
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.device_samples import DEVICE_FACTS, LAPTOP, PHONE

AT: Final = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
ROUTER_MAC: Final = "02:00:5e:10:00:01"
NETWORK_NAME: Final = "Home"
ABSENT: Final = Missing(why=FailureKind.UNSUPPORTED)


def ethernet_home(symptom: str = "no_internet") -> CaseFile:
    """Give the whole evidence of a healthy home on an Ethernet port, 100 Mbit/s, DHCP."""
    facts = {**_node_facts(), **_router_facts(), **DEVICE_FACTS, **_path_facts()}
    return CaseFile(
        evidence=_observed(facts),
        subscriber=_subscriber(Technology.ETHERNET, WanProtocol.IPOE),
        symptom=symptom,
        platform_host="platform.example",
    )


def dsl_home(symptom: str = "no_internet") -> CaseFile:
    """Give the whole evidence of a healthy home on a VDSL2 line, 50 Mbit/s, PPPoE."""
    facts = {**_node_facts(), **_router_facts(), **DEVICE_FACTS, **_path_facts(), **_line_facts()}
    case = CaseFile(
        evidence=_observed(facts),
        subscriber=_subscriber(Technology.VDSL2, WanProtocol.PPPOE),
        symptom=symptom,
        platform_host="platform.example",
    )
    case = changed(case, "port_speed", "port", duplex=ABSENT, speed_bps=54_000_000)
    return changed(case, "router_wan", "router", protocol="pppoe", device="pppoe-wan", mtu=1492)


def changed(case: CaseFile, kind: str, subject: str, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    """Change fields of one observed fact."""
    observation = case.evidence.get(kind, subject)
    if not isinstance(observation, Observed):
        msg = f"{kind}[{subject}] is not observed"
        raise TypeError(msg)
    held: Any = observation.value
    return with_value(case, kind, subject, dataclasses.replace(held, **fields))


def with_value(case: CaseFile, kind: str, subject: str, value: object) -> CaseFile:
    """Put one fact in, in place of what was there."""
    return _with(case, FactKey(kind, subject), Observed(value=value, source="sample", at=AT))


def unobserved(case: CaseFile, kind: str, subject: str, why: FailureKind) -> CaseFile:
    """Put a failure in, in place of what was there."""
    failure = Failure(kind=why, where=subject, detail=f"sample failure: {why}")
    return _with(
        case, FactKey(kind, subject), Unobserved(failure=failure, operation="sample", at=AT)
    )


def all_unobserved(case: CaseFile, why: FailureKind) -> CaseFile:
    """Put the same failure in place of every fact."""
    for key, _ in case.evidence:
        case = unobserved(case, key.kind, key.subject, why)
    return case


def only(case: CaseFile, *keys: tuple[str, str]) -> CaseFile:
    """Keep only these facts; everything else was never asked."""
    kept = {FactKey(*key): case.evidence.observations[FactKey(*key)] for key in keys}
    return dataclasses.replace(case, evidence=Evidence(MappingProxyType(kept)))


def never_asked(case: CaseFile, *keys: tuple[str, str]) -> CaseFile:
    """Take these facts away, as if nobody had asked."""
    gone = {FactKey(*key) for key in keys}
    kept = {key: seen for key, seen in case.evidence.observations.items() if key not in gone}
    return dataclasses.replace(case, evidence=Evidence(MappingProxyType(kept)))


def answered(case: CaseFile, question: str, choice: str) -> CaseFile:
    """Put the caller's answer to a question in."""
    return with_value(case, "answer", question, CallerAnswer(choice=choice))


def about(case: CaseFile, symptom: str | None = None, device_mac: str | None = None) -> CaseFile:
    """Change what is complained about, or name the device in question."""
    return dataclasses.replace(
        case, symptom=symptom or case.symptom, device_mac=device_mac or case.device_mac
    )


def _with(case: CaseFile, key: FactKey, observation: Observation[object]) -> CaseFile:
    facts = {**case.evidence.observations, key: observation}
    return dataclasses.replace(case, evidence=Evidence(MappingProxyType(facts)))


def _observed(facts: dict[tuple[str, str], object]) -> Evidence:
    return Evidence(
        MappingProxyType(
            {
                FactKey(*key): Observed(value=value, source="sample", at=AT)
                for key, value in facts.items()
            }
        )
    )


def _subscriber(technology: Technology, wan: WanProtocol) -> Subscriber:
    fast = technology is Technology.ETHERNET
    return Subscriber(
        id="S-1001",
        node=AccessNode(
            id="an-1",
            snmp=SnmpAccess(address="192.0.2.10", port=161, version="2c", credential="env:C"),
            driver=None,
        ),
        port="1/12",
        technology=technology,
        service=Service(
            down_bps=100_000_000 if fast else 50_000_000,
            up_bps=100_000_000 if fast else 10_000_000,
            vlan=120,
            wan=wan,
        ),
        router=RouterAccess(
            address="192.0.2.77", port=22, platform="openwrt", user="root", credential="env:R"
        ),
        router_mac=ROUTER_MAC,
        ssids=(NETWORK_NAME,),
        language="en",
    )


def _port(if_index: int, *, last_change_s: float = 86_400.0) -> PortStatus:
    return PortStatus(
        if_index=if_index,
        name=f"port {if_index}",
        alias="",
        admin_up=True,
        oper=OperStatus.UP,
        last_change_s=last_change_s,
    )


def _counters(octets: int) -> PortCounters:
    return PortCounters(
        node_uptime_s=864_000.0,
        in_octets=octets,
        out_octets=5 * octets,
        in_packets=octets // 300,
        out_packets=octets // 200,
        in_errors=0,
        out_errors=0,
        in_discards=0,
        out_discards=0,
        fcs_errors=0,
        alignment_errors=0,
        late_collisions=0,
        in_broadcast=1_200,
        out_broadcast=8_400,
    )


def _rates() -> PortRates:
    return PortRates(
        interval_s=1.0,
        in_bps=180_000.0,
        out_bps=900_000.0,
        in_packets_per_s=60.0,
        out_packets_per_s=110.0,
        in_errors=0,
        out_errors=0,
        in_discards=0,
        out_discards=0,
        fcs_errors=0,
        alignment_errors=0,
        late_collisions=0,
        in_broadcast_per_s=0.2,
        out_broadcast_per_s=1.4,
    )


def _node_facts() -> dict[tuple[str, str], object]:
    facts: dict[tuple[str, str], object] = {
        ("reachability", "node"): Reachability(
            reachable=True, method="snmp", target="192.0.2.10", rtt_s=0.012
        ),
        ("node_system", "node"): NodeSystem(
            name="an-1",
            description="access node",
            object_id="1.3.6.1.4.1.8072.3.2.10",
            uptime_s=864_000.0,
        ),
        ("port_status", "port"): _port(12),
        ("port_speed", "port"): PortSpeed(speed_bps=1_000_000_000, duplex=Duplex.FULL),
        ("port_counters", "port"): _counters(90_000_000),
        ("port_rates", "port"): _rates(),
        ("port_watch", "port"): PortWatch(watched_s=11.0, looks=12, changes=0, down_looks=0),
        ("learned_macs", "port"): LearnedMacs(entries=(LearnedMac(mac=ROUTER_MAC, vlan=120),)),
        ("siblings", "node"): sibling_samples.well(),
    }
    for if_index in (11, 13, 14):
        subject = f"neighbour/{if_index}"
        facts["port_status", subject] = _port(if_index, last_change_s=50_000.0 * if_index)
        facts["port_counters", subject] = _counters(70_000_000 + if_index)
        facts["port_rates", subject] = _rates()
    return facts


def _line_facts() -> dict[tuple[str, str], object]:
    return {
        ("line_quality", "line"): LineQuality(
            standard="vdsl2",
            in_sync=True,
            far_end_power_lost=False,
            loss_of_signal=False,
            down=LineDirection(
                rate_bps=54_000_000,
                attainable_bps=71_000_000,
                snr_margin_db=11.2,
                attenuation_db=14.0,
                output_power_dbm=11.5,
            ),
            up=LineDirection(
                rate_bps=11_000_000,
                attainable_bps=16_000_000,
                snr_margin_db=12.4,
                attenuation_db=12.0,
                output_power_dbm=5.0,
            ),
            errors=LineErrors(
                elapsed_s=600,
                errored_s=1,
                severely_errored_s=0,
                unavailable_s=0,
                code_violations=2,
                full_inits=0,
            ),
            full_inits_previous_day=1,
        )
    }


def _router_facts() -> dict[tuple[str, str], object]:
    return {
        ("reachability", "router"): Reachability(
            reachable=True, method="tcp", target="192.0.2.77", rtt_s=0.014
        ),
        ("router_system", "router"): RouterSystem(
            model="Sample Router",
            firmware="OpenWrt 24.10",
            uptime_s=400_000.0,
            load_1min=0.12,
            memory_total_bytes=256 * 2**20,
            memory_available_bytes=148 * 2**20,
            conntrack_entries=640,
            conntrack_limit=16_384,
            clock_offset_s=0.4,
            boot_id="b-1",
        ),
        ("router_wan", "router"): WanStatus(
            up=True,
            protocol="dhcp",
            device="eth0.2",
            carrier=True,
            mac=ROUTER_MAC,
            addresses=("198.51.100.77/24",),
            gateway="198.51.100.1",
            dns_servers=("192.0.2.53",),
            uptime_s=86_000.0,
            autostart=True,
            error_codes=(),
            mtu=1500,
        ),
        ("router_forwarding", "router"): Forwarding(
            ipv4=True, ipv6=True, translates=True, blocked_by=None, drops=()
        ),
        ("router_lan", "router"): LanStatus(
            prefix="192.168.1.1/24",
            ports=(
                LanPort(
                    name="lan1",
                    carrier=True,
                    speed_bps=1_000_000_000,
                    full_duplex=True,
                    rx_errors=2,
                    tx_errors=0,
                    crc_errors=2,
                ),
            ),
            leases=tuple(
                DhcpLease(mac=mac, address=address, host=host, expires_at_s=1_768_500_000)
                for mac, address, host in (
                    (LAPTOP, "192.168.1.100", "laptop"),
                    (PHONE, "192.168.1.101", "phone"),
                )
            ),
            neighbours=(
                LanNeighbour(mac=LAPTOP, address="192.168.1.100", state="REACHABLE"),
                LanNeighbour(mac=PHONE, address="192.168.1.101", state="REACHABLE"),
            ),
            dhcp_enabled=True,
            dhcp_server_running=True,
            dns_forwarder_running=True,
            switched_on=True,
            dhcp_gateways=None,
            dhcp_name_servers=None,
            dhcp_pool_size=150,
            dhcp_ranges=(DhcpRange(first="192.168.1.100", last="192.168.1.249"),),
        ),
        ("router_log", "router"): LogEvents(lines_read=200, events=()),
        ("router_wifi", "router"): WifiStatus(
            radios=(_radio("radio0", "2g", 6), _radio("radio1", "5g", 36)),
            networks=(_network("wlan0", "radio0", "2g"), _network("wlan1", "radio1", "5g")),
        ),
        ("wifi_clients", "router"): WifiClients(
            clients=tuple(
                WifiClient(
                    mac=mac,
                    interface="wlan1",
                    authorized=True,
                    signal_dbm=-48,
                    rx_rate_bps=400_000_000,
                    tx_rate_bps=400_000_000,
                    tx_packets=180_000,
                    tx_retries=5_400,
                    tx_failed=12,
                    connected_s=7_200,
                )
                for mac in (LAPTOP, PHONE)
            )
        ),
        ("air_scan", "router"): AirScan(
            neighbours=(
                AirNeighbour(bssid="02:00:5e:30:00:01", ssid="Next", channel=1, signal_dbm=-70),
                AirNeighbour(bssid="02:00:5e:30:00:02", ssid="", channel=6, signal_dbm=-84),
            )
        ),
    }


def _radio(name: str, band: str, channel: int) -> Radio:
    return Radio(
        name=name,
        band=band,
        enabled=True,
        on_air=True,
        channel=channel,
        width_mhz=20,
        tx_power_dbm=20.0,
        noise_dbm=-92.0,
        busy_percent=12.0,
        settings=name,
    )


def _network(interface: str, radio: str, band: str) -> WifiNetwork:
    return WifiNetwork(
        interface=interface,
        radio=radio,
        ssid=NETWORK_NAME,
        purpose="lan",
        encryption="psk2",
        on_air=True,
        settings=f"default_{radio}",
        band=band,
        hidden=False,
    )


FURTHER: Final = (
    "operator>reference/ipv6",
    "operator>platform/ipv6",
    "elsewhere>reference",
    "elsewhere>platform",
)
"""Whose names and pages are asked for in a further way, or from a further place."""


def _path_facts() -> dict[tuple[str, str], object]:
    facts: dict[tuple[str, str], object] = {}
    for subject, target in (
        ("router>gateway", "198.51.100.1"),
        ("router>reference", "203.0.113.80"),
        ("router>device", "192.168.1.100"),
        ("home>reference", "203.0.113.80"),
        ("router>gateway/full", "198.51.100.1"),
        ("router>reference/full", "203.0.113.80"),
    ):
        facts["ping", subject] = PingCheck(
            target=target, sent=5, received=5, rtt_avg_s=0.011, note=""
        )
    for subject in (
        "router>reference",
        "router>operator_resolver",
        "router>platform",
        "operator>reference",
        "operator>platform",
        *FURTHER,
    ):
        facts["dns", subject] = DnsCheck(
            name=f"{'platform' if 'platform' in subject else 'reference'}.example",
            server="192.0.2.53",
            outcome=DnsOutcome.ANSWERED,
            addresses=("2001:db8::80" if subject.endswith("/ipv6") else "203.0.113.80",),
            took_s=0.012,
        )
    for subject in (
        "router>reference",
        "router>platform",
        "operator>reference",
        "operator>platform",
        "operator>platform/again",
        "router>platform/again",
        "router>platform/third",
        "router>reference/again",
        *FURTHER,
    ):
        host = "platform.example" if "platform" in subject else "reference.example"
        facts["http", subject] = HttpCheck(
            url=f"http://{host}/",
            outcome=HttpOutcome.OK,
            status=200,
            took_s=0.06,
            received_bytes=1_200,
        )
    for whose in ("reference", "platform"):
        facts["path_quality", f"operator>{whose}/tcp"] = PathQuality(
            target="203.0.113.80 port 80",
            sent=12,
            received=12,
            rtt_min_s=0.011,
            rtt_median_s=0.012,
            rtt_p95_s=0.014,
            jitter_s=ABSENT,
        )
        facts["name_truth", whose] = NameTruth(
            name=f"{whose}.example",
            server="192.0.2.53",
            told=("203.0.113.80",),
            known=("203.0.113.80",),
            known_by="the configuration",
            told_tls=ABSENT,
            known_tls=ABSENT,
        )
    url = "https://video.example/"
    facts["site_look", "operator>platform"] = SiteLook(
        steps=(LookStep(url=url, outcome=HttpOutcome.OK, status=200),),
        end=LookEnd.PAGE,
        elsewhere=ABSENT,
        unfit=Unfit.NOTHING,
        words="",
        parts=(),
    )
    facts["site_fronts", "operator>platform"] = SiteFronts(
        fronts=tuple(
            SiteFront(
                address=address,
                page=HttpCheck(
                    url=url, outcome=HttpOutcome.OK, status=200, took_s=0.1, received_bytes=1_200
                ),
            )
            for address in ("203.0.113.80", "203.0.113.81")
        )
    )
    return facts
