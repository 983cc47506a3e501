"""Which playbooks the start page offers: what callers say first, what changes something after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.cause import (
    AT_WALL_PORT,
    DROPS,
    IN_HOME_NETWORK,
    NO_INTERNET,
    ONE_DEVICE,
    SITE,
    SLOW,
    WIFI_TROUBLE,
)
from cpe_diag.playbook.model import ActStep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.playbook.model import Playbook

ORDER: Final = (NO_INTERNET, DROPS, SLOW, WIFI_TROUBLE, ONE_DEVICE, SITE)
"""Complaints from the loss of everything to that of one thing; an operator's own come after."""
ON_SITE: Final = (AT_WALL_PORT, IN_HOME_NETWORK)
"""For the laptop of a technician: nothing of it can be done from here."""


def offered(playbooks: Iterable[Playbook]) -> tuple[tuple[Playbook, ...], tuple[Playbook, ...]]:
    """Sort what can be ordered for a caller.

    Args:
        playbooks: all there are.

    Returns:
        Those that only look, by how much is lost and then by their title; and those that change
        something, in the same order.
    """
    here = [one for one in playbooks if one.symptom not in ON_SITE]
    here.sort(key=lambda one: (_rank(one), one.id not in ORDER, one.title))
    acts = {one.id for one in here if any(isinstance(step, ActStep) for step in one.steps)}
    return (
        tuple(one for one in here if one.id not in acts),
        tuple(one for one in here if one.id in acts),
    )


def _rank(playbook: Playbook) -> int:
    return ORDER.index(playbook.symptom) if playbook.symptom in ORDER else len(ORDER)
