"""SNMP requests through gufo-snmp, the fast library: one request at a time over one socket.

The library's sockets are driven directly, not through its session class, because the session
hides three things that a diagnosis needs: that the host refused the port (ICMP), whether an empty
GETBULK answer means an end or an error, and where in a column a read begins; and because its
timeout starts again with every stray packet. It does not pass on an error-status at all: what
looks like an error here is asked again through pysnmp.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from gufo.snmp import _fast, user

from cpe_diag.domain.secret import Secret
from cpe_diag.ports import Oid, SnmpValue
from cpe_diag.transports.snmp_failures import REFUSED_WORDS
from cpe_diag.transports.snmp_shape import is_message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gufo.snmp.typing import ValueType

    from cpe_diag.transports.snmp_access import Agent, UsmUser

T = TypeVar("T")

LARGEST_DATAGRAM: Final = 65_535
"""UDP's own limit (RFC 768)."""
BROKEN: Final = "the datagram is no whole SNMP message"
PANIC: Final = "PanicException"

AUTH_KEYS: Final[dict[str, type[user.BaseAuthKey]]] = {
    "md5": user.Md5Key,
    "sha1": user.Sha1Key,
    "sha224": user.Sha224Key,
    "sha256": user.Sha256Key,
    "sha384": user.Sha384Key,
    "sha512": user.Sha512Key,
}
PRIV_KEYS: Final[dict[str, type[user.BasePrivKey]]] = {
    "des": user.DesKey,
    "aes128": user.Aes128Key,
    "aes192": user.Aes192Key,
    "aes256": user.Aes256Key,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAnswer:
    """Rows of one GETBULK that lie inside of the column, as the agent sent them.

    `left_column`: the agent went on into another column, so this one has ended. Without it, and
    without rows, nobody can tell an error from the end of the MIB.
    """

    rows: tuple[tuple[Oid, SnmpValue], ...]
    left_column: bool


class GufoSession:
    """One UDP socket to one agent; a caller waits for an answer before the next question.

    Every method raises what the library raises: TimeoutError (the host refused the port),
    `_fast.SnmpError` and its kinds, OSError. The caller bounds the time.
    """

    def __init__(self, agent: Agent) -> None:
        """Open a socket to `agent`; nothing is sent yet."""
        host = agent.address
        if ipaddress.ip_address(host).version == 6:  # noqa: PLR2004 - IP version 6
            host = f"[{host}]"
        place = f"{host}:{agent.port}"
        self._socket: _fast.SnmpV2cClientSocket | _fast.SnmpV3ClientSocket
        if isinstance(agent.speaks, Secret):
            self._user = None
            community = agent.speaks.reveal()
            self._socket = _fast.SnmpV2cClientSocket(place, community, 0, 0, 0, 0)
        else:
            self._user = agent.speaks
            self._socket = _fast.SnmpV3ClientSocket(place, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
        self.ready = self._user is None
        """Requests may be sent; an SNMPv3 session has to `learn_engine` first."""

    async def learn_engine(self) -> None:
        """Learn the engine id, boots and time of an SNMPv3 agent (RFC 3414, section 4)."""
        if not isinstance(self._socket, _fast.SnmpV3ClientSocket) or self._user is None:
            return
        self._socket.send_refresh()
        await self._receive(self._socket.recv_refresh)
        keys = _keys(self._user)
        self._socket.set_keys(
            keys.name,
            keys.get_auth_alg(),
            keys.get_auth_key(),
            keys.get_priv_alg(),
            keys.get_priv_key(),
        )
        self._socket.send_refresh()
        await self._receive(self._socket.recv_refresh)
        self.ready = True

    async def get(self, oids: Sequence[Oid]) -> dict[Oid, SnmpValue]:
        """Send one GET.

        Args:
            oids: what to ask.

        Returns:
            What the answer holds; an object that the agent does not have is not in it, and an
            answer with an error-status is empty.
        """
        self._socket.send_get_many(list(oids))
        answer = await self._receive(self._socket.recv_get_many)
        return {oid: plain(value) for oid, value in answer.items()}

    async def bulk(self, column: Oid, start: Oid, max_rows: int) -> BulkAnswer:
        """Send one GETBULK.

        Args:
            column: only rows below it are given.
            start: the first row follows this object.
            max_rows: how many at most.

        Returns:
            The rows.
        """
        self._socket.send_get_bulk(_fast.GetIter(start, max_rows))
        inside = _fast.GetIter(column, max_rows)
        socket = self._socket

        def receive() -> list[tuple[str, ValueType] | None]:
            try:
                return socket.recv_get_bulk(inside)
            except StopAsyncIteration:
                return []

        found = await self._receive(receive)
        rows = tuple((row[0], plain(row[1])) for row in found if row is not None)
        return BulkAnswer(rows=rows, left_column=None in found)

    async def _receive(self, receive: Callable[[], T]) -> T:
        """Wait for the answer; packets that belong to no request of ours are passed over."""
        while True:
            await _readable(self._socket.get_fd())
            self._refuse_broken()
            try:
                return receive()
            except BlockingIOError:
                continue
            except Exception:
                raise
            except BaseException as error:
                # What pyo3 makes of a panic is no Exception; the shape is checked above, so that
                # only what is encrypted or otherwise out of sight can still cause one.
                if type(error).__name__ != PANIC:
                    raise
                raise _fast.SnmpDecodeError(BROKEN) from error

    def _refuse_broken(self) -> None:
        """Take a datagram that is no whole message away before the library reads it.

        Raises:
            SnmpDecodeError: there was one.
        """
        descriptor = self._socket.get_fd()
        with socket.socket(fileno=os.dup(descriptor)) as peeking:
            try:
                datagram = peeking.recv(LARGEST_DATAGRAM, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            except ConnectionRefusedError as error:
                raise TimeoutError(REFUSED_WORDS) from error  # as the library says it
            except BlockingIOError:
                return
            if not is_message(datagram):
                peeking.recv(1, socket.MSG_DONTWAIT)
                raise _fast.SnmpDecodeError(BROKEN)


def plain(value: ValueType) -> SnmpValue:
    """Give a value as one of the types of the door.

    Args:
        value: as the library decoded it; unsigned ones are folded into their range already.

    Returns:
        The value; a floating point number (which no MIB read here has) becomes its text.
    """
    if isinstance(value, float):
        return str(value)
    return value


def _keys(usm: UsmUser) -> user.User:
    return user.User(
        usm.name,
        auth_key=AUTH_KEYS[usm.auth_protocol](usm.auth.reveal().encode()),
        priv_key=PRIV_KEYS[usm.priv_protocol](usm.priv.reveal().encode()),
    )


async def _readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(fd, wake)
    try:
        await ready
    finally:
        loop.remove_reader(fd)
