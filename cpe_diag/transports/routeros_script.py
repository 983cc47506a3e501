"""Many commands in one exec for RouterOS: each parsed and run by itself, between two markers.

RouterOS parses a whole script before it runs any of it, so one command that a version or package
does not know would end all: each command is parsed from a string while the script runs
(`:parse`), and what fails there is caught (`:do ... on-error`). Sources: MikroTik's Scripting
manual for both; that they catch unknown menus is how scripts for both Wi-Fi packages do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.routeros_script import code, quote
from cpe_diag.driver_kit.shell_batch import Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.driver_kit.shell_batch import Marker
    from cpe_diag.ports import Command

LONGEST: Final = 7_000
"""Bytes of one exec request. No document bounds it; dropbear, which others use, takes 9,000."""

NOT_KNOWN: Final = 127
"""The status of a command that RouterOS does not parse: no such menu, command or parameter."""

FAILED: Final = 1
"""The status of a command that RouterOS began and that failed."""

# The status rises to what is known so far; after the last statement it is 0.
_FRAME: Final = (
    ':put ("\\n" . $a . $b . " begin {index}");'
    ":local s{index} {not_known};"
    ":do {{:local f [:parse {text}];:set s{index} {failed};$f;:set s{index} 0}} on-error={{}};"
    ':put ("\\n" . $a . $b . " end {index} " . $s{index});'
)


def build(commands: Sequence[tuple[int, Command]], marker: Marker) -> str:
    """Write the script for a batch.

    Args:
        commands: what to run, with their numbers. RouterOS has no time limit for a command: each
            bounds itself (`count=`, `duration=`), and the caller's deadline bounds all.
        marker: of this batch only.

    Returns:
        One line of RouterOS's language.
    """
    frames = "".join(
        _FRAME.format(index=number, text=code(command.text), not_known=NOT_KNOWN, failed=FAILED)
        for number, command in commands
    )
    first, second = quote(marker.first), quote(marker.second)
    done = ':put ("\\n" . $a . $b . " done")'
    return f"{{:local a {first};:local b {second};{frames}{done}}}"


def alone(number: int, command: Command, marker: Marker) -> str:
    """Write a command that is an exec of its own, so that what it says when it fails is heard.

    Args:
        number: of the command.
        command: what to run.
        marker: of this batch only.

    Returns:
        One line of RouterOS's language; the script ends where the command fails.
    """
    first, second = quote(marker.first), quote(marker.second)
    return (
        f"{{:local a {first};:local b {second};"
        f':put ("\\n" . $a . $b . " begin {number}");{command.text};'
        f':put ("\\n" . $a . $b . " end {number} 0");'
        ':put ("\\n" . $a . $b . " done")}'
    )


def ended(number: int, answer: str, marker: Marker) -> Frame | None:
    """Take apart what a command alone said when it failed.

    Args:
        number: of the command.
        answer: all that came before the channel ended in order.
        marker: of this batch.

    Returns:
        What it said, with FAILED, or with NOT_KNOWN where RouterOS did not even begin; None
        where nothing came.
    """
    _, begun, rest = answer.partition(f"\n{marker} begin {number}\n")
    if begun:
        return Frame(rest, FAILED)
    return Frame(answer, NOT_KNOWN) if answer.strip() else None


def plain(text: str) -> str:
    """Give an answer the line ends of POSIX: RouterOS ends lines as a terminal does."""
    return text.replace("\r\n", "\n").replace("\r", "")
