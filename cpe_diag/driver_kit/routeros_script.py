"""The dialect of MikroTik RouterOS: how a value is written into a line of its scripting language.

MikroTik's Scripting manual lists the escapes of a string in double quotes; `$` links a variable
and, until v7.1, `?` asks for help. Every octet can be written as two hexadecimal digits in
capital letters, which is used for all but letters, digits and a few marks that mean nothing in a
string: one rule for every version, and tried on RouterOS 7 by others with every mark of ASCII.
"""

from __future__ import annotations

import re
import string
from typing import Final

# None of them is special within double quotes, in any version.
_PLAIN: Final = frozenset(f"{string.ascii_letters}{string.digits} -_.,:/@".encode())

WORD: Final = r"(?<![^\s=])\{%s\}(?=[\s;\])}]|\Z)"
"""A placeholder is a word of its own, or all of the value behind a `=`."""


def quote(text: str) -> str:
    """Write a value as a string of RouterOS, so that it arrives octet by octet.

    Args:
        text: anything without a NUL.

    Returns:
        The text in double quotes.

    Raises:
        ValueError: it holds a NUL, at which RouterOS ends a string.
    """
    octets = text.encode()
    if 0 in octets:
        msg = "RouterOS ends a string at a NUL"
        raise ValueError(msg)
    return '"' + "".join(chr(one) if one in _PLAIN else f"\\{one:02X}" for one in octets) + '"'


# What RouterOS itself escapes when it exports a script within a script.
_CODE: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "$": "\\$", "?": "\\3F", "\n": "\\n"})


def code(text: str) -> str:
    """Write a script of our own as a string, for `:parse` or `on-event`.

    Args:
        text: statements; values in it are quoted already.

    Returns:
        The text in double quotes, as short as RouterOS's own exports write it.
    """
    return f'"{text.translate(_CODE)}"'


# Scripting manual, constant escape sequences; \xx is two hexadecimal digits.
_ESCAPE: Final = re.compile(rb"\\([0-9A-F]{2}|.)", re.DOTALL)
_LETTERS: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"_": b" ",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}


def unquote(text: str) -> str:
    """Read what RouterOS writes between double quotes, as in `print detail` and `export`.

    Args:
        text: without the quotes.

    Returns:
        The value; octets that are no UTF-8 are replaced.
    """

    def octets(found: re.Match[bytes]) -> bytes:
        code = found[1]
        if len(code) == 2:  # noqa: PLR2004 - two hexadecimal digits
            return bytes.fromhex(code.decode())
        return _LETTERS.get(code, code)

    return _ESCAPE.sub(octets, text.encode()).decode("utf-8", "replace")
