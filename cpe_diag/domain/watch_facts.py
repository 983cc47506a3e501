"""What is seen of a port by looking again and again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PortWatch:
    """Fact `port_watch`: what the port's link did while it was looked at.

    `changes` is how often the link came or went within `watched_s`: as seen, or by the moment of
    the last change that the node tells. In `down_looks` of `looks` there was none.
    """

    watched_s: float
    looks: int
    changes: int
    down_looks: int
