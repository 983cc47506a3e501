"""Fakes of the doors beside a router's change: kept copies and the courier of passwords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ActionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.secret import Secret


@dataclass(slots=True, kw_only=True)
class FakeCopies:
    """Copies in memory; `broken`: the disk is full."""

    broken: bool = False
    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, action_id: str, content: bytes) -> None:
        """Keep a copy."""
        if self.broken:
            raise ActionError("the copy cannot be written: No space left on device")
        self.kept.setdefault(action_id, content)

    def give(self, action_id: str) -> bytes:
        """Give a copy back."""
        if action_id not in self.kept:
            raise ActionError(f"there is no copy of action {action_id!r}")
        return self.kept[action_id]


@dataclass(slots=True, kw_only=True)
class FakeGuide:
    """Somebody at the phone who does as told, or not; `pressed` is called when they hold it."""

    there: bool = True
    pressed: Callable[[float], None] = field(default=lambda _seconds: None)

    async def hold_button(self, seconds: float) -> bool:
        """Hold it."""
        if self.there:
            self.pressed(seconds)
        return self.there


@dataclass(slots=True, kw_only=True)
class FakeCourier:
    """A courier who remembers what was handed over; `lost`: the gateway does not answer."""

    lost: bool = False
    handed: list[str] = field(default_factory=list)

    async def hand_over(self, password: Secret, *, networks: Sequence[str]) -> None:
        """Give it to the customer."""
        if self.lost:
            raise ActionError(f"the gateway did not take the password of {', '.join(networks)}")
        self.handed.append(password.reveal())
