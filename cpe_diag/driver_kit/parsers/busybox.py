"""ping and nslookup of busybox."""

from __future__ import annotations

import math
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, PingCheck
from cpe_diag.driver_kit.parsers.answers import (
    NO_PROGRAM,
    TIMED_OUT,
    incomplete,
    refuse_failed,
    unparseable,
)
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

# busybox 1.36, networking/ping.c, print_stats_and_exit.
_STATISTICS: Final = re.compile(
    r"^(\d{1,6}) packets transmitted, (\d{1,6}) packets received, "
    r"(?:\d+ duplicates, )?\d+% packet loss\n",
    re.MULTILINE,
)
_ROUND_TRIP: Final = re.compile(
    r"^round-trip min/avg/max = (\d{1,9}\.\d{1,6})/(\d{1,9}\.\d{1,6})/[\d.]+ ms\n", re.MULTILINE
)
# recording wan_cable_out: `ping: sendto: Network is unreachable`, and nothing after it.
_PING_ERROR: Final = re.compile(r"^ping: (.+)\n", re.MULTILINE)


# The shortest and the mean of no answer: neither counts.
NO_TIMES: Final = (math.inf, 0.0)


def ping_check(answers: tuple[CommandAnswer, ...], target: str) -> PingCheck:
    """Merge single pings of one target into one check.

    Args:
        answers: of `ping -c N ...`, each with its own statistics.
        target: whom they asked.

    Returns:
        How many went out and came back; round trips in seconds; the first error text as note.

    Raises:
        UnreadableError: an answer is cut, or no ping's; DEPENDENCY: the name does not resolve.
    """
    sent = received = 0
    total_s, least_s = 0.0, math.inf
    note = ""
    for answer in answers:
        out, back, (shortest_s, mean_s), words = _one_ping(answer)
        sent += out
        received += back
        total_s += mean_s * back
        least_s = min(least_s, shortest_s)
        note = note or words
    silent = Missing(why=FailureKind.SILENT)
    return PingCheck(
        target=target,
        sent=sent,
        received=received,
        rtt_avg_s=total_s / received if received else silent,
        note=note,
        rtt_min_s=least_s if received else silent,
    )


def _one_ping(answer: CommandAnswer) -> tuple[int, int, tuple[float, float], str]:
    label = answer.command.label
    if answer.exit_status == NO_PROGRAM:
        refuse_failed(answer)
    if answer.exit_status == TIMED_OUT:
        return 1, 0, NO_TIMES, ""
    statistics = _STATISTICS.search(answer.output)
    if statistics is None:
        error = _PING_ERROR.search(answer.output)
        if error is None:
            raise incomplete(label)
        if error[1].startswith("bad address "):
            raise UnreadableError(FailureKind.DEPENDENCY, f"{label}: the name does not resolve")
        return 1, 0, NO_TIMES, error[1]
    sent, received = int(statistics[1]), int(statistics[2])
    if not received:
        return sent, 0, NO_TIMES, ""
    times = _ROUND_TRIP.search(answer.output)
    if times is None:
        raise incomplete(label)
    if sent < received:
        raise unparseable(label, f"{received} answers to {sent} requests")
    return sent, received, (float(times[1]) / 1000, float(times[2]) / 1000), ""


# busybox 1.36, networking/nslookup.c with FEATURE_NSLOOKUP_BIG (recordings dnsmasq_down,
# wan_static_baddns).
_REFUSED: Final = re.compile(r"^nslookup: read: Connection refused\n", re.MULTILINE)
_NO_WAY: Final = re.compile(r"^nslookup: .*Network is unreachable\n", re.MULTILINE)
_NO_ANSWER: Final = re.compile(
    r"^;; connection timed out; no servers could be reached\n", re.MULTILINE
)
_CANNOT_FIND: Final = re.compile(r"^\*\* server can't find \S+: ([A-Z0-9]+)\n", re.MULTILINE)
_EMPTY: Final = re.compile(r"^\*\*\* Can't find \S+: No answer\n", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^Address(?: \d+)?:\s+(\S+)\n", re.MULTILINE)
_HEADER: Final = re.compile(r"\AServer:\s+\S+\nAddress:\s+\S+\n\n")
# RFC 1035, section 4.1.1, and RFC 6895, section 2.3: names of response codes.
_CODES: Final = {
    "NXDOMAIN": DnsOutcome.NXDOMAIN,
    "SERVFAIL": DnsOutcome.SERVFAIL,
    "REFUSED": DnsOutcome.REFUSED,
}


def dns_check(answer: CommandAnswer, name: str, server: str) -> DnsCheck:
    """Read the answer of `nslookup -type=a NAME SERVER`.

    Args:
        answer: of the command.
        name: what was asked for.
        server: who was asked.

    Returns:
        The outcome, with the IPv4 addresses where there are any.

    Raises:
        UnreadableError: the answer is cut, or no nslookup's.
    """
    if answer.exit_status == NO_PROGRAM:
        refuse_failed(answer)
    outcome, addresses = _outcome(answer)
    took: Maybe[float] = Missing(why=FailureKind.UNSUPPORTED)
    return DnsCheck(name=name, server=server, outcome=outcome, addresses=addresses, took_s=took)


def _outcome(answer: CommandAnswer) -> tuple[DnsOutcome, tuple[str, ...]]:
    output = answer.output
    if answer.exit_status == TIMED_OUT:
        return DnsOutcome.TIMEOUT, ()
    if _REFUSED.search(output):
        return DnsOutcome.REFUSED, ()
    if _NO_WAY.search(output) or _NO_ANSWER.search(output):
        return DnsOutcome.TIMEOUT, ()
    failed = _CANNOT_FIND.search(output)
    if failed is not None:
        if failed[1] not in _CODES:
            raise unparseable(answer.command.label, f"the response code {failed[1]}")
        return _CODES[failed[1]], ()
    if _EMPTY.search(output):
        return DnsOutcome.NO_ADDRESS, ()
    header = _HEADER.search(output)
    if header is None or not output.endswith("\n\n") or len(output) == header.end():
        raise incomplete(answer.command.label)
    found = [one for one in _ADDRESS.findall(output[header.end() :]) if _is_ipv4(one)]
    addresses = tuple(dict.fromkeys(found))
    return (DnsOutcome.ANSWERED if addresses else DnsOutcome.NO_ADDRESS), addresses


def _is_ipv4(text: str) -> bool:
    try:
        return ip_address(text).version == 4  # noqa: PLR2004 - RFC 791, the version field
    except ValueError:
        return False
