"""What the laptop sends is read by somebody else: tshark, which finds nothing wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from field_wire import Wire

LAPTOP: Final = "02:00:5e:40:00:03"
MOST_FRAMES: Final = 12
WARNING: Final = 0x600000
"""Wireshark, epan/proto.h: PI_WARN, below which are PI_NOTE, PI_CHAT and PI_COMMENT."""
GOOD: Final = "1"
"""Wireshark, epan/proto.h: PROTO_CHECKSUM_E_GOOD."""
CHECKED: Final = ("ip.check_checksum", "udp.check_checksum")
PROTOCOLS, MALFORMED, SEVERITY, IP_SUM, UDP_SUM, ICMP6_SUM, TO, TO6, ARP_FOR = (
    "frame.protocols",
    "_ws.malformed",
    "_ws.expert.severity",
    "ip.checksum.status",
    "udp.checksum.status",
    "icmpv6.checksum.status",
    "ip.dst",
    "ipv6.dst",
    "arp.dst.proto_ipv4",
)
FIELDS: Final = (PROTOCOLS, MALFORMED, SEVERITY, IP_SUM, UDP_SUM, ICMP6_SUM, TO, TO6, ARP_FOR)
GATEWAY: Final = "198.51.100.1"
OFFERED: Final = "198.51.100.20"
OUR_OWN: Final = {
    *("203.0.113.80", "203.0.113.53", "203.0.113.99"),
    *("224.0.0.22", "255.255.255.255"),
}
"""Reference, another resolver, nobody, IGMPv3's routers (RFC 3376) for the group, and DHCP."""


def captured(wire: Wire) -> list[dict[str, str]]:
    """Run a check while the operator listens, and give fields of the laptop's frames."""
    file = wire.folder / "wire.pcap"
    sniffer = wire.start("operator", "tcpdump", "-i", "eth0", "-U", "-w", str(file))
    log = wire.folder / f"{len(wire.started) - 1}.log"
    while b"listening on" not in log.read_bytes():
        assert sniffer.poll() is None
    wire.check("--at", "wall_port")
    sniffer.terminate()
    sniffer.wait()
    told = wire.run(
        "operator",
        *("tshark", "-r", str(file), "-Y", f"eth.src == {LAPTOP} && !icmpv6.type == 143"),
        *(word for one in CHECKED for word in ("-o", f"{one}:TRUE")),
        *("-T", "fields", *(word for one in FIELDS for word in ("-e", one))),
    )
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in told.splitlines()]


def said(frames: list[dict[str, str]], field: str) -> set[str]:
    """Give all values of a field."""
    return {value for one in frames for value in one[field].split(",") if value}


def kinds(frames: list[dict[str, str]]) -> set[str]:
    """Give the protocols above Ethernet."""
    return {one[PROTOCOLS].split(":ethertype:")[-1] for one in frames}


def test_an_independent_reader_finds_each_frame_well_made(wire: Wire) -> None:
    """A frame that a server would drop as malformed proves nothing about the server."""
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
    frames = captured(wire)
    assert {"ip:udp:dhcp", "pppoed", "arp", "ipv6:icmpv6", "ipv6:udp:dhcpv6"} <= kinds(frames)
    assert said(frames, MALFORMED) == set()
    assert [one for one in said(frames, SEVERITY) if int(one) >= WARNING] == []
    for field in (IP_SUM, UDP_SUM, ICMP6_SUM):
        assert said(frames, field) == {GOOD}, field
    assert len(frames) <= MOST_FRAMES


def test_what_a_check_sends_beyond_the_wire_goes_to_whom_a_dry_run_names(wire: Wire) -> None:
    """With an address, names, pages, pings, the way there, a group and a load are on the wire."""
    wire.dnsmasq("operator", GATEWAY, OFFERED)
    wire.world("operator")
    wire.start("operator", "iperf3", "--server", "--bind", "203.0.113.80")
    wire.awaited("operator", "203.0.113.80:5201")
    wire.laptop_takes(OFFERED, GATEWAY)
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
    wire.more = (
        "stream: {group: 239.1.1.1, port: 5000},"
        " load: {iperf3: {host: 203.0.113.80}, seconds: 3, most_mb: 1}"
    )
    frames = captured(wire)
    assert said(frames, TO) == OUR_OWN | {GATEWAY}  # the next hop, for the jitter of the way
    asked = said(frames, ARP_FOR)
    assert {GATEWAY, "192.0.2.254"} < asked
    offered = asked - {GATEWAY, "192.0.2.254"}
    assert {one.rpartition(".")[0] for one in offered} == {"198.51.100"}
    wanted = {"ip:udp:dns", "ip:tcp:http", "ip:icmp:data", "ip:igmp:igmp", "ip:tcp"}
    assert wanted <= kinds(frames), kinds(frames)
    assert said(frames, MALFORMED) == set()
    assert said(frames, IP_SUM) == {GOOD}
