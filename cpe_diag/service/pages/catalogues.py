"""The words of the pages: English in the templates, other languages from Babel's catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from babel.core import Locale, negotiate_locale
from babel.messages.pofile import read_po

SOURCE: Final = "en"
LANGUAGES: Final = ("et", "fi", "lt", "ru")
"""Languages with a catalogue beside the source."""
OF_PAGES: Final = "locale"
OF_CUSTOMERS: Final = "locale/told"
OF_VERDICTS: Final = "locale/judged"
OF_QUESTIONS: Final = "locale/asked"
OF_STEPS: Final = "locale/next"
OF_LOOKS: Final = "locale/looked"
"""Folders of catalogues: the words of the pages; what customers are told of each cause; the names
of causes, stretches of the path and complaints; questions to callers, and their answers; what
is to be done next; what a verdict is in short, and what would settle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one language, by the English one."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, text: str, **values: object) -> str:
        """Give a text in this language, with `%(name)s` filled in; English where there is none."""
        found = self.texts.get(text) or text
        return found % values if values else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A text, and the language that it is really in."""

    language: str
    text: str


def told(words: Mapping[str, Words], language: str, text: str) -> Told:
    """Put into a language what customers are told, or what a verdict names.

    Args:
        words: the catalogues of a folder other than OF_PAGES.
        language: of whoever reads or hears it.
        text: in English.

    Returns:
        The text; in English where it has no translation, as one of an older version may.
    """
    found = words[language].texts.get(text)
    if found is None:
        return Told(language=SOURCE, text=text)
    return Told(language=language, text=found)


def catalogues(folder: str = OF_PAGES) -> Mapping[str, Words]:
    """Read every catalogue of a folder.

    Args:
        folder: one of those above.

    Returns:
        The words by language, English among them.
    """
    return {
        SOURCE: Words(language=SOURCE, texts={}),
        **{one: Words(language=one, texts=_texts(folder, one)) for one in LANGUAGES},
    }


def names_of_languages() -> Mapping[str, str]:
    """Name each language in itself (Unicode CLDR, by Babel), English first."""
    tags = (SOURCE, *LANGUAGES)
    return {tag: Locale.parse(tag).get_display_name(tag) or tag for tag in tags}


def language_of(accepted: str) -> str:
    """Choose a language.

    Args:
        accepted: `Accept-Language` (RFC 9110, section 12.5.4), perhaps empty.

    Returns:
        One of LANGUAGES, or English.
    """
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        tag, _, weight = (piece.strip() for piece in part.lower().partition(";"))
        try:
            weighs = float(weight.removeprefix("q=") or "1")
        except ValueError:
            continue
        if tag and weighs > 0:
            wanted.append((-weighs, tag.replace("-", "_")))
    tags = [tag for _, tag in sorted(wanted, key=lambda one: one[0])]
    return negotiate_locale(tags, [SOURCE, *LANGUAGES]) or SOURCE


def _texts(folder: str, language: str) -> dict[str, str]:
    file = resources.files(__package__) / folder / f"{language}.po"
    with file.open("rb") as content:
        catalogue = read_po(content, locale=language)
    return {
        str(one.id): str(one.string)
        for one in catalogue
        if one.id and one.string and not one.fuzzy
    }
