"""The way to the reference inside a session, hop by hop, by UDP, TCP and ICMP."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_path_facts import FieldTrace, Trace, TracedHop
from cpe_diag.field.raw import inside_packets as packets4
from cpe_diag.field.trace import (
    MOST_HOPS,
    MOST_PACKETS,
    PORT_UNREACHABLE,
    SILENT_WAVES,
    TRIES,
    UDP_PORT,
    WAVE,
    Kind,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Send = Callable[[bytes], None]
    Hear = Callable[[float, Callable[[], bool]], None]

WAIT_S: Final = (0.4, 0.8)
"""For the first packet of each hop, and for the second."""
PROTOCOLS: Final = {packets4.UDP: Kind.UDP, packets4.TCP: Kind.TCP, packets4.ICMP: Kind.ICMP}
SMALL_BYTES: Final = 52
FIRST_PORT: Final = 49_152
"""RFC 6335, section 6: ports for whoever begins."""
MOST: Final = MOST_PACKETS + MOST_HOPS
"""Each connection that is accepted is dropped."""


@dataclass(frozen=True, slots=True)
class _Came:
    """Who answered for one hop; `reached`: the target has, `refused`: there is no way on."""

    address: str
    rtt_s: float
    reached: bool
    refused: bool


class Ways:
    """Three ways, asked side by side."""

    def __init__(self, own: str, target: str, port: int) -> None:
        """Ask nothing yet.

        Args:
            own: our address.
            target: the reference's.
            port: where it takes connections.
        """
        self._own, self._target, self._port = own, target, port
        self._mark = secrets.randbelow(1 << 16)
        self._from = FIRST_PORT + secrets.randbelow(16_000)
        self._first = secrets.randbelow(1 << 32)
        self._sent_s: dict[tuple[Kind, int], float] = {}
        self._came: dict[tuple[Kind, int], _Came] = {}

    def ask(self, send: Send, hear: Hear, now_s: Callable[[], float]) -> FieldTrace:
        """Ask each hop, until the target answers, or nobody does.

        Args:
            send: a packet.
            hear: for so many seconds, or until all has come.
            now_s: seconds since the interface was opened.

        Returns:
            The three ways.
        """
        silent = dict.fromkeys(Kind, 0)
        for first in range(1, MOST_HOPS + 1, WAVE):
            going = [
                kind for kind in Kind if not self._ended(kind) and silent[kind] < SILENT_WAVES
            ]
            wave = [(kind, hops) for kind in going for hops in range(first, first + WAVE)]
            for wait_s in WAIT_S:
                self._ask(send, [one for one in wave if one not in self._came], now_s)
                hear(wait_s, partial(self._all_came, wave))
            for kind in going:
                answered = any(one in self._came for one in wave if one[0] is kind)
                silent[kind] = 0 if answered else silent[kind] + 1
        udp, tcp, icmp = (self._told(kind) for kind in Kind)
        return FieldTrace(target=self._target, udp=udp, tcp=tcp, icmp=icmp)

    def _all_came(self, wave: list[tuple[Kind, int]]) -> bool:
        return all(one in self._came for one in wave)

    def _ask(self, send: Send, wanted: list[tuple[Kind, int]], now_s: Callable[[], float]) -> None:
        for kind, hops in wanted:
            self._sent_s[kind, hops] = now_s()
            send(self.packet(kind, hops))

    def packet(self, kind: Kind, hops: int) -> bytes:
        """Write what asks one hop."""
        own, target = self._own, self._target
        if kind is Kind.UDP:
            return packets4.datagram(own, target, (self._from, UDP_PORT + hops), hops)
        if kind is Kind.TCP:
            ports = (self._from + hops, self._port)
            return packets4.connection(own, target, ports, self._first, 1400, hops)
        return packets4.echo(own, target, self._mark, hops, SMALL_BYTES, hops)

    def examples(self) -> tuple[tuple[bytes, int, str], ...]:
        """Write each packet, with how often it is sent at most, and what it is."""
        asked = tuple(
            (self.packet(kind, hops), TRIES, f"may take {hops} hop{'s' if hops > 1 else ''}")
            for hops in range(1, MOST_HOPS + 1)
            for kind in Kind
        )
        drop = packets4.dropping(self._own, self._target, (self._from, self._port), 1)
        return (*asked, (drop, MOST_HOPS, "drops what was accepted"))

    def take(self, told: packets4.Packet4, at_s: float) -> bytes | None:
        """Take a packet that may be an answer.

        Args:
            told: the packet.
            at_s: when it came.

        Returns:
            What is to be sent for it, None: nothing.
        """
        if told.protocol == packets4.ICMP:
            self._take_icmp(told, at_s)
        elif told.protocol == packets4.TCP and told.source == self._target:
            return self._take_tcp(told.data, at_s)
        return None

    def _take_icmp(self, told: packets4.Packet4, at_s: float) -> None:
        data = told.data
        if len(data) < packets4.ICMP_HEAD:
            return
        if data[0] == packets4.ECHO_REPLY and told.source == self._target:
            if int.from_bytes(data[4:6]) == self._mark:
                self._note((Kind.ICMP, int.from_bytes(data[6:8])), told.source, at_s, reached=True)
            return
        found = packets4.quoted(data, self._own, self._target)
        if found is None:
            return
        kind, code, protocol, head = found
        asked = self._asked(protocol, head)
        if asked is None:
            return
        unreachable = kind == packets4.UNREACHABLE
        closed = unreachable and code == PORT_UNREACHABLE and told.source == self._target
        refused = unreachable and not closed
        self._note(asked, told.source, at_s, reached=closed, refused=refused)

    def _asked(self, protocol: int, head: bytes) -> tuple[Kind, int] | None:
        """Tell for which hop of which kind a packet of ours was."""
        ports = int.from_bytes(head[:2]), int.from_bytes(head[2:4])
        if protocol == packets4.UDP and ports[0] == self._from:
            return Kind.UDP, ports[1] - UDP_PORT
        if protocol == packets4.TCP and ports[1] == self._port:
            return Kind.TCP, ports[0] - self._from
        if protocol == packets4.ICMP and int.from_bytes(head[4:6]) == self._mark:
            return Kind.ICMP, int.from_bytes(head[6:8])
        return None

    def _take_tcp(self, data: bytes, at_s: float) -> bytes | None:
        if len(data) < packets4.TCP_HEAD or int.from_bytes(data[:2]) != self._port:
            return None
        own_port, next_number = int.from_bytes(data[2:4]), (self._first + 1) % (1 << 32)
        if int.from_bytes(data[8:12]) != next_number:
            return None
        hop = (Kind.TCP, own_port - self._from)
        if hop not in self._sent_s:
            return None
        first = hop not in self._came
        self._note(hop, self._target, at_s, reached=True)
        if not first or data[13] & packets4.SYN_ACK != packets4.SYN_ACK:
            return None
        return packets4.dropping(self._own, self._target, (own_port, self._port), next_number)

    def _note(
        self,
        hop: tuple[Kind, int],
        address: str,
        at_s: float,
        *,
        reached: bool = False,
        refused: bool = False,
    ) -> None:
        sent_s = self._sent_s.get(hop)
        if sent_s is not None:
            rtt_s = round(max(0.0, at_s - sent_s), 4)
            self._came.setdefault(hop, _Came(address, rtt_s, reached, refused))

    def _ended(self, kind: Kind) -> bool:
        return any(one[0] is kind and (c.reached or c.refused) for one, c in self._came.items())

    def _told(self, kind: Kind) -> Trace:
        """Say what came: nothing behind the first that has ended it, no silence at the end."""
        hops: list[TracedHop] = []
        for number in sorted(number for one, number in self._sent_s if one is kind):
            came = self._came.get((kind, number))
            address, rtt_s = (None, None) if came is None else (came.address, came.rtt_s)
            hops.append(TracedHop(ttl=number, address=address, rtt_s=rtt_s))
            if came is not None and (came.reached or came.refused):
                refused_by = came.address if came.refused else None
                return Trace(hops=tuple(hops), reached=came.reached, refused_by=refused_by)
        while hops and hops[-1].address is None:
            hops.pop()
        return Trace(hops=tuple(hops), reached=False, refused_by=None)
