"""A real SNMP agent for one device of the lab: v2c, and v3 with SHA-256 and AES-128."""

from __future__ import annotations

import secrets
import socket
from typing import TYPE_CHECKING, Any, Final

# pysnmp ships no types; what it gives is turned into ours at the edge of this file.
from pysnmp.carrier.asyncio.dgram import udp  # type: ignore[import-untyped] # no types there
from pysnmp.entity import config, engine  # type: ignore[import-untyped] # no types there
from pysnmp.entity.rfc3413 import cmdrsp, context  # type: ignore[import-untyped] # as above
from pysnmp.proto import rfc1902, rfc1905  # type: ignore[import-untyped] # no types there
from pysnmp.smi import error  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.mib import MibValue, OidParts, Syntax, WriteRefusedError

if TYPE_CHECKING:
    import asyncio

    from cpe_diag.lab.agent_host import AgentHost
    from cpe_diag.lab.mib import MibView

# RFC 3411, SNMP-FRAMEWORK-MIB SnmpSecurityModel: SNMPv2c(2), USM(3).
V2C: Final = 2
USM: Final = 3

# RFC 1902: all that these agents hold is below internet (1.3.6.1).
INTERNET: Final = (1, 3, 6, 1)

# Below internet, and nothing is there: the view of somebody who may write nothing. pysnmp takes a
# view without any subtree for a permission (acmod/rfc3415.py returns the refusal, not raises it).
NOTHING: Final = (1, 3, 6, 1, 99)

# RFC 3411, SnmpEngineID: 32473 is the enterprise for documentation (RFC 5612), then format 5,
# octets of the maker's choice.
ENGINE_ID_PREFIX: Final = (0x80000000 + 32473).to_bytes(4, "big") + b"\x05"

RECEIVE_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""So that a burst of requests waits instead of being lost while Python is busy."""

READER: Final = "lab-reader"
WRITER: Final = "lab-writer"

ENCODERS: Final = {
    Syntax.INTEGER: rfc1902.Integer32,
    Syntax.UNSIGNED: rfc1902.Unsigned32,
    Syntax.GAUGE: rfc1902.Gauge32,
    Syntax.COUNTER32: rfc1902.Counter32,
    Syntax.COUNTER64: rfc1902.Counter64,
    Syntax.TICKS: rfc1902.TimeTicks,
    Syntax.OCTETS: rfc1902.OctetString,
    Syntax.OID: rfc1902.ObjectIdentifier,
    Syntax.ADDRESS: rfc1902.IpAddress,
}


class HostTransport(udp.UdpAsyncioTransport):  # type: ignore[misc] # the base has no types
    """Receives for one agent: late by the simulated round trip, or not at all."""

    agent: SnmpAgent

    def datagram_received(self, datagram: bytes, transportAddress: tuple[str, int]) -> None:  # noqa: N803 - the name is asyncio's keyword in the base class
        """Hand a request on when its round trip has passed; a silent host never does."""
        host = self.agent.host
        if not host.answers():
            return
        self.agent.follow_refusal()
        delay_s = host.delay_s()
        if delay_s <= 0:
            super().datagram_received(datagram, transportAddress)
            return
        self.loop.call_later(delay_s, super().datagram_received, datagram, transportAddress)


class ViewInstrumentation:
    """Stands between pysnmp's responders and a view."""

    def __init__(self, view: MibView, sets: list[str]) -> None:
        """Answer from `view`, and note in `sets` what was set."""
        self._view = view
        self._sets = sets

    def read_variables(self, *bindings: Any, **asked: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - pysnmp's untyped call
        """Answer GET."""
        _check_access("read", bindings[:1], asked)
        answer = []
        for name, _value in bindings:
            oid = tuple(name)
            value = self._view.get(oid)
            if value is not None:
                answer.append((name, encode(value)))
            elif self._view.has_object(oid):
                answer.append((name, rfc1905.noSuchInstance))
            else:
                answer.append((name, rfc1905.noSuchObject))
        return answer

    def read_next_variables(self, *bindings: Any, **asked: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - pysnmp's untyped call
        """Answer GETNEXT, and each row of GETBULK."""
        _check_access("read", bindings[:1], asked)
        answer = []
        for name, _value in bindings:
            found = self._view.next_after(tuple(name))
            if found is None:
                answer.append((name, rfc1905.endOfMibView))
            else:
                answer.append((rfc1902.ObjectName(found[0]), encode(found[1])))
        return answer

    def write_variables(self, *bindings: Any, **asked: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - pysnmp's untyped call
        """Answer SET: all bindings are looked at before the first is done (RFC 3416, 4.2.5).

        They are done in the order of their names, whatever their order in the request: as they
        count as done at one moment, an order that needs an argument finds it there.
        """
        _check_access("write", bindings, asked)
        for position, (name, _value) in enumerate(bindings):
            if not self._view.writable(tuple(name)):
                raise error.NotWritableError(name=name, idx=position)
        for position, (name, value) in sorted(enumerate(bindings), key=_name_of):
            try:
                self._view.set(tuple(name), decode(value))
            except WriteRefusedError as refused:
                kind = (
                    error.WrongTypeError
                    if refused.reason == "wrongType"
                    else error.WrongValueError
                )
                raise kind(name=name, idx=position) from refused
            self._sets.append(f"{name}={value.prettyPrint()}")
        return list(bindings)


def _name_of(numbered: tuple[int, Any]) -> tuple[int, ...]:
    return tuple(numbered[1][0])


def _check_access(view: str, bindings: Any, asked: dict[str, Any]) -> None:  # noqa: ANN401 - pysnmp's untyped call
    """Let pysnmp's access control look at bindings.

    It raises by itself where somebody has no rights at all, and answers True where an object is
    not in his view: noAccess (RFC 3416, 4.2.5 (1)).
    """
    for position, binding in enumerate(bindings):
        if asked["acFun"](view, binding, idx=position, **asked):
            raise error.NoAccessError(name=binding[0], idx=position)


def encode(value: MibValue) -> Any:  # noqa: ANN401 - a value of the untyped pysnmp
    """Turn a value into pysnmp's."""
    return ENCODERS[value.syntax](value.content)


def decode(value: Any) -> MibValue:  # noqa: ANN401 - a value of the untyped pysnmp
    """Turn a value of a SET into ours."""
    if isinstance(value, rfc1902.OctetString):
        return MibValue(Syntax.OCTETS, bytes(value))
    if isinstance(value, rfc1902.ObjectIdentifier):
        parts: OidParts = tuple(value)
        return MibValue(Syntax.OID, parts)
    # pysnmp's Integer32 is the base of none of its unsigned types.
    if isinstance(value, rfc1902.Integer32 | rfc1902.Integer):
        return MibValue(Syntax.INTEGER, int(value))
    return MibValue(Syntax.UNSIGNED, int(value))


class SnmpAgent:
    """The agent of one device, on a UDP port of its own."""

    def __init__(self, host: AgentHost) -> None:
        """Prepare; nothing listens before `start`."""
        self.host = host
        self._engine: Any = None
        self._refused = False

    async def start(self) -> int:
        """Listen on the host's address.

        Returns:
            The UDP port, which the host is told too.

        Raises:
            OSError: the address cannot be bound.
        """
        endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            endpoint.bind((self.host.address, 0))
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            endpoint.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            udp_port = int(endpoint.getsockname()[1])
            self._engine = _engine()
            self._accept()
            transport = HostTransport()
            transport.agent = self
            config.add_transport(
                self._engine, udp.DOMAIN_NAME, transport.open_server_mode(sock=endpoint)
            )
        except OSError:
            endpoint.close()
            raise
        opened: asyncio.Task[object] = transport._lport  # noqa: SLF001 - pysnmp tells in no other way when it listens
        await opened
        names = context.SnmpContext(self._engine)
        names.context_names[b""] = ViewInstrumentation(self.host.view, self.host.sets)
        for responder in (
            cmdrsp.GetCommandResponder,
            cmdrsp.NextCommandResponder,
            cmdrsp.BulkCommandResponder,
            cmdrsp.SetCommandResponder,
        ):
            responder(self._engine, names)
        self.host.listens_on(udp_port)
        return udp_port

    async def stop(self) -> None:
        """Close the socket."""
        if self._engine is not None:
            self._engine.close_dispatcher()
            self._engine = None

    def follow_refusal(self) -> None:
        """Accept or forget communities and user as the host says now."""
        refuses = self.host.refuses()
        if refuses == self._refused:
            return
        if refuses:
            config.delete_v1_system(self._engine, READER)
            config.delete_v1_system(self._engine, WRITER)
            if self.host.v3 is not None:
                config.delete_v3_user(self._engine, self.host.v3.snmp_v3_user)
            self._refused = True
        else:
            self._accept()

    def _accept(self) -> None:
        host, snmp = self.host, self._engine
        config.add_v1_system(snmp, READER, host.read, securityName=READER)
        config.add_v1_system(snmp, WRITER, host.write, securityName=WRITER)
        if host.v3 is not None:
            config.add_v3_user(
                snmp,
                host.v3.snmp_v3_user,
                config.USM_AUTH_HMAC192_SHA256,
                host.v3.snmp_v3_auth,
                config.USM_PRIV_CFB128_AES,
                host.v3.snmp_v3_priv,
            )
        if self._refused:
            self._refused = False
            return
        config.add_vacm_user(snmp, V2C, READER, "noAuthNoPriv", INTERNET, NOTHING)
        config.add_vacm_user(snmp, V2C, WRITER, "noAuthNoPriv", INTERNET, INTERNET)
        if host.v3 is not None:
            user = host.v3.snmp_v3_user
            config.add_vacm_user(snmp, USM, user, "authPriv", INTERNET, INTERNET)


def _engine() -> Any:  # noqa: ANN401 - a value of the untyped pysnmp
    """Make an engine with an id of its own.

    The id is set afterwards: given to the constructor, pysnmp would write a file for it into the
    system's temporary folder and leave it there.
    """
    snmp = engine.SnmpEngine()
    (held,) = snmp.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    held.syntax = held.syntax.clone(ENGINE_ID_PREFIX + secrets.token_bytes(8))
    snmp.snmpEngineID = held.syntax
    return snmp
