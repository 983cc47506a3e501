"""How full the customer's line is, by what is known of its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import PortRates, PortSpeed
from cpe_diag.judge.keys import LINE, PORT_SPEED

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """Traffic of one direction in bit/s, and the narrowest limit that is known for it."""

    direction: str
    used_bps: float
    limit_bps: float

    @property
    def share(self) -> float:
        """How full it is, 0 to 1 and a little more."""
        return self.used_bps / self.limit_bps


def busiest_direction(facts: Facts, rates: PortRates) -> Direction | None:
    """Find the direction that is fuller, towards or from the customer.

    Args:
        facts: where the limits stand: the service sold, the line's rate, the link's speed.
        rates: what flows.

    Returns:
        The fuller direction, or None where no rate or no limit is known.
    """
    line = facts.fact(LineQuality, LINE)
    trained = line if line is not None and line.in_sync else None
    service = facts.subscriber.service
    link = _link_bps(facts)
    both = (
        _direction(
            "towards the customer",
            known(rates.out_bps),
            (known(service.down_bps), known(trained.down.rate_bps) if trained else None, link),
        ),
        _direction(
            "from the customer",
            known(rates.in_bps),
            (known(service.up_bps), known(trained.up.rate_bps) if trained else None, link),
        ),
    )
    directions = [direction for direction in both if direction is not None]
    return max(directions, key=lambda direction: direction.share) if directions else None


def _link_bps(facts: Facts) -> int | None:
    speed = facts.fact(PortSpeed, PORT_SPEED)
    return None if facts.is_ethernet is False or speed is None else speed.speed_bps


def _direction(words: str, used: float | None, limits: tuple[int | None, ...]) -> Direction | None:
    valid = [limit for limit in limits if limit]
    if used is None or not valid:
        return None
    return Direction(direction=words, used_bps=used, limit_bps=min(valid))
