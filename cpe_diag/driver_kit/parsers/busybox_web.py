"""wget of busybox, and its nslookup in the form without a type of record."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.driver_kit.parsers.answers import (
    NO_PROGRAM,
    TIMED_OUT,
    refuse_failed,
    unparseable,
    whole_text,
)
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

# proc(5): /proc/uptime before and after.
_UPTIME: Final = re.compile(r"^(\d{1,12}\.\d\d) \d{1,12}\.\d\d$", re.MULTILINE)
# busybox networking/wget.c (1.17 to 1.36): gethttp, download_one_url, open_socket, progress timer;
# libbb/xconnect.c: xhost2sockaddr, xconnect.
_SERVER_ERROR: Final = re.compile(
    r"^wget: server returned error: HTTP/\d\.\d (\d{3})\b", re.MULTILINE
)
_WORDS: Final = (
    ("wget: bad address", HttpOutcome.NAME_FAILED),
    ("Connection refused", HttpOutcome.REFUSED),
    ("No route to host", HttpOutcome.UNREACHABLE),
    ("Network is unreachable", HttpOutcome.UNREACHABLE),
    ("Connection timed out", HttpOutcome.CONNECT_TIMEOUT),
    ("wget: download timed out", HttpOutcome.CONNECT_TIMEOUT),
    ("wget: error getting response", HttpOutcome.BROKEN),
    ("Connection reset by peer", HttpOutcome.BROKEN),
    ("TLS error", HttpOutcome.TLS_FAILED),
)
# networking/wget.c, open_socket: `Connecting to HOST (ADDRESS:PORT)`, for each redirect again.
_CONNECTING: Final = re.compile(r"^Connecting to (\S+) \(", re.MULTILINE)
_NO_TLS: Final = "wget: not an http or ftp url"
# RFC 9110, section 15.3.1; wget ends with 0 for no other usual status.
_ACCEPTED: Final = 200

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)


def wget_check(answer: CommandAnswer, url: str) -> HttpCheck:
    """Read `cat /proc/uptime; wget -O /dev/null URL; r=$?; cat /proc/uptime; echo rc=$r`.

    It does not say in which phase its own limit was reached: that is CONNECT_TIMEOUT here.

    Args:
        answer: of the commands.
        url: what was fetched.

    Returns:
        The outcome; how long it took by the router's own clock, to 0.01 s.

    Raises:
        UnreadableError: cut, in other words than known, or the router's wget has no TLS.
    """
    text, status = whole_text(answer)
    if status == NO_PROGRAM:
        raise UnreadableError(FailureKind.UNSUPPORTED, "there is no program 'wget' here")
    clock = [float(one) for one in _UPTIME.findall(text)]
    took: Maybe[float] = UNSUPPORTED
    if len(clock) == 2:  # noqa: PLR2004 - before and after
        took = round(clock[1] - clock[0], 2)
    outcome, code = _ending(text, status, answer.command.label)
    return HttpCheck(
        url=url,
        outcome=outcome,
        status=code,
        took_s=took,
        received_bytes=UNSUPPORTED,
        moved_to=_led_to(text, code),
    )


def _led_to(text: str, code: int | None) -> Maybe[str | None]:
    """Give the host to which it was led last: it says whom it connects to, each time."""
    hosts: list[str] = _CONNECTING.findall(text)
    if len(hosts) > 1:
        return hosts[-1].lower()
    return UNSUPPORTED if code is None or not hosts else None


def _ending(text: str, status: int, label: str) -> tuple[HttpOutcome, int | None]:
    if status == 0:
        return HttpOutcome.OK, _ACCEPTED
    refused = _SERVER_ERROR.search(text)
    if refused is not None:
        return HttpOutcome.HTTP_ERROR, int(refused[1])
    if _NO_TLS in text:
        raise UnreadableError(FailureKind.UNSUPPORTED, f"{label}: the router's wget has no TLS")
    for words, outcome in _WORDS:
        if words in text:
            return outcome, None
    raise unparseable(label, "no known end of a download")


# busybox networking/nslookup.c: the small one (print_host: `Address 1: ...`; one line of error
# that has no reason in it), and the big one of 1.32 and later (`Address: ...`), which asks for A
# and AAAA where no type is given.
_SMALL_FAILED: Final = re.compile(r"^nslookup: can't resolve '", re.MULTILINE)
_REFUSED: Final = re.compile(
    r"^nslookup: (?:read|write)[^:\n]*: Connection refused$", re.MULTILINE
)
_NO_WAY: Final = re.compile(r"^nslookup: .*Network is unreachable$", re.MULTILINE)
_NO_ANSWER: Final = re.compile(
    r"^;; connection timed out; no servers could be reached$", re.MULTILINE
)
_CANNOT_FIND: Final = re.compile(r"^\*\* server can't find \S+: ([A-Z0-9]+)$", re.MULTILINE)
_EMPTY: Final = re.compile(r"^\*\*\* Can't find \S+: No answer$", re.MULTILINE)
_ANSWER: Final = re.compile(r"^(?:Non-authoritative answer:|Name:\s+\S+)$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^Address(?: \d+)?:\s+(\S+)", re.MULTILINE)
# RFC 1035, section 4.1.1, and RFC 6895, section 2.3: names of response codes.
_CODES: Final = {
    "NXDOMAIN": DnsOutcome.NXDOMAIN,
    "SERVFAIL": DnsOutcome.SERVFAIL,
    "REFUSED": DnsOutcome.REFUSED,
}


def untyped_dns_check(answer: CommandAnswer, name: str, server: str) -> DnsCheck:
    """Read `nslookup NAME SERVER; echo rc=$?` of either busybox nslookup.

    Args:
        answer: of the command.
        name: what was asked for.
        server: who was asked.

    Returns:
        The outcome, with the IPv4 addresses where there are any.

    Raises:
        UnreadableError: cut, no nslookup's, or NOT_MEASURED: the small nslookup says that it got
            no address, and not why.
    """
    outcome, addresses = _dns_outcome(answer)
    return DnsCheck(
        name=name, server=server, outcome=outcome, addresses=addresses, took_s=UNSUPPORTED
    )


def _dns_outcome(
    answer: CommandAnswer,
) -> tuple[DnsOutcome, tuple[str, ...]]:
    if answer.exit_status == NO_PROGRAM:
        refuse_failed(answer)
    if answer.exit_status == TIMED_OUT:
        return DnsOutcome.TIMEOUT, ()
    text, status = whole_text(answer)
    label = answer.command.label
    start = _ANSWER.search(text)
    if status == 0 and start is not None:
        found = [one for one in _ADDRESS.findall(text[start.end() :]) if _is_ipv4(one)]
        addresses = tuple(dict.fromkeys(found))
        return (DnsOutcome.ANSWERED if addresses else DnsOutcome.NO_ADDRESS), addresses
    if _REFUSED.search(text):
        return DnsOutcome.REFUSED, ()
    if _NO_WAY.search(text) or _NO_ANSWER.search(text):
        return DnsOutcome.TIMEOUT, ()
    failed = _CANNOT_FIND.search(text)
    if failed is not None:
        if failed[1] not in _CODES:
            raise unparseable(label, f"the response code {failed[1]}")
        return _CODES[failed[1]], ()
    if _EMPTY.search(text):
        return DnsOutcome.NO_ADDRESS, ()
    if _SMALL_FAILED.search(text):
        detail = f"{label}: no address came, and this nslookup does not say why"
        raise UnreadableError(FailureKind.NOT_MEASURED, detail)
    raise unparseable(label, "no known answer of nslookup")


def _is_ipv4(text: str) -> bool:
    try:
        return ip_address(text).version == 4  # noqa: PLR2004 - RFC 791, the version field
    except ValueError:
        return False
