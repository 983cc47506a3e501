"""A fake of the pinned host keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.host_keys import ExpectedKey, PinnedKey

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True, kw_only=True)
class FakeHostKeyPins:
    """Pins in memory; `broken`: nothing can be read or written."""

    pins: dict[str, PinnedKey] = field(default_factory=dict)
    expectations: dict[str, ExpectedKey] = field(default_factory=dict)
    broken: bool = False

    def pinned(self, address: str) -> PinnedKey | None:
        """Give the pinned key."""
        self._usable()
        return self.pins.get(address)

    def pin_first(self, address: str, key: str, *, at: datetime, because: str) -> PinnedKey:
        """Pin a key where none is pinned yet."""
        self._usable()
        pin = PinnedKey(address=address, key=key, since=at, because=because)
        return self.pins.setdefault(address, pin)

    def expect_new_key(
        self, address: str, *, reason: str, until: datetime, at: datetime
    ) -> ExpectedKey:
        """Accept one new key until then."""
        del at
        self._usable()
        self.expectations[address] = ExpectedKey(address=address, reason=reason, until=until)
        return self.expectations[address]

    def expected(self, address: str, *, at: datetime) -> ExpectedKey | None:
        """Say whether a new key is expected now."""
        self._usable()
        found = self.expectations.get(address)
        return found if found is not None and at < found.until else None

    def take_expected(
        self, address: str, key: str, *, at: datetime, replaced: str | None
    ) -> PinnedKey | None:
        """Pin the new key that was expected."""
        expectation = self.expected(address, at=at)
        if expectation is None:
            return None
        del self.expectations[address]
        self.pins[address] = PinnedKey(
            address=address,
            key=key,
            since=at,
            because=f"new after {expectation.reason}",
            announced=True,
            replaced=replaced,
        )
        return self.pins[address]

    def _usable(self) -> None:
        if self.broken:
            raise StoreError("the pinned host keys cannot be used: No space left on device")
