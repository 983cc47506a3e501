"""Which fields a fact has for conditions, and what can be compared with each."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from types import NoneType
from typing import TYPE_CHECKING, get_args, get_type_hints

from cpe_diag.domain.missing import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shape(StrEnum):
    """What kind of value a field holds."""

    TRUTH = "true or false"
    NUMBER = "a number"
    TEXT = "text"
    WORD = "one of a closed set of words"
    MANY = "a list or a group of fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a fact: its dotted name, its shape, and the words of a closed set."""

    name: str
    shape: Shape
    words: tuple[str, ...] = ()


def fields_of(value_type: type, before: str = "") -> Iterator[Field]:
    """Go through the fields and properties of a fact, nested ones with dotted names.

    Args:
        value_type: a fact's type, a dataclass of the domain.
        before: what to put before each name.

    Yields:
        Every field, a group before its parts.
    """
    hints = get_type_hints(value_type)
    for part in fields(value_type):
        inner = _bare(hints[part.name])
        yield _field(before + part.name, inner)
        if isinstance(inner, type) and is_dataclass(inner):
            yield from fields_of(inner, f"{before}{part.name}.")
    for name, claim in vars(value_type).items():
        if isinstance(claim, property) and claim.fget is not None:
            yield _field(before + name, _bare(get_type_hints(claim.fget)["return"]))


def _bare(hint: object) -> object:
    """Take `Missing` and None away from a type; what is left of a true union is no one type."""
    parts = [part for part in get_args(hint) if part not in {Missing, NoneType}]
    return parts[0] if len(parts) == 1 and len(parts) < len(get_args(hint)) else hint


def _field(name: str, inner: object) -> Field:
    match inner:
        case type() if issubclass(inner, StrEnum):
            return Field(name=name, shape=Shape.WORD, words=tuple(word.value for word in inner))
        case type() if issubclass(inner, bool):
            return Field(name=name, shape=Shape.TRUTH)
        case type() if issubclass(inner, int | float):
            return Field(name=name, shape=Shape.NUMBER)
        case type() if issubclass(inner, str):
            return Field(name=name, shape=Shape.TEXT)
        case _:
            return Field(name=name, shape=Shape.MANY)
