"""`ifconfig` of net-tools and busybox: interfaces with their IPv4 address and flags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import Final

# net-tools lib/interface.c, ife_print_long, before version 2; busybox prints the same.
_HEAD: Final = re.compile(r"^(\S+) +Link encap:(.+?)(?: +HWaddr ([0-9A-Fa-f:]{17}))? *$")
_INET: Final = re.compile(
    r"^ +inet addr:([\d.]+)(?: +P-t-P:([\d.]+))?(?: +Bcast:[\d.]+)? +Mask:([\d.]+)"
)
_FLAGS: Final = re.compile(r"^ +((?:[A-Z]+ )+) *MTU:")


@dataclass(slots=True, kw_only=True)
class Shown:
    """One interface; `peer` is the other end of a session."""

    name: str
    point_to_point: bool
    mac: str | None
    address: str | None = None
    peer: str | None = None
    flags: frozenset[str] = frozenset()


def ifconfig(text: str) -> tuple[Shown, ...]:
    """Read `ifconfig`.

    Args:
        text: what it printed; empty lines do not matter.

    Returns:
        The interfaces in their order; addresses with prefix lengths.
    """
    found: list[Shown] = []
    for line in text.splitlines():
        head, inet, flags = _HEAD.match(line), _INET.match(line), _FLAGS.match(line)
        if head is not None:
            mac = head[3].lower() if head[3] else None
            ptp = head[2].startswith("Point-to-Point")
            found.append(Shown(name=head[1], point_to_point=ptp, mac=mac))
        elif found and inet is not None:
            found[-1].address = _prefixed(inet[1], inet[3])
            found[-1].peer = inet[2]
        elif found and flags is not None:
            found[-1].flags = frozenset(flags[1].split())
    return tuple(found)


def _prefixed(address: str, mask: str) -> str | None:
    try:
        return IPv4Interface(f"{address}/{mask}").with_prefixlen
    except ValueError:
        return None
