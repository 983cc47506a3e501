"""Real SNMP agents on loopback: one that says exactly what a test wants, and pysnmp's own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from pysnmp.carrier.asyncio.dgram import udp  # type: ignore[import-untyped]  # no types there
from pysnmp.entity import config, engine  # type: ignore[import-untyped]  # no types there
from pysnmp.entity.rfc3413 import cmdrsp, context  # type: ignore[import-untyped]  # no types there

from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import AccessNode, SnmpAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.snmp import SnmpDoor
from cpe_diag.transports.snmp_requests import SILENT_AFTER_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Sequence

COMMUNITY = "c0mmun1ty-of-test"
AUTH = "auth-passphrase-of-test"
PRIV = "priv-passphrase-of-test"
SECRETS = (COMMUNITY, AUTH, PRIV)
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"


def tlv(tag: int, content: bytes) -> bytes:
    """Encode one BER element (X.690, section 8.1)."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    return bytes([tag, 0x82]) + length.to_bytes(2, "big") + content


def oid_element(oid: str) -> bytes:
    """Encode an object identifier (X.690, section 8.19)."""
    first, second, *arcs = (int(arc) for arc in oid.split("."))
    content = bytearray([first * 40 + second])
    for arc in arcs:
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append((arc & 0x7F) | 0x80)
        content += bytes(reversed(septets))
    return tlv(6, bytes(content))


def integer(value: int) -> bytes:
    """Encode an INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def ticks(value: int) -> bytes:
    """Encode TimeTicks."""
    return tlv(0x43, value.to_bytes(4, "big"))


NO_SUCH_INSTANCE = tlv(0x81, b"")  # RFC 3416, section 3
END_OF_MIB_VIEW = tlv(0x82, b"")  # RFC 3416, section 3
NULL = tlv(5, b"")


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """Split BER into its elements."""
    found = []
    while data:
        tag, length, at = data[0], data[1], 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
        found.append((tag, data[at : at + length]))
        data = data[at + length :]
    return found


def oid_text(content: bytes) -> str:
    """Decode an object identifier."""
    arcs = [content[0] // 40, content[0] % 40]
    arc = 0
    for octet in content[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return ".".join(map(str, arcs))


@dataclass(frozen=True, slots=True)
class Request:
    """A v2c request as it came; for GETBULK `second` and `third` are its two numbers."""

    tag: int
    request_id: int
    third: int
    oids: tuple[str, ...]
    reply_to: tuple[str, int]

    def answer(
        self,
        variables: Sequence[tuple[str, bytes]],
        *,
        status: int = 0,
        index: int = 0,
        request_id: int | None = None,
        community: str = COMMUNITY,
    ) -> bytes:
        """Encode a response to it."""
        pairs = b"".join(tlv(0x30, oid_element(oid) + value) for oid, value in variables)
        number = self.request_id if request_id is None else request_id
        pdu = integer(number) + integer(status) + integer(index) + tlv(0x30, pairs)
        return tlv(0x30, integer(1) + tlv(4, community.encode()) + tlv(0xA2, pdu))

    def error(self, status: int, index: int = 0) -> bytes:
        """Encode an error: the variables come back without values (RFC 3416, section 4.2.1)."""
        pairs = [(oid, NULL) for oid in self.oids] if status != 1 else []
        return self.answer(pairs, status=status, index=index)


def read_request(packet: bytes, reply_to: tuple[str, int]) -> Request | None:
    """Decode a v2c request; None where its community is another."""
    _version, (_tag, community), (tag, pdu) = elements(elements(packet)[0][1])
    if community != COMMUNITY.encode():
        return None
    (_a, number), _second, (_c, third), (_d, pairs) = elements(pdu)
    oids = tuple(oid_text(elements(pair)[0][1]) for _e, pair in elements(pairs))
    return Request(
        tag,
        int.from_bytes(number, "big", signed=True),
        int.from_bytes(third, "big"),
        oids,
        reply_to,
    )


Script: TypeAlias = Callable[[Request], "bytes | list[bytes] | None"]


@dataclass(slots=True)
class ScriptedAgent(asyncio.DatagramProtocol):
    """Answers each request as the script says: one packet, several, or none."""

    script: Script
    requests: list[Request] = field(default_factory=list)
    transport: Any = None
    port: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        request = read_request(data, addr)
        if request is None:
            return
        self.requests.append(request)
        packets = self.script(request)
        for packet in [packets] if isinstance(packets, bytes) else packets or []:
            self.transport.sendto(packet, addr)


@dataclass(frozen=True, slots=True)
class GivenSecrets:
    """Resolves `community` and `v3`, the only references here."""

    wrong: bool = False

    def resolve(self, reference: str) -> Secret:
        """Give the secret."""
        right = {"community": COMMUNITY, "v3": f"{AUTH}:{PRIV}"}[reference]
        return Secret(right.swapcase() if self.wrong else right)


@dataclass(slots=True)
class SnmpBench:
    """Starts scripted agents and opens doors to agents; closes what it opened."""

    clock: SystemClock = field(default_factory=SystemClock)
    recorder: RunRecorder = field(init=False)
    opened: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Record everything that a door says of its answers."""
        self.recorder = RunRecorder(self.clock, redact=lambda _device, _question, text: text)

    async def agent(self, script: Script) -> ScriptedAgent:
        """Start an agent."""
        loop = asyncio.get_running_loop()
        transport, agent = await loop.create_datagram_endpoint(
            lambda: ScriptedAgent(script), local_addr=("127.0.0.1", 0)
        )
        self.opened.append(transport)
        return agent

    def door(
        self,
        port: int,
        *,
        user: str | None = None,
        wrong: bool = False,
        address: str = "127.0.0.1",
        silent_after_s: float = SILENT_AFTER_S,
    ) -> SnmpDoor:
        """Open a door: v2c, or SNMPv3 where there is a user."""
        access = SnmpAccess(
            address=address,
            port=port,
            version="3" if user else "2c",
            credential="v3" if user else "community",
            user=user,
        )
        door = SnmpDoor(
            AccessNode(id="an-1", snmp=access, driver=None),
            credentials=GivenSecrets(wrong=wrong),
            clock=self.clock,
            recorder=self.recorder,
            silent_after_s=silent_after_s,
        )
        self.opened.append(door)
        return door

    def within(self, seconds: float) -> float:
        """Give a deadline."""
        return self.clock.monotonic() + seconds

    def everything_recorded(self) -> str:
        """Give all that the recorder holds, as text."""
        return repr((self.recorder.trace(start_s=0.0), self.recorder.raw_answers()))


@pytest.fixture
async def snmp() -> AsyncIterator[SnmpBench]:
    """A bench for one test."""
    bench = SnmpBench()
    yield bench
    for one in bench.opened:
        one.close()
    await asyncio.sleep(0)


@pytest.fixture
def closed_port() -> int:
    """A UDP and TCP port at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture
async def full_agent() -> AsyncIterator[Callable[[int, bytes], Awaitable[int]]]:
    """Starts pysnmp's own agent (v2c, and v3 for user `ops`) at a port with an engine id."""
    engines: list[Any] = []

    async def start(port: int, engine_id: bytes) -> int:
        while engines:
            engines.pop().close_dispatcher()
            await asyncio.sleep(0)
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        wire.bind(("127.0.0.1", port))
        agent = engine.SnmpEngine()
        # Set afterwards: an id handed to the engine makes it count its boots in a file.
        (own_id,) = agent.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
        own_id.syntax = own_id.syntax.clone(engine_id)
        agent.snmpEngineID = own_id.syntax
        config.add_transport(
            agent, udp.DOMAIN_NAME, udp.UdpAsyncioTransport().open_server_mode(sock=wire)
        )
        config.add_v1_system(agent, "area", COMMUNITY)
        config.add_v3_user(
            agent, "ops", config.USM_AUTH_HMAC192_SHA256, AUTH, config.USM_PRIV_CFB128_AES, PRIV
        )
        config.add_vacm_user(agent, 2, "area", "noAuthNoPriv", (1, 3, 6), (1, 3, 6))
        config.add_vacm_user(agent, 3, "ops", "authPriv", (1, 3, 6), (1, 3, 6))
        served = context.SnmpContext(agent)
        for responder in (cmdrsp.GetCommandResponder, cmdrsp.BulkCommandResponder):
            responder(agent, served)
        engines.append(agent)
        return int(wire.getsockname()[1])

    yield start
    for running in engines:
        running.close_dispatcher()
    await asyncio.sleep(0)
