"""Sends what the outbox holds: later where it must, a dead letter where it cannot.

A letter is claimed, durably, before anything is sent: whoever dies in the middle leaves a letter
that the next one looks for first. A claim outlives everything that a try may take.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from secrets import SystemRandom
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import StoreError
from cpe_diag.service.delivery import Delivered, TryLater, Undeliverable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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

    async def once(self) -> bool:
        """Try the letter that is due first.

        Returns:
            Whether there was one.

        Raises:
            StoreError: the store cannot be used; a letter that was sent meanwhile is looked for
                before it is sent again.
        """
        for letter in await self._due(tuple(self._ways)):
            if await self._try(letter):
                return True
        return False

    async def run(self, stopped: Callable[[], bool], *, pause_s: float = 1.0) -> None:
        """Send until it is stopped; a store that cannot be used is asked again.

        All kinds that are not at work are asked for in one question, and each takes up its
        letters one by one, right before they are sent.
        """
        idle, left = set(self._ways), asyncio.Event()

        async def send(kind: LetterKind, letters: Sequence[Letter]) -> None:
            try:
                for letter in letters:
                    if stopped():
                        return
                    await self._try(letter)
                left.set()  # the next of a lane may be due now
            except StoreError:
                return
            finally:
                idle.add(kind)

        async with asyncio.TaskGroup() as group:
            while not stopped():
                left.clear()
                for kind, letters in (await self._due_by_kind(idle)).items():
                    idle.discard(kind)
                    group.create_task(send(kind, letters))
                await self._rest(left, pause_s)

    async def _due_by_kind(self, idle: Iterable[LetterKind]) -> Mapping[LetterKind, list[Letter]]:
        found: dict[LetterKind, list[Letter]] = defaultdict(list)
        with suppress(StoreError):
            for letter in await self._due(tuple(idle)):
                found[letter.kind].append(letter)
        return found

    async def _due(self, kinds: Sequence[LetterKind]) -> Sequence[Letter]:
        if not kinds:
            return ()
        return await asyncio.to_thread(self._outbox.due, self._clock.now(), kinds)

    async def _try(self, letter: Letter) -> bool:
        """Take a letter up and send it; False: somebody else has it."""
        taken = await asyncio.to_thread(self._outbox.take, letter, sender=self._name, lease=LEASE)
        if taken is None:
            return False

        async def is_ours() -> bool:
            return await asyncio.to_thread(self._outbox.is_ours, taken)

        delivery = await self._ways[taken.kind].deliver(taken, is_ours)
        await asyncio.to_thread(self._keep, taken, delivery)
        return True

    async def _rest(self, left: asyncio.Event, pause_s: float) -> None:
        """Wait for a while, or until somebody has no letters left."""
        pause = self._clock.sleep_until(self._clock.monotonic() + pause_s)
        waits = [asyncio.ensure_future(one) for one in (pause, left.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

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
