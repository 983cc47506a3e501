"""Templates to HTML: everything is escaped, and nothing hides itself in what devices have said."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cpe_diag.report.duration import duration, percent
from cpe_diag.service.pages.catalogues import (
    OF_CUSTOMERS,
    OF_LOOKS,
    OF_QUESTIONS,
    OF_STEPS,
    OF_VERDICTS,
    Words,
    catalogues,
    names_of_languages,
    told,
)
from cpe_diag.service.pages.static_files import static_files
from cpe_diag.service.pages.summary import CAUSE_TITLES, Short

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from jinja2 import Template

    from cpe_diag.service.pages.catalogues import Told

_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""As for a terminal (`report.plain`): what turns the writing direction, or shows nothing."""
_LINES: Final = frozenset("\n\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of a language for what is no template."""

    language: str
    words: Words
    of_customers: Mapping[str, Words]
    of_verdicts: Mapping[str, Words]
    of_steps: Mapping[str, Words]
    short: Short
    environment: Environment

    def __call__(self, text: str, **values: object) -> str:
        """Give a text of the pages."""
        return self.words(text, **values)

    def word(self, macro: str, *values: object, of: str = "words.html") -> str:
        """Give what a macro of a template says of a value."""
        made: Markup = getattr(self.environment.get_template(of).module, macro)(*values)
        return made.unescape().strip()

    def told(self, language: str, text: str) -> Told:
        """Give what a customer is told, in their language."""
        return told(self.of_customers, language, text)

    def judged(self, text: str) -> Told:
        """Give what a verdict names."""
        return told(self.of_verdicts, self.language, text)

    def step(self, text: str) -> Told:
        """Give what is to be done next."""
        return self.short.next_step(text) or told(self.of_steps, self.language, text)


class Rendering:
    """The templates in every language."""

    def __init__(self) -> None:
        """Read the catalogues; a template is compiled when it is first used."""
        self.words = catalogues()
        self._made = {language: _environment(words) for language, words in self.words.items()}
        self._of_customers = catalogues(OF_CUSTOMERS)
        self._of_verdicts = catalogues(OF_VERDICTS)
        self._of_steps = catalogues(OF_STEPS)
        of_questions, of_looks = catalogues(OF_QUESTIONS), catalogues(OF_LOOKS)
        self._short = {
            language: Short(words=of_looks[language], judged=self._of_verdicts[language])
            for language in self.words
        }
        addresses = {name: one.address for name, one in static_files().items()}
        for language, made in self._made.items():
            made.globals["told"] = partial(told, self._of_customers)
            made.globals["judged"] = partial(told, self._of_verdicts, language)
            made.globals["asked"] = partial(told, of_questions, language)
            made.globals["next_step"] = self.wording(language).step
            made.globals["summary"] = self._short[language].summary
            made.globals["settling"] = self._short[language].settling
            made.globals["cause_titles"] = CAUSE_TITLES
            made.globals["languages"] = names_of_languages()
            made.globals["static"] = addresses

    def html(self, language: str, template: str, values: Mapping[str, object]) -> str:
        """Fill a template in.

        Args:
            language: one of `words`.
            template: its file.
            values: what it names.

        Returns:
            HTML.
        """
        return self._made[language].get_template(template).render(values)

    def wording(self, language: str) -> Wording:
        """Give the words of a language for what is no template."""
        return Wording(
            language=language,
            words=self.words[language],
            of_customers=self._of_customers,
            of_verdicts=self._of_verdicts,
            of_steps=self._of_steps,
            short=self._short[language],
            environment=self._made[language],
        )


def visible(text: str) -> str:
    """Give a text with `?` for every character that acts or hides; lines stay lines."""
    if text.isprintable():  # most are, and none of them has a character of _UNSAFE
        return text
    return "".join(
        letter if letter in _LINES or unicodedata.category(letter) not in _UNSAFE else "?"
        for letter in text.replace("\r\n", "\n")
    )


def seconds_from(text: str, now: datetime) -> int:
    """Give the whole seconds from now to a moment, below zero where it is past."""
    return int((datetime.fromisoformat(text) - now).total_seconds())


class _Templates(Environment):
    """Has a template compiled once, though many ask for it at once.

    After a start all consoles come again: each of them compiled every template by itself.
    """

    def __init__(self, **said: Any) -> None:  # noqa: ANN401 - what Jinja takes
        """Take what an `Environment` takes."""
        super().__init__(**said)
        self._compiling = threading.Lock()

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - the name is Jinja's
    ) -> Template:
        """See `Environment`."""
        with self._compiling:
            return super().get_template(name, parent, globals)


def _environment(words: Words) -> Environment:
    made = _Templates(
        loader=PackageLoader(__package__ or ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["_"] = words
    made.globals["language"] = words.language
    made.filters["duration"] = duration
    made.filters["seconds_from"] = seconds_from
    made.filters["percent"] = percent
    return made


def _final(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
