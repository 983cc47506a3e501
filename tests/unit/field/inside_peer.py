"""Who stands behind a concentrator, for tests: a host and resolvers, written from the RFCs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from session_peer import ID, ORDER, Peer, frame_of

from cpe_diag.field.raw.inside_order import Inside, InsidePage

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN: Final = bytes((198, 51, 100, 20))
TARGET: Final = bytes((203, 0, 113, 80))
RESOLVER: Final = bytes((203, 0, 113, 53))
EDGE: Final = bytes((198, 51, 100, 1))
ASKED: Final = Inside(
    target="203.0.113.80",
    port=80,
    name="reference.example",
    nonsense="cpe-diag-0123456789ab.reference.example",
    resolver="203.0.113.53",
    outside="192.0.2.53",
    nobody="192.0.2.99",
    page=InsidePage(host="reference.example", port=80, path="/", status=200, text="well"),
)
ASKING: Final = replace(ORDER, inside=ASKED)


def total(data: bytes) -> int:
    """Give the Internet checksum (RFC 1071)."""
    data += bytes(len(data) % 2)
    number = sum(int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))
    while number >> 16:
        number = (number & 0xFFFF) + (number >> 16)
    return ~number & 0xFFFF


def packet(source: bytes, protocol: int, data: bytes, to: bytes = OWN) -> bytes:
    """Give a frame of the session with an IPv4 packet (RFC 791)."""
    long = (20 + len(data)).to_bytes(2)
    head = bytes.fromhex("4500") + long + bytes.fromhex("00004000") + bytes((64, protocol))
    whole = head + total(head + bytes(2) + source + to).to_bytes(2) + source + to + data
    return frame_of(0x8864, 0, ID, bytes.fromhex("0021") + whole)


@dataclass
class Behind(Peer):
    """What is behind the concentrator; each part may be silent."""

    takes: int = 1492
    says_so: bool = False
    echoes: bool = True
    accepts: bool | None = True
    names: bool = True
    invents: bool = False
    takes_names: bool = False
    forged: tuple[bytes, ...] = ()
    hops: tuple[bytes, ...] = ()
    page: bytes | None = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nall is well"
    piece: int = 8
    announces: bytes | None = bytes.fromhex("20010db8000100000000000000000000")
    hops6: int = 255
    swaps: bool = False

    def answers(self, sent: bytes) -> Iterator[bytes]:
        """Give what comes back to one frame."""
        whole = sent[22 : 20 + int.from_bytes(sent[18:20])]
        carried = sent[20:22] if sent[12:14] == b"\x88\x64" else b""
        if carried == b"\x00\x57":
            yield from self._solicited(whole)
        elif carried == b"\x00\x21":
            yield from self._told4(whole)
        else:
            yield from super().answers(sent)

    def _told4(self, whole: bytes) -> Iterator[bytes]:
        """Give what comes back to one IPv4 packet."""
        assert (whole[12:16], total(whole[:20])) == (OWN, 0)
        yield from self.forged
        target, data = whole[16:20], whole[20:]
        if whole[8] <= len(self.hops):
            told = bytes((11, 0, 0, 0, 0, 0, 0, 0)) + whole[:28]
            yield packet(self.hops[whole[8] - 1], 1, told)
        elif len(whole) > self.takes:
            if self.says_so:
                told = bytes((3, 4, 0, 0, 0, 0)) + self.takes.to_bytes(2) + whole[:28]
                yield packet(EDGE, 1, told)
        elif whole[9] == 1 and self.echoes:
            assert (data[0], total(data)) == (8, 0)
            yield packet(target, 1, b"\0" + data[1:])
        elif whole[9] == 6 and self.accepts is not None and data[13] == 2:
            yield packet(target, 6, self._port(data))
        elif whole[9] == 6 and data[13] & 8 and self.page is not None:
            yield from self._pieces(target, data)
        elif whole[9] == 17 and int.from_bytes(data[2:4]) > 33_434:
            yield packet(target, 1, bytes((3, 3, 0, 0, 0, 0, 0, 0)) + whole[:28])
        elif whole[9] == 17 and self.names:
            yield from self._name(target, data)

    def _solicited(self, whole: bytes) -> Iterator[bytes]:
        """Announce the way out (RFC 4861, section 4.2), where anybody does."""
        assert (whole[6], whole[7], whole[40]) == (58, 255, 133)
        assert whole[24:40] == bytes.fromhex("ff02" + "0" * 26 + "02")
        if self.announces is None:
            return
        prefix = bytes.fromhex("0304" + "40c0" + "00000e10" * 2 + "00000000")
        body = bytes.fromhex("86000000" + "40000708" + "00" * 8) + prefix + self.announces
        head = bytes.fromhex("60000000") + len(body).to_bytes(2) + bytes((58, self.hops6))
        source = bytes.fromhex("fe80" + "00" * 6) + b"\x02edge-01"
        packet6 = head + source + whole[8:24] + body
        yield frame_of(0x8864, 0, ID, bytes.fromhex("0057") + packet6)

    def _port(self, data: bytes) -> bytes:
        following = (int.from_bytes(data[4:8]) + 1) % (1 << 32)
        flags = 0x12 if self.accepts else 0x14
        ports = data[2:4] + data[:2]
        return ports + bytes(4) + following.to_bytes(4) + bytes((0x50, flags)) + bytes(6)

    def _pieces(self, target: bytes, data: bytes) -> Iterator[bytes]:
        """Give the page in small pieces, the end of the connection behind them."""
        text, ports = self.page or b"", data[2:4] + data[:2]
        confirms = (int.from_bytes(data[4:8]) + len(data) - 20).to_bytes(4)
        cuts = [*range(0, len(text), self.piece), len(text)]
        pieces = [
            (at, text[at : at + self.piece], 0x11 if at == len(text) else 0x18) for at in cuts
        ]
        if self.swaps:
            pieces = [pieces[1], *pieces, pieces[0]]
        for at, piece, flags in pieces:
            head = ports + (1 + at).to_bytes(4) + confirms + bytes((0x50, flags)) + bytes(6)
            yield packet(target, 6, head + piece)

    def _name(self, target: bytes, data: bytes) -> Iterator[bytes]:
        if target == bytes((192, 0, 2, 99)) and not self.takes_names:
            return
        known = b"\x09reference" in data[20:31] or (self.invents and target == RESOLVER)
        record = bytes.fromhex("c00c" + "00010001" + "0000003c" + "0004") + TARGET
        flags = bytes.fromhex("8180" if known else "8183")
        counts = bytes.fromhex("0001" + ("0001" if known else "0000") + "00000000")
        text = data[8:10] + flags + counts + data[20:] + (record if known else b"")
        yield packet(
            target, 17, data[2:4] + data[:2] + (8 + len(text)).to_bytes(2) + bytes(2) + text
        )
