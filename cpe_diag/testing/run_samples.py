"""Finished runs made by hand, with every kind of fact: for tests of reports, bundles and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.line_facts import LineDirection, LineErrors, LineQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observation, Observed, Unobserved
from cpe_diag.domain.path_facts import (
    CallerAnswer,
    DnsCheck,
    DnsOutcome,
    HttpCheck,
    HttpOutcome,
    OwnChange,
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
    LanNeighbour,
    LanPort,
    LanStatus,
    LogEvent,
    LogEventKind,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.site_facts import (
    LookEnd,
    LookStep,
    NameTruth,
    PartKind,
    SiteFront,
    SiteFronts,
    SiteLook,
    SitePart,
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
from cpe_diag.domain.trace import Exchange, RawAnswer
from cpe_diag.domain.way_out_facts import FirmwareIssue, Forwarding
from cpe_diag.domain.wifi_facts import (
    AirNeighbour,
    AirScan,
    Radio,
    WifiClient,
    WifiClients,
    WifiNetwork,
    WifiStatus,
)
from cpe_diag.engine.run import RunEnd, RunResult, StepRecord
from cpe_diag.judge.question import CaseFile
from cpe_diag.testing.access_samples import ACCESS_FACTS
from cpe_diag.testing.device_samples import DEVICE_FACTS
from cpe_diag.testing.field_samples import FIELD_FACTS
from cpe_diag.testing.known_samples import sample_known
from cpe_diag.testing.load_samples import LOAD_FACTS
from cpe_diag.testing.verdict_samples import network_verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.verdict import (
        Verdict,
    )

START: Final = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
"""When every sample run began."""

_NOT_SAID: Final = Missing(why=FailureKind.UNSUPPORTED)

FACTS: Final[Mapping[FactKey, object]] = MappingProxyType(
    {
        FactKey("node_system", "node"): NodeSystem(
            name="an-vdsl",
            description="Example access node, 48 ports VDSL2",
            object_id="1.3.6.1.4.1.8072.3.2.10",
            uptime_s=8_640_000.0,
        ),
        FactKey("port_status", "port"): PortStatus(
            if_index=12,
            name="0/1/12",
            alias="sub-1012",
            admin_up=True,
            oper=OperStatus.DOWN,
            last_change_s=184.0,
        ),
        FactKey("port_status", "neighbour/13"): PortStatus(
            if_index=13,
            name=_NOT_SAID,
            alias=_NOT_SAID,
            admin_up=True,
            oper=OperStatus.UP,
            last_change_s=_NOT_SAID,
        ),
        FactKey("port_speed", "port"): PortSpeed(speed_bps=1_000_000_000, duplex=Duplex.FULL),
        FactKey("port_counters", "port"): PortCounters(
            node_uptime_s=8_640_000.0,
            in_octets=5_368_709_120,
            out_octets=64_424_509_440,
            in_packets=9_000_000,
            out_packets=48_000_000,
            in_errors=0,
            out_errors=0,
            in_discards=0,
            out_discards=12,
            fcs_errors=_NOT_SAID,
            alignment_errors=_NOT_SAID,
            late_collisions=_NOT_SAID,
            in_broadcast=1_200,
            out_broadcast=8_400,
        ),
        FactKey("port_rates", "port"): PortRates(
            interval_s=5.0,
            in_bps=180_000.0,
            out_bps=901_500.0,
            in_packets_per_s=22.5,
            out_packets_per_s=90.0,
            in_errors=0,
            out_errors=0,
            in_discards=0,
            out_discards=0,
            fcs_errors=3,
            alignment_errors=_NOT_SAID,
            late_collisions=_NOT_SAID,
            in_broadcast_per_s=0.2,
            out_broadcast_per_s=1.4,
        ),
        FactKey("learned_macs", "port"): LearnedMacs(
            entries=(LearnedMac(mac="02:00:5e:00:10:12", vlan=1012),)
        ),
        FactKey("line_quality", "line"): LineQuality(
            standard="vdsl2",
            in_sync=False,
            far_end_power_lost=False,
            loss_of_signal=True,
            down=LineDirection(
                rate_bps=0,
                attainable_bps=_NOT_SAID,
                snr_margin_db=Missing(why=FailureKind.NOT_MEASURED),
                attenuation_db=14.2,
                output_power_dbm=-1.5,
            ),
            up=LineDirection(
                rate_bps=_NOT_SAID,
                attainable_bps=_NOT_SAID,
                snr_margin_db=_NOT_SAID,
                attenuation_db=_NOT_SAID,
                output_power_dbm=_NOT_SAID,
            ),
            errors=LineErrors(
                elapsed_s=420,
                errored_s=31,
                severely_errored_s=12,
                unavailable_s=184,
                code_violations=940,
                full_inits=1,
            ),
            full_inits_previous_day=0,
        ),
        FactKey("reachability", "node"): Reachability(
            reachable=True, method="snmp", target="192.0.2.10", rtt_s=0.031
        ),
        FactKey("router_system", "router"): RouterSystem(
            model="Example AX-1",
            firmware="OpenWrt 24.10.0",
            uptime_s=93_784.0,
            load_1min=0.12,
            memory_total_bytes=268_435_456,
            memory_available_bytes=155_189_248,
            conntrack_entries=640,
            conntrack_limit=16_384,
            clock_offset_s=-0.4,
            boot_id="4c6f72656d-ipsum",
        ),
        FactKey("router_wan", "router"): WanStatus(
            up=True,
            protocol="dhcp",
            device="wan",
            carrier=True,
            mac="02:00:5e:00:10:12",
            addresses=("198.51.100.12/24",),
            gateway="198.51.100.1",
            dns_servers=("192.0.2.53",),
            uptime_s=93_700.0,
            autostart=True,
            error_codes=(),
        ),
        FactKey("router_forwarding", "router"): Forwarding(
            ipv4=True,
            ipv6=Missing(why=FailureKind.UNSUPPORTED),
            translates=True,
            blocked_by="filter, forward: drop",
        ),
        FactKey("firmware_issue", "router"): FirmwareIssue(
            id="gateway-stalls",
            title="Forwarding stalls after days",
            source="the vendor's bulletin 2026-14",
            because="the router is Example AX with firmware 2.3.1, within >=2.3,<2.3.2",
        ),
        FactKey("router_lan", "router"): LanStatus(
            prefix="192.168.1.1/24",
            ports=(LanPort(name="lan1", carrier=True, speed_bps=1_000_000_000),),
            leases=(
                DhcpLease(
                    mac="02:00:5e:00:20:01",
                    address="192.168.1.120",
                    host="laptop",
                    expires_at_s=1_772_400_000,
                ),
            ),
            neighbours=(
                LanNeighbour(mac=_NOT_SAID, address="192.168.1.121", state="FAILED"),
                LanNeighbour(mac="02:00:5e:00:20:01", address="192.168.1.120", state="REACHABLE"),
            ),
            dhcp_enabled=True,
            dhcp_server_running=True,
            dns_forwarder_running=False,
            dhcp_pool_size=150,
        ),
        FactKey("router_log", "router"): LogEvents(
            lines_read=200,
            events=(
                LogEvent(
                    kind=LogEventKind.WIFI_WRONG_PASSWORD,
                    subject="02:00:5e:00:20:02",
                    count=7,
                    last_line="hostapd: phy0-ap0: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:5e:00:20:02",
                ),
            ),
        ),
        FactKey("router_wifi", "router"): WifiStatus(
            radios=(
                Radio(
                    name="radio0",
                    band="2g",
                    enabled=True,
                    on_air=True,
                    channel=6,
                    width_mhz=20,
                    tx_power_dbm=20.0,
                    noise_dbm=-92.0,
                    busy_percent=71.0,
                    settings="radio0",
                ),
                Radio(
                    name="radio1",
                    band="5g",
                    enabled=True,
                    on_air=False,
                    channel=_NOT_SAID,
                    width_mhz=_NOT_SAID,
                    tx_power_dbm=_NOT_SAID,
                    noise_dbm=_NOT_SAID,
                    busy_percent=_NOT_SAID,
                ),
            ),
            networks=(
                WifiNetwork(
                    interface="phy0-ap0",
                    radio="radio0",
                    ssid="Home-1012",
                    purpose="lan",
                    encryption="psk2",
                    on_air=True,
                    settings="default_radio0",
                    band="2g",
                    hidden=False,
                ),
                WifiNetwork(
                    interface="phy1-ap0",
                    radio="radio1",
                    ssid="Home-1012",
                    purpose=_NOT_SAID,
                    encryption=_NOT_SAID,
                    on_air=False,
                ),
            ),
        ),
        FactKey("wifi_clients", "router"): WifiClients(
            clients=(
                WifiClient(
                    mac="02:00:5e:00:20:01",
                    interface="phy0-ap0",
                    authorized=True,
                    signal_dbm=-81,
                    rx_rate_bps=6_500_000,
                    tx_rate_bps=_NOT_SAID,
                ),
            )
        ),
        FactKey("air_scan", "router"): AirScan(
            neighbours=(
                AirNeighbour(
                    bssid="02:00:5e:00:30:01", ssid="Next-Door", channel=6, signal_dbm=-60
                ),
                AirNeighbour(bssid="02:00:5e:00:30:02", ssid="", channel=6, signal_dbm=_NOT_SAID),
            )
        ),
        FactKey("ping", "router>gateway"): PingCheck(
            target="198.51.100.1", sent=5, received=4, rtt_avg_s=0.0124, note=""
        ),
        FactKey("ping", "router>reference"): PingCheck(
            target="203.0.113.80",
            sent=5,
            received=0,
            rtt_avg_s=Missing(why=FailureKind.NOT_MEASURED),
            note="Network is unreachable",
        ),
        FactKey("dns", "router>reference"): DnsCheck(
            name="reference.example.net",
            server="127.0.0.1",
            outcome=DnsOutcome.TIMEOUT,
            addresses=(),
            took_s=Missing(why=FailureKind.SILENT),
        ),
        FactKey("dns", "operator>reference"): DnsCheck(
            name="reference.example.net",
            server="192.0.2.53",
            outcome=DnsOutcome.ANSWERED,
            addresses=("203.0.113.80",),
            took_s=0.031,
        ),
        FactKey("http", "operator>reference"): HttpCheck(
            url="http://reference.example.net/",
            outcome=HttpOutcome.OK,
            status=200,
            took_s=0.064,
            received_bytes=1256,
        ),
        FactKey("http", "operator>platform"): HttpCheck(
            url="http://video.example.com/",
            outcome=HttpOutcome.HTTP_ERROR,
            status=503,
            took_s=2.2,
            received_bytes=_NOT_SAID,
        ),
        FactKey("name_truth", "platform"): NameTruth(
            name="video.example.com",
            server="192.0.2.53",
            told=("192.0.2.99",),
            known=("203.0.113.140",),
            known_by="the configuration",
            told_tls=HttpOutcome.CERTIFICATE,
            known_tls=HttpOutcome.OK,
        ),
        FactKey("site_look", "operator>platform"): SiteLook(
            steps=(
                LookStep(url="https://video.example.com/", outcome=HttpOutcome.OK, status=301),
                LookStep(url="https://video.example.com/en", outcome=HttpOutcome.OK, status=200),
            ),
            end=LookEnd.PAGE,
            elsewhere=Missing(why=FailureKind.NOT_ASKED),
            unfit=Unfit.TELLS_ERROR,
            words="service unavailable",
            parts=(
                SitePart(
                    url="https://static.example.com/app.js",
                    kind=PartKind.PROGRAM,
                    needed=True,
                    outcome=HttpOutcome.REFUSED,
                    status=None,
                    elsewhere=HttpOutcome.OK,
                ),
            ),
        ),
        FactKey("site_fronts", "operator>platform"): SiteFronts(
            fronts=(
                SiteFront(
                    address="203.0.113.140",
                    page=HttpCheck(
                        url="https://video.example.com/",
                        outcome=HttpOutcome.OK,
                        status=200,
                        took_s=0.1,
                        received_bytes=1_200,
                    ),
                ),
            )
        ),
        FactKey("answer", "affected"): CallerAnswer(choice="all_devices"),
        FactKey("own_change", "restart"): OwnChange(
            action="router.reboot", ended="not_done", words="the customer has not consented"
        ),
        **ACCESS_FACTS,
        **LOAD_FACTS,
        **{FactKey(*key): fact for key, fact in DEVICE_FACTS.items()},
        **{FactKey(*key): fact for key, fact in FIELD_FACTS.items()},
    }
)
"""One fact of every kind, with missing fields among them."""

FAILURES: Final[Mapping[FactKey, Failure]] = MappingProxyType(
    {
        FactKey("reachability", "router"): Failure(
            kind=FailureKind.MISSING_PRIVILEGE,
            where="this machine",
            detail="may not send ICMP",
            next_step="give the process CAP_NET_RAW, or set icmp: false",
        ),
        FactKey("http", "router>reference"): Failure(
            kind=FailureKind.SILENT,
            where="198.51.100.12",
            detail="no answer to SSH within 5 s",
        ),
        FactKey("dns", "operator>platform"): Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where="this run",
            detail="nobody named a platform",
            next_step="name it with --platform",
        ),
    }
)
"""Questions without an answer, of three kinds of blame."""


def sample_evidence() -> Evidence:
    """Make evidence with a fact of every kind and three that are not known.

    Returns:
        Observations that are one second apart from each other, from the start of the run.
    """
    observations: dict[FactKey, Observation[object]] = {}
    for i, (key, value) in enumerate(FACTS.items()):
        source = f"SNMP an-vdsl {key.kind}" if key.subject == "port" else f"{key.kind} of the lab"
        observations[key] = Observed(
            value=value, source=source, at=START + timedelta(seconds=i / 10)
        )
    for key, failure in FAILURES.items():
        observations[key] = Unobserved(
            failure=failure, operation="ssh.connect", at=START + timedelta(seconds=2.5)
        )
    return Evidence(MappingProxyType(observations))


def sample_subscriber() -> Subscriber:
    """Make a VDSL2 subscriber of whom nearly everything is known.

    Returns:
        A subscriber with references to credentials.
    """
    return Subscriber(
        id="sub-1012",
        node=AccessNode(
            id="an-vdsl",
            snmp=SnmpAccess(
                address="192.0.2.10",
                port=161,
                version="2c",
                credential="file:secrets.yaml#snmp_read",
            ),
            driver="generic_dsl",
        ),
        port="0/1/12",
        technology=Technology.VDSL2,
        service=Service(
            down_bps=100_000_000,
            up_bps=40_000_000,
            vlan=1012,
            wan=WanProtocol.IPOE,
        ),
        router=RouterAccess(
            address="198.51.100.12",
            port=22,
            platform="openwrt",
            user="root",
            credential="file:secrets.yaml#router_sub-1012",
        ),
        router_mac="02:00:5e:00:10:12",
        ssids=("Home-1012",),
        language=Missing(why=FailureKind.NOT_CONFIGURED),
    )


def sample_run(verdict: Verdict | None = None) -> RunResult:
    """Make a finished run.

    Args:
        verdict: what it concludes; a cut line where nothing is given.

    Returns:
        A run with evidence of every kind, a trace and two raw answers.
    """
    concluded = verdict or network_verdict()
    return RunResult(
        run_id="20260301T120000-sub-1012",
        playbook="no_internet",
        ticket="T-4711",
        started_at=START,
        took_s=2.75,
        end=RunEnd.FINISHED,
        case=CaseFile(
            evidence=sample_evidence(),
            subscriber=sample_subscriber(),
            symptom="no_internet",
            thresholds={"line_margin_low_db": 5.5},
        ),
        verdict=concluded,
        destination=concluded.destination,
        steps=(
            StepRecord(id="look", kind="probe", state="done", started_s=0.0, ended_s=2.6, note=""),
            StepRecord(
                id="conclude", kind="judge", state="done", started_s=2.6, ended_s=2.7, note=""
            ),
        ),
        trace=(
            Exchange(
                id=1,
                operation="snmp.get",
                target="an-vdsl",
                label="port_state",
                started_s=0.01,
                ended_s=0.041,
                round_trips=1,
                waited_for=(),
                failure=None,
            ),
            Exchange(
                id=2,
                operation="ssh.connect",
                target="198.51.100.12",
                label="connect",
                started_s=0.05,
                ended_s=2.5,
                round_trips=1,
                waited_for=(1,),
                failure="silent",
            ),
        ),
        known=sample_known(),
        raw_answers=(
            RawAnswer(
                exchange=1,
                device="an-vdsl",
                question="GET ifOperStatus.12",
                text="1.3.6.1.2.1.2.2.1.8.12 = 2\n",
            ),
            RawAnswer(exchange=1, device="an-vdsl", question="GET sysName.0", text="an-vdsl\n"),
        ),
    )
