"""What the laptop sends is read by somebody else: tshark, which finds nothing wrong with it.

And its dry run has told of each packet: nothing else is sent, and none more often than it says.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from capturing import NEXT_HOP, OWN_RESOLVER, capturing
from field_wire import OUTSIDE, REFERENCE
from field_world import cuts_answers, takes_small_frames
from senders import BEYOND, BY_IPV6, NDT7, RAW, READ_IN

if TYPE_CHECKING:
    from capturing import Captured
    from field_wire import Wire

MOST_FRAMES: Final = 12
WARNING: Final = 0x600000
"""Wireshark, epan/proto.h: PI_WARN, below which are PI_NOTE, PI_CHAT and PI_COMMENT."""
GOOD: Final = "1"
"""Wireshark, epan/proto.h: PROTO_CHECKSUM_E_GOOD."""
PROTOCOLS, MALFORMED, SEVERITY, IP_SUM, UDP_SUM, ICMP6_SUM = (
    "frame.protocols",
    "_ws.malformed",
    "_ws.expert.severity",
    "ip.checksum.status",
    "udp.checksum.status",
    "icmpv6.checksum.status",
)
WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
OFFERED: Final = "198.51.100.20"
OUTSIDES: Final = 2
"""The place of the other resolver among what was started, behind two of the operator's."""
SIX: Final = "2001:db8:ffff::80"
GATEWAY6: Final = "2001:db8:1::1"
OWN6: Final = "2001:db8:1::20"
WHOLE: Final = ("tso", "gso", "gro")
"""What a card does in place of the system: without it each packet is captured by itself."""
MTU: Final = 1500
RESENT: Final = (
    "[Reassembly error, protocol TCP: New fragment overlaps old data (retransmission?)]"
)
"""What tshark says of a TCP segment that the system has sent again, in other pieces."""


def said(frames: list[dict[str, str]], field: str) -> set[str]:
    """Give all values of a field."""
    return {one[field] for one in frames if one[field]}


def each_packet(wire: Wire) -> None:
    """Let cards neither put packets together nor cut them."""
    for host, port in (("laptop", "eth0"), ("operator", "eth0"), ("switch", "laptop")):
        wire.run(host, "ethtool", "-K", port, *(word for one in WHOLE for word in (one, "off")))


def without_ipv6(wire: Wire) -> None:
    """What the laptop's own system says by IPv6 is not asked for here."""
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")


def seen(captured: Captured, filters: dict[str, str]) -> dict[str, int]:
    """Count what tshark shows of each sender."""
    return {name: len(captured.read(shown, "frame.number")) for name, shown in filters.items()}


def test_an_independent_reader_finds_each_frame_well_made(wire: Wire) -> None:
    """A frame that a server would drop as malformed proves nothing about the server."""
    without_ipv6(wire)
    dry = wire.check("--dry-run")
    with capturing(wire) as captured:
        wire.check("--at", WALL)
    fields = (PROTOCOLS, MALFORMED, SEVERITY, IP_SUM, UDP_SUM, ICMP6_SUM)
    frames = captured.read("frame", *fields)
    kinds = {one[PROTOCOLS].split(":ethertype:")[-1] for one in frames}
    assert {"ip:udp:dhcp", "pppoed", "arp", "ipv6:icmpv6", "ipv6:udp:dhcpv6"} <= kinds
    assert said(frames, MALFORMED) == set()
    assert [one for one in said(frames, SEVERITY) if int(one) >= WARNING] == []
    for field in (IP_SUM, UDP_SUM, ICMP6_SUM):
        assert said(frames, field) == {GOOD}, field
    assert len(frames) <= MOST_FRAMES
    assert captured.unannounced(dry) == {}
    here = {name: shown for name, shown in RAW.items() if name not in READ_IN}
    assert [name for name, packets in seen(captured, here).items() if not packets] == []


def test_all_that_a_check_sends_beyond_the_wire_was_told_before(wire: Wire) -> None:
    """Names, pages, pings, the way, sizes, a group and two loads: by whom, where to, how many."""
    wire.dnsmasq("operator", GATEWAY, OFFERED)
    wire.world("operator")
    wire.start("operator", "iperf3", "--server", "--bind", REFERENCE)
    server = str(Path(__file__).parent.parent / "ndt7_server.py")
    wire.start("operator", sys.executable, server, REFERENCE, "8080")
    for port in (5201, 8080):
        wire.awaited("operator", f"{REFERENCE}:{port}")
    wire.laptop_takes(OFFERED, GATEWAY)
    without_ipv6(wire)
    each_packet(wire)
    wire.page = 'url: "http://reference.example/index.html", status: 200, text: well'
    wire.resolves_by("laptop", OUTSIDE)
    wire.more = (
        "stream: {group: 239.1.1.1, port: 5000}, load: {iperf3: {host: reference.example},"
        ' ndt7: "ws://reference.example:8080", seconds: 3, most_mb: 1}'
    )
    dry = wire.check("--dry-run")
    names = {"reference.example": REFERENCE, NEXT_HOP: GATEWAY, OWN_RESOLVER: OUTSIDE}
    with capturing(wire, **names) as captured:
        document = wire.check("--at", WALL)
    facts = {one["key"]: one.get("value") for one in document["evidence"]["facts"]}
    runs = facts["field_load[wall_port]"]["runs"]
    assert [(one["tool"], one["direction"]) for one in runs] == [
        (tool, way) for tool in ("iperf3", "ndt7") for way in ("down", "up")
    ]
    assert captured.unannounced(dry) == {}
    assert captured.largest() <= MTU
    packets = seen(captured, BEYOND)
    assert [name for name, count in packets.items() if not 0 < count <= dry["most"][name]] == []
    assert [name for name, count in seen(captured, NDT7).items() if not count] == []
    frames = captured.read("frame", MALFORMED, IP_SUM)
    assert said(frames, MALFORMED) <= {RESENT}
    assert said(frames, IP_SUM) == {GOOD}


def test_all_that_a_check_sends_by_ipv6_was_told_before(wire: Wire) -> None:
    """The way, sizes and trains to a reference of IPv6, as tshark reads them; and DNS by TCP.

    The line loses what is long, so that sizes are searched for: the fault is told as by IPv4.
    """
    wire.dnsmasq("operator", GATEWAY, OFFERED)
    wire.world("operator")
    wire.laptop_takes(OFFERED, GATEWAY)
    wire.ends(wire.started[OUTSIDES])
    cuts_answers(wire, "operator", OUTSIDE)
    wire.reference = SIX
    for host, address in (("operator", GATEWAY6), ("laptop", OWN6)):
        wire.run(host, "ip", "-6", "addr", "add", f"{address}/64", "dev", "eth0", "nodad")
    wire.run("operator", "ip", "-6", "addr", "add", f"{SIX}/128", "dev", "lo")
    wire.run("laptop", "ip", "-6", "route", "add", "default", "via", GATEWAY6)
    takes_small_frames(wire)
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.accept_ra=0")  # it asks by itself
    each_packet(wire)
    dry = wire.check("--dry-run")
    names = {"reference.example": REFERENCE, NEXT_HOP: GATEWAY6}
    with capturing(wire, **names) as captured:
        document = wire.check("--at", WALL)
    told = document["verdict"]
    assert (told["domain"], told["cause"]) == ("network", "wall_small_only")
    facts = {one["key"]: one.get("value") for one in document["evidence"]["facts"]}
    assert facts["field_size[wall_port]"]["largest_bytes"] == 1400
    for kind in ("udp", "tcp", "icmp"):
        way = facts["field_trace[wall_port]"][kind]
        assert [one["address"] for one in way["hops"]] == [SIX], kind
    assert facts["field_jitter[wall_port]"]["stamped"] > 0
    assert captured.unannounced(dry) == {}
    packets = seen(captured, BY_IPV6)
    most = {name: dry["most"][name.partition(" ")[0]] for name in packets}
    assert [name for name, count in packets.items() if not 0 < count <= most[name]] == []
    frames = captured.read("ipv6", MALFORMED, ICMP6_SUM)
    assert said(frames, MALFORMED) == set()
    assert said(frames, ICMP6_SUM) == {GOOD}
