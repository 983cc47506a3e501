"""Trains of echo requests and a bounded download, as busybox's and iputils' ping tell of them.

The commands reduce each answer to a line of its own (`SEQUENCE MILLISECONDS`), since a hundred of
ping's own lines are more than a command beside others may print.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.parsers.answers import incomplete, unparseable, whole_text
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.ports import CommandAnswer

SMALL_BYTES: Final = 56
"""Data of a small echo request: what ping sends where nobody says."""
ECHO_HEADERS: Final = 28
"""RFC 791 and RFC 792: 20 bytes of IP and 8 of ICMP before the data."""
SILENT: Final = Missing(why=FailureKind.SILENT)

# Our own command's lines: sequence number and milliseconds of one answer.
_ECHO: Final = re.compile(r"^(\d{1,6}) (\d{1,7}(?:\.\d{1,6})?)$", re.MULTILINE)
# busybox networking/ping.c and iputils ping_common.c: the line of statistics begins alike.
_SENT: Final = re.compile(r"^(\d{1,6}) packets transmitted, (\d{1,6}) ", re.MULTILINE)
_ERROR: Final = re.compile(r"^ping: (.+)$", re.MULTILINE)
# busybox libbb/xatonum.c, libbb/appletlib.c; shells: an old ping, or none.
_TOO_OLD: Final = re.compile(r"invalid number|invalid option|unrecognized option|not found")
# Of a train of two sizes: `SIZE MILLISECONDS` for each answer, `sent COUNT SIZE` for each size.
_OF_SIZE: Final = re.compile(r"^(\d{2,5}) (\d{1,7}(?:\.\d{1,6})?)$", re.MULTILINE)
_SENT_SIZE: Final = re.compile(r"^sent (\d{1,6}) (\d{2,5})$", re.MULTILINE)
# ping's own lines, beside a download: of busybox (`seq=`) and iputils (`icmp_seq=`).
_FULL_LINE: Final = re.compile(r"seq=(\d{1,6}) .*time=(\d{1,7}(?:\.\d{1,6})?) ms", re.MULTILINE)
# proc(5), uptime; sysfs-class-net-statistics, rx_bytes: 64 bits. Our command's own words.
_MOMENT: Final = re.compile(
    r"^(begin|end) (\d{1,10}\.\d{2})(?: \d+\.\d+)? (\d{1,20})?$", re.MULTILINE
)
_GOT: Final = re.compile(r"^\s*(\d{1,12}) bytes$", re.MULTILINE)
_P95: Final = 0.95


def path_quality(answer: CommandAnswer, target: str) -> PathQuality:
    """Read a train of small echo requests.

    Args:
        answer: lines `SEQUENCE MILLISECONDS`, ping's statistics, and `rc=N` at its end.
        target: whom they asked.

    Returns:
        How many were lost, and how long the others took, in seconds.

    Raises:
        UnreadableError: the answer is cut; UNSUPPORTED: this ping sends no such train;
            DEPENDENCY: the name does not resolve.
    """
    text, _status = whole_text(answer)
    error = _ERROR.search(text)
    statistics = _SENT.search(text)
    echoes = _echoes(_ECHO, text)
    if statistics is None:
        if error is None and _TOO_OLD.search(text) is None:
            raise incomplete(answer.command.label)
        words = error[1] if error else "there is none"
        if error is None or _TOO_OLD.search(words):
            detail = f"this router's ping sends no fast train: {words}"
            raise UnreadableError(FailureKind.UNSUPPORTED, detail)
        if words.startswith("bad address "):
            detail = f"{answer.command.label}: the name does not resolve"
            raise UnreadableError(FailureKind.DEPENDENCY, detail)
        return spread(target, 1, {}, note=words)
    sent, received = int(statistics[1]), int(statistics[2])
    if received > sent or len(echoes) > sent or (received and not echoes):
        raise unparseable(answer.command.label, f"{received} answers to {sent} requests")
    return spread(target, sent, echoes, note=error[1] if error else "")


def spread(target: str, sent: int, echoes: Mapping[int, float], *, note: str = "") -> PathQuality:
    """Make the fact of a train.

    Args:
        target: whom it asked.
        sent: how many requests.
        echoes: round trips in seconds by sequence number.
        note: the sender's own error text.

    Returns:
        The spread of the round trips; Missing where nothing came back.
    """
    in_order = [echoes[number] for number in sorted(echoes)]
    ranked = sorted(in_order)
    steps = [abs(later - earlier) for earlier, later in pairwise(in_order)]
    return PathQuality(
        target=target,
        sent=sent,
        received=len(ranked),
        rtt_min_s=ranked[0] if ranked else SILENT,
        rtt_median_s=median(ranked) if ranked else SILENT,
        rtt_p95_s=_most(ranked),
        jitter_s=fmean(steps) if steps else SILENT,
        note=note,
    )


def rate_train(answer: CommandAnswer, target: str) -> RateTrain:
    """Read small and large echo requests, sent one at a time.

    Args:
        answer: lines `SIZE MILLISECONDS`, `sent COUNT SIZE` for each size, and `rc=N`.
        target: whom they asked.

    Returns:
        The middle of the small ones and the lower quarter of the large ones, in seconds.

    Raises:
        UnreadableError: the answer is cut, or UNSUPPORTED: this ping cannot do it.
    """
    text, _status = whole_text(answer)
    sent = {int(size): int(count) for count, size in _SENT_SIZE.findall(text)}
    if not sent:
        detail = "this router's ping sends no echo requests one at a time"
        raise UnreadableError(FailureKind.UNSUPPORTED, detail)
    if SMALL_BYTES not in sent or len(sent) != 2:  # noqa: PLR2004 - small and large
        raise incomplete(answer.command.label)
    size = max(sent)
    took: dict[int, list[float]] = {one: [] for one in sent}
    for one, milliseconds in _OF_SIZE.findall(text):
        if int(one) not in took:
            raise unparseable(answer.command.label, f"an answer of {one} bytes")
        took[int(one)].append(float(milliseconds) / 1000)
    return RateTrain(
        target=target,
        small_bytes=SMALL_BYTES + ECHO_HEADERS,
        size_bytes=size + ECHO_HEADERS,
        sent=sent[size],
        received=len(took[size]),
        small_median_s=_median(took[SMALL_BYTES]),
        small_spread_s=_spread(took[SMALL_BYTES]),
        large_quartile_s=_quartile(took[size]),
    )


def load_test(answer: CommandAnswer, url: str, gateway: str) -> LoadTest:
    """Read a bounded download with echo requests beside it.

    Args:
        answer: `begin UPTIME BYTES`, `end UPTIME BYTES` (of the line's counter), `N bytes`,
            ping's own lines in between, and `rc=N`.
        url: what was fetched.
        gateway: whom the echo requests asked.

    Returns:
        What came, in which time, and how the way to the gateway was meanwhile.

    Raises:
        UnreadableError: the answer is cut; NOT_MEASURED: nothing came at all.
    """
    text, _status = whole_text(answer)
    moments = {word: (float(at), count) for word, at, count in _MOMENT.findall(text)}
    got = _GOT.search(text)
    if len(moments) != 2 or got is None:  # noqa: PLR2004 - begin and end
        raise incomplete(answer.command.label)
    begun, ended = moments["begin"], moments["end"]
    took_s = ended[0] - begun[0]
    if not int(got[1]):
        raise UnreadableError(FailureKind.NOT_MEASURED, "nothing of the file came")
    if took_s < 0:
        raise unparseable(answer.command.label, "the time ran backwards")
    line: Maybe[int] = Missing(why=FailureKind.UNSUPPORTED)
    if begun[1] and ended[1] and int(ended[1]) >= int(begun[1]):
        line = int(ended[1]) - int(begun[1])
    echoes = _echoes(_FULL_LINE, text)
    statistics = _SENT.search(text)
    loaded: Maybe[PathQuality] = SILENT
    if statistics is not None or echoes:
        sent = int(statistics[1]) if statistics else max(echoes) + 1
        loaded = spread(gateway, max(sent, len(echoes)), echoes)
    # proc(5): the uptime is told in hundredths of a second.
    return LoadTest(
        url=url,
        received_bytes=int(got[1]),
        took_s=max(took_s, 0.01),
        line_bytes=line,
        loaded=loaded,
    )


def _echoes(line: re.Pattern[str], text: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for number, milliseconds in line.findall(text):
        found.setdefault(int(number), float(milliseconds) / 1000)
    return found


def _median(times_s: Sequence[float]) -> Maybe[float]:
    return median(times_s) if times_s else SILENT


def _most(times_s: Sequence[float]) -> Maybe[float]:
    """Give the time that 95 of 100 stay below."""
    return sorted(times_s)[math.ceil(_P95 * len(times_s)) - 1] if times_s else SILENT


def _spread(times_s: Sequence[float]) -> Maybe[float]:
    """Give how far the upper quarter is from the lower one."""
    ranked = sorted(times_s)
    return ranked[3 * len(ranked) // 4] - ranked[len(ranked) // 4] if ranked else SILENT


def _quartile(times_s: Sequence[float]) -> Maybe[float]:
    return sorted(times_s)[len(times_s) // 4] if times_s else SILENT
