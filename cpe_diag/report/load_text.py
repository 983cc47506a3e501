"""One line for what a way lets through: loss, time, and how much per second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known
from cpe_diag.report.duration import rate, size

if TYPE_CHECKING:
    from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain


def path_quality(fact: PathQuality) -> str:
    """Say how many packets were lost, and how long the others took."""
    note = f" ({fact.note})" if fact.note else ""
    words = f"{fact.lost} of {fact.sent} packets to {fact.target} lost{note}"
    times = (known(fact.rtt_min_s), known(fact.rtt_median_s), known(fact.rtt_p95_s))
    told = [milliseconds(one) for one in times if one is not None]
    if len(told) == len(times):
        words += f"; shortest {told[0]}, middle {told[1]}, 95 of 100 below {told[2]}"
    return words


def rate_train(fact: RateTrain) -> str:
    """Say what large packets took longer than small ones."""
    small, large = known(fact.small_median_s), known(fact.large_quartile_s)
    if small is None or large is None:
        return f"{fact.target} does not answer packets of {fact.size_bytes} bytes"
    return (
        f"{fact.small_bytes} bytes to {fact.target} and back in {milliseconds(small)},"
        f" {fact.size_bytes} bytes in {milliseconds(large)}"
    )


def load_test(fact: LoadTest) -> str:
    """Say how fast a file came, and what that did to the round trips."""
    words = f"{size(fact.received_bytes)} of {fact.url} in {fact.took_s:.2f} s"
    words += f" ({rate(fact.rate_bps)})"
    line = known(fact.line_bytes)
    if line is not None:
        words += f", {size(line)} by the line in all"
    loaded = known(fact.loaded)
    median = None if loaded is None else known(loaded.rtt_median_s)
    if median is not None:
        words += f"; the edge answered in {milliseconds(median)} meanwhile"
    return words


def milliseconds(seconds: float) -> str:
    """Write a short time with a tenth of a millisecond where it matters: `0.4 ms`, `31 ms`."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"  # noqa: PLR2004 - one digit
