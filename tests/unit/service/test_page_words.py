"""The words of the pages: none is missing in any language, and each fits where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Final

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.segments import STRETCHES
from cpe_diag.judge.segments_on_site import ON_SITE
from cpe_diag.judge.settle import ASKS
from cpe_diag.judge.telling import (
    NEXT_WITHOUT_CAUSE,
    NO_FAULT_TITLE,
    TOLD_NO_FAULT,
    TOLD_UNDETERMINED,
    UNDETERMINED_TITLE,
)
from cpe_diag.playbook.load import list_playbooks
from cpe_diag.playbook.model import AskStep
from cpe_diag.report.words import REPAIRED_NEXT, REPAIRED_TELL
from cpe_diag.service.pages.catalogues import (
    LANGUAGES,
    OF_CUSTOMERS,
    OF_LOOKS,
    OF_QUESTIONS,
    OF_STEPS,
    OF_VERDICTS,
    SOURCE,
    catalogues,
    language_of,
    names_of_languages,
    told,
)
from cpe_diag.service.pages.probe_words import LOOKED_AT
from cpe_diag.service.pages.summary import SENTENCES
from cpe_diag.wiring.knowledge import facts_by_probe, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.judge.cause import Cause

PAGES: Final = resources.files("cpe_diag.service.pages")
_EXACT: Final = re.compile(r"\b(?!GHz)(?:[A-Z]{2,}[0-9a-z]*|\d[\d.]+|--\S+)\b")
"""Abbreviations, numbers and options: they stand in every language as they are."""
_PLACE: Final = re.compile(r"%\([a-z_]+\)[sd]")
_TRADE: Final = re.compile(
    r"\b(?:VLAN|DHCP|ONT|OLT|MTU|NAT|PPPoE|MAC|ARP|TTL|TCP|UDP|ICMP|TLS|SSID|DSLAM|WAN|LAN)\b"
    r"|\b(?:packets?|paket|pakett|пакет)|\bpings?\b|\bping'?[ie]|hardware address"
    r"|(?<!\()\bIPv[46]\b"
)
_ORDERS: Final = re.compile(
    r"(?:^|[.;:,] |\band )(?:restart|pull|plug|unplug|push|try|set|change|switch|check|remove)\b"
    r"|\bIt has to (?:be changed|be switched|come out)\b",
    re.IGNORECASE,
)


def _texts() -> set[str]:
    found = extract_from_dir(
        str(PAGES),
        method_map=[("templates/**.html", "jinja2"), ("**.py", "python")],
        keywords={"_": None, "say": None},
    )
    return {str(text) for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_page_is_without_a_translation(language: str) -> None:
    """A page that is half in one language and half in another is read by nobody."""
    with (PAGES / "locale" / f"{language}.po").open("rb") as file:
        held = {
            str(one.id): str(one.string)
            for one in read_po(file, locale=language)
            if one.id and not one.fuzzy
        }
    assert set(held) == _texts()
    for text, translated in held.items():
        assert translated.strip(), text
        assert _PLACE.findall(translated) == _PLACE.findall(text), text
        assert text.endswith((":", ".")) == translated.endswith((":", ".")), text


def _sentences(causes: Iterable[Cause]) -> dict[str, str]:
    """Give what customers are told, and of which cause."""
    of_none = (TOLD_NO_FAULT, TOLD_UNDETERMINED, REPAIRED_TELL)
    return {**{one.tell_customer: one.id for one in causes}, **dict.fromkeys(of_none, "no cause")}


def _held(language: str, folder: str = OF_CUSTOMERS) -> dict[str, str]:
    with (PAGES / folder / f"{language}.po").open("rb") as file:
        return {
            str(one.id): str(one.string)
            for one in read_po(file, locale=language)
            if one.id and not one.fuzzy
        }


def _untranslated(causes: Iterable[Cause], language: str) -> list[str]:
    held = _held(language)
    return [f"{of}: {text}" for text, of in _sentences(causes).items() if not held.get(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_customer_is_told_of_a_cause_is_in_every_language(language: str) -> None:
    """Whoever calls hears it in their own words; what no cause says any more is kept by nobody."""
    assert _untranslated(CAUSES, language) == []
    held = _held(language)
    assert set(held) == set(_sentences(CAUSES))
    for text, translated in held.items():
        assert translated != text
        assert translated.endswith("."), text
        assert "  " not in translated, text


def test_no_customer_is_told_something_in_the_words_of_the_trade() -> None:
    """What they are to look for by its name stands beside plain words: `the new kind (IPv6)`."""
    for language in LANGUAGES:
        held = _held(language)
        told_so = [*held, *held.values()]
        assert [one for one in told_so if _TRADE.search(one)] == []


def test_a_customer_is_asked_and_not_ordered_to_do_something() -> None:
    """What is to be done in somebody's home is a request, or something that we do with them."""
    said = [one for text in _sentences(CAUSES) for one in text.split(". ")]
    assert [one for one in said if _ORDERS.search(one) and "please" not in one.casefold()] == []


def test_a_new_cause_without_translations_is_named() -> None:
    """Whoever adds a cause learns here what it lacks."""
    new = replace(CAUSES[0], id="new_cause", tell_customer="The moon is in the way.")
    for language in LANGUAGES:
        missing = _untranslated((*CAUSES, new), language)
        assert missing == ["new_cause: The moon is in the way."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_verdict_names_is_in_every_language(language: str) -> None:
    """Causes, stretches of the path and complaints: the words that second line reads first."""
    names = {one.title: one.id for one in CAUSES}
    names |= dict.fromkeys((NO_FAULT_TITLE, UNDETERMINED_TITLE), "no cause")
    names |= {one.title: one.id for one in (*STRETCHES, *ON_SITE)}
    names |= {one.title: one.id for one in list_playbooks(vocabulary())}
    held = _held(language, OF_VERDICTS)
    assert [f"{of}: {text}" for text, of in names.items() if not held.get(text)] == []
    assert set(held) == set(names)
    for text, translated in held.items():
        assert text.endswith(".") == translated.endswith("."), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_caller_is_asked_is_in_every_language(language: str) -> None:
    """A question is read out as it stands; what no playbook asks any more is kept by nobody."""
    asked = {
        text
        for playbook in list_playbooks(vocabulary())
        for step in playbook.steps
        if isinstance(step, AskStep)
        for text in (step.question, *(one.text for one in step.choices))
    }
    held = _held(language, OF_QUESTIONS)
    assert set(held) == asked
    for text, translated in held.items():
        assert translated != text
        assert text.endswith("?") == translated.endswith("?"), text
        assert "  " not in translated, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_to_be_done_next_is_in_every_language(language: str) -> None:
    """Whoever adds a cause says in each language what is done about it, with the same numbers."""
    steps = {one.next_action: one.id for one in CAUSES}
    steps |= dict.fromkeys((*NEXT_WITHOUT_CAUSE, REPAIRED_NEXT), "no cause")
    held = _held(language, OF_STEPS)
    assert [f"{of}: {text}" for text, of in steps.items() if not held.get(text)] == []
    assert set(held) == set(steps)
    for text, translated in held.items():
        assert translated != text
        assert text[-1] == translated[-1], text
        assert "  " not in translated, text
        assert [one for one in _EXACT.findall(text) if one not in translated] == [], text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verdict_in_short_and_what_would_settle_it_are_in_every_language(language: str) -> None:
    """Whoever adds a probe says in each language what it looks at."""
    assert set(LOOKED_AT) == {*facts_by_probe(), *ASKS}
    held = _held(language, OF_LOOKS)
    assert set(held) == {*LOOKED_AT.values(), *SENTENCES}
    for text, translated in held.items():
        assert translated != text
        assert text.endswith((".", "?")) == translated.endswith((".", "?")), text
        assert "  " not in translated, text
        assert sorted(_PLACE.findall(translated)) == sorted(_PLACE.findall(text)), text
        assert [one for one in _EXACT.findall(text) if one not in translated] == [], text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_written_in_its_letters(language: str) -> None:
    """A catalogue that was saved under another language's name would be read out to callers."""
    letters = {"et": "õüäö", "fi": "äö", "lt": "ėųšžįū", "ru": "ыэяж"}
    text = " ".join(_held(language).values()).lower()
    for other, own in letters.items():
        if language == other:
            assert all(letter in text for letter in own)
    assert ("ы" in text) == (language == "ru")
    assert ("ų" in text) == (language == "lt")
    assert ("õ" in text) == (language == "et")


def test_a_sentence_of_an_older_version_is_told_in_english_and_says_so() -> None:
    """A kept verdict may have other words; a page must not call English Russian."""
    words = catalogues(OF_CUSTOMERS)
    assert told(words, "ru", "The moon is in the way.").language == SOURCE
    assert told(words, "ru", TOLD_NO_FAULT).language == "ru"
    assert told(words, "en", TOLD_NO_FAULT).text == TOLD_NO_FAULT


def test_every_language_is_named_in_itself() -> None:
    """Who looks for their own language reads its name, not ours for it."""
    assert list(names_of_languages().values()) == [
        "English",
        "eesti",
        "suomi",
        "lietuvių",
        "русский",
    ]


def test_a_word_nobody_has_translated_is_english() -> None:
    """Better than nothing, while a page is being written."""
    assert catalogues()["fi"]("no such text %(n)s", n=1) == "no such text 1"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("de,fr;q=0.8", "en"),
        ("lt", "lt"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.5,et;q=0.7", "et"),
        ("en; q=0.5, et ; q=0.7", "et"),
        ("EN;Q=0.5,ET;Q=0.7", "et"),
        ("fi;q=0", "en"),
        ("fi;q=x,et", "et"),
        ("\x00;;;,,,fi", "fi"),
    ],
)
def test_the_language_is_what_the_browser_likes_best(accepted: str, language: str) -> None:
    """RFC 9110, section 12.5.4; nonsense is passed over."""
    assert language_of(accepted) == language
