"""What every plan has that somebody agrees to: the guard's findings, and one exact digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class GuardState(StrEnum):
    """What the guard says of one reason to refuse."""

    CLEAR = "clear"
    """It was looked at and does not stand in the way."""
    REFUSED = "refused"
    """It stands in the way; nobody can accept it."""
    UNKNOWN = "unknown"
    """It could not be looked at, which refuses too, unless somebody accepts it by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFinding:
    """One reason to refuse a change, and what was found about it."""

    id: str
    state: GuardState
    because: str


def digest_of(
    plan: Mapping[str, object], findings: Iterable[GuardFinding], accepted: Iterable[str]
) -> str:
    """Give the digest that is agreed to.

    Args:
        plan: all fields of a plan, as plain data.
        findings: of the plan; their words are not part of it.
        accepted: ids of findings that somebody accepts.

    Returns:
        SHA-256 in hex over a canonical form.
    """
    data = {
        **plan,
        "findings": sorted([one.id, one.state.value] for one in findings),
        "accepted": sorted(accepted),
    }
    form = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(form.encode("ascii")).hexdigest()


def objections_of(
    findings: Iterable[GuardFinding], accepted: Iterable[str]
) -> tuple[GuardFinding, ...]:
    """Give the findings that forbid a change, in their order."""
    on_their_word = frozenset(accepted)
    return tuple(
        one
        for one in findings
        if one.state is GuardState.REFUSED
        or (one.state is GuardState.UNKNOWN and one.id not in on_their_word)
    )
