"""The dialect of routers with a POSIX shell: how words are quoted and templates are filled."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.router import Question
    from cpe_diag.ports import Command

PARAMETERS: Final = ("target", "server")
"""What a command template may ask for."""

_PLACEHOLDER: Final = re.compile(r"\{(" + "|".join(PARAMETERS) + r")\}")
# A word ends at a blank or at an operator (POSIX 2.3, token recognition).
_WHOLE_WORD: Final = re.compile(r"(?<!\S)\{(" + "|".join(PARAMETERS) + r")\}(?=[\s;|&]|\Z)")


def quote(text: str) -> str:
    """Quote for a POSIX shell, so that the text reaches the command as it is (POSIX 2.2.2).

    Args:
        text: anything without a NUL.

    Returns:
        The text in single quotes; a single quote in it ends, is escaped and begins again.
    """
    return "'" + text.replace("'", "'\\''") + "'"


def misplaced(template: str) -> tuple[str, ...]:
    """Give the placeholders of a template that are only a part of a word or stand in quotes."""
    every = _PLACEHOLDER.findall(template)
    whole = _WHOLE_WORD.findall(template)
    return tuple(name for name in every if every.count(name) != whole.count(name))


def fill(question: Question, **parameters: str) -> tuple[Command, ...]:
    """Fill a question's command templates.

    Args:
        question: of a driver.
        parameters: values by name, such as `target` and `server`.

    Returns:
        The commands, each value quoted as one word.

    Raises:
        ValueError: a value could be taken for an option, is empty, or holds what no host or URL
            can hold.
        KeyError: the question needs a parameter that is not given.
    """
    for name, value in parameters.items():
        if not value or value.startswith("-") or any(mark in value for mark in "\0\n\r"):
            msg = f"{question.id}: {name} must not be {value!r}"
            raise ValueError(msg)
    return tuple(
        replace(command, text=_filled(command.text, parameters)) for command in question.commands
    )


def _filled(template: str, parameters: Mapping[str, str]) -> str:
    return _WHOLE_WORD.sub(lambda match: quote(parameters[match[1]]), template)
