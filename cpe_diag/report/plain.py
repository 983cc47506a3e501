"""Text that came from elsewhere, made harmless for a terminal and for a ticket."""

from __future__ import annotations

import json
import re
import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories (UAX 44) that move the cursor, turn the writing direction or show nothing."""


_NOT_SHOWN = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""What JSON leaves as it is and a terminal acts on or hides (C1 controls and categories above)."""


def harmless(text: str) -> str:
    """Replace what could act on a terminal or hide itself: escapes, controls, direction marks.

    Devices name themselves: an SSID or a host name may hold an escape sequence.

    Args:
        text: any text.

    Returns:
        The text on one line, with `?` for every character that is not plainly visible.
    """
    words = " ".join(text.split())
    return "".join("?" if unicodedata.category(letter) in _UNSAFE else letter for letter in words)


def json_text(document: object, *, indent: int | None = 2) -> str:
    """Write a document as JSON that can be shown on a terminal, whatever devices have said.

    Args:
        document: what `json.dumps` takes.
        indent: spaces of each level; None: all on one line, which is many times as quick for a
            document of some megabytes.

    Returns:
        JSON; letters stay letters, controls, direction marks and halves of characters
        are escaped by their numbers.
    """
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    return _NOT_SHOWN.sub(lambda match: json.dumps(match[0])[1:-1], text)


def ascii_only(text: str) -> str:
    """Spell a text with ASCII letters, for a terminal that can show nothing else.

    Args:
        text: any text.

    Returns:
        Accents dropped, punctuation spelled, `?` for the rest.
    """
    spelled = text.translate(_SPELLED)
    parts = unicodedata.normalize("NFKD", spelled)
    kept = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return kept.encode("ascii", "replace").decode("ascii")


_SPELLED = str.maketrans(
    {0x2010: "-", 0x2013: "-", 0x2014: "-", 0x2026: "...", 0xB7: "-", 0x2192: "->"}
    | {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xDF: "ss"}
)
"""Hyphens and dashes, ellipsis, middle dot, arrow, quotation marks, sharp s."""
