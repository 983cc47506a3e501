"""What a laptop sends, captured on the wire, read by tshark, and held against its dry run."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from field_wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


LAPTOP: Final = "02:00:5e:40:00:03"
NEXT_HOP: Final = "the next hop"
OWN_RESOLVER: Final = "this machine's own resolver"
UNASKED: Final = "!(icmpv6.type == 143) && !(eth.dst == 01:80:c2:00:00:0e)"
"""RFC 3810: groups that the system is in, whether a check runs or not; and LLDP of its own."""
CHECKED: Final = ("ip.check_checksum", "udp.check_checksum")
KEYS: Final = (
    *("eth.type", "vlan.id", "pppoe.code", "ppp.protocol", "ip.proto", "ipv6.nxt"),
    *("ip.dst", "ipv6.dst", "udp.dstport", "tcp.dstport", "icmp.type", "icmpv6.type"),
    *("ip.len", "ipv6.plen"),
)
BY_PROTOCOL: Final = {"1": "ICMP", "2": "IGMP", "6": "TCP", "17": "UDP", "58": "ICMPv6"}
NEIGHBOURS: Final = {"135", "136"}
"""RFC 4861: neighbour solicitation and advertisement."""
ARP: Final = "0x0806"
SIX_HEAD: Final = 40
PCAP_HEAD: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
Key = tuple[str, ...]


@dataclass
class Captured:
    """A file of what was on the wire, and who reads it."""

    wire: Wire
    file: Path
    names: Mapping[str, str] = field(default_factory=dict)

    def read(self, shown: str, *fields: str) -> list[dict[str, str]]:
        """Give the first value of fields of the laptop's frames that a display filter shows."""
        told = self.wire.run(
            "switch",
            *("tshark", "-r", str(self.file)),
            *("-Y", f"eth.src == {LAPTOP} && {UNASKED} && ({shown})"),
            *(word for one in CHECKED for word in ("-o", f"{one}:TRUE")),
            *("-T", "fields", "-E", "occurrence=f", *(w for one in fields for w in ("-e", one))),
        )
        return [dict(zip(fields, line.split("\t"), strict=True)) for line in told.splitlines()]

    def counted(self) -> Counter[Key]:
        """Count all of the laptop's packets by what they are and where they go."""
        return Counter(_key(one) for one in self.read("frame", *KEYS))

    def unannounced(self, dry: Mapping[str, Any]) -> dict[Key, tuple[int, int]]:
        """Give what was sent and not told, or more often than told: how often, and how often told.

        Args:
            dry: the document of the dry run.
        """
        told = self._told(dry)
        return {key: (n, told[key]) for key, n in self.counted().items() if n > told[key]}

    def _told(self, dry: Mapping[str, Any]) -> Counter[Key]:
        told: Counter[Key] = Counter()
        frames = [
            frame for test, sent in dry.items() if test not in {"beyond", "most"} for frame in sent
        ]
        file = self.wire.folder / "dry.pcap"
        written(file, [bytes.fromhex(frame["hex"]) for frame in frames])
        shown = Captured(self.wire, file).read("frame", *KEYS)
        assert len(shown) == len(frames)  # all of it is from the laptop's own MAC
        for one, frame in zip(shown, frames, strict=True):
            told[_key(one)] += frame["times"]
        for one in dry["beyond"]:
            told[self._key_of(one)] += one["times"]
        return told

    def _key_of(self, one: Mapping[str, Any]) -> Key:
        to = self.names.get(one["to"], one["to"])
        if one["carrier"].startswith("ARP"):
            return ("neighbour",)
        if one["carrier"] == "IGMP":
            return ("IGMP",)
        port = "" if one["port"] is None else str(one["port"])
        return (one["carrier"], to, port)

    def largest(self) -> int:
        """Give the octets of the largest IP packet."""
        read = self.read("ip || ipv6", "ip.len", "ipv6.plen")
        return max(int(one["ip.len"] or 0) or int(one["ipv6.plen"]) + SIX_HEAD for one in read)


def _key(one: Mapping[str, str]) -> Key:
    """Say what a packet is: beyond the wire by carrier, place and port; else by its heads."""
    if (one["eth.type"] == ARP and not one["vlan.id"]) or one["icmpv6.type"] in NEIGHBOURS:
        return ("neighbour",)
    if one["ppp.protocol"] or one["pppoe.code"] or one["vlan.id"]:
        return ("session", *(one[name] for name in KEYS if name not in {"ip.len", "ipv6.plen"}))
    carrier = BY_PROTOCOL.get(one["ip.proto"] or one["ipv6.nxt"], one["eth.type"])
    if carrier == "IGMP":
        return ("IGMP",)
    return (carrier, one["ip.dst"] or one["ipv6.dst"], one["udp.dstport"] or one["tcp.dstport"])


def written(file: Path, frames: Sequence[bytes]) -> None:
    """Write frames as a capture (pcap-savefile(5)), for tshark."""
    records = (struct.pack("<IIII", 0, 0, len(one), len(one)) + one for one in frames)
    file.write_bytes(PCAP_HEAD + b"".join(records))


@contextmanager
def capturing(wire: Wire, **names: str) -> Iterator[Captured]:
    """Capture what is on the laptop's cable.

    Args:
        wire: whose.
        names: addresses that the dry run could not know.

    Yields:
        The capture; it is whole when the block is left.
    """
    file = wire.folder / "laptop.pcap"
    sniffer = wire.start("switch", "tcpdump", "-i", "laptop", "-B", "16384", "-U", "-w", str(file))
    log = wire.folder / f"{len(wire.started) - 1}.log"
    while b"listening on" not in log.read_bytes():
        assert sniffer.poll() is None
    yield Captured(wire, file, names)
    sniffer.terminate()
    sniffer.wait()
    assert b"\n0 packets dropped by kernel" in log.read_bytes()
