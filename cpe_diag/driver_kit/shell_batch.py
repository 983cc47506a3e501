"""Many commands in one exec: the script that a router's shell runs, and its answer taken apart.

Every answer stands between two lines that carry a random marker of this batch. The marker is
nowhere whole in the script, so that a process list or an echo of the script cannot imitate it.
Commands run one after the other; those that may run beside others start first, in the
background, and each prints its whole frame with one write, which a pipe keeps together below
4,096 bytes (POSIX PIPE_BUF is at least 512, Linux pipe(7) has 4,096).
"""

from __future__ import annotations

import math
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.posix_shell import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.ports import Command

LONGEST_BESIDE: Final = 2100
"""Bytes that a command beside others may print, with the line that ends its frame; more is an
incomplete answer."""

TOO_LONG: Final = "long"
"""What stands in place of the exit status when such an output was longer."""

TIMED_OUT: Final = 124
"""The exit status of a command that exceeded its limit, as `timeout` of GNU coreutils says it."""

# timeout(1) of busybox ends with the signal's status, 128 + SIGTERM, not with 124.
_BUSYBOX_TIMED_OUT: Final = 143

# `timeout` is not part of every busybox and of old ones has another syntax: where it does not
# run, a second process kills the command. The killer holds none of the command's output open.
_PROLOGUE: Final = """\
LC_ALL=C
export LC_ALL
a={first}
b={second}
if timeout 9 true 2>/dev/null; then
lim() {{ timeout "$@"; }}
else
lim() {{
s=$1
shift
"$@" &
p=$!
( sleep "$s"; kill "$p" ) >/dev/null 2>&1 &
w=$!
wait "$p"
r=$?
kill "$w" 2>/dev/null || r=124
return $r
}}
fi
one() {{
o=$(lim "$2" sh -c "$3" 2>&1 </dev/null
printf '\\n%s%s end %s %s\\n' "$a" "$b" "$1" "$?")
if [ ${{#o}} -gt {longest} ]; then
o="
$a$b end $1 {too_long}"
fi
f="
$a$b begin $1
$o
"
printf '%s' "$f"
}}
"""
# A simple command replaces its shell (POSIX 2.14 exec), so that ending the shell ends the command.
_SIMPLE: Final = re.compile(r"[\w./-]+(?: +(?:[\w./:@%,+=-]|'[^']*')+)*", re.ASCII)
# POSIX 2.14 and 1.6: utilities that are no programs of their own, which exec would not find.
_BUILT_IN: Final = frozenset(
    (
        *("alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit", "export"),
        *("fc", "fg", "getopts", "hash", "jobs", "read", "readonly", "return", "set", "shift"),
        *("times", "trap", "type", "ulimit", "umask", "unalias", "unset", "wait"),
    )
)
_BESIDE: Final = "one {index} {limit} {text} &\n"
_ALONE: Final = """\
printf '\\n%s%s begin %s\\n' "$a" "$b" {index}
lim {limit} sh -c {text} 2>&1 </dev/null
printf '\\n%s%s end %s %s\\n' "$a" "$b" {index} "$?"
"""
_EPILOGUE: Final = """\
wait
printf '\\n%s%s done\\n' "$a" "$b"
"""


@dataclass(frozen=True, slots=True)
class Marker:
    """The random marker of one batch, in the two halves in which it travels."""

    first: str
    second: str

    def __str__(self) -> str:
        """Give the whole, as it stands in the answer."""
        return self.first + self.second


@dataclass(frozen=True, slots=True)
class Frame:
    """One command's answer; `exit_status` is `long` where the output was too long to be kept."""

    output: str
    exit_status: int | str


def new_marker() -> Marker:
    """Make a marker that no output can contain by chance (128 random bits)."""
    return Marker(secrets.token_hex(8), secrets.token_hex(8))


def build(commands: Sequence[Command], marker: Marker) -> str:
    """Write the script for one batch.

    Args:
        commands: what to run; the frames are numbered by their places in this sequence.
        marker: of this batch only.

    Returns:
        Text for `sh -c` or for the standard input of `sh -s`.
    """
    parts = [
        _PROLOGUE.format(
            first=marker.first, second=marker.second, longest=LONGEST_BESIDE, too_long=TOO_LONG
        )
    ]
    numbered = sorted(enumerate(commands), key=lambda item: not item[1].beside_others)
    for index, command in numbered:
        form = _BESIDE if command.beside_others else _ALONE
        limit = max(1, math.ceil(command.limit_s))
        text = quote(_replacing_its_shell(command.text))
        parts.append(form.format(index=index, limit=limit, text=text))
    return "".join([*parts, _EPILOGUE])


def take_apart(answer: str, marker: Marker) -> Mapping[int, Frame]:
    """Find the complete frames in what came back.

    A frame that was printed by a command in the background may stand in the middle of another
    one's output; it is lifted out, innermost first.

    Args:
        answer: everything the batch printed, or a beginning of it.
        marker: of this batch.

    Returns:
        The frames that are whole, by number, their outputs as they were.
        What is cut or crossed is not in the result.
    """
    whole = re.escape(str(marker))
    line = re.compile(rf"\n{whole} (?:begin (\d+)|end (\d+) (\d+|{TOO_LONG})|done)\n")
    frames: dict[int, Frame] = {}
    open_frames: list[tuple[int, list[str]]] = []
    position = 0
    for match in line.finditer(answer):
        if open_frames:
            open_frames[-1][1].append(answer[position : match.start()])
        position = match.end()
        begun, ended, status = match.groups()
        if begun is not None:
            open_frames.append((int(begun), []))
        elif ended is not None:
            if not open_frames or open_frames[-1][0] != int(ended):
                return _without_open(frames, open_frames)
            number, pieces = open_frames.pop()
            frames[number] = Frame("".join(pieces), _status(status))
    return frames


def is_done(answer: str, marker: Marker) -> bool:
    """Whether the batch ran to its end."""
    return f"\n{marker} done\n" in answer


def _replacing_its_shell(text: str) -> str:
    simple = _SIMPLE.fullmatch(text) and text.split(maxsplit=1)[0] not in _BUILT_IN
    return f"exec {text}" if simple else text


def _without_open(
    frames: dict[int, Frame], open_frames: list[tuple[int, list[str]]]
) -> dict[int, Frame]:
    return {number: frame for number, frame in frames.items() if number not in dict(open_frames)}


def _status(text: str) -> int | str:
    if text == TOO_LONG:
        return TOO_LONG
    status = int(text)
    return TIMED_OUT if status == _BUSYBOX_TIMED_OUT else status
