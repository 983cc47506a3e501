"""One page, fetched inside a session by a TCP that knows no more than that takes (RFC 9293)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_path_facts import FieldPage
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.field.page_words import other_host, shown, text_there
from cpe_diag.field.raw import inside_packets as packets4

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.field.raw.inside_order import InsidePage

    Send = Callable[[bytes], None]
    Hear = Callable[[float, Callable[[], bool]], None]

MOST: Final = 40
"""Packets that are sent for a page, confirmations among them."""
MOST_BYTES: Final = 24_576
"""Of a page; its text is not known where it stands further on."""
CONNECTS_WITHIN_S: Final = (1.0, 1.5)
ANSWERS_WITHIN_S: Final = (1.5, 2.5)
"""For the first packet, and for the second."""
NUMBERS: Final = 1 << 32
STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?:[ \r]|$)")
LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r", re.IGNORECASE)
LOCATION: Final = re.compile(rb"\r\nlocation:[ \t]*([^\r\n]*)\r", re.IGNORECASE)
HTTP_PORT: Final = 80


class PageTalk:
    """One connection, one request, and what comes."""

    def __init__(
        self, wanted: InsidePage, own: str, server: str, ports: tuple[int, int], first: int
    ) -> None:
        """Ask nothing yet.

        Args:
            wanted: the page.
            own: our address.
            server: the address to ask.
            ports: ours, and the server's.
            first: the number that our side of the connection begins with.
        """
        self._wanted, self._own, self._server, self._ports = wanted, own, server, ports
        self._first = first
        self._next = (first + 1) % NUMBERS
        self._theirs: int | None = None
        self._received = b""
        self._refused = self._broken = self._ended = False
        self._sent = 0

    def ask(self, send: Send, hear: Hear, mss: int) -> FieldPage:
        """Fetch the page.

        Args:
            send: a packet.
            hear: for so many seconds, or until all has come.
            mss: the largest segment that the session carries.

        Returns:
            What came.
        """
        for wait_s in CONNECTS_WITHIN_S:
            self._send(send, self.asking(mss))
            hear(wait_s, lambda: self._theirs is not None or self._over)
            if self._theirs is not None or self._over:
                break
        if self._theirs is not None:
            for wait_s in ANSWERS_WITHIN_S:
                before = len(self._received)
                self._send(send, self._request())
                hear(wait_s, lambda: self._over)
                if self._over or len(self._received) > before:
                    break
            if not self._broken:
                self._send(send, self._dropping())
        return self._told()

    def take(self, told: packets4.Packet4) -> bytes | None:
        """Take a packet that may be the server's.

        Args:
            told: the packet.

        Returns:
            What is to be sent for it, None: nothing.
        """
        data = told.data
        if told.protocol != packets4.TCP or told.source != self._server:
            return None
        if len(data) < packets4.TCP_HEAD or self._over:
            return None
        if (int.from_bytes(data[2:4]), int.from_bytes(data[:2])) != self._ports:
            return None
        number, confirms = int.from_bytes(data[4:8]), int.from_bytes(data[8:12])
        flags, head = data[13], (data[12] >> 4) * 4
        if self._theirs is None:
            self._take_first(flags, number, confirms)
            return None
        if flags & packets4.RST:
            self._broken = number == self._theirs
            return None
        return self._take_text(data[head:] if head >= packets4.TCP_HEAD else b"", number, flags)

    def _take_first(self, flags: int, number: int, confirms: int) -> None:
        if confirms != self._next:
            return
        if flags & packets4.RST:
            self._refused = True
        elif flags & packets4.SYN_ACK == packets4.SYN_ACK:
            self._theirs = (number + 1) % NUMBERS

    def _take_text(self, text: bytes, number: int, flags: int) -> bytes | None:
        """Take what comes in its turn, and say how far that is."""
        ends = bool(flags & packets4.FIN)
        if not text and not ends:
            return None
        if number == self._theirs:
            self._received += text
            self._theirs = (number + len(text) + ends) % NUMBERS
            self._ended = ends
        if self._over or self._sent + 1 >= MOST:
            return None
        self._sent += 1
        numbers = (self._behind_request(), self._theirs or 0)
        return packets4.segment(self._own, self._server, self._ports, numbers)

    @property
    def _over(self) -> bool:
        """Whether nothing more is expected."""
        if self._refused or self._broken or self._ended or len(self._received) > MOST_BYTES:
            return True
        head, rest = self._parts()
        length = LENGTH.search(head)
        return length is not None and len(rest) >= int(length[1])

    def _parts(self) -> tuple[bytes, bytes]:
        """Give head and body; no head before its end has come."""
        head, ends, rest = self._received.partition(b"\r\n\r\n")
        return (head + b"\r", rest) if ends else (b"", b"")

    def asking(self, mss: int) -> bytes:
        """Write what asks for the connection."""
        return packets4.connection(self._own, self._server, self._ports, self._first, mss)

    def _request(self) -> bytes:
        numbers = (self._next, self._theirs or 0)
        text = self._wanted.request()
        return packets4.segment(self._own, self._server, self._ports, numbers, text)

    def _behind_request(self) -> int:
        return (self._next + len(self._wanted.request())) % NUMBERS

    def _dropping(self) -> bytes:
        number = self._behind_request()
        return packets4.dropping(self._own, self._server, self._ports, number)

    def examples(self, mss: int) -> tuple[tuple[bytes, int, str], ...]:
        """Write each packet, with how often it is sent at most, and what it is."""
        numbers = (self._behind_request(), 1)
        confirming = packets4.segment(self._own, self._server, self._ports, numbers)
        tries = len(CONNECTS_WITHIN_S)
        return (
            (self.asking(mss), tries, "asks for a connection"),
            (self._request(), tries, f"GET {self._wanted.url}"),
            (confirming, MOST - 2 * tries - 1, "confirms what has come"),
            (self._dropping(), 1, "drops it"),
        )

    def _send(self, send: Send, packet: bytes) -> None:
        send(packet)
        self._sent += 1

    def _told(self) -> FieldPage:
        wanted = self._wanted
        head, rest = self._parts()
        status_line = STATUS.match(self._received)
        status = int(status_line[1]) if status_line and head else None
        sent_to = LOCATION.search(head)
        location = shown(sent_to[1]) if sent_to and status is not None else ""
        length = LENGTH.search(head)
        whole = self._ended or (length is not None and len(rest) >= int(length[1]))
        return FieldPage(
            url=wanted.url,
            server=self._server,
            outcome=self._outcome(status),
            status=status,
            location=location,
            sent_to=other_host(wanted.url, status, location),
            expected_status=wanted.status,
            text_there=None if status is None else text_there(wanted.text, rest, whole=whole),
        )

    def _outcome(self, status: int | None) -> HttpOutcome:
        if status is not None:
            return HttpOutcome.OK
        if self._refused:
            return HttpOutcome.REFUSED
        if self._theirs is None:
            return HttpOutcome.CONNECT_TIMEOUT
        nothing = not self._received and not self._broken and not self._ended
        return HttpOutcome.READ_TIMEOUT if nothing else HttpOutcome.BROKEN
