"""A link as a QR code, drawn as one path of an SVG picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import segno

QUIET: Final = 4
"""Modules of nothing around it: ISO/IEC 18004, section 6.3.8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A picture of `size` modules each way, its quiet zone included; `path` are the dark ones."""

    size: int
    path: str


def qr_of(text: str) -> QrCode:
    """Draw a text.

    Args:
        text: a link.

    Returns:
        The picture, with a quarter less exact than it could be read (error correction M).
    """
    made = segno.make_qr(text, error="m")
    dark = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(made.matrix, start=QUIET)
        for x, module in enumerate(row, start=QUIET)
        if module
    ]
    return QrCode(size=len(made.matrix) + 2 * QUIET, path="".join(dark))
