"""Waits for a store that is away when a process begins: longer and longer, and not in silence."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import StoreAwayError

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 15.0
"""Proposal: how much later than its store a process comes at most."""
LOOK_EVERY_S: Final = 0.1


class StoreAwaited:
    """Tries what needs the store until it is done, or until nobody wants it any more."""

    def __init__(self, stopping: threading.Event, log: logging.Logger, lacks: str) -> None:
        """Wait until `stopping` is set.

        Args:
            stopping: set by whoever wants it no more.
            log: is told once that it waits, and when it is over.
            lacks: what the process does not do meanwhile, such as `takes no runs`.
        """
        self._stopping = stopping
        self._log = log
        self._lacks = lacks
        self._wait_s = FIRST_WAIT_S
        self._told = False

    def done(self, *uses: Callable[[], None]) -> bool:
        """Do one after the other, all of them again where the store is away for one.

        Args:
            uses: each is harmless when it is done again.

        Returns:
            False: it was stopped before.

        Raises:
            StoreError: what waiting does not mend.
        """
        while not self._stopping.is_set():
            try:
                for use in uses:
                    use()
            except StoreAwayError as error:
                self._tell(error)
                self._stopping.wait(self._wait_s * random.uniform(0.8, 1.2))  # noqa: S311
                self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
            else:
                if self._told:
                    self._log.warning("the case store can be used again")
                return True
        return False

    def _tell(self, error: StoreAwayError) -> None:
        if self._told:
            return
        self._told = True
        words = "%s yet: %s. It tries again by itself until a signal ends it"
        self._log.warning(words, self._lacks, str(error).removesuffix("; try again"))

    def abandoned(self, use: Callable[[], None]) -> None:
        """Do what changes nothing, in a thread that is left alone as soon as it is stopped.

        A database's own wait for its turn, 10 seconds in a file, hears no signal.

        Raises:
            StoreError: as `use` does.
        """
        raised: list[BaseException] = []
        over = threading.Event()

        def do() -> None:
            try:
                use()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                raised.append(error)
            finally:
                over.set()

        threading.Thread(target=do, name="store", daemon=True).start()
        while not over.wait(LOOK_EVERY_S):
            if self._stopping.is_set():
                raise StoreAwayError("not waited for any more")
        if raised:
            raise raised[0]
