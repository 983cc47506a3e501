"""Connects a request to a given address, and bounds every step by one deadline.

The library closes its sockets when a step of its own times out, but not when it is cancelled, so
each step gets the time that is left, connecting at most `CONNECT_WITHIN_S` of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio.abc import SocketStream
from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream
from httpcore._backends.anyio import AnyIOStream

from cpe_diag.transports.bounded_tcp import connected, held_to, segments_sent
from cpe_diag.transports.time_left import CONNECT_WITHIN_S

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

    from httpcore import SOCKET_OPTION

    from cpe_diag.transports.bounded_tcp import Bounds


class ToAddress(AsyncNetworkBackend):
    """Leaves Host and the name in TLS to the URL, and takes only the address from here."""

    def __init__(
        self,
        address: str | None,
        left_s: Callable[[], float],
        segment_bytes: int | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """Connect to the IP address `address`, or where the URL says if it is None.

        Args:
            address: of the server.
            left_s: gives the seconds until the deadline.
            segment_bytes: the most that the server is asked to put into a packet; only with an
                address.
            bounds: how many packets may be sent; only with an address.
        """
        self._address = address
        self._segment_bytes = segment_bytes
        self._left_s = left_s
        self._bounds = bounds
        self._wire: socket.socket | None = None
        self._backend = AnyIOBackend()

    @property
    def enough(self) -> bool:
        """Whether so much has been sent that a reader who may stop does."""
        if self._bounds is None or self._wire is None:
            return False
        return segments_sent(self._wire) >= self._bounds.enough

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the given address in place of `host`."""
        own = self._segment_bytes is not None or self._bounds is not None
        if own and self._address is not None:
            self._wire = await connected(
                self._address,
                port,
                min(self._left_s(), CONNECT_WITHIN_S),
                bounds=self._bounds,
                segment_bytes=self._segment_bytes,
            )
            stream = AnyIOStream(await SocketStream.from_socket(self._wire))
            return _Bounded(stream, self._left_s, self._hold)
        plain = await self._backend.connect_tcp(
            self._address or host,
            port,
            min(self._left_s(), CONNECT_WITHIN_S),
            local_address,
            socket_options,
        )
        return _Bounded(plain, self._left_s)

    def _hold(self) -> None:
        """Hold the connection to its bounds.

        Raises:
            TooMuchSentError: it has sent as much as it may.
        """
        if self._bounds is not None and self._wire is not None:
            held_to(self._wire, self._bounds)


class _Bounded(AsyncNetworkStream):
    """A stream whose every step ends at the deadline, and that holds its bounds."""

    def __init__(
        self,
        stream: AsyncNetworkStream,
        left_s: Callable[[], float],
        hold: Callable[[], None] = lambda: None,
    ) -> None:
        self._stream = stream
        self._left_s = left_s
        self._hold = hold

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the library's signature
    ) -> bytes:
        self._hold()
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
        return _Bounded(secured, self._left_s, self._hold)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's signature
        return self._stream.get_extra_info(info)
