"""curl, where a router has it: its exit code says in which phase a page failed."""

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

# proc(5): /proc/uptime before and after.
_UPTIME: Final = re.compile(r"^(\d{1,12}\.\d\d) \d{1,12}\.\d\d$", re.MULTILINE)
# Ours: curl -w 'curl %{http_code} %{size_download} %{time_namelookup} %{time_connect}
# %{redirect_url}\n', the URL cut behind its host; 000 where no status line came. Once two fields.
_WRITTEN: Final = re.compile(
    r"^curl (\d{3}) (\d{1,15})(?: (\d{1,6}\.\d{1,9}) (\d{1,6}\.\d{1,9}) (\S*))?$", re.MULTILINE
)
# RFC 3986, section 3.2: scheme, perhaps who asks, and the host.
_HOST: Final = re.compile(r"[A-Za-z][\w+.-]*://(?:[^/?#@]*@)?(\[[^\]/]+\]|[^/?#:]+)")
# lib/connect.c of curl, with -v: `* connect to ADDRESS port PORT failed: strerror(3)`.
_REFUSED: Final = "Connection refused"
# lib/http.c of curl, with exit code 1: what came begins with no status line.
_NO_PROTOCOL: Final = 1
_NO_HTTP: Final = "Received HTTP/0.9 when not allowed"
# curl(1), EXIT CODES.
_CODES: Final[Mapping[int, HttpOutcome]] = {
    _NO_PROTOCOL: HttpOutcome.BROKEN,
    6: HttpOutcome.NAME_FAILED,
    7: HttpOutcome.REFUSED,
    16: HttpOutcome.BROKEN,
    18: HttpOutcome.BROKEN,
    35: HttpOutcome.TLS_FAILED,
    52: HttpOutcome.BROKEN,
    55: HttpOutcome.BROKEN,
    56: HttpOutcome.BROKEN,
    60: HttpOutcome.CERTIFICATE,
    92: HttpOutcome.BROKEN,
}
_TIMED_OUT: Final = 28
# lib/connect.c and lib/url.c of curl; recording page_silent.
_CONNECTING: Final = re.compile(
    r"[Cc]onnection (?:timed out|timeout)|Resolving timed out|Failed to connect to "
)
_NO_STATUS: Final = "000"
_FIRST_ERROR: Final = 400

_NOT_READ: Final = Missing(why=FailureKind.UNPARSEABLE)
"""Something came that curl cannot read, and it does not say how much."""
UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)


def is_curl(answer: CommandAnswer) -> bool:
    """Whether it was curl that answered."""
    return _WRITTEN.search(answer.output) is not None


def curl_check(answer: CommandAnswer, url: str) -> HttpCheck:
    """Read what `curl -sSv -w ...` said of its connection, with /proc/uptime before and after.

    Args:
        answer: of the commands.
        url: what was fetched.

    Returns:
        The outcome; how long it took by the router's own clock, to 0.01 s.

    Raises:
        UnreadableError: cut, or with an exit code that is not known.
    """
    text, code = whole_text(answer)
    written = _WRITTEN.search(text)
    if written is None:
        raise unparseable(answer.command.label, "curl says nothing of what came")
    clock = [float(one) for one in _UPTIME.findall(text)]
    took: Maybe[float] = UNSUPPORTED
    if len(clock) == 2:  # noqa: PLR2004 - before and after
        took = round(clock[1] - clock[0], 2)
    status = None if written[1] == _NO_STATUS else int(written[1])
    outcome = _outcome(code, status, text, answer.command.label)
    return HttpCheck(
        url=url,
        outcome=outcome,
        status=status,
        took_s=took,
        received_bytes=_NOT_READ if code == _NO_PROTOCOL else int(written[2]),
        certificate=certificate_words.refused(outcome, text),
        connected_s=_connected_s(written),
        moved_to=UNSUPPORTED if written[5] is None else host_of(written[5]),
    )


def _connected_s(written: re.Match[str]) -> Maybe[float]:
    """Give the time of the handshake alone; curl writes 0 where no connection came about."""
    if written[4] is None:
        return UNSUPPORTED
    accepted = float(written[4])
    if not accepted:
        return Missing(why=FailureKind.NOT_MEASURED)
    return round(max(accepted - float(written[3]), 0.0), 6)


def host_of(location: str) -> str | None:
    """Give the host that a Location leads to; None where there is none, or it is no URL."""
    place = _HOST.match(location)
    return None if place is None else place[1].strip("[]").lower()


def _outcome(code: int, status: int | None, text: str, label: str) -> HttpOutcome:
    if code == 0 and status is not None:
        return HttpOutcome.OK if status < _FIRST_ERROR else HttpOutcome.HTTP_ERROR
    if code == _TIMED_OUT:
        connecting = _CONNECTING.search(text)
        return HttpOutcome.CONNECT_TIMEOUT if connecting else HttpOutcome.READ_TIMEOUT
    if code not in _CODES or (code == _NO_PROTOCOL and _NO_HTTP not in text):
        raise unparseable(label, f"curl ended with code {code}")
    if _CODES[code] is HttpOutcome.REFUSED and _REFUSED not in text:
        return HttpOutcome.UNREACHABLE
    return _CODES[code]
