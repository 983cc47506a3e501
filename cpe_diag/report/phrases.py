"""Small pieces of sentences that facts are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.missing import Maybe, Missing

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")

_LISTED: Final = 3
"""How many of a list are named on one line."""


def listed(parts: tuple[str, ...] | list[str]) -> str:
    """Name the first few of a list, and count the rest."""
    named = ", ".join(parts[:_LISTED])
    more = len(parts) - _LISTED
    return f"{named} and {more} more" if more > 0 else named


def maybe(field: Maybe[V], words: Callable[[V], str]) -> tuple[str, ...]:
    """Say a field where it is known, and nothing where it is not."""
    return () if isinstance(field, Missing) else (words(field),)


def counted(count: int, one: str, many: str = "") -> str:
    """Say a count with its noun in the right number."""
    return f"{count} {one if count == 1 else many or one + 's'}"
