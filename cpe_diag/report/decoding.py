"""Plain JSON data to domain values: strict, driven by the types alone, naming the wrong place.

The forms are those of `codec`.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar, cast

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.facts import fact_kind
from cpe_diag.domain.failures import Failure
from cpe_diag.domain.missing import LATER, Missing
from cpe_diag.domain.observations import Observation, Observed, Unobserved

V = TypeVar("V")


class UndecodableError(ValueError):
    """Data is not what its type says; `path` is where, in the form `$.verdict.segments[2].id`."""

    def __init__(self, path: str, message: str) -> None:
        """Carry the place and the words."""
        super().__init__(f"{path}: {message}")
        self.path = path


def decode(value_type: type[V], data: object, path: str = "$") -> V:
    """Make a domain value of plain JSON data; the opposite of `encode`.

    Args:
        value_type: what the data is meant to be.
        data: what `json.loads` gave.
        path: where the data stands, for messages.

    Returns:
        A value equal to the one that was encoded.

    Raises:
        UndecodableError: a key is missing or unknown, or a value is of another type; names the
            path.
        TypeError: `value_type` has no form as JSON data, which is a bug.
    """
    return cast("V", _decode(value_type, data, path))


@cache
def field_types(value_type: type) -> Mapping[str, object]:
    """Give the resolved types of a dataclass's fields, in their order.

    Args:
        value_type: a dataclass.

    Returns:
        Field names to types.
    """
    hints = typing.get_type_hints(value_type)
    return {field.name: hints[field.name] for field in fields(value_type)}


def _decode(value_type: object, data: object, path: str) -> object:
    if isinstance(value_type, type) and not typing.get_origin(value_type):
        return _decode_plain(value_type, data, path)
    origin = typing.get_origin(value_type)
    arguments = typing.get_args(value_type)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(arguments, data, path)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - X, ...
        parts = _list(data, path)
        return tuple(_decode(arguments[0], part, f"{path}[{i}]") for i, part in enumerate(parts))
    if isinstance(origin, type) and issubclass(origin, Mapping) and arguments[0] is str:
        items = _object(data, path).items()
        return {key: _decode(arguments[1], part, f"{path}.{key}") for key, part in items}
    msg = f"{value_type} has no form as JSON data"
    raise TypeError(msg)


def _decode_plain(value_type: type, data: object, path: str) -> object:  # noqa: PLR0911 - one return for each form
    if value_type is Evidence:
        return _decode_evidence(data, path)
    if value_type is FactKey:
        return _decode_key(data, path)
    if value_type is datetime:
        return _decode_moment(data, path)
    if value_type is float:
        return _decode_number(data, path)
    if value_type in (bool, int, str):
        if type(data) is not value_type:
            raise UndecodableError(path, f"expected {value_type.__name__}, found {_form(data)}")
        return data
    if issubclass(value_type, StrEnum):
        if not isinstance(data, str) or data not in {member.value for member in value_type}:
            expected = ", ".join(value_type)
            raise UndecodableError(path, f"expected one of {expected}, found {_form(data)}")
        return value_type(data)
    if is_dataclass(value_type):
        return _decode_dataclass(value_type, data, path)
    msg = f"{value_type.__name__} has no form as JSON data"
    raise TypeError(msg)


def _decode_number(data: object, path: str) -> float:
    if isinstance(data, int | float) and not isinstance(data, bool):
        with suppress(OverflowError):
            if math.isfinite(data):
                return float(data)
    raise UndecodableError(path, f"expected a finite number, found {_form(data)}")


def _decode_union(arguments: tuple[object, ...], data: object, path: str) -> object:
    if data is None and type(None) in arguments:
        return None
    if Missing in arguments and isinstance(data, dict) and set(data) == {"missing"}:
        why = field_types(Missing)["why"]
        return Missing(why=_decode(why, data["missing"], f"{path}.missing"))  # type: ignore[arg-type]  # decoded by that very type
    others = [part for part in arguments if part not in (Missing, type(None))]
    if len(others) != 1:
        return _decode_one_of(others, data, path)
    return _decode(others[0], data, path)


def _decode_one_of(parts: list[object], data: object, path: str) -> object:
    """Tell records apart by the names of their fields."""
    records = [part for part in parts if isinstance(part, type) and is_dataclass(part)]
    if len(records) != len(parts):
        msg = f"a union of {parts} cannot be told apart as JSON data"
        raise TypeError(msg)
    names = set(_object(data, path))
    for record in records:
        if set(field_types(record)) == names:
            return _decode_dataclass(record, data, path)
    raise UndecodableError(
        path, f"expected the fields of one of {', '.join(one.__name__ for one in records)}"
    )


def _decode_dataclass(value_type: type, data: object, path: str) -> object:
    expected = field_types(value_type)
    found = _object(data, path)
    check_keys(found, set(expected) - (_later(value_type) - set(found)), path)
    return value_type(
        **{
            name: _decode(part, found[name], f"{path}.{name}")
            for name, part in expected.items()
            if name in found
        }
    )


@cache
def _later(value_type: type) -> frozenset[str]:
    """Give the fields that data of an earlier version has not."""
    return frozenset(
        one.name
        for one in fields(value_type)
        if isinstance(one.default, Missing) or one.metadata.get(LATER)
    )


def _decode_evidence(data: object, path: str) -> Evidence:
    observations: dict[FactKey, Observation[object]] = {}
    for i, entry in enumerate(_list(data, path)):
        key, observation = decode_observation(entry, f"{path}[{i}]")
        if key in observations:
            raise UndecodableError(f"{path}[{i}].key", f"{key} stands twice")
        observations[key] = observation
    return Evidence(types.MappingProxyType(observations))


def decode_observation(data: object, path: str) -> tuple[FactKey, Observation[object]]:
    """Make an observation of one entry of the evidence; the opposite of `encode_observation`.

    Args:
        data: the entry.
        path: where it stands, for messages.

    Returns:
        What the observation is about, and the observation.

    Raises:
        UndecodableError: the entry is not what its kind of fact says.
    """
    found = _object(data, path)
    observed = "value" in found
    names = {"value", "source"} if observed else {"failure", "operation"}
    check_keys(found, {"key", "at", *names}, path)
    key = _decode_key(found["key"], f"{path}.key")
    at = _decode_moment(found["at"], f"{path}.at")
    if not observed:
        failure = decode(Failure, found["failure"], f"{path}.failure")
        operation = decode(str, found["operation"], f"{path}.operation")
        return key, Unobserved(failure=failure, operation=operation, at=at)
    try:
        value_type = fact_kind(key.kind).value_type
    except KeyError as error:
        raise UndecodableError(f"{path}.key", f"no kind of fact is named {key.kind}") from error
    value = _decode(value_type, found["value"], f"{path}.value")
    source = decode(str, found["source"], f"{path}.source")
    return key, Observed(value=value, source=source, at=at)


def check_keys(found: Mapping[str, object], expected: set[str], path: str) -> None:
    """Hold an object to exactly the keys that are expected.

    Args:
        found: the object.
        expected: its keys.
        path: where it stands, for messages.

    Raises:
        UndecodableError: a key is missing, or one is there that nobody knows.
    """
    for name in sorted(expected - set(found)):
        raise UndecodableError(f"{path}.{name}", "is missing")
    for name in sorted(set(found) - expected):
        raise UndecodableError(f"{path}.{name}", "is not known here")


def _decode_key(data: object, path: str) -> FactKey:
    kind, opening, rest = str(data).partition("[")
    if not isinstance(data, str) or not kind or not opening or not rest.endswith("]"):
        raise UndecodableError(path, f"expected kind[subject], found {_form(data)}")
    return FactKey(kind, rest[:-1])


def _decode_moment(data: object, path: str) -> datetime:
    if not isinstance(data, str) or not data.endswith("Z"):
        raise UndecodableError(path, f"expected a UTC time with Z, found {_form(data)}")
    try:
        return datetime.fromisoformat(data)
    except ValueError as error:
        raise UndecodableError(path, f"expected a UTC time with Z, found {_form(data)}") from error


def _object(data: object, path: str) -> dict[str, object]:
    if not isinstance(data, dict):
        raise UndecodableError(path, f"expected an object, found {_form(data)}")
    return data


def _list(data: object, path: str) -> list[object]:
    if not isinstance(data, list):
        raise UndecodableError(path, f"expected an array, found {_form(data)}")
    return data


_SHOWN = 40
"""How many characters of a wrong value a message shows."""


def _form(data: object) -> str:
    if isinstance(data, dict):
        return "an object"
    if isinstance(data, list):
        return "an array"
    text = repr(data)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
