"""Facts as a page opens them, and the picture of the path."""

from __future__ import annotations

import sys
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.verdict import SegmentState
from cpe_diag.report.as_json import run_as_json
from cpe_diag.service.pages.facts_shown import facts_of, raw_of, reasons_of
from cpe_diag.service.pages.path_picture import STEP, picture_of
from cpe_diag.service.pages.rendering import visible
from cpe_diag.service.pages.stream import Place, place_of
from cpe_diag.testing.run_samples import START, sample_evidence, sample_run

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json


def _answer(device: str, question: str) -> dict[str, Json]:
    return {"exchange": 1, "device": device, "question": question, "text": f"of {question}"}


def test_a_fact_has_the_answers_that_its_source_names() -> None:
    """Others of the device are near; those of other devices, and nameless ones, are not its."""
    answers: list[Json] = [
        _answer("an-vdsl", "GET port_status"),
        _answer("an-vdsl", "GET sysName.0"),
        _answer("an-vdsl", "GET "),
        _answer("router", "GET port_status"),
        _answer("", "port_status"),
    ]
    raw = raw_of(answers)
    result = run_as_json(sample_run())
    evidence = result["evidence"]
    facts = {one.key: one for one in facts_of(evidence, raw, START + timedelta(seconds=60))}
    assert len(facts) == len(sample_evidence())
    found = facts["port_status[port]"]
    assert [one.text for one in found.raw] == ["of GET port_status"]
    assert found.near == next(one.anchor for one in raw if one.device == "an-vdsl")
    assert 0 < found.age_s <= 60
    assert {one.anchor for one in raw} == {f"raw-{number}" for number in range(5)}
    unknown = [one for one in facts.values() if not one.is_known]
    assert all(one.words and one.source and not one.raw for one in unknown)
    verdict = result["verdict"]
    assert isinstance(verdict, dict)
    anchors = {one.anchor for one in facts.values()}
    for reason in reasons_of(verdict["evidence_for"]):
        assert {anchor for _, anchor in reason.facts} <= anchors


@pytest.mark.parametrize("other", ["an-1", "vdsl", "an-vdsl.example", "x.an-vdsl", "an-vdsl-2"])
def test_a_name_within_another_names_nobody(other: str) -> None:
    """What `an-1` has said is no proof of a fact of `an-12`."""
    answers: list[Json] = [_answer(other, "GET port_status"), _answer("an-vdsl", "GET port_stat")]
    raw = raw_of(answers)
    facts = {one.key: one for one in facts_of(run_as_json(sample_run())["evidence"], raw, START)}
    found = facts["port_status[port]"]
    assert found.source == "SNMP an-vdsl port_status"
    assert found.raw == ()
    assert found.near == next(one.anchor for one in raw if one.device == "an-vdsl")


def test_the_picture_has_every_segment_below_the_one_before() -> None:
    """From the core to the device, in the order of the verdict."""
    segments: list[Json] = [
        {"id": f"s{number}", "title": title, "state": state.value, "note": ""}
        for number, (title, state) in enumerate(
            zip(("a", "b", "c", "d"), SegmentState, strict=True)
        )
    ]
    made = picture_of(segments)
    assert made.height == 4 * STEP
    assert [one.y for one in made.stretches] == sorted({one.y for one in made.stretches})
    assert [one.state for one in made.stretches] == [one.value for one in SegmentState]
    assert [one.title for one in made.stretches] == ["a", "b", "c", "d"]
    assert not made.of_a_laptop


def test_a_picture_of_a_laptop_on_site_says_so() -> None:
    """Its first stretch is its own cable, and not the operator's core."""
    one: Json = {"id": "wall_link", "title": "Wall port: link", "state": "good", "note": ""}
    assert picture_of([one]).of_a_laptop
    assert not picture_of([]).of_a_laptop


@pytest.mark.parametrize(
    "text", ["", "x", "ab.1.running", "ab.-2.running.open", "zz.1.a.b", "a.1.b.c.d"]
)
def test_what_is_no_place_of_ours_begins_anew(text: str) -> None:
    """A browser sends back what it has been sent; others send anything."""
    assert place_of(text) is None


def test_a_place_is_read_as_it_was_written() -> None:
    """Whoever comes again goes on there."""
    place = Place(run="0a1b", seq=-1, state="timed_out", case_state="handed_over")
    assert place_of(str(place)) == place


def test_what_is_shown_as_it_is_holds_nothing_that_acts_or_hides() -> None:
    """Every character of Unicode: the quick way and the slow one agree."""
    for point in range(sys.maxunicode + 1):
        letter = chr(point)
        is_unsafe = unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        shown = "?" if is_unsafe and letter not in "\n\t" else letter
        assert visible(letter) == shown, hex(point)
