"""How much of what is dear goes on at the same time; whoever comes then is told to come back."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL: Final = Refused(
    status=503, reason="as many of these are being made as may be at once; try again in a second"
)


class AtOnce:
    """The places of one service, by what is made in them; for any thread."""

    def __init__(self) -> None:
        """Begin with nothing being made."""
        self._going: Counter[str] = Counter()
        self._one = threading.Lock()

    @contextmanager
    def place(self, what: str, most: int | None) -> Iterator[bool]:
        """Take a place for as long as the block lasts; gives whether there was one.

        Args:
            what: is made.
            most: places there are for it; None: as many as come.
        """
        with self._one:
            has_place = most is None or self._going[what] < most
            self._going[what] += has_place
        try:
            yield has_place
        finally:
            with self._one:
                self._going[what] -= has_place
