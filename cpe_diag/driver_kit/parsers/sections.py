"""Answers of several small commands in one: sections with a name, lines `name=value`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.parsers.answers import unparseable

if TYPE_CHECKING:
    from collections.abc import Mapping

# Ours: a driver's command says `echo "== NAME"` before each part of its answer.
_HEAD: Final = re.compile(r"^== (.+)\n", re.MULTILINE)
_VARIABLE: Final = re.compile(r"([\w.]+)=(.*)")


def sections(text: str) -> tuple[tuple[str, str], ...]:
    """Cut an answer at its lines `== NAME`.

    Args:
        text: of a command that names each part of its answer.

    Returns:
        Names and what followed, in their order; what stood before the first is left out.
    """
    parts = _HEAD.split(text)[1:]
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def variables(text: str) -> Mapping[str, str]:
    """Read lines `name=value`; others are left out, and so is a variable without a value."""
    found = (_VARIABLE.fullmatch(line) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match and match[2]}


def needed(values: Mapping[str, str], name: str, label: str) -> str:
    """Give a variable that must be there.

    Raises:
        UnreadableError: UNPARSEABLE, naming it.
    """
    if name not in values:
        raise unparseable(label, f"the variable {name!r} is not there")
    return values[name]
