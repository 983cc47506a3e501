"""The operator's DHCP server, asked as by a relay: real datagrams on loopback, packets by hand."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import Blame, FailureKind, MeasurementError
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.testing.conformance import check_dhcp_asker
from cpe_diag.transports import dhcp
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.dhcp import DhcpPorts, RelayedDhcp
from cpe_diag.transports.dhcp_packets import OWN_MAC, Question, packets, reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOME: Final = "127.0.0.1"
SUBNET: Final = "198.51.100.0/24"
QUESTION: Final = Question(own="203.0.113.10", subnet="198.51.100.0", discover=7, inform=8)
COOKIE: Final = bytes((99, 130, 83, 99))  # RFC 2131, section 3
OFFER, ACK, NAK = b"\x35\x01\x02", b"\x35\x01\x05", b"\x35\x01\x06"  # RFC 2132, section 9.6

Answer = Callable[[bytes], list[bytes]]


def reply(
    xid: bytes,
    kind: bytes,
    address: str = "0.0.0.0",  # noqa: S104 - none
    mac: bytes = OWN_MAC,
) -> bytes:
    """Write a server's message by hand: the fields of RFC 2131, section 2, in their order."""
    head = b"\x02\x01\x06\x00" + xid + bytes(8) + ipaddress.IPv4Address(address).packed
    return head + bytes(8) + mac + bytes(10 + 64 + 128) + COOKIE + kind + b"\xff"


def kind_of(packet: bytes) -> int:
    """Give the message type, by hand."""
    return packet[packet.index(b"\x35\x01") + 2]


def offers(address: str) -> Answer:
    """Make a server that offers one address."""
    return lambda asked: [reply(asked[4:8], OFFER, address)] if kind_of(asked) == 1 else []


def only_informs(asked: bytes) -> list[bytes]:
    """Answer DHCPINFORM alone, as a server without a free address."""
    return [reply(asked[4:8], ACK)] if kind_of(asked) == 8 else []


def says_nothing(_asked: bytes) -> list[bytes]:
    """Answer nothing."""
    return []


class Place:
    """Servers on loopback, and doors to them."""

    def __init__(self) -> None:
        """Start with none."""
        self.clock = SystemClock()
        self.recorder = RunRecorder(self.clock)
        self.asked: list[bytes] = []
        self.transports: list[asyncio.BaseTransport] = []

    async def door(self, answer: Answer) -> RelayedDhcp:
        """Start a server that answers so; give the door to it."""
        place = self

        class Protocol(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport: Any = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                place.asked.append(data)
                for packet in answer(data):
                    self.transport.sendto(packet, addr)

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=(HOME, 0))
        self.transports.append(transport)
        return self.door_to(int(transport.get_extra_info("sockname")[1]))

    def door_to(self, port: int, own: int = 0) -> RelayedDhcp:
        """Give the door to a port of loopback."""
        ports = DhcpPorts(server=port, own=own)
        return RelayedDhcp(HOME, SUBNET, clock=self.clock, recorder=self.recorder, ports=ports)

    def soon(self) -> float:
        """Give a deadline that is far enough away."""
        return self.clock.monotonic() + 20.0


@pytest.fixture
async def place(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    """Servers for one test; nobody on loopback needs seconds to answer."""
    monkeypatch.setattr(dhcp, "WITHIN_S", 0.6)
    monkeypatch.setattr(dhcp, "TRY_S", 0.2)
    held = Place()
    yield held
    for transport in held.transports:
        transport.close()
    await asyncio.sleep(0)


def test_what_is_sent_is_a_relays_question_and_never_a_request() -> None:
    """Bytes of RFC 2131: our own address and hardware, the subscribers' subnet twice."""
    discover, inform = packets(QUESTION)
    for packet, kind, ciaddr in ((discover, 1, "0.0.0.0"), (inform, 8, QUESTION.own)):  # noqa: S104
        assert packet[:4] == b"\x01\x01\x06\x01"
        assert packet[12:16] == ipaddress.IPv4Address(ciaddr).packed
        assert packet[24:28] == ipaddress.IPv4Address(QUESTION.own).packed
        assert packet[28:34] == OWN_MAC
        assert packet[236:240] == COOKIE
        assert kind_of(packet) == kind
        assert b"\x76\x04\xc6\x33\x64\x00" in packet  # RFC 3011
        assert b"\x52\x06\x05\x04\xc6\x33\x64\x00" in packet  # RFC 3046, RFC 3527
        assert b"\x3d\x09\x00cpe-diag" in packet
    assert discover[4:8] == bytes((0, 0, 0, 7))


def test_only_answers_to_our_own_question_are_read() -> None:
    """Whatever else comes to the port of relays is somebody else's, or nonsense."""
    seven = bytes((0, 0, 0, 7))
    good = reply(seven, OFFER, "198.51.100.9")
    assert reading(good, QUESTION).offered == "198.51.100.9"
    for other in (
        reply(bytes((0, 0, 0, 9)), OFFER, "198.51.100.9"),
        reply(seven, OFFER, "198.51.100.9", mac=bytes(6)),
        reply(seven, ACK, "198.51.100.9"),
        reply(seven, NAK),
        b"\x01" + good[1:],
        good[:239],
        b"",
    ):
        assert reading(other, QUESTION).offered is None
        assert not reading(other, QUESTION).informed
    assert reading(reply(bytes((0, 0, 0, 8)), ACK), QUESTION).informed


def test_the_name_servers_of_an_offer_are_read() -> None:
    """A router that asks a server which is gone may have it from here."""
    two = OFFER + b"\x06\x08" + bytes((192, 0, 2, 53, 192, 0, 2, 54))
    told = reading(reply((7).to_bytes(4, "big"), two, "198.51.100.7"), QUESTION)
    assert told.name_servers == ("192.0.2.53", "192.0.2.54")
    none = reading(reply((7).to_bytes(4, "big"), OFFER, "198.51.100.7"), QUESTION)
    assert none.name_servers == ()


def test_the_edge_of_an_offer_is_read() -> None:
    """A home that was given a wrong one asks in vain, and its router is well."""
    one = OFFER + b"\x03\x04" + bytes((198, 51, 100, 254))
    told = reading(reply((7).to_bytes(4, "big"), one, "198.51.100.7"), QUESTION)
    assert told.routers == ("198.51.100.254",)


def test_an_answer_that_was_cut_says_nothing_else() -> None:
    """A cut answer never lies."""
    whole = reply(bytes((0, 0, 0, 7)), OFFER, "198.51.100.9")
    for length in range(len(whole)):
        assert reading(whole[:length], QUESTION).offered in {None, "198.51.100.9"}


async def test_the_door_is_a_door(place: Place) -> None:
    """An offer, nothing to offer, and silence, against real sockets."""
    await check_dhcp_asker(
        await place.door(offers("198.51.100.150")),
        await place.door(only_informs),
        await place.door(says_nothing),
        place.clock,
        slack_s=1.0,
    )
    assert {kind_of(packet) for packet in place.asked} == {1, 8}


async def test_a_question_that_was_lost_is_asked_again(place: Place) -> None:
    """UDP may lose it; one lost datagram is no dead server."""
    heard: list[bytes] = []

    def second_time(asked: bytes) -> list[bytes]:
        heard.append(asked)
        return offers("198.51.100.150")(asked) if len(heard) > 2 else []

    told = await (await place.door(second_time)).ask(deadline=place.soon())
    assert told.outcome is DhcpOutcome.OFFERED


async def test_a_host_where_nothing_listens_refuses(place: Place) -> None:
    """ICMP port unreachable: the host is there, its DHCP server is not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOME, 0))
        port = int(free.getsockname()[1])
    told = await place.door_to(port).ask(deadline=place.soon())
    assert told.outcome is DhcpOutcome.REFUSED


async def test_an_address_of_another_subnet_is_no_answer(place: Place) -> None:
    """A server that offers from our own subnet says nothing about the subscribers' pool."""
    with pytest.raises(MeasurementError) as caught:
        await (await place.door(offers("203.0.113.77"))).ask(deadline=place.soon())
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED


async def test_a_port_that_is_taken_is_our_own_side(place: Place) -> None:
    """A relay on our own machine must not read as a dead server of the operator's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HOME, 0))
        door = place.door_to(1, own=int(taken.getsockname()[1]))
        with pytest.raises(MeasurementError) as caught:
            await door.ask(deadline=place.soon())
    assert caught.value.failure.blame is Blame.AGENT


async def test_a_port_that_we_may_not_use_is_our_own_side(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without CAP_NET_BIND_SERVICE nobody can be asked, and nobody is accused."""

    class Guarded(socket.socket):
        def bind(self, _address: object) -> None:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "socket", Guarded)
    with pytest.raises(MeasurementError) as caught:
        await place.door_to(1).ask(deadline=place.soon())
    failure = caught.value.failure
    assert failure.kind is FailureKind.MISSING_PRIVILEGE
    assert "CAP_NET_BIND_SERVICE" in str(failure)


async def test_a_deadline_of_ours_that_ends_the_wait_accuses_nobody(place: Place) -> None:
    """A run without time left must not read as a silent server."""
    with pytest.raises(MeasurementError) as caught:
        await (await place.door(says_nothing)).ask(deadline=place.clock.monotonic() + 0.1)
    assert caught.value.failure.kind is FailureKind.OUT_OF_TIME
