"""A concentrator for tests, written from the RFCs apart from the product's own reader."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wire_samples import MAC, OTHER, SentWire

from cpe_diag.field.raw.order import Order, Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame

USER: Final = "sub-1@operator.example"
PASSWORD: Final = "correct horse"
ORDER: Final = Order(
    number=3,
    test=Test.SESSION,
    interface="eth0",
    mac=MAC,
    for_s=15.0,
    user=USER,
    password=PASSWORD,
)
ID: Final = 0x0042
COOKIE: Final = b"\x01\x02\x03"


def tag(kind: int, value: bytes) -> bytes:
    """Give a tag (RFC 2516, section 4)."""
    return kind.to_bytes(2) + len(value).to_bytes(2) + value


def frame_of(ethertype: int, code: int, session: int, payload: bytes) -> bytes:
    """Give a frame from the concentrator to the laptop."""
    addresses = bytes.fromhex((MAC + OTHER).replace(":", ""))
    head = bytes((0x11, code)) + session.to_bytes(2) + len(payload).to_bytes(2)
    return addresses + ethertype.to_bytes(2) + head + payload


def ppp(protocol: int, code: int, number: int, data: bytes, session: int = ID) -> bytes:
    """Give a frame of the session with one control packet."""
    packet = bytes((code, number)) + (4 + len(data)).to_bytes(2) + data
    return frame_of(0x8864, 0, session, protocol.to_bytes(2) + packet)


@dataclass
class Peer:
    """What a concentrator does; `none` of a part: it is silent there."""

    offers: bool = True
    session_error: bytes = b""
    session: int = ID
    link: bool = True
    login: bytes | None = bytes.fromhex("c22305")
    password: str = PASSWORD
    refuses: bytes = b"Access denied"
    answers_login: bool = True
    address: bytes | None = bytes((198, 51, 100, 20))
    resolver: bytes | None = bytes((203, 0, 113, 53))
    ends: bytes = b""
    six: bool | None = None
    more: tuple[bytes, ...] = ()

    def answers(self, sent: bytes) -> Iterator[bytes]:
        """Give what comes back to one frame."""
        kind, code = int.from_bytes(sent[12:14]), sent[15]
        payload = sent[20 : 20 + int.from_bytes(sent[18:20])]
        if kind == 0x8863 and code == 0x09 and self.offers:
            tags = tag(0x0102, b"bras-1") + tag(0x0104, COOKIE) + tag(0x0101, b"")
            yield frame_of(0x8863, 0x07, 0, tags + _uniq(payload))
        elif kind == 0x8863 and code == 0x19 and self.session:
            assert tag(0x0104, COOKIE) in payload
            error = tag(0x0202, self.session_error) if self.session_error else b""
            session = 0 if self.session_error else self.session
            yield frame_of(0x8863, 0x65, session, tag(0x0101, b"") + _uniq(payload) + error)
            yield from self.more
        elif kind == 0x8864 and self.link:
            protocol, packet = int.from_bytes(payload[:2]), payload[2:]
            data = packet[4 : int.from_bytes(packet[2:4])]
            yield from self._told(protocol, packet[0], packet[1], data)

    def _told(self, protocol: int, code: int, number: int, data: bytes) -> Iterator[bytes]:
        if protocol == 0xC021:
            yield from self._link(code, number, data)
        elif protocol in {0xC023, 0xC223} and self.answers_login:
            yield from self._login(protocol, code, number, data)
        elif protocol == 0x8021 and code == 1:
            yield from self._network(number, data)
        elif protocol == 0x8057 and code == 1 and self.six is not None:
            yield from self._six(number, data)

    def _link(self, code: int, number: int, data: bytes) -> Iterator[bytes]:
        if code == 1:
            yield ppp(0xC021, 2, number, data)
            wants = bytes.fromhex("010405d4" + "0506deadbeef" + "0702")
            by = b"" if self.login is None else bytes((3, 2 + len(self.login))) + self.login
            yield ppp(0xC021, 1, 1, wants + by)
        elif code == 4:
            wants = bytes.fromhex("010405d4" + "0506deadbeef")
            by = b"" if self.login is None else bytes((3, 2 + len(self.login))) + self.login
            yield ppp(0xC021, 1, 2, wants + by)
        elif code == 2 and self.login == bytes.fromhex("c22305"):
            yield ppp(0xC223, 1, 7, bytes((4,)) + b"abcd" + b"bras-1")
        elif code == 5:
            yield ppp(0xC021, 6, number, b"")

    def _login(self, protocol: int, code: int, number: int, data: bytes) -> Iterator[bytes]:
        if protocol == 0xC023:
            user = data[1 : 1 + data[0]]
            rest = data[1 + data[0] :]
            right = (user, rest[1 : 1 + rest[0]]) == (USER.encode(), self.password.encode())
            words = b"" if right else self.refuses
            yield ppp(0xC023, 2 if right else 3, number, bytes((len(words),)) + words)
        elif code == 2:
            digest = hashlib.md5(b"\x07" + self.password.encode() + b"abcd").digest()  # noqa: S324 - RFC 1994
            right = data == bytes((16,)) + digest + USER.encode()
            yield ppp(0xC223, 3 if right else 4, number, b"Welcome" if right else self.refuses)
            yield ppp(0x8057, 1, 1, b"")
            yield ppp(0xC021, 9, 5, bytes.fromhex("deadbeef"))

    def _six(self, number: int, data: bytes) -> Iterator[bytes]:
        """Speak IPv6 (RFC 5072), or refuse it (RFC 1661, section 5.7)."""
        if not self.six:
            asked = bytes((1, number)) + (4 + len(data)).to_bytes(2) + data
            yield ppp(0xC021, 8, 3, bytes.fromhex("8057") + asked)
            return
        early = bytes.fromhex("0057" + "60") + bytes(60)
        yield frame_of(0x8864, 0, ID, early)  # its own system asks at once
        yield ppp(0x8057, 1, 4, bytes((1, 10)) + b"\x02edge-01")
        yield ppp(0x8057, 2, number, data)

    def _network(self, number: int, data: bytes) -> Iterator[bytes]:
        if self.ends:
            yield ppp(0xC021, 5, 9, self.ends)
            return
        yield ppp(0x8021, 1, 1, bytes((3, 6, 198, 51, 100, 1)))
        if self.address is None:
            yield ppp(0x8021, 4, number, data)
            return
        given = bytes((3, 6)) + self.address
        if self.resolver is None and b"\x81\x06" in data:
            yield ppp(0x8021, 4, number, bytes((129, 6, 0, 0, 0, 0, 131, 6, 0, 0, 0, 0)))
            return
        if self.resolver is not None:
            given += bytes((129, 6)) + self.resolver + bytes((131, 6)) + self.resolver
        yield ppp(0x8021, 2 if data == given else 3, number, given)


def _uniq(payload: bytes) -> bytes:
    place = 0
    while place < len(payload):
        long = int.from_bytes(payload[place + 2 : place + 4])
        if payload[place : place + 2] == b"\x01\x03":
            return payload[place : place + 4 + long]
        place += 4 + long
    return b""


class PeerWire(SentWire):
    """A wire at whose other end a concentrator answers at once."""

    def __init__(self, peer: Peer) -> None:
        """Answer as it does; `sent` are the frames that came to it."""
        super().__init__(())
        self._peer = peer
        self.sent: list[bytes] = []

    def send(self, packets: Sequence[Packet]) -> None:
        """Let the concentrator answer."""
        for packet in packets:
            self.sent.append(bytes(packet))
            self._frames += self._peer.answers(bytes(packet))

    def frames(self, until_s: float) -> Iterator[Frame]:
        """Give what came, and what comes meanwhile."""
        while self._frames:
            one = self._frames.pop(0)
            yield from SentWire((one,)).frames(until_s)
