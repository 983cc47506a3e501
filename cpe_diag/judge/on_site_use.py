"""Whether what else passed the laptop's own port filled the line while it was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldLink
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site import key_at, untold
from cpe_diag.judge.rule import rate

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.judge.rule import Answer, Facts

MENTIONED_BPS: Final = 1_000_000.0
"""More than our own packets are beside a train: what is above is somebody else's."""


def if_not_filled(facts: Facts, place: PluggedInto, answer: Answer) -> Answer:
    """Let what was measured count where nothing else filled the line meanwhile; mark it.

    Args:
        facts: of the case.
        place: where it was measured.
        answer: what was measured; a "no" counts whatever passed.

    Returns:
        The answer; or that it does not tell, as the line was full.
    """
    key = key_at("field_use", place)
    use = facts.fact(FieldUse, key)
    if use is None or not answer.answer or max(use.in_bps, use.out_bps) < MENTIONED_BPS:
        return answer
    words = f"{answer.because}; meanwhile {rate(use.in_bps)} came in and {rate(use.out_bps)}"
    words += " went out by the laptop's own port"
    if any(_full(facts, place, *one) for one in _ways(facts, use)):
        return untold(f"{words}: end what uses the line there, and look again", key)
    return replace(answer, because=words, rests_on=(*answer.rests_on, key))


def _ways(facts: Facts, use: FieldUse) -> tuple[tuple[float, float | None], ...]:
    """Give both rates, each with what was sold."""
    service = facts.subscriber.service
    return ((use.in_bps, known(service.down_bps)), (use.out_bps, known(service.up_bps)))


def _full(facts: Facts, place: PluggedInto, bps: float, sold: float | None) -> bool:
    """Tell whether a rate fills what was sold, or the link where nobody says what was."""
    link = facts.fact(FieldLink, key_at("field_link", place))
    speed = None if link is None else known(link.speed_bps)
    most = min((one for one in (sold, speed) if one), default=None)
    return most is not None and bps >= facts.limits["field_use_share"] * most
