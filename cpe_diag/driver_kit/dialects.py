"""The dialects in which routers are spoken to: how each writes a value as one word."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit import (
    posix_shell,
    routeros_script,
    typed_words,
    vyatta_config,
)
from cpe_diag.driver_kit.ndms_answers import REFUSAL

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router import Question
    from cpe_diag.ports import Command

POSIX_SHELL: Final = "posix_shell"
"""The dialect of a driver that names none, and of a router of no known platform."""

PARAMETERS: Final = ("target", "server", "source", "size")
"""What a command template may ask for."""

_NAMES: Final = "(" + "|".join(PARAMETERS) + ")"
_PLACEHOLDER: Final = re.compile(r"\{" + _NAMES + r"\}")
# `ERROR::input para error!` and the like (sessions with HG8245 and EG8145 in public code).
_WAP_REFUSAL: Final = re.compile(r"^\s*ERROR::", re.MULTILINE)
_ZYCLI_REFUSAL: Final = re.compile(
    r"^\s*(?:Command Error|Unknown command|.*: not found)", re.MULTILINE | re.IGNORECASE
)
_TYPED_WORD: Final = r"(?<!\S)\{%s\}(?!\S)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One dialect.

    `quote` writes a value as one word, or refuses it (ValueError) where the platform could not
    carry it exactly. `word` is a pattern for a placeholder that stands as a word of its own.
    `posix` True: a POSIX shell runs what is sent, with an exit status, two outputs, and programs
    whose words everybody on the router sees. `typed` True: there is no exec channel, lines are
    typed at an interactive command line that netmiko knows as `netmiko`, and `refusal` is in what
    it says to a line that it does not take.
    """

    id: str
    quote: Callable[[str], str]
    word: str
    posix: bool = False
    typed: bool = False
    netmiko: str = ""
    refusal: re.Pattern[str] | None = None

    def misplaced(self, template: str) -> tuple[str, ...]:
        """Give the placeholders of a template that are only a part of a word or in quotes."""
        every = _PLACEHOLDER.findall(template)
        whole = re.findall(self.word % _NAMES, template)
        return tuple(name for name in every if every.count(name) != whole.count(name))

    def filled(self, template: str, parameters: Mapping[str, str]) -> str:
        """Put values into a template, each quoted as one word."""
        return re.sub(self.word % _NAMES, lambda match: self.quote(parameters[match[1]]), template)


_ALL: Final = (
    Dialect(id=POSIX_SHELL, quote=posix_shell.quote, word=posix_shell.WORD, posix=True),
    Dialect(id="routeros", quote=routeros_script.quote, word=routeros_script.WORD),
    Dialect(id="edgeos", quote=vyatta_config.quote, word=posix_shell.WORD, posix=True),
    Dialect(
        id="ndms",
        quote=typed_words.ndms_word,
        word=_TYPED_WORD,
        typed=True,
        netmiko="generic",
        refusal=REFUSAL,
    ),
    Dialect(
        id="huawei_wap",
        quote=typed_words.huawei_wap_word,
        word=_TYPED_WORD,
        typed=True,
        netmiko="huawei_ont",
        refusal=_WAP_REFUSAL,
    ),
    Dialect(
        id="zyxel",
        quote=typed_words.zyxel_word,
        word=_TYPED_WORD,
        typed=True,
        netmiko="zyxel_os",
        refusal=_ZYCLI_REFUSAL,
    ),
)

DIALECTS: Final[Mapping[str, Dialect]] = {one.id: one for one in _ALL}
"""By the name that driver files use in `dialect:`."""


def fill(question: Question, **parameters: str) -> tuple[Command, ...]:
    """Fill a question's command templates.

    Args:
        question: of a driver.
        parameters: values by name, such as `target` and `server`.

    Returns:
        The commands, each value quoted as one word of the driver's dialect.

    Raises:
        ValueError: a value could be taken for an option, is empty, or holds what no host or URL
            can hold, or what the dialect cannot carry.
        KeyError: the question needs a parameter that is not given.
    """
    dialect = DIALECTS[question.dialect]
    for name, value in parameters.items():
        if not value or value.startswith("-") or any(mark in value for mark in "\0\n\r"):
            msg = f"{question.id}: {name} must not be {value!r}"
            raise ValueError(msg)
    return tuple(
        replace(command, text=dialect.filled(command.text, parameters))
        for command in question.commands
    )
