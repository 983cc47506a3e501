"""Names that others send: what may be shown of them."""

from __future__ import annotations


def plain(value: bytes, longest: int) -> str:
    """Give text without control characters, cut to a length.

    Args:
        value: what came.
        longest: characters that are kept.

    Returns:
        Printable text; what is no UTF-8 stands as U+FFFD.
    """
    text = value.decode("utf-8", "replace").strip("\0 ")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)[
        :longest
    ]
