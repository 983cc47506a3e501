"""One PPPoE session with the service's credentials: opened, asked inside, and closed again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_session_facts import FieldSession, SessionEnd
from cpe_diag.domain.secret import SHOWN_AS
from cpe_diag.field.raw import inside6, ppp
from cpe_diag.field.raw.inside import MOST_PACKETS, Questions, examples
from cpe_diag.field.raw.inside_packets import IPV4
from cpe_diag.field.raw.login import BY_CHAP, BY_PAP, Login
from cpe_diag.field.raw.pppoe import COOKIE
from cpe_diag.field.raw.pppoe import packets as offers_wanted
from cpe_diag.field.raw.session_frames import asking_for_session, ending_session, in_session
from cpe_diag.field.raw.session_talk import Talk
from cpe_diag.field.raw.session_words import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scapy.packet import Packet

    from cpe_diag.domain.field_inside_facts import FieldInside, InsideIpv6
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

MOST_ASKED: Final = 4
MOST_FRAMES: Final = 24
"""Without losses a session takes 11 to 14, each question is asked four times at most."""
MOST_WITH_INSIDE: Final = MOST_FRAMES + MOST_PACKETS + inside6.MOST
KEPT_BACK: Final = 2
"""For ending the link and the session."""
AGAIN_S: Final = 2.0
"""RFC 1661, section 4.6, proposes 3 s; a server of accounts is asked meanwhile."""
ENDS_WITHIN_S: Final = 1.0
CCP: Final = bytes.fromhex("80fd")
"""RFC 1962: what an end that compresses begins with, and what we refuse."""
NOBODY: Final = "00:00:00:00:00:00"
"""Stands for the concentrator while nobody knows which it is."""


def packets(order: Order) -> tuple[Packet, ...]:
    """Write each kind of frame that may be sent once, without the login."""
    return tuple(packet for packet, _, _ in announced(order))


def announced(order: Order) -> Sequence[tuple[Packet, int, str]]:
    """Write each kind of frame, with how often it is sent at most, and what else differs in it."""
    from scapy.layers.l2 import Ether

    asks = Talk(order)
    challenged = Login(BY_CHAP, ACCOUNT, "")
    challenged.take(ppp.Control(1, 1, bytes((16,)) + bytes(16)))
    said = (
        (ppp.LCP, asks.link.negotiation.ask()),
        (ppp.LCP, ppp.control(ppp.ACK, 1)),
        (ppp.LCP, ppp.control(ppp.NAK, 1)),
        (ppp.LCP, ppp.control(ppp.REJECT, 1)),
        (ppp.PAP, Login(BY_PAP, ACCOUNT, SHOWN_AS).ask() or b""),
        (ppp.CHAP, challenged.ask() or b""),
        (ppp.IPCP, asks.network.negotiation.ask()),
        (ppp.IPCP, ppp.control(ppp.ACK, 1)),
        (ppp.IPCP, ppp.control(ppp.REJECT, 1)),
        (ppp.IPV6CP, asks.network6.ask()),
        (ppp.IPV6CP, ppp.control(ppp.ACK, 1)),
        (ppp.IPV6CP, ppp.control(ppp.NAK, 1)),
        (ppp.LCP, ppp.control(ppp.NO_PROTOCOL, 1, CCP)),
        (ppp.LCP, ppp.control(ppp.ECHO_REPLY, 1, bytes(4))),
        (ppp.LCP, ppp.control(ppp.END, 0xFF)),
        (ppp.LCP, ppp.control(ppp.END_ACK, 1)),
    )
    inside = examples(order.inside) if order.inside else ()
    framed = partial(in_session, order, NOBODY, 1)
    solicited = inside6.solicitation(asks.network6.own)
    written = (
        (offers_wanted(order)[0], MOST_ASKED, ""),
        (asking_for_session(order, NOBODY, [(COOKIE, b"")]), MOST_ASKED, ""),
        *((framed(protocol, packet), MOST_ASKED, "") for protocol, packet in said),
        *((framed(IPV4, packet), times, f", {says}") for packet, times, says in inside),
        *(((framed(inside6.IPV6, solicited), inside6.MOST, ""),) if inside else ()),
        (ending_session(order, NOBODY, 1), 1, ""),
    )
    return [(Ether(bytes(one)), times, says) for one, times, says in written]


def most(order: Order) -> int:
    """Say how many frames are sent at most, in all."""
    inside = examples(order.inside) if order.inside else ()
    six = inside6.MOST if inside else 0
    return MOST_FRAMES + six + sum(times for _, times, _ in inside)


def run(order: Order, wire: Wire) -> FieldSession:
    """Open a session as far as it goes, and close it.

    Raises:
        OSError: the interface fails.
        FloodedError: nobody was heard, and not all was read.
    """
    talk = Talk(order)
    line = _Line(wire, talk)
    end = _open(order, line)
    took_s = wire.took_s
    inside = _look_inside(order, line) if end is SessionEnd.OPENED else None
    _close(line)
    if talk.silent:
        wire.hold_whole()
    opened = end is SessionEnd.OPENED
    return FieldSession(
        vlan=order.vlan,
        end=end,
        concentrator=talk.concentrator,
        mac=talk.mac,
        authentication=talk.link.authentication,
        says=talk.says,
        address=talk.network.address if opened else None,
        peer=talk.network.peer if opened else None,
        resolvers=talk.network.resolvers if opened else (),
        mtu_bytes=talk.link.mtu_bytes,
        frames_sent=line.sent,
        took_s=round(took_s, 3),
        closed=talk.closed,
        malformed=talk.malformed,
        inside=inside,
    )


class _Line:
    """Sends what a session wants to say, up to a limit, and counts it."""

    def __init__(self, wire: Wire, talk: Talk) -> None:
        self.wire = wire
        self.talk = talk
        self.sent = 0

    def send(self, given: Sequence[Packet], most: int = MOST_FRAMES - KEPT_BACK) -> None:
        """Send it; where that would be too much, the session ends where it is."""
        if self.sent + len(given) > most:
            self.talk.give_up(silent=False)
            return
        self.wire.send(given)
        self.sent += len(given)


def _open(order: Order, line: _Line) -> SessionEnd:
    """Ask and answer until the session is open, or ends; gives how far it came."""
    talk, wire = line.talk, line.wire
    line.send(talk.pending())
    while (end := talk.outcome()) is None:
        stage = talk.stage
        for frame in wire.frames(min(order.for_s, wire.took_s + AGAIN_S)):
            line.send(talk.take(frame))
            if talk.stage is not stage:
                break
        else:
            if wire.took_s >= order.for_s:
                talk.give_up(silent=True)
            else:
                line.send(talk.again())
    return end


def _look_inside(order: Order, line: _Line) -> FieldInside | None:
    """Ask inside the open session; None where nobody is named, or it gave no address."""
    talk, wire = line.talk, line.wire
    own, mtu_bytes = talk.network.address, talk.link.mtu_bytes
    if order.inside is None or own is None or mtu_bytes is None:
        return None
    resolver = next(iter(talk.network.resolvers), None)
    asked = Questions(order.inside, own, mtu_bytes, resolver)

    def listen(for_s: float) -> Iterator[tuple[bytes, float]]:
        for frame in wire.frames(wire.took_s + for_s):
            line.send(talk.take(frame))
            arrived, talk.arrived = talk.arrived, []
            yield from ((packet, wire.took_s) for packet in arrived)

    def send(packet: bytes) -> None:
        wire.send(talk.packet(packet))

    told = asked.ask(send, listen, lambda: wire.took_s, lambda: talk.gone)
    talk.malformed += asked.malformed
    six, packets_sent = _look_by_ipv6(line)
    return replace(told, ipv6=six, packets_sent=told.packets_sent + packets_sent)


def _look_by_ipv6(line: _Line) -> tuple[InsideIpv6 | None, int]:
    """Agree on IPv6, and ask who is the way out; None where the session is over.

    Returns:
        What came, and how many packets were sent for it.
    """
    talk, routers, sent = line.talk, inside6.Routers(line.talk.mac), 0
    for wait_s in inside6.WAIT_S:
        if talk.settled6:
            break
        line.send(talk.asking6())
        _hear6(line, routers, wait_s, lambda: talk.settled6)
    agreed = talk.agreed6
    for wait_s in inside6.WAIT_S if agreed else ():
        if routers.heard or talk.gone:
            break
        line.wire.send(talk.packet(inside6.solicitation(talk.network6.own), inside6.IPV6))
        sent += 1
        _hear6(line, routers, wait_s, lambda: routers.heard)
    return (None if talk.gone else routers.told(agreed=agreed)), sent


def _hear6(line: _Line, routers: inside6.Routers, for_s: float, ended: Callable[[], bool]) -> None:
    """Take what comes for so many seconds, or until it is enough."""
    for frame in line.wire.frames(line.wire.took_s + for_s):
        line.send(line.talk.take(frame))
        arrived, line.talk.arrived6 = line.talk.arrived6, []
        for packet in arrived:
            routers.take(packet)
        if ended():
            return


def _close(line: _Line) -> None:
    """End link and session, whoever has ended what so far."""
    talk, wire = line.talk, line.wire
    line.send(talk.farewell(), MOST_FRAMES - 1)
    more_s = 0.0 if talk.closed else ENDS_WITHIN_S
    for frame in wire.frames(wire.took_s + more_s):
        talk.take(frame)
        if talk.closed:
            break
    line.send(talk.last(), MOST_FRAMES)
