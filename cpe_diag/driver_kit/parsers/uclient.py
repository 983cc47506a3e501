"""uclient-fetch, which is `wget` on OpenWrt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.driver_kit.parsers import certificate_words
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import CommandAnswer

# /proc/uptime before and after (proc(5)): seconds since the start with two decimals.
_UPTIME: Final = re.compile(r"^(\d{1,12}\.\d\d) \d+\.\d\d$", re.MULTILINE)
# uclient-fetch.c: header_done_cb, eof_cb, handle_uclient_error, main.
_REDIRECTED: Final = re.compile(r"^Redirected to .* on (\S+)$", re.MULTILINE)
_DONE: Final = re.compile(r"^Download completed \((\d{1,15}) bytes\)$", re.MULTILINE)
_HTTP_ERROR: Final = re.compile(r"^HTTP error (\d{3})$", re.MULTILINE)
_NOT_SENT: Final = "Failed to send request: Operation not permitted"
_ERRORS: Final[Mapping[str, HttpOutcome]] = {
    "Connection error: Connection timed out": HttpOutcome.CONNECT_TIMEOUT,
    "Connection error: Connection failed": HttpOutcome.REFUSED,
    "Connection error: Invalid SSL certificate": HttpOutcome.CERTIFICATE,
    "Connection error: Server hostname does not match SSL certificate": HttpOutcome.CERTIFICATE,
    "Connection reset prematurely": HttpOutcome.BROKEN,
    "Connection error: Connection reset prematurely": HttpOutcome.BROKEN,
    "Failed to establish connection": HttpOutcome.UNREACHABLE,
}
_NO_TLS: Final = "SSL support not available"
_URL_HOST: Final = re.compile(r"https?://([^/:]+)")
_NUMERIC: Final = re.compile(r"[\d.]+")
# uclient-fetch.c, header_done_cb: of the codes that it accepts only 200 is usual for a page; it
# does not print which one it was.
_ACCEPTED: Final = 200


def http_check(answer: CommandAnswer, url: str) -> HttpCheck:
    """Read the answer of `cat /proc/uptime; uclient-fetch -O /dev/null URL; ...`.

    It does not say in which phase its limit was reached: that is CONNECT_TIMEOUT here. It says
    the same words where a name does not resolve and where there is no route: with a name in the
    URL that is NAME_FAILED, without one UNREACHABLE.

    Args:
        answer: of the commands, with `/proc/uptime` before and after, and `rc=N` at the end.
        url: what was fetched.

    Returns:
        The outcome; how long it took by the router's own clock, to 0.01 s.

    Raises:
        UnreadableError: the answer is cut, or in other words than known.
    """
    text, _ = whole_text(answer)
    clock = [float(one) for one in _UPTIME.findall(text)]
    took: Maybe[float] = Missing(why=FailureKind.UNSUPPORTED)
    if len(clock) == 2:  # noqa: PLR2004 - before and after
        took = round(clock[1] - clock[0], 2)
    done = _DONE.search(text)
    if done is not None:
        size = int(done[1])
        return HttpCheck(
            url=url,
            outcome=HttpOutcome.OK,
            status=_ACCEPTED,
            took_s=took,
            received_bytes=size,
            moved_to=_led_to(text),
        )
    nothing: Maybe[int] = Missing(why=FailureKind.UNSUPPORTED)
    refused = _HTTP_ERROR.search(text)
    if refused is not None:
        return HttpCheck(
            url=url,
            outcome=HttpOutcome.HTTP_ERROR,
            status=int(refused[1]),
            took_s=took,
            received_bytes=nothing,
            moved_to=_led_to(text),
        )
    outcome = _failed(text, url, answer.command.label)
    return HttpCheck(
        url=url,
        outcome=outcome,
        status=None,
        took_s=took,
        received_bytes=nothing,
        certificate=certificate_words.refused(outcome, text),
        moved_to=_led_to(text) or Missing(why=FailureKind.NOT_MEASURED),
    )


def _led_to(text: str) -> str | None:
    """Give the host that it was led to last; it follows by itself."""
    led = _REDIRECTED.findall(text)
    return led[-1].lower() if led else None


def _failed(text: str, url: str, label: str) -> HttpOutcome:
    for line in text.splitlines():
        if line in _ERRORS:
            return _ERRORS[line]
        if line.startswith(_NOT_SENT):
            host = _URL_HOST.match(url)
            named = host is not None and not _NUMERIC.fullmatch(host[1])
            return HttpOutcome.NAME_FAILED if named else HttpOutcome.UNREACHABLE
        if line.startswith(_NO_TLS):
            raise unparseable(label, "the router has no TLS for its HTTP client")
    raise unparseable(label, "no known end of a download")
