"""SNMP requests through pysnmp: slow, but it tells what went wrong, and reads tables.

gufo-snmp drops the error-status of an answer and the reports of an SNMPv3 agent; this asks the
same thing again and gives both. It also sends what gufo-snmp cannot: a GETBULK of several columns.
It is imported only when it is needed (80 ms, and 140 ms more for an SNMPv3 engine).
"""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]  # ships no types
from pyasn1.type import univ  # type: ignore[import-untyped]  # the same
from pysnmp.carrier.asyncio.dgram import (  # type: ignore[import-untyped]  # the same
    udp,
    udp6,
)
from pysnmp.carrier.error import CarrierError  # type: ignore[import-untyped]  # the same
from pysnmp.error import PySnmpError  # type: ignore[import-untyped]  # the same
from pysnmp.hlapi.v1arch import asyncio as v1  # type: ignore[import-untyped]  # ships no types
from pysnmp.proto import rfc1902  # type: ignore[import-untyped]  # the same

from cpe_diag.domain.failures import Failure
from cpe_diag.domain.secret import Secret
from cpe_diag.transports.snmp_failures import indication_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.ports import Oid, SetObject, SnmpValue
    from cpe_diag.transports.snmp_access import Agent, UsmUser

Rows: TypeAlias = "tuple[tuple[Oid, SnmpValue], ...]"

TRY_S: Final = 2.0
"""One pair of timeout and retries for all: the library keeps each distinct pair for ever."""
RETRIES: Final = 2
SET: Final = "set_cmd"
SET_S: Final = 10.0
"""A SET is sent once, and may take an agent that writes its configuration so long."""

AUTH_PROTOCOLS: Final = {
    "md5": "USM_AUTH_HMAC96_MD5",
    "sha1": "USM_AUTH_HMAC96_SHA",
    "sha224": "USM_AUTH_HMAC128_SHA224",
    "sha256": "USM_AUTH_HMAC192_SHA256",
    "sha384": "USM_AUTH_HMAC256_SHA384",
    "sha512": "USM_AUTH_HMAC384_SHA512",
}
PRIV_PROTOCOLS: Final = {
    "des": "USM_PRIV_CBC56_DES",
    "aes128": "USM_PRIV_CFB128_AES",
    "aes192": "USM_PRIV_CFB192_AES_BLUMENTHAL",
    "aes256": "USM_PRIV_CFB256_AES_BLUMENTHAL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FullAnswer:
    """A response PDU: error-status and index (RFC 3416, section 3), and its variables.

    A value of None is noSuchObject, noSuchInstance or, in a GET, an empty answer; at the end of
    the MIB a GETBULK has no more rows. `failure` says why there is no response at all, and
    `indication` the library's word for it.
    """

    status: int
    index: int
    rows: Rows
    failure: Failure | None = None
    indication: str = ""


UNDECODABLE: Final = (
    PyAsn1Error,
    PySnmpError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
)
"""What pyasn1 and pysnmp raise on datagrams that are no messages (seen with random bytes). Left
alone it ends up in the event loop's error log, which is standard error."""


class SecondOpinion:
    """Asks one agent through pysnmp. The caller bounds the time, and closes."""

    def __init__(self, agent: Agent) -> None:
        """Prepare for `agent`; sockets are opened with the first request."""
        self._agent = agent
        self._dispatcher: _StrictDispatcher | None = None
        self._engine: Any = None

    async def get(self, oids: Sequence[Oid]) -> FullAnswer:
        """Send one GET, again where it stays unanswered.

        Args:
            oids: what to ask.

        Returns:
            The answer, or why there is none.
        """
        asked = tuple((oid, rfc1902.Null("")) for oid in oids)
        return await self._send("get_cmd", (), asked)

    async def bulk(self, start: Oid, max_rows: int) -> FullAnswer:
        """Send one GETBULK.

        Args:
            start: the first row follows this object.
            max_rows: how many at most.

        Returns:
            The answer, or why there is none.
        """
        answer = await self.table((start,), max_rows)
        return replace(answer, rows=tuple(row for row in answer.rows if row[1] is not None))

    async def table(self, starts: Sequence[Oid], repetitions: int) -> FullAnswer:
        """Send one GETBULK for several columns.

        Args:
            starts: after what each column goes on.
            repetitions: how many rows at most.

        Returns:
            The answer, or why there is none. Its variables come column by column, row after row;
            at the end of the MIB the start of a column comes back with None.
        """
        asked = tuple((start, rfc1902.Null("")) for start in starts)
        return await self._send("bulk_cmd", (0, repetitions), asked)

    async def set(self, wanted: Sequence[SetObject]) -> FullAnswer:
        """Send one SET, once.

        Args:
            wanted: the objects.

        Returns:
            The answer, or why there is none.

        Raises:
            ValueError: a value is not of its type.
        """
        return await self._send(SET, (), tuple((one.oid, _wire_value(one)) for one in wanted))

    def close(self) -> None:
        """Close the sockets; pending requests are given up.

        The library hands a datagram on by a callback of its own, which fails loudly on a
        dispatcher that is closed before it: so first nothing more is read, and the dispatcher is
        closed after what the event loop holds already.
        """
        later = asyncio.get_running_loop().call_soon
        if self._dispatcher is not None:
            _stop_reading(self._dispatcher.transport_dispatcher)
            later(self._dispatcher.close)
            self._dispatcher = None
        if self._engine is not None:
            _stop_reading(self._engine.transport_dispatcher)
            later(self._engine.close_dispatcher)
            self._engine = None

    async def _send(
        self, command: str, numbers: tuple[int, ...], asked: tuple[tuple[Oid, Any], ...]
    ) -> FullAnswer:
        agent = self._agent
        try:
            if isinstance(agent.speaks, Secret):
                reply = await self._send_v2c(agent.speaks, command, numbers, asked)
            else:
                reply = await self._send_v3(agent.speaks, command, numbers, asked)
        except (PySnmpError, PyAsn1Error) as error:
            reply = (error, 0, 0, ())
        indication, status, index, variables = reply
        if indication:
            # A stale engine id, boots or time in the library's caches would repeat the failure.
            self.close()
            return FullAnswer(
                status=0,
                index=0,
                rows=(),
                failure=indication_failure(indication, agent.where),
                indication=type(indication).__name__,
            )
        return FullAnswer(status=int(status), index=int(index), rows=_rows(variables))

    async def _send_v2c(
        self, community: Secret, command: str, numbers: tuple[int, ...], asked: tuple[Any, ...]
    ) -> Any:  # noqa: ANN401 - the library's tuple
        agent = self._agent
        if self._dispatcher is None:
            self._dispatcher = _StrictDispatcher(agent.address, agent.port, community)
        return await getattr(v1, command)(
            self._dispatcher,
            v1.CommunityData(community.reveal(), mpModel=1),  # noqa: S508 - the node's version
            await _target(v1, agent, command),
            *numbers,
            *asked,
            lookupMib=False,
        )

    async def _send_v3(
        self, usm: UsmUser, command: str, numbers: tuple[int, ...], asked: tuple[Any, ...]
    ) -> Any:  # noqa: ANN401 - the library's tuple
        from pysnmp.hlapi.v3arch import asyncio as v3  # type: ignore[import-untyped]  # the same

        if self._engine is None:
            self._engine = _deaf_to_garbage(v3.SnmpEngine())
        user = v3.UsmUserData(
            usm.name,
            authKey=usm.auth.reveal(),
            privKey=usm.priv.reveal(),
            authProtocol=getattr(v3, AUTH_PROTOCOLS[usm.auth_protocol]),
            privProtocol=getattr(v3, PRIV_PROTOCOLS[usm.priv_protocol]),
        )
        return await getattr(v3, command)(
            self._engine,
            user,
            await _target(v3, self._agent, command),
            v3.ContextData(),
            *numbers,
            *asked,
            lookupMib=False,
        )


class _StrictDispatcher(v1.SnmpDispatcher):  # type: ignore[misc]  # an untyped base class
    """Takes replies only from the agent's own address and port, and with its own community.

    The library takes any reply with a pending request id, and lets a reply that it cannot decode
    end up in the event loop's error log.
    """

    def __init__(self, address: str, port: int, community: Secret) -> None:
        super().__init__()
        self._peer = (address, port)
        self._community = community

    def close(self) -> None:
        """Close; requests that nobody waits for any more are forgotten first.

        The library would tell their callers, with a call that lacks an argument.
        """
        self._pendingReqs.clear()
        super().close()

    def _recv_callback(
        self,
        snmpEngine: Any,  # noqa: N803, ANN401 - the library's name
        transportDomain: Any,  # noqa: N803, ANN401 - the library's name
        transportAddress: tuple[Any, ...],  # noqa: N803 - the library's name
        wholeMsg: bytes,  # noqa: N803 - the library's name
    ) -> Any:  # noqa: ANN401 - the library's type
        if tuple(transportAddress[:2]) != self._peer or not self._ours(wholeMsg):
            return b""
        with suppress(*UNDECODABLE):
            return super()._recv_callback(snmpEngine, transportDomain, transportAddress, wholeMsg)
        return b""

    def _ours(self, message: bytes) -> bool:
        """See that the community follows the version (RFC 1157, section 4), within 16 bytes."""
        community = self._community.reveal().encode()
        return community in message[: len(community) + 16]


def _deaf_to_garbage(engine: Any) -> Any:  # noqa: ANN401 - the library's type
    """Let an SNMPv3 engine pass over what it cannot decode, as an agent's silence."""
    receive = engine.message_dispatcher.receive_message

    def received(*message: Any) -> Any:  # noqa: ANN401 - the library's types
        with suppress(*UNDECODABLE):
            return receive(*message)
        return b""

    engine.message_dispatcher.receive_message = received
    return engine


def _stop_reading(dispatcher: Any) -> None:  # noqa: ANN401 - the library's type
    if dispatcher is None:
        return  # an SNMPv3 engine before its first request
    for domain in (udp.DOMAIN_NAME, udp6.DOMAIN_NAME):
        with suppress(CarrierError):
            socket = dispatcher.get_transport(domain).transport
            if socket is not None:
                socket.close()


async def _target(library: Any, agent: Agent, command: str) -> Any:  # noqa: ANN401 - the library's types
    v4 = ipaddress.ip_address(agent.address).version == 4  # noqa: PLR2004 - IP version 4
    kind = library.UdpTransportTarget if v4 else library.Udp6TransportTarget
    timeout_s, retries = (SET_S, 0) if command == SET else (TRY_S, RETRIES)
    return await kind.create((agent.address, agent.port), timeout=timeout_s, retries=retries)


# RFC 2578, section 7.1, by the words of driver files.
_WIRE_TYPES: Final = {
    "integer": rfc1902.Integer32,
    "unsigned": rfc1902.Unsigned32,
    "gauge": rfc1902.Gauge32,
    "ticks": rfc1902.TimeTicks,
    "object_id": rfc1902.ObjectIdentifier,
}


def _wire_value(wanted: SetObject) -> Any:  # noqa: ANN401 - the library's types
    if wanted.type == "text":
        return rfc1902.OctetString(wanted.value.encode())
    if wanted.type == "hex":
        return rfc1902.OctetString(bytes.fromhex(wanted.value))
    try:
        number = wanted.value if wanted.type == "object_id" else int(wanted.value)
        return _WIRE_TYPES[wanted.type](number)
    except (KeyError, PyAsn1Error) as error:
        msg = f"{wanted.oid}: {wanted.value!r} is no {wanted.type}"
        raise ValueError(msg) from error


def _rows(variables: Sequence[tuple[Any, Any]]) -> Rows:
    return tuple((str(name), _plain(value)) for name, value in variables)


def _plain(value: Any) -> SnmpValue:  # noqa: ANN401 - the library's types
    # IpAddress is a kind of OctetString there, so it comes first.
    if isinstance(value, rfc1902.IpAddress):
        return str(value.prettyPrint())
    if isinstance(value, rfc1902.OctetString):
        return bytes(value)
    # The library's Integer is the base of none of its counters, gauges and ticks.
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, rfc1902.ObjectIdentifier):
        return str(value)
    return None
