"""The kernel's table of connections: flows by who began them, and whether they were answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Linux nf_conntrack_standalone.c, ct_seq_show (/proc/net/nf_conntrack), and conntrack(8) -L, which
# leaves out the first two words: protocol, its number, seconds left (not of an offloaded flow),
# the state of TCP, then the direction in which the first packet went.
_FLOW: Final = re.compile(
    r"(?:ipv[46] +\d+ )?(?P<protocol>\w+) +\d+(?: \d+)?(?: (?P<state>[A-Z_0-9]+))? "
    r"src=(?P<source>[0-9a-f.:]+) dst=(?P<destination>[0-9a-f.:]+)"
    r"(?: sport=\d+ dport=(?P<port>\d+))?(?: [a-z]+=\d+)*(?P<unreplied> \[UNREPLIED\])? src="
)
# nf_conntrack_proto_tcp.c: states that are reached when the handshake has ended.
_AFTER_HANDSHAKE: Final = frozenset(
    {"ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT"}
)
# The same: the answer to a SYN was seen, and not the ACK that the one who began it owes.
_HALF_OPEN: Final = "SYN_RECV"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow as the one who began it addressed it; `port` is 0 where it has none."""

    source: IPv4Address | IPv6Address
    destination: IPv4Address | IPv6Address
    port: int
    answered: bool
    taken_up: bool
    half_open: bool


def flows(table: str) -> Iterator[Flow]:
    """Read lines of the table; what is of no known form is left out.

    Args:
        table: of /proc/net/nf_conntrack, or of `conntrack -L`.

    Yields:
        The flows in their order.
    """
    for line in table.splitlines():
        match = _FLOW.match(line)
        if match is None:
            continue
        try:
            source, destination = ip_address(match["source"]), ip_address(match["destination"])
        except ValueError:
            continue
        state = match["state"] or ""
        # An offloaded flow has no state here; only one whose handshake has ended is offloaded.
        offloaded = match["protocol"] == "tcp" and not state and "OFFLOAD]" in line
        yield Flow(
            source=source,
            destination=destination,
            port=int(match["port"] or 0),
            answered=match["unreplied"] is None,
            taken_up=state in _AFTER_HANDSHAKE or offloaded,
            half_open=state == _HALF_OPEN,
        )
