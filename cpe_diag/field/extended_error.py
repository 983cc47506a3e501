"""Reads what Linux keeps of an ICMP error for the socket that caused it (ip(7), IP_RECVERR)."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

RECVERR: Final = 11
"""linux/in.h: IP_RECVERR; Python names it from 3.14 on."""
ERROR: Final = struct.Struct("=IBBBBII")
"""linux/errqueue.h, struct sock_extended_err."""
OFFENDER: Final = struct.Struct("=HH4s")
"""SO_EE_OFFENDER: a sockaddr_in, of which these are the first 8 bytes."""
FROM_ICMP: Final = 2
"""SO_EE_ORIGIN_ICMP."""


@dataclass(frozen=True, slots=True)
class IcmpError:
    """Type and code of an ICMP error (RFC 792), and who sent it.

    `mtu_bytes` is what the sender takes where a packet is too large for him (RFC 1191, section 4);
    0: he does not say.
    """

    sender: str
    type: int
    code: int
    mtu_bytes: int = 0


def icmp_error(ancillary: Iterable[tuple[int, int, bytes]]) -> IcmpError | None:
    """Give the ICMP error of one message of the error queue.

    Args:
        ancillary: what recvmsg(2) gives beside the data.

    Returns:
        The error; None where it comes from elsewhere, or is cut short.
    """
    for level, kind, data in ancillary:
        if (level, kind) != (socket.SOL_IP, RECVERR) or len(data) < ERROR.size + OFFENDER.size:
            continue
        _, origin, icmp_type, code, _, info, _ = ERROR.unpack_from(data)
        family, _, address = OFFENDER.unpack_from(data, ERROR.size)
        if origin == FROM_ICMP and family == socket.AF_INET:
            return IcmpError(str(IPv4Address(address)), icmp_type, code, info)
    return None
