"""The kernel's table of connections: flows by who began them, and whether they were answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Linux nf_conntrack_standalone.c, ct_seq_show (/proc/net/nf_conntrack), and conntrack(8) -L, which
# leaves out the first two words: protocol, its number, seconds left (not of an offloaded flow),
# the state of TCP, then the direction in which the first packet went.
_FLOW: Final = re.compile(
    r"(?:ipv[46] +\d+ )?(?P<protocol>\w+) +\d+(?: (?P<left>\d+))?(?: (?P<state>[A-Z_0-9]+))? "
    r"src=(?P<source>[0-9a-f.:]+) dst=(?P<destination>[0-9a-f.:]+)"
    r"(?: sport=\d+ dport=(?P<port>\d+))?(?: [a-z]+=\d+)*(?P<unreplied> \[UNREPLIED\])? src="
)
# nf_conntrack_proto_tcp.c: states that are reached when the handshake has ended.
_AFTER_HANDSHAKE: Final = frozenset(
    {"ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT"}
)
# The same: the answer to a SYN was seen, and not the ACK that the one who began it owes.
_HALF_OPEN: Final = "SYN_RECV"
_ESTABLISHED: Final = "ESTABLISHED"
# The same: one side has ended its half, and the other has not even said that it heard it.
_ENDING: Final = frozenset({"FIN_WAIT", "LAST_ACK"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow as the one who began it addressed it; `port` is 0 where it has none.

    `silent_s` is how long ago its last packet was, where the kernel's times are known; else None.
    `owed_s` is for how long one side has waited for the other to say that it heard it; None: none
    does, or it is not known. `offloaded` ones are forgotten soon after their last packet
    (nf_conntrack-sysctl.rst, nf_flowtable_tcp_timeout), and tell no times.
    """

    source: IPv4Address | IPv6Address
    destination: IPv4Address | IPv6Address
    port: int
    answered: bool
    taken_up: bool
    half_open: bool
    protocol: str = ""
    silent_s: float | None = None
    owed_s: float | None = None
    offloaded: bool = False


def flows(table: str, times: Mapping[str, int] | None = None) -> Iterator[Flow]:
    """Read lines of the table; what is of no known form is left out.

    Args:
        table: of /proc/net/nf_conntrack, or of `conntrack -L`.
        times: seconds by switch, such as `tcp_timeout_time_wait` (nf_conntrack-sysctl.rst).

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
            protocol=match["protocol"],
            silent_s=_silent_s(match, state, times or {}),
            owed_s=_owed_s(match, state, times or {}),
            offloaded=offloaded,
        )


def _silent_s(match: re.Match[str], state: str, times: Mapping[str, int]) -> float | None:
    """Reckon how long ago a flow's last packet was: what it was given then, less what is left.

    nf_conntrack_proto_tcp.c gives a flow less where an answer is overdue: that reads as long ago,
    which is what is meant. nf_conntrack_proto_udp.c: an assured flow has the longer time.
    """
    if match["left"] is None:
        return None
    if match["protocol"] == "tcp":
        given = times.get(f"tcp_timeout_{state.lower()}")
    elif match["protocol"] == "udp":
        assured = "[ASSURED]" in match.string
        given = times.get("udp_timeout_stream" if assured else "udp_timeout")
    else:
        given = None
    return None if given is None else float(given - int(match["left"]))


def _owed_s(match: re.Match[str], state: str, times: Mapping[str, int]) -> float | None:
    """Reckon for how long one side has waited to be heard.

    nf_conntrack_proto_tcp.c: a flow with data that was not acknowledged has the shorter time of
    tcp_timeout_unacknowledged; an end that was not acknowledged keeps the flow in its state.
    """
    if match["protocol"] != "tcp" or match["left"] is None:
        return None
    if state in _ENDING:
        given = times.get(f"tcp_timeout_{state.lower()}")
    elif state == _ESTABLISHED:
        given = times.get("tcp_timeout_unacknowledged")
        whole = times.get("tcp_timeout_established")
        given = None if given is None or whole is None or whole <= given else given
    else:
        given = None
    owed = None if given is None else given - int(match["left"])
    return None if owed is None or owed < 0 else float(owed)
