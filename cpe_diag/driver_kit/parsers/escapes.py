r"""Names of networks as radio tools print them: bytes that cannot be shown are `\xNN`."""

from __future__ import annotations

import re
from typing import Final

_BYTE: Final = re.compile(r"\\x([0-9A-Fa-f]{2})")
_BYTE_OR_BACKSLASH: Final = re.compile(r"\\x([0-9A-Fa-f]{2})|\\\\")


def unescaped(text: str, *, backslashes: bool) -> str:
    r"""Undo the escapes `\xNN`, which stand for bytes of UTF-8.

    Args:
        text: as a tool printed it.
        backslashes: whether it doubles a backslash of the name.

    Returns:
        The name; bytes that are no UTF-8 become replacement characters.
    """
    raw = bytearray()
    position = 0
    for match in (_BYTE_OR_BACKSLASH if backslashes else _BYTE).finditer(text):
        raw += text[position : match.start()].encode("utf-8", "replace")
        raw += bytes([int(match[1], 16)]) if match[1] else b"\\"
        position = match.end()
    raw += text[position:].encode("utf-8", "replace")
    return raw.decode("utf-8", "replace")
