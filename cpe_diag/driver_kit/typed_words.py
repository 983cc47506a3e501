"""The dialects of routers with nothing but an interactive command line: values as typed words.

What is typed is seen by a line editor first: control characters are its keys, and `?` asks for
help on all three platforms. Their manuals say little about quoting, so a value that is not known
to arrive is refused before anything is typed.
"""

from __future__ import annotations

import re
from typing import Final

# No marks that a line editor, a pager or one of the parsers below could take for its own.
_BARE: Final = re.compile(r"[A-Za-z0-9_.:,/@%+=~^*-]+")
_QUOTABLE: Final = re.compile(r"[\x20-\x7e]+")


def ndms_word(text: str) -> str:
    r"""Write a value as one word of Keenetic's command line.

    Args:
        text: printable ASCII without `"`, `\\` and `?`.

    Returns:
        It bare, or in double quotes where it holds anything but letters, digits and plain marks.
        Source: Keenetic Command Reference, Guide to the CLI: an argument with blanks stands in
        double quotes.

    Raises:
        ValueError: it is not known to arrive as it is.
    """
    return _word(text, refused='"\\?', by="Keenetic's command line")


def huawei_wap_word(text: str) -> str:
    """Write a value as one word of the WAP command line of Huawei's ONTs.

    Args:
        text: letters, digits and plain marks, without blanks: no document tells of quotes.

    Returns:
        It, bare.

    Raises:
        ValueError: it is not known to arrive as it is.
    """
    return _bare(text, by="the WAP command line")


def zyxel_word(text: str) -> str:
    """Write a value as one word of `zycli` on Zyxel's VMG and EMG.

    Args:
        text: letters, digits and plain marks, without blanks: no document tells of quotes.

    Returns:
        It, bare.

    Raises:
        ValueError: it is not known to arrive as it is.
    """
    return _bare(text, by="Zyxel's command line")


def _word(text: str, *, refused: str, by: str) -> str:
    if _BARE.fullmatch(text):
        return text
    if not _QUOTABLE.fullmatch(text) or any(mark in refused for mark in text):
        shown = next((mark for mark in text if mark in refused or not " " <= mark <= "~"), "")
        msg = f"{by} is not known to carry {shown!r}" if shown else f"{by} carries no empty word"
        raise ValueError(msg)
    return f'"{text}"'


def _bare(text: str, *, by: str) -> str:
    if not _BARE.fullmatch(text):
        shown = next((mark for mark in text if not _BARE.fullmatch(mark)), "")
        msg = f"{by} is not known to carry {shown!r}" if shown else f"{by} carries no empty word"
        raise ValueError(msg)
    return text
