"""Domain values to plain JSON data; `decoding` is the exact way back.

How values look as data:

- a dataclass is an object with every field; a StrEnum is its value; a tuple is an array;
- a datetime is UTC in ISO 8601 with `Z`; a float is a finite number;
- `Missing` is `{"missing": why}` in the place of the value;
- a `FactKey` is its text, `port_status[neighbour/13]`;
- `Evidence` is an array of entries with `key`, and either `value` and `source` or `failure` and
  `operation`, and `at`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observation, Observed
from cpe_diag.domain.secret import Secret

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What `json.loads` gives."""

_AS_IT_IS: Final = frozenset({str, int, bool, type(None)})
"""Types that need no form of their own: most of the values of a large document."""


def encode(value: object) -> Json:
    """Make plain JSON data of a domain value.

    Args:
        value: a value made of dataclasses, StrEnums, tuples, mappings with text keys, datetimes,
            text, numbers, booleans and None.

    Returns:
        Data for `json.dumps`.

    Raises:
        TypeError: there is a Secret in it, a float that is not finite, a datetime without a zone,
            or a type that has no form as JSON data.
    """
    kind: type = type(value)
    if kind in _AS_IT_IS:
        return cast("Json", value)
    return _form_of(kind)(value)


def encode_observation(key: FactKey, observation: Observation[object]) -> dict[str, Json]:
    """Make one entry of the evidence.

    Args:
        key: what the observation is about.
        observation: the fact, or why it is not known.

    Returns:
        An object with `key` and `at`, and `value` and `source`, or `failure` and `operation`.

    Raises:
        TypeError: as for `encode`.
    """
    entry: dict[str, Json] = {"key": str(key)}
    if isinstance(observation, Observed):
        entry["value"] = encode(observation.value)
        entry["source"] = observation.source
    else:
        entry["failure"] = encode(observation.failure)
        entry["operation"] = observation.operation
    entry["at"] = encode(observation.at)
    return entry


def moment_text(moment: datetime) -> str:
    """Format a moment as UTC in ISO 8601 with `Z`.

    Args:
        moment: an aware datetime.

    Returns:
        For example `2026-03-01T12:00:00Z`, with microseconds where there are any.

    Raises:
        TypeError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        msg = f"{moment.isoformat()} has no time zone"
        raise TypeError(msg)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def _form_of(kind: type) -> Callable[[Any], Json]:
    """Choose how values of a type are written; a large document has many values of few types.

    Raises:
        TypeError: the type has no form as JSON data.
    """
    if issubclass(kind, Secret):
        msg = "a Secret is never encoded"
        raise TypeError(msg)
    for of_kind, form in _FORMS:
        if issubclass(kind, of_kind):
            return form
    if is_dataclass(kind):
        return _form_of_dataclass(kind)
    msg = f"{kind.__name__} has no form as JSON data"
    raise TypeError(msg)


def _form_of_dataclass(kind: type[DataclassInstance]) -> Callable[[Any], Json]:
    if kind is Missing:
        return _encode_missing
    if kind is FactKey:
        return str
    if kind is Evidence:
        return _encode_evidence
    names = tuple(field.name for field in fields(kind))

    def encode_fields(value: DataclassInstance) -> Json:
        found: dict[str, Json] = {}
        for name in names:
            part = getattr(value, name)
            found[name] = part if type(part) in _AS_IT_IS else encode(part)
        return found

    return encode_fields


def _encode_missing(value: Missing) -> Json:
    return {"missing": value.why.value}


def _encode_evidence(value: Evidence) -> Json:
    return [encode_observation(key, observation) for key, observation in value]


def _encode_enum(value: StrEnum) -> Json:
    return value.value


def _encode_itself(value: int | str) -> Json:
    return value


def _encode_float(value: float) -> Json:
    if not math.isfinite(value):
        msg = f"{value} is not a finite number"
        raise TypeError(msg)
    return value


def _encode_tuple(value: tuple[object, ...]) -> Json:
    return [encode(part) for part in value]


def _encode_mapping(value: Mapping[object, object]) -> Json:
    return {_text_key(key): encode(part) for key, part in value.items()}


def _text_key(key: object) -> str:
    if not isinstance(key, str):
        msg = f"{type(key).__name__} is no key of a JSON object"
        raise TypeError(msg)
    return str(key)


_FORMS: Final[tuple[tuple[type, Callable[[Any], Json]], ...]] = (
    (StrEnum, _encode_enum),
    (float, _encode_float),
    (int, _encode_itself),
    (str, _encode_itself),
    (datetime, moment_text),
    (tuple, _encode_tuple),
    (Mapping, _encode_mapping),
)
"""Of a type that is of two kinds, the first one counts."""
