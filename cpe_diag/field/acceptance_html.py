"""The record of a visit as one page to hand over: nothing of it is fetched from elsewhere."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Final

from cpe_diag.field.acceptance_text import NOT_KEPT, rows_of
from cpe_diag.field.plot import png

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cpe_diag.field.acceptance import AcceptanceRecord, PlaceRecord

STYLE: Final = """
body{font:15px/1.45 system-ui,sans-serif;color:#222;max-width:52rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ccc}
th{background:#f2f2f2}.no{color:#c00020;font-weight:bold}.yes{color:#1a6b1a}
.small{font-size:.85rem;color:#555}img{width:100%;height:auto}
figure{margin:1rem 0}figcaption{font-size:.85rem;color:#555}
.result{border:2px solid #222;padding:.6rem .9rem;margin:1rem 0}
.sign{display:flex;gap:2rem;margin-top:3rem}
.sign div{flex:1;border-top:1px solid #222;padding-top:.3rem;margin-top:2.5rem}
@media print{body{margin:0;max-width:none;font-size:11pt}
tr,figure,.sign,.result{break-inside:avoid}h2{break-after:avoid}
@page{margin:18mm}}
"""
POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def record_html(record: AcceptanceRecord) -> str:
    """Write a visit as one HTML page, with its pictures in it.

    Args:
        record: of the visit.

    Returns:
        The page.

    Raises:
        CpeDiagError: what draws its pictures is not installed.
    """
    title = f"Record of a visit: {record.subscriber}"
    body = "\n".join((*_head(record), *(part for one in record.places for part in _place(one))))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{body}\n{_signatures(record)}\n</body>\n</html>\n"
    )


def _head(record: AcceptanceRecord) -> Iterator[str]:
    yield "<h1>Record of a visit</h1>"
    rows = [
        ("Subscriber", record.subscriber),
        *([("Ticket", record.ticket)] if record.ticket else []),
        *([("Technician", record.technician)] if record.technician else []),
        ("Time", record.when),
    ]
    yield _table((), rows)
    told = f"<br>{escape(record.tell_customer)}" if record.tell_customer else ""
    yield f'<p class="result"><strong>{escape(record.result)}</strong>{told}</p>'


def _place(place: PlaceRecord) -> Iterator[str]:
    one = place.once
    yield f"<h2>{escape(place.title)}</h2>"
    checks = [("Check", place.last)] if one else [("Before", place.first), ("After", place.last)]
    yield _table((), [(name, f"{c.at:%F %R} UTC: {c.fault}") for name, c in checks])
    heads, *rows = rows_of(place)
    yield _table(heads, rows)
    for series in place.series:
        picture = base64.b64encode(png(series)).decode()
        words = escape(f"{series.what}, in milliseconds; red strokes: lost")
        yield (
            f'<figure><img alt="{words}" src="data:image/png;base64,{picture}">'
            f"<figcaption>{words}</figcaption></figure>"
        )
    seen = [
        (one.what, one.words if one.known else f"not known: {one.words}", one.source)
        for one in place.seen
    ]
    yield '<div class="small"><p>All that was seen in the last check, and how:</p>'
    yield _table(("What", "Seen", "How"), seen) + "</div>"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{escape(one)}</th>" for one in heads)
    lines = [f"<tr>{top}</tr>"] if heads else []
    for row in rows:
        cells = "".join(f"<td{_class(one)}>{escape(one)}</td>" for one in row)
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _class(words: str) -> str:
    return {"kept": ' class="yes"', NOT_KEPT: ' class="no"'}.get(words, "")


def _signatures(record: AcceptanceRecord) -> str:
    who = escape(record.technician or "name")
    return (
        '<div class="sign"><div>Customer: name, date, signature</div>'
        f"<div>Technician: {who}, date, signature</div></div>"
    )
