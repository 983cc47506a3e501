"""Connects a request to a given address, and bounds every step by one deadline.

The library closes its sockets when a step of its own times out, but not when it is cancelled, so
each step gets the time that is left, connecting at most `CONNECT_WITHIN_S` of it.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from anyio.abc import SocketStream
from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream
from httpcore._backends.anyio import AnyIOStream

from cpe_diag.transports.time_left import CONNECT_WITHIN_S

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from httpcore import SOCKET_OPTION


class ToAddress(AsyncNetworkBackend):
    """Leaves Host and the name in TLS to the URL, and takes only the address from here."""

    def __init__(
        self, address: str | None, left_s: Callable[[], float], segment_bytes: int | None = None
    ) -> None:
        """Connect to the IP address `address`, or where the URL says if it is None.

        Args:
            address: of the server.
            left_s: gives the seconds until the deadline.
            segment_bytes: the most that the server is asked to put into a packet; only with an
                address.
        """
        self._address = address
        self._segment_bytes = segment_bytes
        self._left_s = left_s
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the given address in place of `host`."""
        if self._segment_bytes is not None and self._address is not None:
            within_s = min(self._left_s(), CONNECT_WITHIN_S)
            small = await _connected(self._address, port, self._segment_bytes, within_s)
            return _Bounded(AnyIOStream(small), self._left_s)
        stream = await self._backend.connect_tcp(
            self._address or host,
            port,
            min(self._left_s(), CONNECT_WITHIN_S),
            local_address,
            socket_options,
        )
        return _Bounded(stream, self._left_s)


async def _connected(address: str, port: int, segment_bytes: int, within_s: float) -> SocketStream:
    """Connect with a small largest segment; the system tells it in the first packet (tcp(7)).

    Raises:
        OSError: no connection, or none in time.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    raw = socket.socket(family, socket.SOCK_STREAM)
    try:
        raw.setblocking(False)  # noqa: FBT003 - the library's signature
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment_bytes)
        async with asyncio.timeout(within_s):
            await asyncio.get_running_loop().sock_connect(raw, (address, port))
        return await SocketStream.from_socket(raw)
    except BaseException:
        raw.close()
        raise


class _Bounded(AsyncNetworkStream):
    """A stream whose every step ends at the deadline."""

    def __init__(self, stream: AsyncNetworkStream, left_s: Callable[[], float]) -> None:
        self._stream = stream
        self._left_s = left_s

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the library's signature
    ) -> bytes:
        return await self._stream.read(max_bytes, self._left_s())

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the library's signature
    ) -> None:
        await self._stream.write(buffer, self._left_s())

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the library's signature
    ) -> AsyncNetworkStream:
        secured = await self._stream.start_tls(ssl_context, server_hostname, self._left_s())
        return _Bounded(secured, self._left_s)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's signature
        return self._stream.get_extra_info(info)
