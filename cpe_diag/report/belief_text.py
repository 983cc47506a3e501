"""A belief as a printed sum of log-odds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.report.duration import percent
from cpe_diag.report.plain import harmless
from cpe_diag.report.words import DOMAIN_WORDS, cause_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.verdict import Candidate, Contribution

SUMS: Final = "Beliefs as sums of log-odds (+2.2: nine times as likely; +4.6: a hundred times)"
IMPOSSIBLE: Final = "never"


def belief_lines(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Write out how much each cause is believed, and by what.

    Args:
        candidates: from a verdict that was judged by this version.

    Returns:
        Plain lines: for each cause a head, and below it one for each contribution.
    """
    lines: list[str] = []
    for one in candidates:
        head = f"{cause_words(one.cause)} ({one.cause}), {DOMAIN_WORDS[one.domain]}"
        lines.append(f"{head}: {percent(one.belief)}")
        lines += [f"  {_line(part)}" for part in known(one.contributions) or ()]
    return tuple(lines)


def _line(part: Contribution) -> str:
    number = IMPOSSIBLE if part.log_odds is None else f"{part.log_odds:+.1f}"
    finding = f"{part.finding}: " if part.finding else ""
    return harmless(f"{number:>5}  {finding}{part.words}")
