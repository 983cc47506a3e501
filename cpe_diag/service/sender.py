"""Sends what the outbox holds: later where it must, a dead letter where it cannot.

A letter is claimed, durably, before anything is sent: whoever dies in the middle leaves a letter
that the next one looks for first. A claim outlives everything that a try may take.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from secrets import SystemRandom
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import StoreError
from cpe_diag.service.delivery import Delivered, TryLater, Undeliverable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cpe_diag.domain.letter import Letter, LetterKind
    from cpe_diag.ports import Clock
    from cpe_diag.service.delivery import Delivery, Way
    from cpe_diag.store.outbox import StoredOutbox

LEASE: Final = timedelta(minutes=3)
"""Longer than what a try takes: three requests of 20 s each, and some."""
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=1)
MAYBE_WAIT: Final = timedelta(seconds=30)
"""The least wait where a request may still be in the desk's hands: it is looked for afterwards."""
DOUBLINGS: Final = 12
"""More of them are longer than LONGEST_WAIT anyway."""


def wait_after(tries: int, share: float) -> timedelta:
    """Say how long to wait after a try in vain.

    Args:
        tries: how many there were.
        share: of the wait, from 0 to 1: senders that failed together do not come back together.

    Returns:
        Between a half and the whole of 5 s, 10 s, 20 s, ... one hour.
    """
    whole = min(FIRST_WAIT * (1 << min(tries - 1, DOUBLINGS)), LONGEST_WAIT)
    return whole * (0.5 + share / 2)


class Sender:
    """Sends letters, of each kind one at a time: a desk that hangs keeps nobody from a page."""

    def __init__(
        self,
        outbox: StoredOutbox,
        ways: Mapping[LetterKind, Way],
        clock: Clock,
        *,
        name: str,
        share: Callable[[], float] | None = None,
    ) -> None:
        """Send from `outbox`; `name` stands in a claim, `share` spreads the waits."""
        self._outbox = outbox
        self._ways = ways
        self._clock = clock
        self._name = name
        self._share = share or SystemRandom().random

    async def once(self, kinds: Iterable[LetterKind] | None = None) -> bool:
        """Try the letter that is due first.

        Args:
            kinds: which letters; None: all that there is a way for.

        Returns:
            Whether there was one.

        Raises:
            StoreError: the store cannot be used; a letter that was sent meanwhile is looked for
                before it is sent again.
        """
        letter = await asyncio.to_thread(
            self._outbox.claim,
            sender=self._name,
            at=self._clock.now(),
            lease=LEASE,
            kinds=tuple(self._ways if kinds is None else kinds),
        )
        if letter is None:
            return False

        async def is_ours() -> bool:
            return await asyncio.to_thread(self._outbox.is_ours, letter)

        delivery = await self._ways[letter.kind].deliver(letter, is_ours)
        await asyncio.to_thread(self._keep, letter, delivery)
        return True

    async def run(self, stopped: Callable[[], bool], *, pause_s: float = 1.0) -> None:
        """Send until it is stopped; a store that cannot be used is asked again."""
        async with asyncio.TaskGroup() as group:
            for kind in self._ways:
                group.create_task(self._run(kind, stopped, pause_s))

    async def _run(self, kind: LetterKind, stopped: Callable[[], bool], pause_s: float) -> None:
        while not stopped():
            try:
                busy = await self.once((kind,))
            except StoreError:
                busy = False
            if not busy:
                await self._clock.sleep_until(self._clock.monotonic() + pause_s)

    def _keep(self, letter: Letter, delivery: Delivery) -> None:
        now = self._clock.now()
        match delivery:
            case Delivered():
                self._outbox.sent(letter, at=now)
            case Undeliverable(words=words):
                self._outbox.bury(letter, at=now, words=words)
            case TryLater(words=words) if letter.tries_left < 1:
                self._outbox.bury(letter, at=now, words=words)
            case TryLater(words=words, not_before=not_before, maybe=maybe):
                until = now + wait_after(letter.tries, self._share())
                if not_before is not None:
                    until = max(until, not_before)
                if maybe:
                    until = max(until, now + MAYBE_WAIT)
                self._outbox.put_off(letter, until=until, words=words)
