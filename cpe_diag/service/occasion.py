"""What people on call are told of."""

from __future__ import annotations

from enum import StrEnum


class Occasion(StrEnum):
    """What people are told of."""

    WARNING = "warning"
    HANDED_OVER = "handed_over"
    INCIDENT = "incident"
    CLEARED = "cleared"
    RUN_FAILED = "run_failed"
