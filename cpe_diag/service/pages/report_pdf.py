"""The report of a case as a PDF (A4), by fpdf2, in letters of every language of the pages."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.pages.rendering import visible

if TYPE_CHECKING:
    from datetime import datetime

    from fpdf import FPDF

    from cpe_diag.service.pages.report_text import Report, Table

FONT: Final = "DejaVu"
FILES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
MARGIN_MM: Final = 16
LARGE: Final = 16
MIDDLE: Final = 12
SIZE: Final = 9.5
SMALL: Final = 7.5
LINE_MM: Final = 4.2
SMALL_LINE_MM: Final = 3.6
LONGEST: Final = 1000
"""Letters in a cell: of the narrowest column they fill most of a page."""


def report_pdf(report: Report, made_at: datetime) -> bytes:
    """Write a report as a PDF.

    Args:
        report: the report.
        made_at: in UTC; the same report of the same moment is the same file.

    Returns:
        The file.

    Raises:
        CpeDiagError: what makes it is not installed.
    """
    try:
        from fpdf import FPDF  # noqa: PLC0415 - half a second, and not everybody has it
    except ImportError:
        raise CpeDiagError('a PDF needs: pip install "cpe-diag[pdf]"') from None
    page = FPDF(format="A4")
    folder = resources.files(__package__) / "fonts"
    for style, name in FILES.items():
        with resources.as_file(folder / name) as file:
            page.add_font(FONT, style, file)
    page.set_margin(MARGIN_MM)
    page.set_auto_page_break(auto=True, margin=MARGIN_MM)
    page.set_title(report.title)
    page.set_lang(report.language)
    page.set_creation_date(made_at)
    page.add_page()
    _line(page, report.title, LARGE, "B")
    for name, value in report.head:
        _line(page, f"{name}: {value}", SIZE)
    for part in report.parts:
        page.ln(3)
        if page.will_page_break(MIDDLE + 2 * LINE_MM):
            page.add_page()
        _line(page, part.title, MIDDLE, "B")
        for line in part.lines:
            _line(page, line.text, SIZE)
        if part.table is not None:
            _table(page, part.table)
    made = bytes(page.output())
    for font in page.fonts.values():
        font.ttfont.close()  # type: ignore[union-attr]  # a TTFFont, which else keeps its file open
    return made


def _line(page: FPDF, words: str, size: float, style: str = "") -> None:
    page.set_font(FONT, style, size)
    height = max(size * 0.5, LINE_MM)
    page.multi_cell(0, height, _drawable(page, words), new_x="LMARGIN", new_y="NEXT")


def _table(page: FPDF, table: Table) -> None:
    page.set_font(FONT, "", SMALL)
    with page.table(
        col_widths=table.shares, text_align="LEFT", line_height=SMALL_LINE_MM, padding=0.6
    ) as drawn:
        for row in (table.heads, *table.rows):
            cells = drawn.row()
            for words in row:
                cells.cell(_drawable(page, _short(words)))


def _short(words: str) -> str:
    """Cut what would not go on a page."""
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _drawable(page: FPDF, words: str) -> str:
    """Give a text with `?` for what acts or hides, and for what the font has no letter for."""
    held = getattr(page.fonts[FONT.lower()], "cmap", {})  # of a TTFFont: letter to glyph
    return "".join(one if one in "\n " or ord(one) in held else "?" for one in visible(words))
