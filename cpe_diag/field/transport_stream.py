"""Counts packets of an MPEG transport stream, and gaps in it (ISO/IEC 13818-1, 2.4.3)."""

from __future__ import annotations

from typing import Final

PACKET: Final = 188
SYNC: Final = 0x47
NULL_PID: Final = 0x1FFF
MOST_PIDS: Final = 256
"""A stream of television has some ten; a flood of them must not fill the memory."""
RTP_HEAD: Final = 12
RTP_VERSION: Final = 2
"""RFC 3550, section 5.1; RFC 2250: a transport stream in RTP."""


class StreamCounter:
    """What has come of one stream so far."""

    def __init__(self) -> None:
        """Nothing has."""
        self.packets = 0
        self.errors = 0
        self.foreign = 0
        self._last: dict[int, tuple[int, bool]] = {}

    def take(self, datagram: bytes) -> None:
        """Count what one datagram holds, which may be anything.

        Args:
            datagram: whole packets, behind a head of RTP or none.
        """
        body = _behind_rtp(datagram)
        if not body or len(body) % PACKET or any(octet != SYNC for octet in body[::PACKET]):
            self.foreign += 1
            return
        for at in range(0, len(body), PACKET):
            self._packet(body[at : at + PACKET])

    def _packet(self, packet: bytes) -> None:
        self.packets += 1
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        has_payload = bool(packet[3] & 0x10)
        counter = packet[3] & 0x0F
        if pid == NULL_PID or not has_payload:
            return
        last, doubled = self._last.get(pid, (None, False))
        if last is None:
            if len(self._last) < MOST_PIDS:
                self._last[pid] = (counter, False)
            return
        if counter == last and not doubled:  # a packet may be sent twice
            self._last[pid] = (counter, True)
            return
        if counter != (last + 1) % 16 and not _begins_anew(packet):
            self.errors += 1
        self._last[pid] = (counter, False)


def _begins_anew(packet: bytes) -> bool:
    """Tell whether the sender says that its counter jumps (discontinuity_indicator)."""
    return bool(packet[3] & 0x20) and packet[4] > 0 and bool(packet[5] & 0x80)


def _behind_rtp(datagram: bytes) -> bytes:
    """Give what is behind a head of RTP; the datagram itself where there is none."""
    if len(datagram) <= RTP_HEAD or datagram[0] == SYNC or datagram[0] >> 6 != RTP_VERSION:
        return datagram
    head = RTP_HEAD + 4 * (datagram[0] & 0x0F)
    if datagram[0] & 0x10 and len(datagram) >= head + 4:
        head += 4 + 4 * int.from_bytes(datagram[head + 2 : head + 4])
    padding = datagram[-1] if datagram[0] & 0x20 else 0
    return datagram[head : len(datagram) - padding]
