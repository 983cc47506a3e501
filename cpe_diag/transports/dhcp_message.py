"""One DHCP message (RFC 2131, section 2), written and read; no false length is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOTREQUEST: Final = 1
BOOTREPLY: Final = 2
DISCOVER, OFFER, ACK, INFORM = 1, 2, 5, 8
"""RFC 2132, section 9.6: what a message is."""
MASK, ROUTERS, NAME_SERVERS, DOMAIN, MTU, LEASE, KIND, SERVER, WANTED = (
    *(1, 3, 6, 15, 26),
    *(51, 53, 54, 55),
)
CLIENT_ID, RELAY_AGENT, SUBNET = 61, 82, 118
"""RFC 2132, RFC 3046, RFC 3011: numbers of options."""
PAD, END = 0, 255
ETHERNET: Final = b"\x01\x06"
COOKIE: Final = bytes((99, 130, 83, 99))
"""RFC 2131, section 3."""
NAMES: Final = bytes(64 + 128)
"""`sname` and `file`, which hold no options here."""
FIXED: Final = 236
SHORTEST: Final = FIXED + len(COOKIE)
SMALLEST: Final = 300
"""RFC 1542, section 2.1: some relays drop what is shorter."""
BROADCAST: Final = 0x8000
NO_ADDRESS: Final = IPv4Address(0)
ADDRESS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpMessage:
    """One message. `mac` is the client's; options are by number, joined where split (RFC 3396)."""

    op: int
    xid: int
    mac: bytes
    options: Mapping[int, bytes] = field(default_factory=dict)
    hops: int = 0
    flags: int = 0
    client: IPv4Address = NO_ADDRESS
    offered: IPv4Address = NO_ADDRESS
    relay: IPv4Address = NO_ADDRESS

    @property
    def kind(self) -> int | None:
        """What it is (RFC 2132, section 9.6); None where it does not say."""
        told = self.options.get(KIND, b"")
        return told[0] if len(told) == 1 else None

    def addresses(self, option: int) -> tuple[str, ...]:
        """Give the addresses of an option; none where it is not there.

        Raises:
            ValueError: its length is no multiple of four.
        """
        told = self.options.get(option, b"")
        if len(told) % ADDRESS:
            raise ValueError(f"option {option} holds no whole addresses")
        places = range(0, len(told), ADDRESS)
        return tuple(str(IPv4Address(told[at : at + ADDRESS])) for at in places)

    def number(self, option: int, octets: int) -> int | None:
        """Give the number that an option holds; None where it is not there.

        Raises:
            ValueError: it has another length.
        """
        told = self.options.get(option)
        if told is None:
            return None
        if len(told) != octets:
            raise ValueError(f"option {option} has {len(told)} octets, not {octets}")
        return int.from_bytes(told)


def write(message: DhcpMessage) -> bytes:
    """Write a message.

    Args:
        message: each of its options at most 255 octets long.

    Returns:
        The payload of its datagram.
    """
    head = bytes((message.op,)) + ETHERNET + bytes((message.hops,))
    head += message.xid.to_bytes(4) + bytes(2) + message.flags.to_bytes(2)
    head += message.client.packed + message.offered.packed + bytes(4) + message.relay.packed
    head += message.mac.ljust(16, b"\0") + NAMES + COOKIE
    body = b"".join(
        bytes((number, len(value))) + value for number, value in message.options.items()
    )
    return (head + body + bytes((END,))).ljust(SMALLEST, b"\0")


def read(payload: bytes) -> DhcpMessage:
    """Read a message.

    Args:
        payload: of a datagram, from anybody.

    Returns:
        What it says.

    Raises:
        ValueError: it is no DHCP message of Ethernet, a length in it is false, or its options
            have no end.
    """
    if len(payload) < SHORTEST or payload[FIXED:SHORTEST] != COOKIE or payload[1:3] != ETHERNET:
        raise ValueError("no DHCP message")
    options: dict[int, bytes] = {}
    for number, value in _options(payload[SHORTEST:]):
        options[number] = options.get(number, b"") + value
    return DhcpMessage(
        op=payload[0],
        hops=payload[3],
        xid=int.from_bytes(payload[4:8]),
        flags=int.from_bytes(payload[10:12]),
        client=IPv4Address(payload[12:16]),
        offered=IPv4Address(payload[16:20]),
        relay=IPv4Address(payload[24:28]),
        mac=payload[28:34],
        options=options,
    )


def _options(rest: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(rest):
        number = rest[place]
        if number == END:
            return
        place += 1
        if number == PAD:
            continue
        long = rest[place] if place < len(rest) else len(rest)
        place += 1
        if place + long > len(rest):
            raise ValueError("an option is longer than the message")
        yield number, rest[place : place + long]
        place += long
    raise ValueError("the options have no end")
