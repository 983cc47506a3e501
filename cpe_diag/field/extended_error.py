"""Reads what Linux keeps of an ICMP error for the socket that caused it (ip(7), ipv6(7))."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from cpe_diag.field.family import IPV4, IPV6

if TYPE_CHECKING:
    from collections.abc import Iterable

RECVERR: Final = IPV4.errors
"""linux/in.h: IP_RECVERR; Python names it from 3.14 on."""
ERROR: Final = struct.Struct("=IBBBBII")
"""linux/errqueue.h, struct sock_extended_err."""
OFFENDER: Final = struct.Struct("=HH4s")
"""SO_EE_OFFENDER: a sockaddr_in, of which these are the first 8 bytes."""
OFFENDER6: Final = struct.Struct("=HHI16s")
"""A sockaddr_in6 without its scope."""
FROM_ICMP, FROM_ICMP6 = 2, 3
"""SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6."""
SOURCES: Final = {
    (IPV4.level, IPV4.errors): (FROM_ICMP, socket.AF_INET, OFFENDER),
    (IPV6.level, IPV6.errors): (FROM_ICMP6, socket.AF_INET6, OFFENDER6),
}
UNREACHABLE, TIME_EXCEEDED, TOO_LARGE, PORT = 3, 11, 4, 3
"""RFC 792, RFC 1191."""
AS_IPV4: Final = {1: (UNREACHABLE, None), 2: (UNREACHABLE, TOO_LARGE), 3: (TIME_EXCEEDED, 0)}
"""RFC 4443: types of ICMPv6, by what they are in IPv4; None: its code says more."""
PORT6: Final = 4
"""RFC 4443, section 3.1: port unreachable."""
HOST: Final = 1


@dataclass(frozen=True, slots=True)
class IcmpError:
    """Type and code of an ICMP error (RFC 792), and who sent it; those of IPv6 as IPv4's.

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
        source = SOURCES.get((level, kind))
        if source is None:
            continue
        wanted, family, offender = source
        if len(data) < ERROR.size + offender.size:
            continue
        _, origin, icmp_type, code, _, info, _ = ERROR.unpack_from(data)
        told, *_, address = offender.unpack_from(data, ERROR.size)
        if (origin, told) != (wanted, family):
            continue
        if family == socket.AF_INET:
            return IcmpError(str(IPv4Address(address)), icmp_type, code, info)
        return _of_ipv6(str(IPv6Address(address)), icmp_type, code, info)
    return None


def _of_ipv6(sender: str, icmp_type: int, code: int, info: int) -> IcmpError | None:
    kind = AS_IPV4.get(icmp_type)
    if kind is None:
        return None
    known, same = kind
    if same is None:
        same = PORT if code == PORT6 else HOST
    return IcmpError(sender, known, same, info)
