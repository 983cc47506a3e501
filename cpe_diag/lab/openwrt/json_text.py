"""JSON as libubox prints it: tabs, empty containers over two lines, keys that may come twice.

Source of the form: the recordings of OpenWrt 24.10 under `tests/recordings/openwrt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# blobmsg_json.c, blobmsg_format_string: what has a short escape.
ESCAPES: Mapping[str, str] = {
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\f": "\\f",
    '"': '\\"',
    "\\": "\\\\",
}

FIRST_PRINTABLE = " "


@dataclass(frozen=True, slots=True)
class Pairs:
    """An object whose keys may come more than once, as netifd's wireless configuration does."""

    items: tuple[tuple[str, Json], ...]


Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | Pairs


def to_text(value: Json) -> str:
    """Give `value` with one tab per level, without a newline at the end."""
    return _text(value, 0)


def to_line(value: Json) -> str:
    """Give `value` on one line, as `ubus -S` prints it."""
    match value:
        case Pairs() | Mapping():
            inner = ",".join(f"{_string(key)}:{to_line(item)}" for key, item in _items(value))
            return "{" + inner + "}"
        case str():
            return _string(value)
        case Sequence():
            return "[" + ",".join(to_line(item) for item in value) + "]"
        case _:
            return _scalar(value)


def _items(value: Pairs | Mapping[str, Json]) -> list[tuple[str, Json]]:
    return list(value.items if isinstance(value, Pairs) else value.items())


def _text(value: Json, level: int) -> str:
    match value:
        case Pairs() | Mapping():
            lines = [f"{_string(key)}: {_text(item, level + 1)}" for key, item in _items(value)]
            return _container("{", lines, "}", level)
        case str():
            return _string(value)
        case Sequence():
            return _container("[", [_text(item, level + 1) for item in value], "]", level)
        case _:
            return _scalar(value)


def _container(opening: str, lines: list[str], closing: str, level: int) -> str:
    inner = "\n" + "\t" * (level + 1)
    return opening + inner + ("," + inner).join(lines) + "\n" + "\t" * level + closing


def _scalar(value: bool | float | None) -> str:  # noqa: FBT001 - any JSON scalar
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return f"{value:f}"


def _string(text: str) -> str:
    return (
        '"'
        + "".join(
            ESCAPES.get(character)
            or (character if character >= FIRST_PRINTABLE else f"\\u{ord(character):04x}")
            for character in text
        )
        + '"'
    )
