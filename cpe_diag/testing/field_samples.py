"""What a technician's laptop sees at the wall port of a healthy line."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_air_facts import AirLink, FieldAir, HeardNetwork
from cpe_diag.domain.field_facts import (
    AdvertisedPrefix,
    AdvertisingRouter,
    AnnouncedNeighbour,
    ArpOwner,
    Dhcp6Offered,
    DhcpOffered,
    Duplex,
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
    PppoeOffered,
)
from cpe_diag.domain.field_inside_facts import FieldInside
from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.field_load_facts import Direction, FieldLoad, LoadRun, LoadTool
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.field_path_facts import (
    FieldNames,
    FieldPage,
    FieldTrace,
    NobodysAnswer,
    Trace,
    TracedHop,
)
from cpe_diag.domain.field_session_facts import FieldSession, SessionEnd
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.field_vlan_facts import AskedVlan, FieldVlans
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpOutcome
from cpe_diag.domain.wifi_facts import AirNeighbour

WALL: Final = "wall_port"
LAPTOP: Final = "02:00:5e:30:00:01"
GATEWAY: Final = "02:00:5e:30:00:ff"

REFERENCE: Final = "203.0.113.80"
OPERATORS_DNS: Final = "203.0.113.53"
OTHERS_DNS: Final = "192.0.2.53"
NONSENSE: Final = "cpe-diag-0123456789ab.reference.example"


def way(*addresses: str, reached: bool = True) -> Trace:
    """Give a way by those hops."""
    hops = tuple(
        TracedHop(ttl=ttl, address=address, rtt_s=0.002 * ttl)
        for ttl, address in enumerate(addresses, 1)
    )
    return Trace(hops=hops, reached=reached, refused_by=None)


def ways(*addresses: str, reached: bool = True) -> FieldTrace:
    """Give the same way by every kind of packet."""
    one = way(*addresses, reached=reached)
    return FieldTrace(target=REFERENCE, udp=one, tcp=one, icmp=one)


def told(name: str, server: str, outcome: DnsOutcome, *addresses: str) -> DnsCheck:
    """Give what a resolver says."""
    took_s = Missing(why=FailureKind.SILENT) if outcome is DnsOutcome.TIMEOUT else 0.01
    return DnsCheck(name=name, server=server, outcome=outcome, addresses=addresses, took_s=took_s)


def train(middle_s: float) -> PathQuality:
    """Give first packets of connections that took so long."""
    return PathQuality(
        target=REFERENCE,
        sent=30,
        received=30,
        rtt_min_s=middle_s / 2,
        rtt_median_s=middle_s,
        rtt_p95_s=2 * middle_s,
        jitter_s=0.001,
    )


def even(least_s: float, *, more_s: float = 0.001) -> PathQuality:
    """Give small packets whose round trips are so long, and up to so much longer."""
    return PathQuality(
        target=REFERENCE,
        sent=40,
        received=40,
        rtt_min_s=least_s,
        rtt_median_s=least_s + more_s / 2,
        rtt_p95_s=least_s + more_s,
        jitter_s=more_s / 3,
    )


def load_run(direction: Direction, rate_bps: float, middle_s: float) -> LoadRun:
    """Give one load."""
    return LoadRun(
        tool=LoadTool.IPERF3,
        server="203.0.113.52",
        direction=direction,
        received_bytes=int(5 * rate_bps / 8),
        took_s=5.0,
        loaded=train(middle_s),
    )


WHOLE: Final = FieldSize(
    target=REFERENCE,
    most_bytes=1500,
    largest_bytes=1500,
    lost_bytes=None,
    told_bytes=None,
    told_by="",
    packets_sent=3,
)
NAMES: Final = FieldNames(
    nonsense=NONSENSE,
    operator=told("reference.example", OPERATORS_DNS, DnsOutcome.ANSWERED, REFERENCE),
    outside=told("reference.example", OTHERS_DNS, DnsOutcome.ANSWERED, REFERENCE),
    operator_nonsense=told(NONSENSE, OPERATORS_DNS, DnsOutcome.NXDOMAIN),
    outside_nonsense=told(NONSENSE, OTHERS_DNS, DnsOutcome.NXDOMAIN),
    nobodys=NobodysAnswer(server="192.0.2.99", answered=False, hop=None, says=""),
)
PAGE: Final = FieldPage(
    url="http://reference.example/",
    server=REFERENCE,
    outcome=HttpOutcome.OK,
    status=200,
    location="",
    sent_to="",
    expected_status=200,
    text_there=True,
)
INSIDE: Final = FieldInside(
    address="198.51.100.20",
    target=REFERENCE,
    port=80,
    train=PathQuality(
        target=REFERENCE,
        sent=20,
        received=20,
        rtt_min_s=0.009,
        rtt_median_s=0.01,
        rtt_p95_s=0.012,
        jitter_s=0.001,
    ),
    size=replace(WHOLE, most_bytes=1492, largest_bytes=1492),
    connected_s=0.011,
    names=NAMES,
    packets_sent=50,
    page=PAGE,
    trace=ways("198.51.100.1", REFERENCE),
)


FIELD_FACTS: Final[dict[tuple[str, str], object]] = {
    ("field_link", WALL): FieldLink(
        interface="eth0",
        mac=LAPTOP,
        wireless=False,
        carrier=True,
        speed_bps=1_000_000_000,
        duplex=Duplex.FULL,
        mtu_bytes=1500,
        flaps=2,
        errors_in=0,
    ),
    ("field_heard", WALL): FieldHeard(
        listened_s=6.0,
        frames=31,
        broadcasts=4,
        vlans=(),
        neighbours=(
            AnnouncedNeighbour(
                protocol="LLDP",
                mac=GATEWAY,
                chassis="02:00:5e:30:00:f0",
                port="port 12",
                system="an-1",
                native_vlan=100,
            ),
        ),
        bridges=(),
        own_frame_back=False,
        malformed=0,
    ),
    ("field_dhcp", WALL): FieldDhcp(
        vlan=None,
        offers=(
            DhcpOffered(
                server="198.51.100.1",
                mac=GATEWAY,
                relay=None,
                address="198.51.100.20",
                mask_bits=24,
                routers=("198.51.100.1",),
                resolvers=("203.0.113.53",),
                lease_s=3600,
                mtu_bytes=1500,
                took_s=0.4,
            ),
        ),
        listened_s=4.0,
        malformed=0,
    ),
    ("field_pppoe", WALL): FieldPppoe(
        vlan=None,
        offers=(
            PppoeOffered(concentrator="bras-1", mac=GATEWAY, services=("internet",), took_s=0.02),
        ),
        errors=(),
        listened_s=3.0,
        malformed=0,
    ),
    ("field_session", WALL): FieldSession(
        vlan=None,
        end=SessionEnd.OPENED,
        concentrator="bras-1",
        mac=GATEWAY,
        authentication="CHAP-MD5",
        says="",
        address="198.51.100.20",
        peer="198.51.100.1",
        resolvers=("203.0.113.53",),
        mtu_bytes=1492,
        frames_sent=11,
        took_s=0.3,
        closed=True,
        malformed=0,
        inside=INSIDE,
    ),
    ("field_air", "wifi"): FieldAir(
        interface="wlan0",
        link=AirLink(
            bssid="02:00:5e:30:01:01",
            ssid="Home-1001",
            channel=6,
            band="2g",
            signal_dbm=-52,
            rx_rate_bps=144.4e6,
            tx_rate_bps=130e6,
            tx_packets=1200,
            tx_retries=14,
            tx_failed=0,
        ),
        networks=(
            HeardNetwork(
                network=AirNeighbour(
                    bssid="02:00:5e:30:01:01",
                    ssid="Home-1001",
                    channel=6,
                    signal_dbm=-52,
                    band="2g",
                    width_mhz=20,
                    centre_channel=6,
                ),
                stations=3,
                busy_percent=21.0,
            ),
        ),
        remembered=False,
    ),
    ("field_vlans", WALL): FieldVlans(
        asked=(AskedVlan(vlan=100, offers=(), concentrators=()),),
        listened_s=4.0,
        malformed=0,
    ),
    ("field_locked", WALL): FieldLocked(
        mac="02:00:5e:00:07:01", offers=(), concentrators=(), listened_s=4.0, malformed=0
    ),
    ("field_arp", WALL): FieldArp(
        gateway=ArpOwner(address="198.51.100.1", macs=(GATEWAY,)),
        own=ArpOwner(address="198.51.100.20", macs=()),
        nobodys=ArpOwner(address="192.0.2.254", macs=()),
    ),
    ("field_routers", WALL): FieldIpv6(
        routers=(
            AdvertisingRouter(
                address="fe80::5eff:fe30:ff",
                mac=GATEWAY,
                lifetime_s=1800,
                managed=True,
                other=True,
                mtu_bytes=None,
                prefixes=(
                    AdvertisedPrefix(
                        prefix="2001:db8:1::/64", on_link=True, autonomous=True, valid_s=86400
                    ),
                ),
                resolvers=("2001:db8::53",),
            ),
        ),
        servers=(
            Dhcp6Offered(
                mac=GATEWAY,
                addresses=(),
                prefixes=("2001:db8:1:100::/56",),
                resolvers=("2001:db8::53",),
                status="",
            ),
        ),
        advertisements=1,
        cut_short=False,
        malformed=0,
        listened_s=4.0,
    ),
    ("field_trace", WALL): ways("198.51.100.1", REFERENCE),
    ("field_size", WALL): WHOLE,
    ("field_jitter", WALL): FieldJitter(
        far=even(0.01), near=even(0.002), own=even(0.00001), stamped=40
    ),
    ("field_use", WALL): FieldUse(watched_s=4.0, span_s=0.5, in_bps=52_000.0, out_bps=61_000.0),
    ("field_names", WALL): NAMES,
    ("field_load", WALL): FieldLoad(
        idle=train(0.01),
        runs=(
            load_run(Direction.DOWN, 95e6, 0.03),
            load_run(Direction.UP, 95e6, 0.04),
        ),
        most_bps=480e6,
        untried=(),
    ),
    ("field_stream", WALL): FieldStream(
        group="239.1.1.1",
        port=5000,
        listened_s=5.0,
        datagrams=1000,
        packets=7000,
        continuity_errors=0,
        foreign=0,
        first_after_s=0.2,
    ),
    ("field_page", WALL): PAGE,
}
"""By kind of fact and subject."""
