"""What two samples of a port's counters say about the time between them; pure."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.line_facts import LineErrors, LineGrowth
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.port_facts import PortCounters, PortRates

INCOMPLETE: Final = Missing(why=FailureKind.INCOMPLETE)

# RFC 2578, section 7.1.6: Counter32 wraps to zero after 2^32-1.
_MODULUS: Final = 2**32

# A step forwards beyond half of the range is taken for a step backwards (a cleared counter): at
# 1 Gbit/s half of the range takes 17 s, longer than the two samples are apart.
_HALF: Final = 2**31

# RFC 3418: sysUpTime in hundredths of a second wraps after 497 days.
_UPTIME_WRAP_S: Final = _MODULUS / 100

# How near to its wrap an uptime must be for "less than before" to be the wrap, not a restart:
# an hour, far longer than two samples are apart and far shorter than a node is up (reasoned).
_NEAR_WRAP_S: Final = 3600.0


def elapsed_s(first: PortCounters, second: PortCounters) -> float | None:
    """Say how long the node itself says that passed between two samples.

    Args:
        first: the earlier sample.
        second: the later one.

    Returns:
        Seconds, 0.0 where the node's clock stood still, or None when the node restarted.
    """
    passed_s = second.node_uptime_s - first.node_uptime_s
    if passed_s >= 0:
        return passed_s
    wrapped_s = passed_s + _UPTIME_WRAP_S
    return wrapped_s if wrapped_s < _NEAR_WRAP_S else None


def increase(first: Maybe[int], second: Maybe[int]) -> Maybe[int]:
    """Say by how much a counter rose, one wrap of a 32-bit counter included.

    Args:
        first: the earlier value.
        second: the later value.

    Returns:
        The increase; what is Missing stays so; INCOMPLETE when it went backwards otherwise.
    """
    if isinstance(first, Missing):
        return first
    if isinstance(second, Missing):
        return second
    if second >= first:
        return second - first
    wrapped = second - first + _MODULUS
    return wrapped if first < _MODULUS and wrapped < _HALF else INCOMPLETE


def line_growth(first: LineErrors, second: LineErrors, interval_s: float) -> LineGrowth:
    """Say what a line has suffered between two samples.

    Args:
        first: the earlier sample of the current 15-minute interval.
        second: the later one.
        interval_s: seconds between them.

    Returns:
        Seconds and counts; INCOMPLETE where a new interval began in between, or a count is less.
    """
    anew = (
        isinstance(first.elapsed_s, int)
        and isinstance(second.elapsed_s, int)
        and second.elapsed_s < first.elapsed_s
    )

    def grown(before: Maybe[int], after: Maybe[int]) -> Maybe[int]:
        if isinstance(before, Missing):
            return before
        if isinstance(after, Missing):
            return after
        return INCOMPLETE if anew or after < before else after - before

    return LineGrowth(
        interval_s=round(interval_s, 3),
        errored_s=grown(first.errored_s, second.errored_s),
        severely_errored_s=grown(first.severely_errored_s, second.severely_errored_s),
        unavailable_s=grown(first.unavailable_s, second.unavailable_s),
        code_violations=grown(first.code_violations, second.code_violations),
        full_inits=grown(first.full_inits, second.full_inits),
    )


def rates(first: PortCounters, second: PortCounters, interval_s: float) -> PortRates:
    """Turn two samples into rates.

    Args:
        first: the earlier sample.
        second: the later one, of the same run of the node.
        interval_s: seconds between them, above zero.

    Returns:
        bit/s, packets/s and counts of the interval.
    """

    def per_s(before: Maybe[int], after: Maybe[int], factor: int) -> Maybe[float]:
        risen = increase(before, after)
        return risen if isinstance(risen, Missing) else round(risen * factor / interval_s, 3)

    return PortRates(
        interval_s=round(interval_s, 3),
        in_bps=per_s(first.in_octets, second.in_octets, 8),
        out_bps=per_s(first.out_octets, second.out_octets, 8),
        in_packets_per_s=per_s(first.in_packets, second.in_packets, 1),
        out_packets_per_s=per_s(first.out_packets, second.out_packets, 1),
        in_errors=increase(first.in_errors, second.in_errors),
        out_errors=increase(first.out_errors, second.out_errors),
        in_discards=increase(first.in_discards, second.in_discards),
        out_discards=increase(first.out_discards, second.out_discards),
        fcs_errors=increase(first.fcs_errors, second.fcs_errors),
        alignment_errors=increase(first.alignment_errors, second.alignment_errors),
        late_collisions=increase(first.late_collisions, second.late_collisions),
        in_broadcast_per_s=per_s(first.in_broadcast, second.in_broadcast, 1),
        out_broadcast_per_s=per_s(first.out_broadcast, second.out_broadcast, 1),
    )
