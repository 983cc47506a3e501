"""A verdict in short, and what would settle it: in the reader's language, with nothing lost."""

from __future__ import annotations

from typing import Any, Final

import pytest

from cpe_diag.judge.telling import FIND_OUT, NOT_SEEN, ONLY_NOW
from cpe_diag.report.as_json import run_as_json
from cpe_diag.service.pages.catalogues import (
    LANGUAGES,
    OF_LOOKS,
    OF_VERDICTS,
    SOURCE,
    Told,
    catalogues,
)
from cpe_diag.service.pages.rendering import Rendering
from cpe_diag.service.pages.summary import CAUSE_TITLES, Short
from cpe_diag.testing.run_samples import sample_run

VERDICT: Final[dict[str, Any]] = run_as_json(sample_run())["verdict"]  # type: ignore[assignment] # JSON
STEP: Final[dict[str, Any]] = {
    "probe": "ont",
    "question": "Did the ONT lose its light?",
    "between": ["line_cut", "customer_power"],
}
UNDECIDED: Final[dict[str, Any]] = {
    **VERDICT,
    "domain": "undetermined",
    "cause": "undetermined",
    "summary": (
        "It may be that the line is cut. What kept us from looking is on our side: no key is here."
    ),
}


def _short(language: str) -> Short:
    return Short(words=catalogues(OF_LOOKS)[language], judged=catalogues(OF_VERDICTS)[language])


def _own(said: tuple[Told, ...], language: str) -> str:
    return " ".join(one.text for one in said if one.language == language)


def test_a_cause_is_told_with_how_much_speaks_for_it_and_what_is_beside_it() -> None:
    """The words of what was measured follow as they are, and are named English."""
    also = [{"cause": "customer_power", "belief": 0.4}]
    said = _short("et").summary({**VERDICT, "also": also})
    count = len(VERDICT["evidence_for"])
    assert _own(said, "et").startswith(f"Leide selle poolt: {count}. Leide selle vastu: ")
    beside = catalogues(OF_VERDICTS)["et"](CAUSE_TITLES["customer_power"])
    assert f"Lisaks: {beside}." in _own(said, "et")
    assert _own(said, SOURCE) == (
        "; ".join(one["because"] for one in VERDICT["evidence_for"][:2]) + "."
    )


def test_what_does_not_decide_is_told_with_what_may_be_and_what_kept_us() -> None:
    """The details that are not ours to translate stay, as English."""
    said = _short("ru").summary(UNDECIDED)
    assert _own(said, "ru").startswith("Возможно одно из этого: ")
    assert "Посмотреть помешало что-то на нашей стороне." in _own(said, "ru")
    assert _own(said, SOURCE) == "What kept us from looking is on our side: no key is here."
    nothing = _short("ru").summary(
        {**UNDECIDED, "candidates": [], "summary": "Too little is known to name a cause."}
    )
    assert _own(nothing, "ru") == "Известно слишком мало, чтобы назвать причину."
    assert _own(nothing, SOURCE) == ""


def test_no_fault_is_told_with_what_was_not_seen() -> None:
    """Whoever closes a case has to know what nobody has looked at."""
    good = {**VERDICT, "domain": "none", "summary": f"No fault found.{NOT_SEEN}{ONLY_NOW}"}
    (said,) = _short("fi").summary(good)
    assert said.language == "fi"
    assert "Sitä, mitä laite itse saa, ei nähty" in said.text
    assert "Katsottiin vain nykyhetkeä" in said.text
    (short,) = _short("fi").summary({**good, "summary": "No fault found."})
    assert "Katsottiin" not in short.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_would_settle_it_names_where_to_look_and_what_it_tells_apart(language: str) -> None:
    """And the exact question, in the judge's words."""
    own, exactly = _short(language).settling(STEP)
    looked = catalogues(OF_LOOKS)[language]("the ONT as the OLT sees it")
    assert own.language == language
    assert looked in own.text
    titles = (catalogues(OF_VERDICTS)[language](CAUSE_TITLES[one]) for one in STEP["between"])
    assert "; ".join(titles) in own.text
    assert exactly == Told(language=SOURCE, text=STEP["question"])


def test_what_the_judge_has_written_stands_in_english_as_it_is() -> None:
    """So does what a probe of somebody else's would tell, and a step that is none of ours."""
    short = _short(SOURCE)
    assert short.summary(VERDICT) == (Told(language=SOURCE, text=VERDICT["summary"]),)
    assert short.settling(STEP) == (Told(language=SOURCE, text=STEP["question"]),)
    other = {**STEP, "probe": "of_somebody_else"}
    assert _short("lt").settling(other) == (Told(language=SOURCE, text=STEP["question"]),)
    assert short.next_step(f"{FIND_OUT}{STEP['question']}") is None
    assert _short("lt").next_step("Send a technician.") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_that_is_to_find_out_leads_to_what_would_settle_it(language: str) -> None:
    """It stands above in the reader's language; nobody needs to read the English of it."""
    step = Rendering().wording(language).step(f"{FIND_OUT}{STEP['question']}")
    assert step.language == language
    assert STEP["question"] not in step.text
