"""The report of a case: all that is known, on paper, in every language of the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from fpdf import FPDF

from cpe_diag.report.as_json import run_as_json
from cpe_diag.service.pages.catalogues import (
    LANGUAGES,
    OF_CUSTOMERS,
    OF_LOOKS,
    OF_PAGES,
    OF_STEPS,
    OF_VERDICTS,
    SOURCE,
    catalogues,
)
from cpe_diag.service.pages.rendering import Rendering
from cpe_diag.service.pages.report_pdf import FILES, FONT, report_pdf
from cpe_diag.service.pages.report_text import report_of
from cpe_diag.testing.run_samples import START, sample_evidence, sample_run

if TYPE_CHECKING:
    from fpdf.fonts import TTFFont

    from cpe_diag.service.pages.report_text import Report

RUN: Final[dict[str, Any]] = {
    "id": "r-1",
    "playbook": "no_internet",
    "state": "finished",
    "submitted_at": "2026-03-01T11:59:58Z",
    "ended_at": "2026-03-01T12:00:06Z",
    "confidence": 0.93,
}
CASE: Final[dict[str, Any]] = {
    "id": "c-1",
    "subscriber": "sub-1012",
    "ticket": "T-4711",
    "state": "handed_over",
    "destination": "field_technician",
    "parent": None,
    "opened_at": "2026-03-01T11:59:58Z",
    "runs": [RUN],
}
REPAIR: Final[dict[str, Any]] = {
    "action": "router.reboot",
    "value": None,
    "state": "ended",
    "words": "proven",
    "planned_at": "2026-03-01T12:05:00Z",
    "begun_at": None,
    "ended_at": "2026-03-01T12:06:00Z",
}

CHANGE: Final[dict[str, Any]] = {
    "id": "a-1",
    "action": "router.reboot",
    "value": None,
    "begun_at": "2026-03-01T12:05:00Z",
    "end": "proven",
    "symptom": "Light is lost",
    "measured": "no fault",
    "compared": [
        {
            "what": "light_home",
            "of": "",
            "unit": "dBm",
            "before": {"value": "-27.5", "at": "2026-03-01T12:05:00Z"},
            "after": {"value": "-18.2", "at": "2026-03-01T12:05:40Z"},
        },
        {
            "what": "boot",
            "of": "",
            "unit": "",
            "before": {"value": None, "at": "2026-03-01T12:05:00Z"},
            "after": None,
        },
    ],
}


@pytest.fixture(scope="module")
def rendering() -> Rendering:
    """Read the catalogues once."""
    return Rendering()


def _report(rendering: Rendering, language: str, **more: object) -> Report:
    result = {**run_as_json(sample_run()), **more}
    run = {**RUN, "result": result}
    say = rendering.wording(language)
    return report_of(CASE, run, [REPAIR], say, changes=[CHANGE], customer="fi", now=START)


def test_a_report_holds_every_fact_with_its_source_and_age(rendering: Rendering) -> None:
    """What is not on the paper is lost to whoever has only the paper."""
    made = _report(rendering, "en")
    tables = {part.title: part.table for part in made.parts if part.table}
    rows = [row for title in ("Every fact", "Not known") for row in tables[title].rows]
    assert len(rows) == len(sample_evidence())
    for key, words, source, when in rows:
        assert key
        assert words
        assert source or "not" in words
        assert re.fullmatch(r"\d\d:\d\d:\d\d UTC, [\d.]+ (ms|s|min|h|d)", when), when
    assert tables["Repair"].rows[0][:3] == ("Restart the router", "ended", "proven")
    assert ("Goes to", "field technician") in made.head
    told = next(part for part in made.parts if part.title == "Verdict").lines
    assert [one.text for one in told][:1] == ["Fault in the operator's network"]


def test_what_was_repaired_is_told_as_repaired(rendering: Rendering) -> None:
    """The verdict of before the repair would send a technician to a line that works."""
    made = _report(rendering, "en", destination="fixed")
    told = next(part for part in made.parts if part.title == "Tell the customer")
    assert told.lines[0].language == "fi"
    assert told.lines[0].text == "Olemme korjanneet sen ja mitanneet, että se toimii taas."


def test_a_report_holds_what_was_measured_before_and_after_a_change(
    rendering: Rendering,
) -> None:
    """Whoever has only the paper sees that it helped, and what nobody has looked at."""
    made = _report(rendering, "en")
    part = next(one for one in made.parts if one.title.startswith("Before and after"))
    assert part.title == "Before and after: Restart the router"
    assert [one.text for one in part.lines] == [
        "Restart the router, 2026-03-01 12:05 UTC: Done, and proven",
        "Before: Light is lost",
        "After: no fault",
    ]
    assert part.table is not None
    assert part.table.rows == (
        (
            "Light that arrives at the home",
            "-27.5 dBm (12:05:00 UTC)",
            "-18.2 dBm (12:05:40 UTC)",
        ),
        ("Start of the router", "could not be read (12:05:00 UTC)", "not looked at"),
    )


def test_what_a_run_has_found_so_far_is_no_verdict_yet(rendering: Rendering) -> None:
    """A minute later it may be another one, and the paper stays."""
    run = {**RUN, "result": None, "so_far": run_as_json(sample_run()), "ended_at": None}
    say = rendering.wording("en")
    made = report_of(CASE, run, [], say, changes=[], customer="en", now=START)
    titles = [part.title for part in made.parts]
    assert "Verdict so far" in titles
    assert "Verdict" not in titles


def test_a_fact_that_is_longer_than_a_page_is_cut_in_the_pdf(rendering: Rendering) -> None:
    """Addresses of a page's parts come from whoever made it."""
    made = _report(rendering, "en")
    parts = [
        replace(
            part, table=replace(part.table, rows=(tuple("x" * 20_000 for _ in part.table.heads),))
        )
        if part.table
        else part
        for part in made.parts
    ]
    assert report_pdf(replace(made, parts=tuple(parts)), START).startswith(b"%PDF-")


def test_a_case_whose_run_waits_has_a_report_too(rendering: Rendering) -> None:
    """Nothing is known, and the paper says no more than that."""
    made = report_of(
        {**CASE, "subscriber": None, "ticket": None, "destination": None, "runs": []},
        None,
        [],
        rendering.wording("et"),
        changes=[],
        customer="et",
        now=START,
    )
    assert len(made.parts) == 1
    assert made.parts[0].table is not None
    assert made.parts[0].table.rows == ()
    assert report_pdf(made, START).startswith(b"%PDF-")


@pytest.mark.parametrize("language", [SOURCE, *LANGUAGES])
def test_the_pdf_has_a_letter_for_all_that_the_pages_say(
    rendering: Rendering, language: str
) -> None:
    """A font without a letter prints a box, or nothing, and nobody notices on the screen."""
    page = FPDF()
    said = {
        letter
        for folder in (OF_PAGES, OF_CUSTOMERS, OF_VERDICTS, OF_STEPS, OF_LOOKS)
        for text, translated in catalogues(folder)[language].texts.items()
        for letter in text + translated
    }
    for style, name in FILES.items():
        page.add_font(FONT, style, f"cpe_diag/service/pages/fonts/{name}")
        font = cast("TTFFont", page.fonts[FONT.lower() + style])
        assert {letter for letter in said if ord(letter) not in font.cmap} == set()
        font.ttfont.close()
    made = report_pdf(_report(rendering, language), START)
    assert made.startswith(b"%PDF-")
    assert made == report_pdf(_report(rendering, language), START), "the same each time"
