"""Why a verdict is open: what no cause explains, what cannot be told apart, what was not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.competing import FLOOR, outage_left
from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.seen import look

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen

MOST: Final = 6
"""More findings than this are counted, not listed."""


def left_open(case: CaseFile) -> tuple[str, ...]:
    """Say in sentences why no cause is named, and why no home is called healthy.

    Args:
        case: the evidence.

    Returns:
        The reasons; empty where a cause leads.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    seen = look(case)
    if seen.weighing.lead is not None:
        return ()
    return (*_outage(seen), *_rivals(seen), *_not_good(seen))


def _outage(seen: Seen) -> list[str]:
    """Say what is why nothing works, while no cause that stands explains it."""
    standing = [one.cause for one in seen.weighing.weighed if one.belief >= FLOOR]
    taken = frozenset(finding for cause in standing for finding in cause.explains)
    left = outage_left(seen.on, taken)
    return [
        f"nothing works, and no cause that stands explains why: {one.because} ({one.id})"
        for one in seen.by_id(sorted(left))
    ]


def _rivals(seen: Seen) -> list[str]:
    rivals = seen.weighing.rivals
    if not rivals:
        return ["no cause is believed enough to be named"]
    beliefs = ", ".join(f"{one.cause.id} {one.belief:.0%}" for one in rivals)
    return [f"these could be, and are not told apart or do not stand alone: {beliefs}"]


def _not_good(seen: Seen) -> list[str]:
    names = not_proven_good(seen.on)
    bad = [one.id for one in seen.by_id(names) if one.answer]
    unknown = [one.id for one in seen.by_id(names) if not one.answer]
    told = (("unusual, so that nothing is called healthy", bad), ("not known", unknown))
    return [f"{words}: {_listed(ids)}" for words, ids in told if ids]


def _listed(ids: list[str]) -> str:
    more = len(ids) - MOST
    return ", ".join(ids[:MOST]) + (f" and {more} more" if more > 0 else "")
