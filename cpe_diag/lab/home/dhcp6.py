"""Hands prefixes to subscribers' routers by DHCPv6 (RFC 8415): `dhcp6.py DEVICE TABLE`.

Each line of TABLE is a MAC address and the prefix of whoever has it; it is read anew for each
question, and who is not in it is told that there is none. What is handed out is routed to the
router that asked. The standard library alone, so that any Python runs it; Debian's dnsmasq
delegates no prefixes.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_PORT = 547
SERVERS = "ff02::1:2"
"""All_DHCP_Relay_Agents_and_Servers (section 7.1)."""
SOLICIT, ADVERTISE, REQUEST, RENEW, REBIND, REPLY, RELEASE = 1, 2, 3, 5, 6, 7, 8
CLIENT_ID, SERVER_ID, PREFERENCE, STATUS, IA_PD, IA_PREFIX = 1, 2, 7, 13, 25, 26
NO_PREFIX = 6
HEAD = struct.Struct("!HH")
"""Of an option: its code, and the length of its content."""
DUID = b"\x00\x03\x00\x01" + bytes.fromhex("02005e000001")
"""DUID-LL (section 11.4)."""
RENEW_S, REBIND_S, PREFERRED_S, VALID_S = 1800, 2880, 3600, 7200


def options(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """Give code and content of each option (section 21.1)."""
    while len(packed) >= HEAD.size:
        code, length = HEAD.unpack_from(packed)
        yield code, packed[HEAD.size : HEAD.size + length]
        packed = packed[HEAD.size + length :]


def option(code: int, content: bytes) -> bytes:
    """Pack an option."""
    return HEAD.pack(code, len(content)) + content


def prefix_of(duid: bytes, table: str) -> ipaddress.IPv6Network | None:
    """Find the prefix of a client; its identifier ends with its MAC (DUID-LL, DUID-LLT)."""
    known = dict(line.split() for line in table.splitlines())
    prefix = known.get(duid[-6:].hex(":"))
    return None if prefix is None else ipaddress.IPv6Network(prefix)


def answer(message: bytes, table: str) -> tuple[bytes, ipaddress.IPv6Network | None]:
    """Answer a message.

    Returns:
        The answer, empty where there is none to give, and the prefix that is handed out with it.
    """
    asked = list(options(message[4:]))
    client = dict(asked).get(CLIENT_ID, b"")
    server = dict(asked).get(SERVER_ID, DUID)
    known = message[0] in {SOLICIT, REQUEST, RENEW, REBIND, RELEASE}
    if not client or server != DUID or not known:
        return b"", None
    prefix = prefix_of(client, table)
    said = option(CLIENT_ID, client) + option(SERVER_ID, DUID) + option(PREFERENCE, b"\xff")
    for code, content in asked:
        if code == IA_PD and message[0] != RELEASE:
            said += option(IA_PD, content[:4] + _delegation(prefix))
    kind = ADVERTISE if message[0] == SOLICIT else REPLY
    given = prefix if kind == REPLY and message[0] != RELEASE else None
    return bytes([kind]) + message[1:4] + said, given


def _delegation(prefix: ipaddress.IPv6Network | None) -> bytes:
    if prefix is None:
        return struct.pack("!II", 0, 0) + option(STATUS, struct.pack("!H", NO_PREFIX))
    lasts = struct.pack("!IIB", PREFERRED_S, VALID_S, prefix.prefixlen)
    return struct.pack("!II", RENEW_S, REBIND_S) + option(
        IA_PREFIX, lasts + prefix.network_address.packed
    )


def main(device: str, table: Path) -> None:
    """Serve until the process is ended."""
    index = socket.if_nametoindex(device)
    server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    server.bind(("::", SERVER_PORT))
    group = socket.inet_pton(socket.AF_INET6, SERVERS) + struct.pack("@I", index)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    while True:
        message, client = server.recvfrom(2048)
        if not message:
            continue
        said, prefix = answer(message, table.read_text(encoding="utf-8"))
        if prefix is not None:
            router = client[0].partition("%")[0]
            route = ["ip", "-6", "route", "replace", str(prefix), "via", router, "dev", device]
            subprocess.run(route, check=False)  # noqa: S603 - ours
        if said:
            server.sendto(said, client)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
