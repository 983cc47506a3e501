"""The words of the pages: English in the templates, other languages from Babel's catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

SOURCE: Final = "en"
LANGUAGES: Final = ("et", "fi", "lt", "ru")
"""Languages with a catalogue beside the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one language, by the English one."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, text: str, **values: object) -> str:
        """Give a text in this language, with `%(name)s` filled in; English where there is none."""
        found = self.texts.get(text) or text
        return found % values if values else found


def catalogues() -> Mapping[str, Words]:
    """Read every catalogue.

    Returns:
        The words by language, English among them.
    """
    return {
        SOURCE: Words(language=SOURCE, texts={}),
        **{one: Words(language=one, texts=_texts(one)) for one in LANGUAGES},
    }


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


def _texts(language: str) -> dict[str, str]:
    file = resources.files(__package__) / "locale" / f"{language}.po"
    with file.open("rb") as content:
        catalogue = read_po(content, locale=language)
    return {
        str(one.id): str(one.string)
        for one in catalogue
        if one.id and one.string and not one.fuzzy
    }
