"""The words of the pages: none is missing in any language, and each fits where it stands."""

from __future__ import annotations

import re
from importlib import resources
from typing import Final

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cpe_diag.service.pages.catalogues import LANGUAGES, catalogues, language_of

PAGES: Final = resources.files("cpe_diag.service.pages")
_PLACE: Final = re.compile(r"%\([a-z_]+\)[sd]")


def _texts() -> set[str]:
    found = extract_from_dir(
        str(PAGES / "templates"), method_map=[("**.html", "jinja2")], keywords={"_": None}
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
