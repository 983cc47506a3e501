"""Typed fields of JSON objects: a field of another type is no value, and never a wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, TypeGuard

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.parsers.answers import unparseable

if TYPE_CHECKING:
    from collections.abc import Iterator

# JSON bounds no number; what the devices count in fits into 63 bits.
_TOO_BIG: Final = 2**63

UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
"""The device does not give this field."""


def text(data: Mapping[str, object], key: str) -> Maybe[str]:
    """Give a text field, Missing where there is none."""
    value = data.get(key)
    return value if isinstance(value, str) else UNSUPPORTED


def flag(data: Mapping[str, object], key: str) -> Maybe[bool]:
    """Give a true or false field, Missing where there is none."""
    value = data.get(key)
    return value if isinstance(value, bool) else UNSUPPORTED


def whole(data: Mapping[str, object], key: str) -> Maybe[int]:
    """Give a whole number of at most 63 bits, Missing where there is none."""
    value = data.get(key)
    return value if is_whole(value) else UNSUPPORTED


def mapping(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Give an object field; empty where there is none."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def mappings(data: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    """Give the objects of a list field; none where there is no list."""
    value = data.get(key)
    return iter([one for one in value if isinstance(one, Mapping)] if _is_list(value) else [])


def texts(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Give the texts of a list field; empty where there is no list."""
    value = data.get(key)
    return tuple(one for one in value if isinstance(one, str)) if _is_list(value) else ()


def needed_text(data: Mapping[str, object], key: str, label: str) -> str:
    """Give a text field that must be there.

    Raises:
        UnreadableError: UNPARSEABLE, naming the field.
    """
    value = data.get(key)
    if not isinstance(value, str):
        raise unparseable(label, f"the field {key!r} is not there")
    return value


def needed_address(value: object, label: str) -> str:
    """Give an IP address; it goes into further commands and must be nothing else.

    Raises:
        UnreadableError: UNPARSEABLE.
    """
    try:
        return str(ip_address(value if isinstance(value, str) else ""))
    except ValueError as error:
        raise unparseable(label, "expected an IP address") from error


def needed_flag(data: Mapping[str, object], key: str, label: str) -> bool:
    """Give a true or false field that must be there.

    Raises:
        UnreadableError: UNPARSEABLE, naming the field.
    """
    value = data.get(key)
    if not isinstance(value, bool):
        raise unparseable(label, f"the field {key!r} is not there")
    return value


def needed_whole(data: Mapping[str, object], key: str, label: str) -> int:
    """Give a whole number that must be there.

    Raises:
        UnreadableError: UNPARSEABLE, naming the field.
    """
    value = data.get(key)
    if not is_whole(value):
        raise unparseable(label, f"the field {key!r} is not there")
    return value


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number that fits into 63 bits; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_BIG


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
