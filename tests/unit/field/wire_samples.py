"""Answers as they come over the wire, and a wire that gives them and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from cpe_diag.field.raw.frame import Frame, frame
from cpe_diag.field.raw.wire import MOST_READ, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapy.packet import Packet

MAC: Final = "02:00:5e:00:04:00"
OTHER: Final = "02:00:5e:00:00:ff"
XID: Final = 0x5E000403
"""What the order of number 3 from MAC asks with."""


def _whole(packet: Packet) -> bytes:
    return bytes(packet)


OFFER: Final = _whole(
    Ether(src=OTHER, dst="ff:ff:ff:ff:ff:ff")
    / IP(src="198.51.100.1", dst="255.255.255.255")
    / UDP(sport=67, dport=68)
    / BOOTP(op=2, xid=XID, yiaddr="198.51.100.20")
    / DHCP(
        options=[
            ("message-type", "offer"),
            ("server_id", "198.51.100.1"),
            ("subnet_mask", "255.255.255.0"),
            ("router", "198.51.100.1"),
            ("name_server", "203.0.113.53", "203.0.113.54"),
            ("lease_time", 3600),
            "end",
        ]
    )
)
ARP_REPLY: Final = _whole(
    Ether(src=OTHER, dst=MAC)
    / ARP(op=2, hwsrc=OTHER, psrc="198.51.100.1", hwdst=MAC, pdst="0.0.0.0")  # noqa: S104
)
ADVERTISEMENT: Final = _whole(
    Ether(src=OTHER, dst="33:33:00:00:00:01")
    / IPv6(src="fe80::ff", dst="ff02::1", hlim=255)
    / ICMPv6ND_RA(M=1, routerlifetime=1800)
    / ICMPv6NDOptPrefixInfo(prefix="2001:db8:1::", prefixlen=64)
)
_OWN: Final = bytes.fromhex("02005e000400") + (3).to_bytes(4)
PADO: Final = (
    bytes.fromhex("02005e000400" + "02005e0000ff" + "8863" + "11070000")
    + (10 + 4 + 14).to_bytes(2)
    + bytes.fromhex("0102")
    + (6).to_bytes(2)
    + b"bras-1"
    + bytes.fromhex("0101")
    + (0).to_bytes(2)
    + bytes.fromhex("0103")
    + (10).to_bytes(2)
    + _OWN
)
"""RFC 2516, section 5.2: AC-Name, Service-Name and Host-Uniq."""
_ADVERTISED: Final = (
    bytes.fromhex("02")
    + (3 + 0xC9ED).to_bytes(3)
    + bytes.fromhex("0019" + "0029" + "00000002" + "00000e10" + "00001518")
    + bytes.fromhex("001a" + "0019" + "00001c20" + "00002a30" + "38")
    + bytes.fromhex("20010db8000101000000000000000000")
    + bytes.fromhex("0017" + "0010" + "20010db8000000000000000000000053")
)
ADVERTISE: Final = _whole(
    Ether(src=OTHER, dst=MAC)
    / IPv6(src="fe80::ff", dst="fe80::1")
    / UDP(sport=547, dport=546)
    / Raw(_ADVERTISED)
)
LLDP: Final = (
    bytes.fromhex("0180c200000e" + "02005e0000ff" + "88cc")
    + bytes.fromhex("0207" + "04" + "02005e0000f0")
    + bytes.fromhex("0407" + "05")
    + b"port12"
    + bytes.fromhex("0602" + "0078" + "0a04")
    + b"an-1"
    + bytes.fromhex("fe06" + "0080c201" + "0064" + "0000")
)
"""IEEE 802.1AB: chassis, port, time to live, system name, port VLAN id 100."""
CDP: Final = (
    bytes.fromhex("01000ccccccc" + "02005e0000ff" + "0023" + "aaaa0300000c2000" + "02b40000")
    + bytes.fromhex("0001" + "0008")
    + b"an-1"
    + bytes.fromhex("0003" + "0009")
    + b"Gi0/1"
    + bytes.fromhex("000a" + "0006" + "0064")
)


class SentWire(Wire):
    """A wire over which given frames come at once, and into which whatever is sent goes."""

    def __init__(
        self, frames: Sequence[bytes], *, flooded: bool = False, dropped: int = 0
    ) -> None:
        """Give these frames to whoever reads first.

        Args:
            frames: which.
            flooded: more came than was read.
            dropped: so many came that the system had no room for.
        """
        self._lost = dropped
        self._frames = list(frames)
        self._read = MOST_READ if flooded else 0

    def send(self, packets: Sequence[Packet]) -> None:
        """Take frames, and do nothing with them."""
        assert all(bytes(packet) for packet in packets)

    @property
    def dropped(self) -> int:
        """Give how many the system dropped."""
        return self._lost

    @property
    def took_s(self) -> float:
        """No time passes here."""
        return 0.0

    def frames(self, until_s: float) -> Iterator[Frame]:
        """Give what came."""
        del until_s
        came, self._frames = self._frames, []
        for one in came:
            told = frame(one)
            if told is not None:
                yield told
