"""What comes of a try to deliver a letter, and whoever tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from cpe_diag.domain.letter import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """It is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """It is not there, or nobody knows; `words` say why, without secrets.

    `not_before` None: whenever the sender thinks right. `maybe` says that it may be there.
    """

    words: str
    not_before: datetime | None = None
    maybe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoConnection(TryLater):
    """Nothing was sent, for nobody took the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """It will never be taken as it is; `words` say why, without secrets."""

    words: str


Delivery: TypeAlias = Delivered | TryLater | Undeliverable

IsOurs: TypeAlias = Callable[[], Awaitable[bool]]
"""Whether the letter is still the sender's; asked right before something is sent."""

NOT_OURS = TryLater(words="another sender has taken it up")


class Way(Protocol):
    """How letters of one kind are delivered."""

    async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
        """Try once; looks first where it may be there, and never raises for the network.

        Args:
            letter: `tries` above 1: it may have been sent before.
            is_ours: to be asked right before something is sent; False: nothing is sent.

        Returns:
            What came of it.
        """
