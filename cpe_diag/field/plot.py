"""Samples as a picture (PNG): a line for each check, lost packets as strokes at the top.

Pillow draws it: two axes and two lines need no plotting library.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    from cpe_diag.field.acceptance import Series

WIDTH: Final = 1280
HEIGHT: Final = 400
LEFT: Final = 110
RIGHT: Final = 24
TOP: Final = 56
BOTTOM: Final = 56
TEXT: Final = 24
STEPS: Final = 4
LINE: Final = 3
BEFORE: Final = "#b85c00"
AFTER: Final = "#0b5cad"
"""Told apart also by who does not see colours well: one is much darker, and each has its name."""
LOST: Final = "#c00020"
INK: Final = "#333333"
GRID: Final = "#d8d8d8"
PAPER: Final = "#ffffff"
ROUND: Final = (1, 2, 2.5, 5, 10)


def png(series: Series) -> bytes:
    """Draw the samples of one quantity.

    Args:
        series: in milliseconds.

    Returns:
        The file.

    Raises:
        CpeDiagError: what draws it is not installed.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise CpeDiagError('pictures need: pip install "cpe-diag[field]"') from None
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.font = ImageFont.load_default(TEXT)
    values = [ms for ms in (*series.before, *series.after) if ms is not None]
    step = _round_step(max(values, default=1.0) / STEPS)
    _axes(draw, step, max(len(series.before), len(series.after)))
    lines = ((series.before, BEFORE, "before"), (series.after, AFTER, "after"))
    if not series.after:
        lines = ((series.before, AFTER, "measured"), ((), BEFORE, ""))
    place = LEFT
    for samples, colour, name in lines:
        if samples:
            _line(draw, samples, colour, step * STEPS)
            lost = sum(one is None for one in samples)
            words = f"{name}: {len(samples)} packets, {lost} lost"
            draw.text((place, 12), words, fill=colour)
            place += int(draw.textlength(words)) + 2 * TEXT
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _axes(draw: ImageDraw, step: float, count: int) -> None:
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for number in range(STEPS + 1):
        height = floor - number * (floor - TOP) / STEPS
        draw.line((LEFT, height, right, height), fill=INK if number == 0 else GRID, width=2)
        words = f"{number * step:g} ms" if number == STEPS else f"{number * step:g}"
        draw.text((LEFT - 12, height), words, fill=INK, anchor="rm")
    draw.text((LEFT, floor + 10), "1", fill=INK)
    draw.text((right, floor + 10), f"packet {count}", fill=INK, anchor="ra")


def _line(draw: ImageDraw, samples: tuple[float | None, ...], colour: str, highest: float) -> None:
    floor, wide = HEIGHT - BOTTOM, WIDTH - RIGHT - LEFT
    part: list[tuple[float, float]] = []
    for number, ms in enumerate(samples):
        across = LEFT + wide * number / max(1, len(samples) - 1)
        if ms is None:
            draw.line((across, TOP, across, TOP + TEXT), fill=LOST, width=LINE)
            _joined(draw, part, colour)
            part = []
        else:
            part.append((across, floor - (floor - TOP) * min(1.0, ms / highest)))
    _joined(draw, part, colour)


def _joined(draw: ImageDraw, points: list[tuple[float, float]], colour: str) -> None:
    """Draw a line, or a dot where a packet came alone."""
    if len(points) == 1:
        across, height = points[0]
        draw.ellipse((across - LINE, height - LINE, across + LINE, height + LINE), fill=colour)
    elif points:
        draw.line(points, fill=colour, width=LINE, joint="curve")


def _round_step(least: float) -> float:
    """Give the next round number for the steps of the scale."""
    power = 1e-3
    while power * ROUND[-1] < least:
        power *= 10
    return next(factor * power for factor in ROUND if factor * power >= least)
