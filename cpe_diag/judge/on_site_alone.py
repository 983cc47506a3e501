"""What the household's own traffic brings about, and the radio: told where the laptop is alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.path_facts import CallerAnswer
from cpe_diag.judge.keys import LINE_USE
from cpe_diag.judge.on_site import WALL, WIFI, untold

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.judge.rule import Answer, Facts

NOBODY: Final = "nobody"
SOMEBODY: Final = "somebody"


def if_alone(facts: Facts, place: PluggedInto, answer: Answer, by_cable: FactKey) -> Answer:
    """Let an answer count at home where neither other devices nor the radio bring it about.

    Args:
        facts: of the case.
        place: where it was measured.
        answer: what was measured; a "no" counts whoever uses the line.
        by_cable: the fact that tells more than one by radio.

    Returns:
        The answer, or that it does not tell.
    """
    if place is WALL or not answer.answer:
        return answer
    if place is WIFI:
        return untold(f"{answer.because}; by radio it may be the radio", by_cable)
    said = facts.fact(CallerAnswer, LINE_USE)
    if said is not None and said.choice == NOBODY:
        return answer
    known = said is not None and said.choice == SOMEBODY
    who = "somebody else at home uses the line" if known else "nobody knows who else uses the line"
    return untold(f"{answer.because}; {who}", LINE_USE)
