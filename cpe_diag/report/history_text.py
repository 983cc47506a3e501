"""The port over time in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.report.duration import duration
from cpe_diag.report.phrases import counted

if TYPE_CHECKING:
    from cpe_diag.domain.history_facts import PortHistory

NOT_KEPT: Final = "Nothing is kept: the configuration names no file for it (`port_history`)."


def port_history(fact: PortHistory) -> str:
    """Say how often it was looked at, and when the link was lost."""
    first, last = fact.samples[0].at, fact.samples[-1].at
    looks = counted(len(fact.samples), "look")
    words = f"{looks} at the port within {duration((last - first).total_seconds())}"
    losses = fact.losses
    if not losses:
        return f"{words}: no link lost"
    words += f": link lost {len(losses)}x, last {losses[-1]:%Y-%m-%d %H:%M:%S} UTC"
    period = fact.period_s
    return words + (f", at least every {duration(period)}" if period is not None else "")


def history_lines(history: PortHistory, *, is_kept: bool) -> tuple[str, ...]:
    """Say what earlier runs have seen of a port, a line for each loss of its link.

    Args:
        history: maybe without any sample.
        is_kept: runs leave what they see.
    """
    if not history.samples:
        words = "No run has seen the port yet." if is_kept else NOT_KEPT
        return (words,)
    losses = (f"{moment:%Y-%m-%d %H:%M:%S} UTC  link lost" for moment in history.losses)
    return (port_history(history), *losses)
