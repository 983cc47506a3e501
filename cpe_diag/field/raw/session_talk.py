"""A PPPoE session as it comes about: what came is taken, and what is to be sent is given."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.field.raw import ppp
from cpe_diag.field.raw.ethernet import to_mac
from cpe_diag.field.raw.inside6 import IPV6, Ipv6Options
from cpe_diag.field.raw.inside_packets import IPV4
from cpe_diag.field.raw.login import Login
from cpe_diag.field.raw.pppoe import (
    COOKIE,
    DISCOVERY,
    NAME,
    OWN,
    PADO,
    RELAY,
    own_mark,
    read_tags,
)
from cpe_diag.field.raw.pppoe import packets as offers_wanted
from cpe_diag.field.raw.session_frames import (
    PADS,
    PADT,
    SESSION,
    asking_for_session,
    ending_session,
    in_session,
    read_session,
)
from cpe_diag.field.raw.session_options import LinkOptions, NetworkOptions
from cpe_diag.field.raw.session_words import LONGEST, words_of, words_of_tags
from cpe_diag.field.raw.texts import plain

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.ppp import Control

LONGEST_TAGS: Final = 1400
LONGEST_REFUSED: Final = 1000
"""Of what is sent back in a Protocol-Reject."""
MOST_TRIES: Final = 4


class Stage(StrEnum):
    """Where a session is."""

    OFFER = "offer"
    REQUEST = "request"
    LINK = "link"
    LOGIN = "login"
    ADDRESS = "address"
    OVER = "over"


ENDS: Final = {
    Stage.OFFER: SessionEnd.NO_CONCENTRATOR,
    Stage.REQUEST: SessionEnd.NO_SESSION,
    Stage.LINK: SessionEnd.NOT_AGREED,
    Stage.LOGIN: SessionEnd.LOGIN_UNANSWERED,
    Stage.ADDRESS: SessionEnd.NO_ADDRESS,
}
"""What it is called when it goes no further from there."""


class Talk:
    """One session."""

    def __init__(self, order: Order) -> None:
        """Begin with nothing."""
        self._order = order
        self._mac = to_mac(order.mac)
        self._vlans = () if order.vlan is None else (order.vlan,)
        self._wanted_back: list[tuple[int, bytes]] = []
        self._session = 0
        self._tries = 0
        self._login: Login | None = None
        self.link = LinkOptions()
        self.network = NetworkOptions()
        self.network6 = Ipv6Options()
        self.stage = Stage.OFFER
        self.end: SessionEnd | None = None
        self.silent = False
        self.concentrator = self.mac = self.says = ""
        self.closed = False
        self.malformed = 0
        self.arrived: list[bytes] = []
        self.arrived6: list[bytes] = []
        """Packets of the open session that nobody has read yet, by IPv4 and by IPv6."""

    def outcome(self) -> SessionEnd | None:
        """Give how it ended; None: it goes on."""
        return self.end

    def pending(self) -> list[Packet]:
        """Give what waits for an answer now."""
        if self.stage is Stage.OFFER:
            return [offers_wanted(self._order)[0]]
        if self.stage is Stage.REQUEST:
            return [asking_for_session(self._order, self.mac, self._wanted_back)]
        said: bytes | None = None
        protocol = ppp.LCP
        if self.stage is Stage.LINK and not self.link.negotiation.ours_taken:
            said = self.link.negotiation.ask()
        elif self.stage is Stage.LOGIN and self._login is not None:
            protocol, said = self._login.protocol, self._login.ask()
        elif self.stage is Stage.ADDRESS and not self.network.negotiation.ours_taken:
            protocol, said = ppp.IPCP, self.network.negotiation.ask()
        return [] if said is None else [self._frame(protocol, said)]

    def again(self) -> list[Packet]:
        """Nobody has answered in time: give it once more, or end it."""
        self._tries += 1
        if self._tries >= MOST_TRIES:
            self.give_up(silent=True)
        return self.pending() if self.end is None else []

    def give_up(self, *, silent: bool) -> None:
        """End it where it is."""
        self.silent = silent
        self._over(ENDS.get(self.stage))

    @property
    def gone(self) -> bool:
        """Whether the session that was open is none any more."""
        return not self._session or self.closed

    def packet(self, packet: bytes, protocol: int = IPV4) -> list[Packet]:
        """Give a frame that carries a packet; nothing where the session is over."""
        if self.gone:
            return []
        return [self._frame(protocol, packet)]

    @property
    def agreed6(self) -> bool:
        """Whether both ends speak IPv6 in the session."""
        return self.network6.negotiation.agreed and not self.network6.refused

    @property
    def settled6(self) -> bool:
        """Whether nothing more comes of asking for IPv6."""
        return self.gone or self.network6.refused or self.network6.negotiation.agreed

    def asking6(self) -> list[Packet]:
        """Give what asks the other end to speak IPv6, where nothing is agreed of that yet."""
        six = self.network6
        if self.gone or six.refused or six.negotiation.ours_taken:
            return []
        return [self._frame(ppp.IPV6CP, six.ask())]

    def farewell(self) -> list[Packet]:
        """Give what asks the other end to end the link; nothing where it has ended it."""
        if self.gone:
            return []
        return [self._frame(ppp.LCP, ppp.control(ppp.END, 0xFF))]

    def last(self) -> list[Packet]:
        """Give what ends the session, whatever was said before; nothing where there is none."""
        return [ending_session(self._order, self.mac, self._session)] if self._session else []

    def take(self, frame: Frame) -> list[Packet]:
        """Read one frame; what is not of this session is passed over."""
        if frame.vlans != self._vlans or frame.to != self._mac:
            return []
        try:
            if frame.ethertype == DISCOVERY:
                return self._discovered(frame)
            if frame.ethertype == SESSION and self._session and frame.mac == self.mac:
                return self._told(frame)
        except ValueError:
            self.malformed += 1
        return []

    def _discovered(self, frame: Frame) -> list[Packet]:
        code = frame.payload[1] if len(frame.payload) > 1 else None
        if self.stage is Stage.OFFER and code == PADO:
            return self._offered(frame)
        if frame.mac != self.mac:
            return []
        if self.stage is Stage.REQUEST and code == PADS:
            return self._given(frame)
        if code == PADT and self._session and int.from_bytes(frame.payload[2:4]) == self._session:
            self.says = self.says or words_of_tags(read_tags(frame.payload, PADT), self._order)
            self._session, self.closed = 0, True
            self._over(ENDS.get(self.stage))
        return []

    def _offered(self, frame: Frame) -> list[Packet]:
        tags = tuple(read_tags(frame.payload))
        names = [plain(value, LONGEST) for kind, value in tags if kind == NAME]
        if (OWN, own_mark(self._order)) not in tags or not names:
            return []
        wanted = [(kind, value) for kind, value in tags if kind in {COOKIE, RELAY}]
        if sum(len(value) for _, value in wanted) > LONGEST_TAGS:
            raise ValueError("more is wanted back than a frame holds")
        self.says = words_of_tags(tags, self._order)
        if self.says:  # it has no session to give
            return []
        self._wanted_back, self.concentrator, self.mac = wanted, names[0], frame.mac
        return self._onwards(Stage.REQUEST)

    def _given(self, frame: Frame) -> list[Packet]:
        tags = tuple(read_tags(frame.payload, PADS))
        if (OWN, own_mark(self._order)) not in tags:
            return []
        self._session = int.from_bytes(frame.payload[2:4])
        self.says = words_of_tags(tags, self._order)
        if not self._session or self.says:
            self._over(SessionEnd.NO_SESSION)
            return []
        return self._onwards(Stage.LINK)

    def _told(self, frame: Frame) -> list[Packet]:
        protocol, packet = read_session(frame.payload, self._session) or (None, b"")
        if protocol in {IPV4, IPV6}:  # what comes before the session is open is passed over
            if self.end is SessionEnd.OPENED:
                (self.arrived if protocol == IPV4 else self.arrived6).append(packet)
            protocol = None
        if protocol is None:
            return []
        if protocol not in {ppp.LCP, ppp.PAP, ppp.CHAP, ppp.IPCP, ppp.IPV6CP}:
            data = protocol.to_bytes(2) + packet[:LONGEST_REFUSED]
            return [self._frame(ppp.LCP, ppp.control(ppp.NO_PROTOCOL, 1, data))]
        control = ppp.read_control(packet)
        if control.code in {ppp.END, ppp.END_ACK} and protocol in {ppp.LCP, ppp.IPCP}:
            return self._ended(protocol, control)
        said_by = {
            ppp.LCP: self._of_link,
            ppp.IPCP: self._of_network,
            ppp.IPV6CP: self._of_network6,
        }
        taken = said_by.get(protocol)
        return self._of_login(protocol, control) if taken is None else taken(control)

    def _of_network6(self, control: Control) -> list[Packet]:
        """Agree on IPv6 beside IPv4, which does not wait for it."""
        six = self.network6
        if control.code in {ppp.END, ppp.END_ACK}:
            six.refused = True
            if control.code == ppp.END_ACK:
                return []
            return [self._frame(ppp.IPV6CP, ppp.control(ppp.END_ACK, control.identifier))]
        said = [self._frame(ppp.IPV6CP, one) for one in six.negotiation.take(control)]
        first = control.code == ppp.ASK and not six.asked
        return [*said, *(self.asking6() if first else ())]

    def _ended(self, protocol: int, control: Control) -> list[Packet]:
        if protocol == ppp.LCP:
            self.closed = True
        if control.code == ppp.END_ACK:
            return []
        if self.end is None:
            self.says = self.says or words_of(control.data, self._order)
        self._over(ENDS.get(self.stage))
        return [self._frame(protocol, ppp.control(ppp.END_ACK, control.identifier))]

    def _of_link(self, control: Control) -> list[Packet]:
        magic = self.link.magic
        if control.code == ppp.ECHO and len(control.data) >= len(magic):
            data = magic + control.data[len(magic) :]
            return [self._frame(ppp.LCP, ppp.control(ppp.ECHO_REPLY, control.identifier, data))]
        if control.code == ppp.NO_PROTOCOL and control.data[:2] == ppp.IPV6CP.to_bytes(2):
            self.network6.refused = True
        refused = control.code == ppp.NO_PROTOCOL and control.data[:2] == ppp.IPCP.to_bytes(2)
        if refused and self.stage is Stage.ADDRESS:
            self._over(SessionEnd.NO_ADDRESS)
        if self.stage is not Stage.LINK:
            return []
        said = [self._frame(ppp.LCP, one) for one in self.link.negotiation.take(control)]
        if not self.link.negotiation.agreed:
            return said
        if self.link.login_by is None:
            return said + self._onwards(Stage.ADDRESS)
        self._login = Login(self.link.login_by, self._order.user, self._order.password)
        return said + self._onwards(Stage.LOGIN)

    def _of_login(self, protocol: int, control: Control) -> list[Packet]:
        login = self._login
        if login is None or protocol != login.protocol:
            return []
        said = login.take(control)
        if self.stage is Stage.LOGIN and login.taken is not None:
            if login.taken:
                return self._onwards(Stage.ADDRESS)
            self.says = words_of(login.words, self._order)
            self._over(SessionEnd.LOGIN_REFUSED)
        return [] if said is None else [self._frame(login.protocol, said)]

    def _of_network(self, control: Control) -> list[Packet]:
        if self.stage is not Stage.ADDRESS and self.end is not SessionEnd.OPENED:
            return []
        said = [self._frame(ppp.IPCP, one) for one in self.network.negotiation.take(control)]
        if self.network.refused:
            self._over(SessionEnd.NO_ADDRESS)
        elif self.network.negotiation.ours_taken:
            given = self.network.address is not None
            self._over(SessionEnd.OPENED if given else SessionEnd.NO_ADDRESS)
        return said

    def _onwards(self, stage: Stage) -> list[Packet]:
        self.stage, self._tries = stage, 0
        return self.pending()

    def _over(self, end: SessionEnd | None) -> None:
        if self.end is None:
            self.end = end
        self.stage = Stage.OVER

    def _frame(self, protocol: int, said: bytes) -> Packet:
        return in_session(self._order, self.mac, self._session, protocol, said)
