"""Whether answers that are still open could change a verdict at all, however they fell out.

For every cause that could still come to stand, the open questions are supposed to be answered in
the way that favours it most, and the causes compete again. Where the same ones are named in every
such world, and in the one in which everything open turns out good, asking is a waste of time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.calibration import LEARNED
from cpe_diag.judge.competing import FLOOR, MARGIN, conclude
from cpe_diag.judge.explaining import explain
from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.weighing import board, chance, ruled_out, start

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.competing import Weighing
    from cpe_diag.judge.seen import Seen
    from cpe_diag.judge.weighing import Board

HOPEFUL: Final = FLOOR - MARGIN
"""A cause that cannot be believed as much, whatever is answered, can change nothing."""


def could_change(seen: Seen, open_rules: Collection[str]) -> bool:
    """Tell whether the answers to open rules could change what a verdict names.

    Args:
        seen: the case so far.
        open_rules: ids of rules that cannot tell yet, and could after asking.

    Returns:
        False where the same causes are named whatever is answered.
    """
    if not open_rules:
        return False
    today = _named(seen.on, seen.weighing)
    worlds = (_world(seen, answers) for answers in _worlds(seen, open_rules))
    return any(_named(on, conclude(on)) != today for on in worlds)


def _named(on: Board, weighing: Weighing) -> tuple[frozenset[str], bool]:
    """Give the causes that a verdict would name, and whether it could say "no fault"."""
    if weighing.lead is not None:
        if LEARNED.confidence(weighing.share) < FLOOR:
            return frozenset(), False
        causes = (weighing.lead, *weighing.also)
        return frozenset(one.cause.id for one in causes), False
    return frozenset(), not weighing.rivals and not not_proven_good(on)


def _worlds(seen: Seen, open_rules: Collection[str]) -> Iterable[Mapping[str, bool]]:
    """Give the answers to try: all good, and for each hopeful cause all in its favour."""
    yield dict.fromkeys(open_rules, False)
    tried: set[frozenset[tuple[str, bool]]] = set()
    for one in seen.weighing.weighed:
        if one.cause.last_resort:
            continue  # what is open speaks for a cause that says more
        favours = {
            name: answer for name, answer in _favours(one.cause).items() if name in open_rules
        }
        fresh = frozenset(favours.items())
        if favours and fresh not in tried and _at_most(one.cause, seen.on, favours) >= HOPEFUL:
            tried.add(fresh)
            yield favours


@cache
def _favours(cause: Cause) -> Mapping[str, bool]:
    """Give the answer to each finding that helps a cause most."""
    helps: dict[str, bool] = {}
    for sign in sorted(cause.supports + cause.against, key=lambda one: abs(one.weight)):
        helps[sign.finding] = sign.answer is (sign.weight > 0)
    helps.update({need.finding: need.answer for need in cause.needs})
    return helps


def _at_most(cause: Cause, on: Board, favours: Mapping[str, bool]) -> float:
    """Give a bound of the belief in a cause when all that is open falls out in its favour."""
    answers = {**on.answers, **favours}
    wished = replace(on, answers=answers, not_arising=on.not_arising - favours.keys())
    if ruled_out(cause, wished) is not None:
        return 0.0
    signs = (sign.weight for sign in cause.supports if answers.get(sign.finding) is sign.answer)
    return chance(start(cause, on.symptom) + sum(signs))


def _world(seen: Seen, answers: Mapping[str, bool]) -> Board:
    supposed = explain(
        tuple(
            replace(finding, answer=answers[finding.id], missing=(), follows_from=None)
            if finding.id in answers
            else replace(finding, follows_from=None)
            for finding in seen.findings
        )
    )
    return board(supposed, seen.on.symptom, seen.on.technology)
