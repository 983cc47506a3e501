"""What is known of a delivery that a ticket desk sends."""

from __future__ import annotations

from enum import StrEnum


class Sighting(StrEnum):
    """Whether a delivery has been seen before."""

    NEW = "new"
    SAME = "same"
    """The same id: the sender did not get our answer, and tries again."""
    OTHER = "other"
    """The same body under another id: somebody replays it."""
