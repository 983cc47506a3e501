"""What a DSL line has counted in its current interval, from its rates and the time passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.links import end_has_power, node_serves, port_up

if TYPE_CHECKING:
    from cpe_diag.lab.dsl_state import DslLine
    from cpe_diag.lab.world import AccessNodeState, AccessPort, World

# ITU-T G.997.1, 7.2.7: performance is counted over 15 minutes and 24 hours.
QUARTER_S: Final = 900
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCounts:
    """One interval of one end: seconds and events."""

    elapsed_s: int
    errored_s: int
    severely_errored_s: int
    loss_of_signal_s: int
    loss_of_power_s: int
    unavailable_s: int
    code_violations: int
    full_inits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCondition:
    """What the node sees of a line now."""

    in_sync: bool
    loss_of_signal: bool
    far_end_power_lost: bool
    training: bool


def condition(world: World, port: AccessPort) -> LineCondition:
    """Tell what the node sees of a line.

    A modem that loses its power says so with its last breath (dying gasp, G.997.1, 7.1.1.2.3);
    then nothing is heard of it. A cut wire is heard as nothing at all. A port that is switched
    off, or whose card is dead, listens to nothing and reports no defect.
    """
    if port_up(world, port):
        return LineCondition(
            in_sync=True, loss_of_signal=False, far_end_power_lost=False, training=False
        )
    if not port.admin_up or not node_serves(world, port):
        return LineCondition(
            in_sync=False, loss_of_signal=False, far_end_power_lost=False, training=False
        )
    if port.subscriber is None:
        return LineCondition(
            in_sync=False, loss_of_signal=True, far_end_power_lost=False, training=False
        )
    powered = end_has_power(world, port)
    return LineCondition(
        in_sync=False,
        loss_of_signal=not port.cable_ok or not powered,
        far_end_power_lost=port.cable_ok and not powered,
        training=port.cable_ok and powered,
    )


def current(
    world: World, node: AccessNodeState, port: AccessPort, line: DslLine, interval_s: int
) -> LineCounts:
    """Give the counts of the current interval.

    A line's error rates hold for the whole interval, as if its state had been the same since the
    interval began: a fault that was just set shows the traces that it would have left.

    Args:
        world: the lab.
        node: whose clock the intervals follow.
        port: the port of the line.
        line: its rates of errors.
        interval_s: 900 or 86,400 seconds.
    """
    now = world.now()
    elapsed_s = int(now - node.booted_at) % interval_s
    seen = condition(world, port)
    down_s = 0 if seen.in_sync else min(elapsed_s, int(max(0.0, now - port.changed_at)))
    hours = (elapsed_s - down_s) / 3600
    day = interval_s == DAY_S
    return LineCounts(
        elapsed_s=elapsed_s,
        errored_s=min(elapsed_s - down_s, int(line.errored_s_per_hour * hours)),
        severely_errored_s=min(elapsed_s - down_s, int(line.severely_errored_s_per_hour * hours)),
        loss_of_signal_s=down_s if seen.loss_of_signal else 0,
        loss_of_power_s=down_s if seen.far_end_power_lost else 0,
        unavailable_s=down_s,
        code_violations=int(line.code_violations_per_hour * hours),
        full_inits=line.full_inits_15min * (4 if day else 1),
    )


def previous_day(line: DslLine) -> LineCounts:
    """Give the counts of the day before."""
    return LineCounts(
        elapsed_s=DAY_S,
        errored_s=int(line.errored_s_per_hour * 24),
        severely_errored_s=int(line.severely_errored_s_per_hour * 24),
        loss_of_signal_s=0,
        loss_of_power_s=0,
        unavailable_s=30 * line.full_inits_previous_day,
        code_violations=int(line.code_violations_per_hour * 24),
        full_inits=line.full_inits_previous_day,
    )
