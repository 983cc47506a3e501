"""What of a page's answer tells whether it is the page that was asked for."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

FIRST_REDIRECT: Final = 300
FIRST_ERROR: Final = 400
"""RFC 9110, section 15."""
LONGEST_LOCATION: Final = 300


def text_there(text: str | None, body: bytes, *, whole: bool) -> bool | None:
    """Tell whether a text is in a body; where that was cut, it may stand in what is missing.

    Args:
        text: of the page, or None where none is known.
        body: as far as it was read.
        whole: whether that is all of it.

    Returns:
        None: not known.
    """
    if text is None:
        return None
    return text.encode() in body or (False if whole else None)


def other_host(url: str, status: int | None, location: str) -> str:
    """Give the host that we are sent to, where it is not the page's own.

    Args:
        url: that was asked for.
        status: of the answer.
        location: where it sends us.

    Returns:
        Empty: nowhere else.
    """
    if status is None or not FIRST_REDIRECT <= status < FIRST_ERROR:
        return ""
    try:
        own, other = urlsplit(url).hostname or "", urlsplit(location).hostname or ""
    except ValueError:
        return ""
    return "" if other == own else other


def shown(location: bytes) -> str:
    """Give a Location header as text that can be shown.

    Args:
        location: its value.

    Returns:
        At most LONGEST_LOCATION printable characters.
    """
    text = location.decode("ascii", "replace")
    return "".join(sign for sign in text if sign.isprintable())[:LONGEST_LOCATION]
