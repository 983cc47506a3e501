"""A field of a fact that the device did not give, and why: never a number, never False."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from cpe_diag.domain.failures import FailureKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Why one field of an otherwise observed fact has no value."""

    why: FailureKind


NOT_ASKED: Final = Missing(why=FailureKind.NOT_ASKED)
"""Stands in a field that came later than the drivers, or the bundles, that leave it out."""

LATER: Final = "later"
"""Marks, in the metadata, a field that came later; its default is true of what has it not."""

Maybe: TypeAlias = T | Missing
"""A field that some devices do not give."""


def known(field: Maybe[T]) -> T | None:
    """Give the value, or None where it is missing (for fields whose values are never None).

    Args:
        field: a field of a fact.

    Returns:
        The value, or None when the device did not give it.
    """
    return None if isinstance(field, Missing) else field
