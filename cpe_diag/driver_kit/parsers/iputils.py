"""ping of iputils, whose words differ from busybox's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

# iputils ping_common.c, finish(): `1 packets transmitted, 1 received, 0% packet loss, time 0ms`.
_STATISTICS: Final = re.compile(
    r"^(\d{1,6} packets transmitted, \d{1,6}) received(, (?:\+\d+ (?:duplicates|errors), )*"
    r"[\d.]+% packet loss), time \d+ms$",
    re.MULTILINE,
)
_EXTRA: Final = re.compile(r"\+\d+ (?:duplicates|errors), ")
_ROUND_TRIP: Final = re.compile(
    r"^rtt min/avg/max/mdev = ([\d.]+/[\d.]+/[\d.]+)/[\d.]+ ms(?:, .*)?$", re.MULTILINE
)
# ping.c: a name that does not resolve; sendto without a route.
_NO_NAME: Final = re.compile(
    r"^ping: (\S+): (?:Name or service not known|Temporary failure in name resolution|"
    r"No address associated with hostname)$",
    re.MULTILINE,
)


def as_busybox(answer: CommandAnswer) -> CommandAnswer:
    """Write an answer of iputils in the words of busybox; another stays as it is."""
    text = _STATISTICS.sub(_received, answer.output)
    text = _ROUND_TRIP.sub(r"round-trip min/avg/max = \1 ms", text)
    text = _NO_NAME.sub(r"ping: bad address '\1'", text)
    return replace(answer, output=text)


def _received(match: re.Match[str]) -> str:
    return f"{match[1]} packets received{_EXTRA.sub('', match[2])}"
