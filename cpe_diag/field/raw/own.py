"""The interface's own MAC, as the kernel says it."""

from __future__ import annotations

import fcntl
import socket
import struct
from typing import Final

SIOCGIFHWADDR: Final = 0x8927
"""netdevice(7), linux/sockios.h: get the hardware address."""
IFREQ: Final = struct.Struct("16sH6s16x")
"""netdevice(7): the name, then a sockaddr: its family, and the address."""


def own_mac(interface: str) -> str:
    """Give an interface's hardware address; no right is needed.

    Args:
        interface: the system's name.

    Returns:
        Six octets in hex, with colons.

    Raises:
        OSError: there is no such interface.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asked = IFREQ.pack(interface.encode("ascii"), 0, b"")
        _, _, mac = IFREQ.unpack(fcntl.ioctl(asking, SIOCGIFHWADDR, asked))
    return bytes(mac).hex(":")
