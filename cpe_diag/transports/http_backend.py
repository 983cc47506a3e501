"""Connects every request to one given address, whatever host its URL names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from httpcore import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from httpcore import SOCKET_OPTION


class ToAddress(AsyncNetworkBackend):
    """Leaves Host and the name in TLS to the URL, and takes only the address from here."""

    def __init__(self, address: str) -> None:
        """Connect to the IP address `address`."""
        self._address = address
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the point of this class is to connect elsewhere
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the given address in place of `host`."""
        return await self._backend.connect_tcp(
            self._address, port, timeout, local_address, socket_options
        )
