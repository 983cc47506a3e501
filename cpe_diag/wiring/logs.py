"""Logs of long-running commands: lines for people or JSON, with run and case, without secrets."""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN: Final[ContextVar[str]] = ContextVar("run", default="")
_CASE: Final[ContextVar[str]] = ContextVar("case", default="")

_SECRETS: Final = (
    # RFC 3986, 3.2.1: user information of an address.
    (re.compile(r"(\w://)[^\s/@]+@"), r"\1[secret]@"),
    (
        re.compile(
            r"""(?ix) \b ( pass(?:word|wd|phrase)? | token | secret | api[_-]?key | community )
            (["']? \s* [=:] \s* ["']?) [^\s"'&,;)}]+"""
        ),
        r"\1\2[secret]",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [secret]"),
    # Telegram puts the bot's token into the path.
    (re.compile(r"/bot\d+:[\w-]+"), "/bot[secret]"),
    # A customer's link on our own pages.
    (re.compile(r"/w/[\w-]{20,}"), "/w/[secret]"),
)
"""What looks like a secret wherever it comes from, a foreign library's words above all."""


OWN_HANDLERS: Final = ("dbos",)
"""Loggers to which their libraries add a handler of theirs, where they have none."""


class LogFormat(StrEnum):
    """How a line looks."""

    TEXT = "text"
    JSON = "json"


@contextmanager
def about(*, run: str = "", case: str = "") -> Iterator[None]:
    """Have what is logged in the block say which run and case it is about."""
    was_run = _RUN.set(run or _RUN.get())
    was_case = _CASE.set(case or _CASE.get())
    try:
        yield
    finally:
        _CASE.reset(was_case)
        _RUN.reset(was_run)


def scrubbed(text: str) -> str:
    """Take out of a text what looks like a secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class Lines(logging.Formatter):
    """Writes one record, in one of the two forms."""

    def __init__(self, form: LogFormat) -> None:
        """Write in `form`."""
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; JSON is one line, whatever is in it.

        What is given as `extra={"fields": {...}}` stands beside the words.
        """
        fields = {
            name: scrubbed(value) if isinstance(value, str) else value
            for name, value in getattr(record, "fields", {}).items()
        }
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": _RUN.get(),
            "case": _CASE.get(),
            "words": scrubbed(record.getMessage()),
            "traceback": scrubbed(self.formatException(record.exc_info))
            if record.exc_info
            else "",
        }
        if self._form is LogFormat.JSON:
            return json.dumps({key: value for key, value in said.items() if value} | fields)
        ids = "".join(f" {key} {said[key]}" for key in ("run", "case") if said[key])
        line = f"{said['at']} {said['level'].upper()} {said['logger']}{ids}: {said['words']}"
        line += "".join(f" {name}={value}" for name, value in fields.items())
        return f"{line}\n{said['traceback']}" if said["traceback"] else line


def log_as(form: LogFormat, *, level: int = logging.INFO) -> None:
    """Log to standard error: what we say from `level`, what libraries say from WARNING.

    They name addresses with their credentials at INFO.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Lines(form))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("cpe_diag").setLevel(level)
    for name in OWN_HANDLERS:
        logging.getLogger(name).handlers = [handler]
        logging.getLogger(name).propagate = False
