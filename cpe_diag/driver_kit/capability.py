"""What a driver says of each thing it could do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CapabilityState(StrEnum):
    """Whether a driver can do a thing."""

    DONE = "done"
    TODO = "todo"
    EXEMPT = "exempt"


class Verified(StrEnum):
    """What a capability was tried on; nothing unverified is presented as proven."""

    DEVICE = "device"
    """On the real software or hardware."""
    RECORDING = "recording"
    """On recorded answers of the real software."""
    DOCUMENTATION = "documentation"
    """Only against documentation, and our own lab made from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One capability: its state, what it was verified on (None unless done), and a reason.

    `reason` is required for `todo` and `exempt`.
    """

    state: CapabilityState
    verified: Verified | None
    reason: str
