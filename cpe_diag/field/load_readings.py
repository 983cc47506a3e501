"""What a record of a visit compares of the line under load: rates, and how long packets wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_load_facts import Direction, FieldLoad
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site_load import NEAR_LIMIT
from cpe_diag.report.duration import rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpe_diag.domain.subscriber import Service

WAYS: Final = {Direction.DOWN: "to the customer", Direction.UP: "from the customer"}


def load_readings(
    load: FieldLoad,
    service: Service,
    at_most_bps: int | None,
    limits: Mapping[str, float],
    *,
    by_radio: bool,
) -> Iterator[tuple[str, str, str, bool | None]]:
    """Give the best rate in each direction, and how much longer packets take at worst.

    Args:
        load: the fact.
        service: what was sold.
        at_most_bps: of the laptop's link; None: nobody knows.
        limits: every threshold's value by its id.
        by_radio: it is the radio that was measured, which is held to nothing.

    Yields:
        Name, words, limit, and whether it is kept; None: it is held to nothing.
    """
    sold = {Direction.DOWN: known(service.down_bps), Direction.UP: known(service.up_bps)}
    idle = known(load.idle)
    idle_s = None if idle is None else known(idle.rtt_median_s)
    for direction, way in WAYS.items():
        runs = [run for run in load.runs if run.direction is direction]
        if not runs:
            continue
        best, promised = max(run.passed_bps for run in runs), sold[direction]
        limit, well = "", None
        if promised is not None and not by_radio and best < NEAR_LIMIT * load.most_bps:
            share = limits["load_rate_share"]
            limit = f"{100 * share:g} % of {rate(promised)}"
            well = best >= share * min(promised, at_most_bps or promised)
        yield f"rate {way}", rate(best), limit, well
        waits_s = [
            wait_s
            for run in runs
            if (loaded := known(run.loaded)) is not None
            and (wait_s := known(loaded.rtt_median_s)) is not None
        ]
        if idle_s is not None and waits_s:
            more_s, most_s = max(0.0, max(waits_s) - idle_s), limits["field_bloat_s"]
            name, words = f"round trip while full {way}", f"{1000 * more_s:.0f} ms more"
            if by_radio:
                yield name, words, "", None
            else:
                yield name, words, f"{1000 * most_s:g} ms", more_s <= most_s
