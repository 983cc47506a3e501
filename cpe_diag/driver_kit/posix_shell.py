"""The dialect of routers with a POSIX shell: how a value is written as one word."""

from __future__ import annotations

from typing import Final

WORD: Final = r"(?<!\S)\{%s\}(?=[\s;|&]|\Z)"
"""A word ends at a blank or at an operator (POSIX 2.3, token recognition)."""


def quote(text: str) -> str:
    """Quote for a POSIX shell, so that the text reaches the command as it is (POSIX 2.2.2).

    Args:
        text: anything without a NUL.

    Returns:
        The text in single quotes; a single quote in it ends, is escaped and begins again.
    """
    return "'" + text.replace("'", "'\\''") + "'"
