"""The record of a visit as a PDF, by fpdf2: pure Python, typed, and no browser or Pango beside it.

Its own fonts know Latin letters (windows-1252); others become `?` here, and stay in the HTML page.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.field.acceptance_text import NOT_KEPT, rows_of
from cpe_diag.field.plot import png
from cpe_diag.report.plain import ascii_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fpdf import FPDF

    from cpe_diag.field.acceptance import AcceptanceRecord, PlaceRecord

FONT: Final = "Helvetica"
MARGIN_MM: Final = 18
SIZE: Final = 10
SMALL: Final = 8
MIDDLE: Final = 13
LARGE: Final = 18
LINE_MM: Final = 5.0
ROOM_TO_SIGN_MM: Final = 45
RED: Final = (192, 0, 32)


def record_pdf(record: AcceptanceRecord) -> bytes:
    """Write a visit as a PDF (A4).

    Args:
        record: of the visit.

    Returns:
        The file.

    Raises:
        CpeDiagError: what makes it is not installed.
    """
    try:
        from fpdf import FPDF
    except ImportError:
        raise CpeDiagError('a PDF needs: pip install "cpe-diag[field]"') from None
    page = FPDF(format="A4")
    page.set_margin(MARGIN_MM)
    page.set_auto_page_break(auto=True, margin=MARGIN_MM)
    page.set_title(_latin(f"Record of a visit: {record.subscriber}"))
    page.set_creation_date(record.ended)
    page.add_page()
    _line(page, "Record of a visit", LARGE, "B")
    facts = [
        ("Subscriber", record.subscriber),
        *([("Ticket", record.ticket)] if record.ticket else []),
        *([("Technician", record.technician)] if record.technician else []),
        ("Time", record.when),
    ]
    _table(page, facts, (25, 75))
    page.ln(3)
    _line(page, record.result, SIZE, "B")
    if record.tell_customer:
        _line(page, record.tell_customer, SIZE)
    for place in record.places:
        _place(page, place)
    _signatures(page, record)
    return bytes(page.output())


def _place(page: FPDF, place: PlaceRecord) -> None:
    one = place.once
    page.ln(5)
    _line(page, place.title, MIDDLE, "B")
    if not one:
        _line(page, f"Before ({place.first.at:%F %R} UTC): {place.first.fault}", SIZE)
    name = "Check" if one else "After"
    _line(page, f"{name} ({place.last.at:%F %R} UTC): {place.last.fault}", SIZE)
    page.ln(2)
    widths = (32, 30, 16, 10, 12) if one else (25, 20, 20, 14, 9, 12)
    _table(page, rows_of(place), widths, heads=True)
    for series in place.series:
        page.ln(3)
        page.image(io.BytesIO(png(series)), w=page.epw)
        _line(page, f"{series.what}, in milliseconds; red strokes: lost", SMALL)
    page.ln(3)
    _line(page, "All that was seen in the last check, and how:", SMALL)
    seen = [
        (each.what, each.words if each.known else f"not known: {each.words}", each.source)
        for each in place.seen
    ]
    _table(page, [("What", "Seen", "How"), *seen], (18, 50, 32), heads=True, size=SMALL)


def _table(
    page: FPDF,
    rows: Sequence[Sequence[str]],
    widths: tuple[int, ...],
    *,
    heads: bool = False,
    size: int = SIZE,
) -> None:
    from fpdf.fonts import FontFace

    page.set_font(FONT, "", size)
    with page.table(
        col_widths=widths, text_align="LEFT", first_row_as_headings=heads, line_height=LINE_MM
    ) as table:
        for row in rows:
            cells = table.row()
            for words in row:
                style = FontFace(emphasis="B", color=RED) if words == NOT_KEPT else None
                cells.cell(_latin(words), style=style)


def _line(page: FPDF, words: str, size: int, style: str = "") -> None:
    page.set_font(FONT, style, size)
    page.multi_cell(0, size * 0.55, _latin(words), align="L", new_x="LMARGIN", new_y="NEXT")


def _signatures(page: FPDF, record: AcceptanceRecord) -> None:
    if page.will_page_break(ROOM_TO_SIGN_MM):
        page.add_page()
    page.ln(30)
    half = page.epw / 2 - 5
    page.set_font(FONT, "", SIZE)
    page.cell(half, LINE_MM, "Customer: name, date, signature", border="T")
    page.cell(10, LINE_MM, "")
    words = f"Technician: {record.technician or 'name'}, date, signature"
    page.cell(half, LINE_MM, _latin(words), border="T")


def _latin(words: str) -> str:
    """Keep to the letters of the font; accents that it lacks are dropped."""
    return "".join(one if one.encode("cp1252", "ignore") else ascii_only(one) for one in words)
