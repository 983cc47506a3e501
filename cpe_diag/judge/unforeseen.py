"""Something that nobody foresaw competes with every verdict: how often it comes out alike.

No list of causes is whole. A mechanism that stands in none of them is told as the cause that it
looks like most, or as no fault; how often depends on what a verdict rests on. What a device says
of its own settings, counters and tables is the mechanism itself, and another one seldom looks like
it. What works and what does not along a path is what a mechanism does: others do it too. Where
something that matters to the complaint is unusual and no named cause explains it, the story is not
whole. `left_out` counts it: of each labelled case all that knows its own cause is taken away.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.healthy import relevant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.judge.weighing import Board, Weighed

SHARE: Final = 0.3
"""How many faults in the field have a mechanism that no cause names (reasoned: of the faults that
a stranger wrote for the home lab in November 2026 two in three had none, and what is common in the
field is mostly known)."""
HEALTHY_SHARE: Final = 0.25
"""In how many calls nothing is wrong by the time that somebody looks (a proposal)."""
WHERE_AT_MOST: Final = 0.65
"""How sure a cause can be that says where the fault lies, and not what it is."""
LEAST_WEIGHT: Final = 2.0
"""A sign that weighs less supports a cause, and does not carry it."""

FELT: Final = frozenset(
    {
        *("ping", "dns", "http", "path_quality", "rate_train", "load_test", "name_truth"),
        *("site_look", "site_fronts"),
        *("reachability", "dhcp_server", "device_presence", "device_watch", "device_flows"),
        "home_watch",
    }
)
"""Facts that tell how a path works; in all others a device tells of itself."""


class Ground(StrEnum):
    """What a verdict rests on."""

    READ = "read"
    """A device's own settings, counters or tables."""
    FELT = "felt"
    """What works along a path, and what does not."""
    PARTLY = "partly"
    """Something that matters to the complaint is left without an explanation."""
    WHERE = "where"
    """By enclosure: it says whose it is, and not what."""
    HEALTHY = "healthy"
    """All that was looked at is good."""


WORDS: Final = {
    Ground.READ: "a device itself tells it",
    Ground.FELT: "it was felt along a path, which other mechanisms can do too",
    Ground.PARTLY: "something else that matters here is left without an explanation",
    Ground.WHERE: "it says whose it is, and not what",
    Ground.HEALTHY: "what nobody foresaw may be what nobody looks at",
}


def ground_of(one: Weighed, on: Board, named: Iterable[Weighed]) -> Ground:
    """Say what a cause rests on that a verdict names.

    Args:
        one: the cause.
        on: what is known.
        named: all that the verdict names.

    Returns:
        The ground.
    """
    if one.cause.where:
        return Ground.WHERE
    told = frozenset(finding for other in named for finding in other.cause.explains)
    if any(
        on.answers.get(finding) and finding not in on.explained and finding not in told
        for finding in relevant(on.symptom)
    ):
        return Ground.PARTLY
    strong = (
        sign.finding
        for sign in one.cause.supports
        if sign.answer and sign.weight >= LEAST_WEIGHT and sign.finding in one.supported_by
    )
    return Ground.READ if any(_is_read(finding, on) for finding in strong) else Ground.FELT


def _is_read(finding: str, on: Board) -> bool:
    facts = on.read_from.get(finding, ())
    return bool(facts) and FELT.isdisjoint(key.kind for key in facts)


def beside_unforeseen(confidence: float, odds: float) -> float:
    """Give what is left of a confidence beside what nobody foresaw.

    Args:
        confidence: among all that is known, 0 to 1.
        odds: how many verdicts on such a ground are of unforeseen mechanisms, for each right one.

    Returns:
        Less than before.
    """
    return confidence / (1.0 + odds * confidence)
