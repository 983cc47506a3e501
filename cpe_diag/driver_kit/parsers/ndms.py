"""How Keenetic's command line writes: names right-aligned before a colon, deeper ones inside.

Source: python_ndms2_client, tests/test_parse_dict_lines.py (recorded answers of NDMS 2.08 to 3).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.driver_kit.ndms_answers import REFUSAL
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.ports import CommandAnswer

_FIELD: Final = re.compile(r"(\s*)([a-z][a-z0-9_-]*)(?:, ([^:]*))?:(?: (.*))?", re.IGNORECASE)
_HEADER: Final = re.compile(r"(\w+),\s*name\s*=\s*\"?([^\":]+)\"?:?\s*")


def taken(answer: CommandAnswer) -> str:
    """Give an answer's text where the router took the line.

    Raises:
        UnreadableError: UNSUPPORTED where it does not know the line, DEVICE_ERROR where it did
            not come back in time.
    """
    label = answer.command.label
    refused = REFUSAL.search(answer.output)
    if refused is not None:
        raise UnreadableError(FailureKind.UNSUPPORTED, f"{label}: {refused[0].strip()}")
    if answer.exit_status:
        raise UnreadableError(FailureKind.DEVICE_ERROR, f"{label}: failed")
    return answer.output


def fields(text: str) -> Mapping[str, str]:
    """Read the values of the outermost level.

    Args:
        text: an answer, or a part of one.

    Returns:
        The first value of each name whose colon stands where the first line's does.
    """
    return _level([match for match in map(_FIELD.fullmatch, text.splitlines()) if match])


def blocks(text: str, name: str) -> tuple[Mapping[str, str], ...]:
    """Read blocks that begin with a line `name:` and hold deeper values.

    Args:
        text: an answer.
        name: of the blocks, for example `station`.

    Returns:
        Each block's own values, without those of blocks within it.
    """
    found: list[list[re.Match[str]]] = []
    for line in text.splitlines():
        match = _FIELD.fullmatch(line)
        if match is None:
            continue
        if match[2] == name and not (match[4] or "").strip():
            found.append([])
        elif found:
            found[-1].append(match)
    return tuple(_level(block) for block in found)


def named_blocks(text: str) -> tuple[Mapping[str, str], ...]:
    """Read what stands behind each line `Kind, name = "X"` at the left margin.

    Args:
        text: an answer to `show interface`.

    Returns:
        Each one's own values.
    """
    parts: list[list[str]] = []
    for line in text.splitlines():
        if _HEADER.fullmatch(line):
            parts.append([])
        elif parts:
            parts[-1].append(line)
    return tuple(fields("\n".join(part)) for part in parts)


def _level(matches: Sequence[re.Match[str]]) -> Mapping[str, str]:
    values: dict[str, str] = {}
    column = -1
    for match in matches:
        place = len(match[1]) + len(match[2])
        column = place if column < 0 else column
        if place == column and match[3] is None:
            values.setdefault(match[2], (match[4] or "").strip())
    return values
