"""A request's body -> JSON data, whatever was sent."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final, NoReturn

from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 1_000_000
"""Of a body; a desk's ticket with all of its users is some 10 kB."""

DEEPEST: Final = 64
"""How deep values may be nested; desks need about 8."""

MOST_VALUES: Final = 10_000
"""How many values a body may hold; desks need some hundreds. To compare each with what is
published takes 0.1 ms, in which nobody else is answered."""


def json_body(body: bytes, content_type: str) -> dict[str, object] | Refused:
    """Read a body.

    Args:
        body: as it came.
        content_type: of the request; empty where none was given.

    Returns:
        The object, or why it is refused: 413 too large, 415 no JSON by its own words, 400 no
        object in JSON (RFC 8259, in UTF-8).
    """
    if len(body) > MOST_BYTES:
        return Refused(status=413, reason=f"the body is longer than {MOST_BYTES} bytes")
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return Refused(status=415, reason="expected Content-Type: application/json")
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        return Refused(status=400, reason="the body is no UTF-8 text")
    except (ValueError, RecursionError):
        return Refused(status=400, reason="the body is no JSON")
    if not isinstance(data, dict):
        return Refused(status=400, reason="expected a JSON object")
    wrong = _too_much(data)
    return data if wrong is None else Refused(status=400, reason=wrong)


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is no JSON"
    raise ValueError(msg)


def _finite(text: str) -> float:
    """Read a number; one that is too large for a float would go out as Infinity, which is none."""
    number = float(text)
    if not math.isfinite(number):
        msg = "a number is too large"
        raise ValueError(msg)
    return number


def _too_much(data: object) -> str | None:
    level, held = [data], 1
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inner(one)]
        held += len(level)
        if held > MOST_VALUES:
            return f"expected at most {MOST_VALUES} values"
        if not level:
            return None
    return f"values are nested more than {DEEPEST} deep"


def _inner(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
