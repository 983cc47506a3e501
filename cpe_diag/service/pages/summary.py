"""A verdict in short, and what would settle it, in the reader's language.

The judge writes both in English, with what was measured in it. In other languages the same is put
together of what a verdict holds: its parts have translations, and measured words stay English.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.settle import ASKS
from cpe_diag.judge.telling import (
    FIND_OUT,
    NOT_MEASURED,
    NOT_SEEN,
    ON_OUR_SIDE,
    ONLY_NOW,
    ORDER_LEAVES_OPEN,
)
from cpe_diag.service.pages.catalogues import SOURCE, Told, Words
from cpe_diag.service.pages.probe_words import LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CAUSE_TITLES: Final[Mapping[str, str]] = {one.id: one.title for one in CAUSES}

SAYS_ALL_GOOD: Final = "Checks that matter here and are good: %(count)s."
SAYS_NOT_SEEN: Final = NOT_SEEN.strip()
SAYS_ONLY_NOW: Final = ONLY_NOW.strip()
SAYS_NOT_LOADED: Final = "How much the line lets through was not measured."
SAYS_MAY_BE: Final = "It may be one of these: %(causes)s."
SAYS_TOO_LITTLE: Final = "Too little is known to name a cause."
SAYS_OUR_SIDE: Final = "What kept us from looking is on our side."
SAYS_ORDER_OPEN: Final = "The order leaves something open."
SAYS_FOR_AND_AGAINST: Final = "Findings for it: %(good)s. Findings against it: %(bad)s."
SAYS_ALSO: Final = "Also: %(causes)s."
SAYS_ASK: Final = "Find out from %(what)s"
SAYS_LOOK: Final = "Look at this: %(what)s."
SAYS_APART: Final = "It tells these apart: %(causes)s."
SAYS_FIND_OUT: Final = "Find out what would settle it; it stands above."
SENTENCES: Final = (
    SAYS_ALL_GOOD,
    SAYS_NOT_SEEN,
    SAYS_ONLY_NOW,
    SAYS_NOT_LOADED,
    SAYS_MAY_BE,
    SAYS_TOO_LITTLE,
    SAYS_OUR_SIDE,
    SAYS_ORDER_OPEN,
    SAYS_FOR_AND_AGAINST,
    SAYS_ALSO,
    SAYS_ASK,
    SAYS_LOOK,
    SAYS_APART,
    SAYS_FIND_OUT,
)
"""All of them have a translation."""
AT_MOST: Final = 2
"""Findings whose words stand in a summary, as in the judge's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """Says verdicts in short in one language: `words` of this, `judged` of what verdicts name."""

    words: Words
    judged: Words

    def summary(self, verdict: Mapping[str, Any]) -> tuple[Told, ...]:
        """Say a verdict in short.

        Args:
            verdict: as JSON has it.

        Returns:
            Sentences, each with the language that it is in.
        """
        if self.words.language == SOURCE:
            return (Told(language=SOURCE, text=verdict["summary"]),)
        domain, said = verdict["domain"], verdict["summary"]
        if domain == FaultDomain.NONE:
            return (self._of_no_fault(verdict, said),)
        if domain == FaultDomain.UNDETERMINED:
            return tuple(self._of_undetermined(verdict, said))
        return tuple(self._of_cause(verdict))

    def settling(self, step: Mapping[str, Any]) -> tuple[Told, ...]:
        """Say what would settle a verdict; a probe of somebody else's is told in English."""
        looked_at = LOOKED_AT.get(step["probe"])
        if self.words.language == SOURCE or looked_at is None:
            return (Told(language=SOURCE, text=step["question"]),)
        of = SAYS_ASK if step["probe"] in ASKS else SAYS_LOOK
        parts = [self.words(of, what=self.words(looked_at))]
        if step["between"]:
            parts.append(self.words(SAYS_APART, causes=self._named(step["between"])))
        exactly = Told(language=SOURCE, text=step["question"])
        return (self._told(parts), exactly)

    def next_step(self, text: str) -> Told | None:
        """Say what is to be done where that is to find out what settles it; None: it is not."""
        if self.words.language == SOURCE or not text.startswith(FIND_OUT):
            return None
        return self._told([self.words(SAYS_FIND_OUT)])

    def _of_no_fault(self, verdict: Mapping[str, Any], said: str) -> Told:
        parts = [self.words(SAYS_ALL_GOOD, count=len(verdict["evidence_for"]))]
        parts += [self.words(one.strip()) for one in (NOT_SEEN, ONLY_NOW) if one in said]
        if NOT_MEASURED in said:
            parts.append(self.words(SAYS_NOT_LOADED))
        return self._told(parts)

    def _of_undetermined(self, verdict: Mapping[str, Any], said: str) -> Iterable[Told]:
        likely = self._named(one["cause"] for one in verdict["candidates"][:3])
        first = self.words(SAYS_MAY_BE, causes=likely) if likely else self.words(SAYS_TOO_LITTLE)
        parts = [first]
        told = ((ON_OUR_SIDE, SAYS_OUR_SIDE), (ORDER_LEAVES_OPEN, SAYS_ORDER_OPEN))
        parts += [self.words(own) for words, own in told if f" {words}: " in said]
        yield self._told(parts)
        _, _, rest = said.partition(". ")
        if rest:
            yield Told(language=SOURCE, text=rest)

    def _of_cause(self, verdict: Mapping[str, Any]) -> Iterable[Told]:
        good, bad = len(verdict["evidence_for"]), len(verdict["evidence_against"])
        parts = [self.words(SAYS_FOR_AND_AGAINST, good=good, bad=bad)]
        if verdict["also"]:
            also = self._named(one["cause"] for one in verdict["also"])
            parts.append(self.words(SAYS_ALSO, causes=also))
        yield self._told(parts)
        why = "; ".join(one["because"] for one in verdict["evidence_for"][:AT_MOST])
        if why:
            yield Told(language=SOURCE, text=f"{why}.")

    def _named(self, causes: Iterable[str]) -> str:
        titles = (CAUSE_TITLES.get(one, one.replace("_", " ")) for one in causes)
        return "; ".join(map(self.judged, titles))

    def _told(self, parts: Iterable[str]) -> Told:
        return Told(language=self.words.language, text=" ".join(parts))
