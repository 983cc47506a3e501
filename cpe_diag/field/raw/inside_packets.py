"""IPv4 packets inside a session: what we send, and what of an answer is read."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import DnsOutcome

IPV4: Final = 0x0021
"""RFC 1332, section 2: its protocol's number in PPP."""
HEAD: Final = 20
ICMP_HEAD: Final = 8
HEADERS: Final = HEAD + ICMP_HEAD
ICMP, TCP, UDP = 1, 6, 17
FRAGMENT: Final = 0x3FFF
ECHO_REPLY, UNREACHABLE, TOO_LARGE, TIME_EXCEEDED = 0, 3, 4, 11
"""RFC 792; RFC 1191, section 4."""
QUOTED: Final = 8
"""RFC 792: at least so much of what the packet held comes back in an error."""
SYN_ACK, RST, FIN = 0x12, 0x04, 0x01
TCP_HEAD: Final = 20
UDP_HEAD: Final = 8
DNS_HEAD: Final = 12
ANSWER, CODE = 0x8000, 0x000F
A, IN = 1, 1
POINTER: Final = 0xC0
RECORD: Final = 10
MOST_RECORDS: Final = 32


@dataclass(frozen=True, slots=True)
class Packet4:
    """One whole IPv4 packet: who sent it, what it holds, and how long all of it is."""

    source: str
    protocol: int
    data: bytes
    whole_bytes: int


def read_packet(packet: bytes, own: str) -> Packet4 | None:
    """Read a packet to us.

    Args:
        packet: what came; padding may come behind it.
        own: our address.

    Returns:
        The packet; None where it is to somebody else, or a fragment.

    Raises:
        ValueError: it breaks RFC 791.
    """
    head = (packet[0] & 0xF) * 4 if packet else 0
    if len(packet) < HEAD or packet[0] >> 4 != 4 or head < HEAD:  # noqa: PLR2004 - IPv4
        raise ValueError("no IPv4 packet")
    long = int.from_bytes(packet[2:4])
    if not head <= long <= len(packet):
        raise ValueError("the length of a packet is false")
    if str(IPv4Address(packet[16:20])) != own or int.from_bytes(packet[6:8]) & FRAGMENT:
        return None
    return Packet4(str(IPv4Address(packet[12:16])), packet[9], packet[head:long], long)


def echo(  # noqa: PLR0913, PLR0917 - one for each field
    own: str, target: str, mark: int, number: int, whole_bytes: int, hops: int = 64
) -> bytes:
    """Write an echo request of a size that nobody may cut."""
    from scapy.layers import inet
    from scapy.packet import Raw

    ip = inet.IP(src=own, dst=target, flags="DF", id=number, ttl=hops)
    return bytes(ip / inet.ICMP(id=mark, seq=number) / Raw(bytes(whole_bytes - HEADERS)))


def datagram(own: str, target: str, ports: tuple[int, int], hops: int) -> bytes:
    """Write a small datagram that may take so many hops."""
    from scapy.layers import inet
    from scapy.packet import Raw

    udp = inet.UDP(sport=ports[0], dport=ports[1])
    return bytes(inet.IP(src=own, dst=target, ttl=hops) / udp / Raw(bytes(24)))


def connection(  # noqa: PLR0913, PLR0917 - one for each field
    own: str, target: str, ports: tuple[int, int], first: int, mss: int, hops: int = 64
) -> bytes:
    """Write what asks for a TCP connection (RFC 9293, section 3.5)."""
    from scapy.layers import inet

    tcp = inet.TCP(sport=ports[0], dport=ports[1], flags="S", seq=first, options=[("MSS", mss)])
    return bytes(inet.IP(src=own, dst=target, flags="DF", ttl=hops) / tcp)


def segment(
    own: str, target: str, ports: tuple[int, int], numbers: tuple[int, int], text: bytes = b""
) -> bytes:
    """Write a segment of an open connection: `numbers` are its own, and what it confirms."""
    from scapy.layers import inet
    from scapy.packet import Raw

    flags = "PA" if text else "A"
    tcp = inet.TCP(sport=ports[0], dport=ports[1], flags=flags, seq=numbers[0], ack=numbers[1])
    packet = inet.IP(src=own, dst=target, flags="DF") / tcp
    return bytes(packet / Raw(text) if text else packet)


def dropping(own: str, target: str, ports: tuple[int, int], number: int) -> bytes:
    """Write what drops a connection that was accepted."""
    from scapy.layers import inet

    tcp = inet.TCP(sport=ports[0], dport=ports[1], flags="R", seq=number)
    return bytes(inet.IP(src=own, dst=target, flags="DF") / tcp)


def question(own: str, server: str, ports: tuple[int, int], number: int, name: str) -> bytes:
    """Write a question for a name's IPv4 addresses (RFC 1035, section 4.1)."""
    from scapy.layers import inet
    from scapy.packet import Raw

    parts = b"".join(bytes((len(one),)) + one for one in name.encode("ascii").split(b"."))
    head = number.to_bytes(2) + bytes.fromhex("0100" + "0001" + "000000000000")
    asked = head + parts + b"\0" + A.to_bytes(2) + IN.to_bytes(2)
    return bytes(
        inet.IP(src=own, dst=server) / inet.UDP(sport=ports[0], dport=ports[1]) / Raw(asked)
    )


def too_large(data: bytes, own: str, target: str) -> int | None:
    """Give what somebody says that he takes, of a packet of ours to the target.

    Args:
        data: of an ICMP packet.
        own: our address.
        target: whom we sent it to.

    Returns:
        Octets; None where it says something else, or does not say how many.
    """
    inner = data[ICMP_HEAD:]
    if data[:2] != bytes((UNREACHABLE, TOO_LARGE)) or len(inner) < HEAD:
        return None
    if (str(IPv4Address(inner[12:16])), str(IPv4Address(inner[16:20]))) != (own, target):
        return None
    return int.from_bytes(data[6:8]) or None


def quoted(data: bytes, own: str, target: str) -> tuple[int, int, int, bytes] | None:
    """Read of which packet of ours to the target an ICMP error speaks (RFC 792).

    Args:
        data: of an ICMP packet.
        own: our address.
        target: whom we sent it to.

    Returns:
        The error's type and code, the packet's protocol, and eight octets behind its head; None
        where it speaks of another packet.
    """
    inner = data[ICMP_HEAD:]
    if data[:1] not in {bytes((UNREACHABLE,)), bytes((TIME_EXCEEDED,))} or len(inner) < HEAD:
        return None
    head = (inner[0] & 0xF) * 4
    if head < HEAD or len(inner) < head + QUOTED:
        return None
    if (str(IPv4Address(inner[12:16])), str(IPv4Address(inner[16:20]))) != (own, target):
        return None
    return data[0], data[1], inner[9], inner[head : head + QUOTED]


def answer(data: bytes, number: int, name: str) -> tuple[DnsOutcome, tuple[str, ...]] | None:
    """Read an answer to a question for addresses.

    Args:
        data: of the datagram.
        number: of the question.
        name: that was asked for.

    Returns:
        How it ended, and the addresses; None where it answers another question.

    Raises:
        ValueError: it breaks RFC 1035.
    """
    from cpe_diag.domain.path_facts import DnsOutcome

    if len(data) < DNS_HEAD:
        raise ValueError("an answer is cut")
    flags = int.from_bytes(data[2:4])
    if int.from_bytes(data[:2]) != number or not flags & ANSWER:
        return None
    code = flags & CODE
    if code:
        return {3: DnsOutcome.NXDOMAIN, 5: DnsOutcome.REFUSED}.get(code, DnsOutcome.SERVFAIL), ()
    place = DNS_HEAD
    if int.from_bytes(data[4:6]) != 1:
        return None
    end = _behind_name(data, place)
    asked = data[place:end].lower()
    wanted = b"".join(bytes((len(one),)) + one for one in name.lower().encode().split(b"."))
    if asked != wanted + b"\0":
        return None
    found = tuple(_addresses(data, end + 4, int.from_bytes(data[6:8])))
    return (DnsOutcome.ANSWERED if found else DnsOutcome.NO_ADDRESS), found


def _addresses(data: bytes, place: int, count: int) -> list[str]:
    found = []
    for _ in range(min(count, MOST_RECORDS)):
        place = _behind_name(data, place)
        head = data[place : place + RECORD]
        if len(head) < RECORD:
            raise ValueError("a record is cut")
        long = int.from_bytes(head[8:10])
        value = data[place + RECORD : place + RECORD + long]
        if len(value) < long:
            raise ValueError("a record is cut")
        if (int.from_bytes(head[:2]), int.from_bytes(head[2:4]), long) == (A, IN, 4):
            found.append(str(IPv4Address(value)))
        place += RECORD + long
    return found


def _behind_name(data: bytes, place: int) -> int:
    """Give where a name ends; it is not followed."""
    while place < len(data):
        long = data[place]
        if long & POINTER == POINTER:
            return place + 2
        place += 1 + long
        if not long:
            return place
    raise ValueError("a name is cut")
