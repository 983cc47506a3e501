"""A quick SNMPv2c agent for benches: one big sorted table, answers encoded before they are asked.

`python tests/bench/fast_agent.py --nodes 20 --ports 1000 --rtt-ms 30` serves 20 access nodes on
loopback, prints their UDP ports as one JSON line, and ends when standard input is closed; a line
there gives the requests and octets since the line before. Each node answers one request after the
other, as a real one does: `service_ms` for each, and the answer is on its way for a round trip in
which others travel too. GET, GETNEXT and GETBULK (RFC 3416, section 4.2); requests of another
community stay unanswered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Arcs = tuple[int, ...]

COMMUNITY: Final = "bench"
LARGEST_ANSWER: Final = 1_472
"""Octets that fit an Ethernet frame beside the headers of IP and UDP: agents cut GETBULK there."""

# ASN.1 and SNMP tags: X.690 section 8; RFC 3416 section 3; RFC 2578 section 7.1.
INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER, TICKS = 0x41, 0x43
NO_SUCH_INSTANCE, END_OF_MIB = b"\x81\x00", b"\x82\x00"
GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
SHORT_LENGTH: Final = 0x80

IF_ENTRY: Final = (1, 3, 6, 1, 2, 1, 2, 2, 1)
SYS_UP_TIME: Final = (1, 3, 6, 1, 2, 1, 1, 3, 0)


def tlv(tag: int, content: bytes) -> bytes:
    """Encode one element."""
    length = len(content)
    if length < SHORT_LENGTH:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, SHORT_LENGTH | len(octets))) + octets + content


def encode_oid(arcs: Arcs) -> bytes:
    """Encode the content of an object identifier (X.690, section 8.19)."""
    content = bytearray((arcs[0] * 40 + arcs[1],))
    for arc in arcs[2:]:
        septets = [arc & 0x7F]
        rest = arc >> 7
        while rest:
            septets.append((rest & 0x7F) | 0x80)
            rest >>= 7
        content += bytes(reversed(septets))
    return bytes(content)


def decode_oid(content: bytes) -> Arcs:
    """Decode the content of an object identifier."""
    arcs = list(divmod(content[0], 40)) if content else [0, 0]
    arc = 0
    for octet in content[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return tuple(arcs)


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Encode a number."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def variable(arcs: Arcs, value: bytes) -> bytes:
    """Encode a variable binding."""
    return tlv(SEQUENCE, tlv(OBJECT_ID, encode_oid(arcs)) + value)


@dataclass(slots=True)
class Table:
    """All objects of a node in their order, each encoded already."""

    oids: list[Arcs] = field(default_factory=list)
    encoded: bytes = b""
    ends: list[int] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)

    def __init__(self, objects: Mapping[Arcs, bytes]) -> None:
        """Encode `objects`: values in BER by object identifier."""
        self.oids = sorted(objects)
        parts = [variable(oid, objects[oid]) for oid in self.oids]
        self.encoded = b"".join(parts)
        self.ends = [0]
        for part in parts:
            self.ends.append(self.ends[-1] + len(part))
        self.places = {encode_oid(oid): place for place, oid in enumerate(self.oids)}

    def after(self, name: bytes) -> int:
        """Give the place of the first object that follows a name."""
        place = self.places.get(name)
        return bisect_right(self.oids, decode_oid(name)) if place is None else place + 1

    def slice(self, first: int, count: int, room: int) -> bytes:
        """Give up to `count` bindings from a place on, as many as fit; empty: none follows."""
        last = min(first + count, len(self.oids))
        fits = bisect_right(self.ends, self.ends[first] + room, first, last + 1) - 1
        return self.encoded[self.ends[first] : self.ends[max(fits, min(first + 1, last))]]

    def exact(self, name: bytes) -> bytes:
        """Give the binding of a name."""
        place = self.places.get(name)
        if place is None:
            return tlv(SEQUENCE, tlv(OBJECT_ID, name) + NO_SUCH_INSTANCE)
        return self.encoded[self.ends[place] : self.ends[place + 1]]


def header(data: bytes, at: int) -> tuple[int, int, int]:
    """Read tag, begin of the content, and its end."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & SHORT_LENGTH:
        count = length & 0x7F
        length, at = int.from_bytes(data[at : at + count], "big"), at + count
    return tag, at, at + length


def numbers(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """Read some INTEGERs, and give where the next element begins."""
    found = []
    for _ in range(count):
        _tag, begin, at = header(data, at)
        found.append(int.from_bytes(data[begin:at], "big", signed=True))
    return found, at


def names(data: bytes, at: int) -> list[bytes]:
    """Read the names of a list of variable bindings."""
    _tag, at, end = header(data, at)
    found = []
    while at < end:
        _tag, begin, at = header(data, at)
        _tag, begin, stop = header(data, begin)
        found.append(data[begin:stop])
    return found


def answer(table: Table, request: bytes, community: bytes) -> bytes | None:
    """Answer one request; None: it is of another community, or nothing that is answered here."""
    _tag, at, _end = header(request, 0)
    (_version,), at = numbers(request, at, 1)
    _tag, begin, at = header(request, at)
    if request[begin:at] != community:
        return None
    kind, at, _end = header(request, at)
    (number, second, third), at = numbers(request, at, 3)
    asked = names(request, at)
    if kind == GET:
        bindings = b"".join(table.exact(name) for name in asked)
    elif kind == GETNEXT:
        bindings = b"".join(_following(table, name, 1, LARGEST_ANSWER) for name in asked)
    elif kind == GETBULK:
        bindings = _bulk(table, asked, second, third)
    else:
        return None
    head = integer(number) + b"\x02\x01\x00\x02\x01\x00"
    pdu = tlv(RESPONSE, head + tlv(SEQUENCE, bindings))
    return tlv(SEQUENCE, b"\x02\x01\x01" + tlv(OCTETS, community) + pdu)


def _following(table: Table, name: bytes, count: int, room: int) -> bytes:
    first = table.after(name)
    if count < 1:
        return b""
    found = table.slice(first, count, room)
    return found or tlv(SEQUENCE, tlv(OBJECT_ID, name) + END_OF_MIB)


def _bulk(table: Table, asked: Sequence[bytes], singles: int, count: int) -> bytes:
    """Answer GETBULK; several repeated variables come row by row, as the RFC wants them."""
    room = LARGEST_ANSWER - 64
    parts = [_following(table, name, 1, room) for name in asked[:singles]]
    repeated = asked[singles:]
    if len(repeated) == 1:
        return b"".join(parts) + _following(table, repeated[0], count, room)
    places = [table.after(name) for name in repeated]
    last = list(repeated)
    for _ in range(max(count, 0)):
        row = []
        for at, place in enumerate(places):
            if place < len(table.oids):
                row.append(table.slice(place, 1, room))
                last[at] = encode_oid(table.oids[place])
            else:
                row.append(tlv(SEQUENCE, tlv(OBJECT_ID, last[at]) + END_OF_MIB))
        if sum(map(len, parts)) + sum(map(len, row)) > room:
            break
        parts += row
        places = [place + 1 for place in places]
    return b"".join(parts)


class Node(asyncio.DatagramProtocol):
    """One node: answers come after a round trip, and never two at the same moment."""

    def __init__(self, table: Table, *, rtt_s: float, service_s: float, community: str) -> None:
        """Serve `table`."""
        self._table = table
        self._rtt_s = rtt_s
        self._service_s = service_s
        self._community = community.encode()
        self._free_at = 0.0
        self._transport: asyncio.DatagramTransport | None = None
        self.requests = 0
        self.octets = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, when the requests before it are done and a round trip has passed."""
        try:
            reply = answer(self._table, data, self._community)
        except (IndexError, ValueError):
            return
        self.requests += 1
        self.octets += len(data) + len(reply or b"")
        if reply is None or self._transport is None:
            return
        loop = asyncio.get_running_loop()
        self._free_at = max(self._free_at, loop.time()) + self._service_s
        if self._rtt_s or self._service_s:
            loop.call_at(self._free_at + self._rtt_s, self._transport.sendto, reply, addr)
        else:
            self._transport.sendto(reply, addr)


def access_node(
    ports: int, *, down: Iterable[int] = (), uptime_s: float = 864_000.0, down_s: float = 120.0
) -> dict[Arcs, bytes]:
    """Make the ifTable of an access node whose ports are 0/1/1, 0/1/2, ... at ifIndex 1001 ff.

    Args:
        ports: how many.
        down: numbers of those that went down.
        uptime_s: of the node.
        down_s: how long ago they went.

    Returns:
        Values in BER: ifIndex, ifDescr, ifOperStatus, ifAdminStatus, ifLastChange, ifInOctets.
    """
    fallen = set(down)
    objects: dict[Arcs, bytes] = {SYS_UP_TIME: integer(round(uptime_s * 100), TICKS)}
    for port in range(1, ports + 1):
        index = 1000 + port
        is_down = port in fallen
        changed = uptime_s - down_s + port % 7 * 0.2 if is_down else uptime_s / 3 + port
        objects[*IF_ENTRY, 1, index] = integer(index)
        objects[*IF_ENTRY, 2, index] = tlv(OCTETS, f"dsl-{port}".encode())
        objects[*IF_ENTRY, 7, index] = integer(1)
        objects[*IF_ENTRY, 8, index] = integer(2 if is_down else 1)
        objects[*IF_ENTRY, 9, index] = integer(round(changed * 100), TICKS)
        objects[*IF_ENTRY, 10, index] = integer(port * 1_000_003 % 2**32, COUNTER)
    return objects


async def serve(
    tables: Sequence[Table], *, rtt_s: float, service_s: float = 0.0, community: str = COMMUNITY
) -> tuple[list[int], list[Node], list[asyncio.DatagramTransport]]:
    """Serve one node for each table on loopback.

    Args:
        tables: what each node holds.
        rtt_s: how long an answer is on its way.
        service_s: how long a node works on one request.
        community: which it answers.

    Returns:
        UDP ports, nodes, and sockets to close.
    """
    loop = asyncio.get_running_loop()
    ports, nodes, sockets = [], [], []
    for table in tables:
        node = Node(table, rtt_s=rtt_s, service_s=service_s, community=community)
        transport, _ = await loop.create_datagram_endpoint(
            lambda node=node: node,  # type: ignore[misc]  # bound now, not later
            local_addr=("127.0.0.1", 0),
        )
        ports.append(transport.get_extra_info("sockname")[1])
        nodes.append(node)
        sockets.append(transport)
    return ports, nodes, sockets


async def _main(arguments: argparse.Namespace) -> None:
    down = range(1, arguments.down + 1)
    table = Table(access_node(arguments.ports, down=down))
    ports, nodes, _ = await serve(
        [table] * arguments.nodes,
        rtt_s=arguments.rtt_ms / 1000,
        service_s=arguments.service_ms / 1000,
    )
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        counts = [sum(node.requests for node in nodes), sum(node.octets for node in nodes)]
        sys.stdout.write(json.dumps(counts) + "\n")
        sys.stdout.flush()
        for node in nodes:
            node.requests = node.octets = 0


def main() -> None:
    """Read the command line and serve until standard input is closed."""
    parser = argparse.ArgumentParser(description="Serve access nodes over SNMPv2c.")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--ports", type=int, default=1000)
    parser.add_argument("--down", type=int, default=0)
    parser.add_argument("--rtt-ms", type=float, default=30.0)
    parser.add_argument("--service-ms", type=float, default=0.5)
    asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
