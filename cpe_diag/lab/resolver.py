"""The operator's DNS resolver of the lab, over UDP and TCP (RFC 1035)."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final, cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from cpe_diag.lab.world import World

TTL_S: Final = 30

QUESTION_LIMIT_S: Final = 10.0
"""How long a TCP client may stay without a question."""

PORT_TRIES: Final = 20
"""How often a port is chosen that must be free for UDP and TCP alike."""


def answer(world: World, question: bytes) -> bytes | None:
    """Answer one message, or None where nothing should be said.

    Args:
        world: knows the names, and the resolver's state.
        question: the message as it came.

    Returns:
        The answer; None for what is no query, and while the resolver is down.
    """
    if not world.resolver.up:
        return None
    try:
        query = dns.message.from_wire(question)
    except dns.exception.DNSException:
        return None
    if query.flags & dns.flags.QR or query.opcode() != dns.opcode.QUERY or not query.question:
        return None
    response = dns.message.make_response(query, recursion_available=True)
    if world.resolver.servfail:
        response.set_rcode(dns.rcode.SERVFAIL)
        return response.to_wire()
    asked = query.question[0]
    sites = {site.name: site for site in (world.reference, world.platform)}
    site = sites.get(asked.name.to_text(omit_final_dot=True).lower())
    if site is None or not site.resolves:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif asked.rdtype == dns.rdatatype.A:
        response.answer.append(
            dns.rrset.from_text(
                asked.name, TTL_S, dns.rdataclass.IN, dns.rdatatype.A, site.address
            )
        )
    return response.to_wire()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, world: World) -> None:
        self._world = world
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # CPython's own datagram transport is no subclass of asyncio.DatagramTransport.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        delay_s = self._world.rtt_s + self._world.resolver.answer_delay_s
        asyncio.get_running_loop().call_later(delay_s, self._reply, data, addr)

    def _reply(self, data: bytes, addr: tuple[str, int]) -> None:
        said = answer(self._world, data)
        if said is not None and self._transport is not None:
            self._transport.sendto(said, addr)


class DnsResolver:
    """Listens on one port for UDP and TCP."""

    def __init__(self, world: World) -> None:
        """Prepare; nothing listens before `start`."""
        self._world = world
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen on the resolver's address.

        Returns:
            The port, which is also kept in the world.

        Raises:
            OSError: the address cannot be bound.
        """
        loop = asyncio.get_running_loop()
        state = self._world.resolver
        for _ in range(PORT_TRIES):
            both = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            both.bind((state.address, 0))
            both.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            port = int(both.getsockname()[1])
            try:
                self._tcp = await asyncio.start_server(self._meet, state.address, port)
            except OSError:
                both.close()
                continue
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Udp(self._world), sock=both
            )
            state.udp_port = port
            return port
        msg = f"no port of {state.address} is free for both UDP and TCP"
        raise OSError(msg)

    async def stop(self) -> None:
        """Stop listening."""
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            while True:
                async with asyncio.timeout(QUESTION_LIMIT_S):
                    # RFC 1035, 4.2.2: two octets of length go before a message.
                    length = int.from_bytes(await reader.readexactly(2), "big")
                    question = await reader.readexactly(length)
                await asyncio.sleep(self._world.rtt_s + self._world.resolver.answer_delay_s)
                said = answer(self._world, question)
                if said is None:
                    return
                writer.write(len(said).to_bytes(2, "big") + said)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()
