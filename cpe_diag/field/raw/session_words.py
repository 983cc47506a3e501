"""What the other end of a session says, without what was logged in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.secret import SHOWN_AS
from cpe_diag.field.raw.pppoe import ERRORS
from cpe_diag.field.raw.texts import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.field.raw.order import Order

LONGEST: Final = 120
WHOLE: Final = 1500
ACCOUNT: Final = "[account]"


def words_of(said: bytes, order: Order) -> str:
    """Give words as they may be shown.

    Args:
        said: by the other end, which knows the login by now.
        order: with the login.

    Returns:
        At most 120 characters.
    """
    text = plain(said, WHOLE)
    for held, shown in ((order.password, SHOWN_AS), (order.user, ACCOUNT)):
        text = text.replace(held, shown) if held else text
    return text[:LONGEST]


def words_of_tags(tags: Iterable[tuple[int, bytes]], order: Order) -> str:
    """Give what a concentrator says in error tags; empty where it says nothing of the kind."""
    said = (words_of(value, order) or "an error" for kind, value in tags if kind in ERRORS)
    return ", ".join(said)[:LONGEST]
