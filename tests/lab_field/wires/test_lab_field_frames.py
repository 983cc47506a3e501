"""What the laptop sends is read by somebody else: tshark, which finds nothing wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from field_wire import Wire

LAPTOP: Final = "02:00:5e:40:00:03"
MOST_FRAMES: Final = 12


def captured(wire: Wire, *fields: str) -> list[list[str]]:
    """Run a check while the operator listens, and give fields of the laptop's frames."""
    file = wire.folder / "wire.pcap"
    sniffer = wire.start("operator", "tcpdump", "-i", "eth0", "-U", "-w", str(file))
    log = wire.folder / "0.log"
    while b"listening on" not in log.read_bytes():
        assert sniffer.poll() is None
    wire.check("--at", "wall_port")
    sniffer.terminate()
    sniffer.wait()
    asked = [word for one in fields for word in ("-e", one)]
    told = wire.run(
        "operator",
        *("tshark", "-r", str(file), "-Y", f"eth.src == {LAPTOP} && !icmpv6.type == 143"),
        *("-T", "fields", *asked),
    )
    return [line.split("\t") for line in told.splitlines()]


def test_an_independent_reader_finds_each_frame_well_made(wire: Wire) -> None:
    """A frame that a server would drop as malformed proves nothing about the server."""
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
    frames = captured(
        wire, "frame.protocols", "_ws.malformed", "_ws.expert.severity", "ip.checksum.status"
    )
    protocols = {one[0].split(":ethertype:")[-1] for one in frames}
    assert {"ip:udp:dhcp", "pppoed", "arp", "ipv6:icmpv6", "ipv6:udp:dhcpv6"} <= protocols
    assert [one for one in frames if one[1]] == []
    assert len(frames) <= MOST_FRAMES
