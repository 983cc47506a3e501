"""Which thresholds a rule compares with, read from its own code, so that no list can be wrong."""

from __future__ import annotations

from functools import cache, partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.thresholds import BY_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.judge.rule import Rule

HERE: Final = "cpe_diag.judge."


@cache
def limits_of(rule: Rule) -> tuple[str, ...]:
    """Give the ids of the thresholds that a rule's code names, in the order of the table.

    Args:
        rule: which one.

    Returns:
        Ids of thresholds; empty for a rule that compares with no number.
    """
    found = set(_names(rule.ask, set()))
    return tuple(name for name in BY_ID if name in found)


def _names(told: object, seen: set[int]) -> Iterator[str]:
    """Go through the strings of a function and of all that it names in the judge's room."""
    if isinstance(told, str):
        if told in BY_ID:
            yield told
    elif id(told) not in seen:
        seen.add(id(told))
        for part in _parts(told):
            yield from _names(part, seen)


def _parts(told: object) -> Iterator[object]:
    """Give what a function, a method, a class or a partial is made of, if it is the judge's."""
    if isinstance(told, partial):
        yield from (told.func, *told.args, *told.keywords.values())
    elif isinstance(told, classmethod | staticmethod):
        yield told.__func__
    elif not isinstance(told, FunctionType | type) or not told.__module__.startswith(HERE):
        return
    elif isinstance(told, type):
        yield from vars(told).values()
    else:
        yield from (cell.cell_contents for cell in told.__closure__ or ())
        for code in _codes(told.__code__):
            yield from code.co_consts
            yield from (told.__globals__.get(name) for name in code.co_names)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Give a piece of code and all that is written inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
