"""Keeps what ends by itself, for as long as a block lasts and its process lives."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

RENEWALS: Final = 4
"""How often something is renewed within its lease: three may fail."""


@contextmanager
def renewed(
    renew: Callable[[], object], lease: timedelta, *, lasts: timedelta | None = None
) -> Iterator[None]:
    """Renew a lease until the block is left; from a thread, for the block may wait for a person.

    Args:
        renew: is called again and again; what the store says against it counts for nothing.
        lease: how long one renewal lasts.
        lasts: after how long nothing is renewed any more, so that a block that hangs keeps
            nothing from others; None: never.
    """
    left = threading.Event()
    until_s = math.inf if lasts is None else time.monotonic() + lasts.total_seconds()

    def keep() -> None:
        while not left.wait(lease.total_seconds() / RENEWALS) and time.monotonic() < until_s:
            with suppress(StoreError):
                renew()

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()
