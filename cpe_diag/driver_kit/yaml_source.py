"""YAML 1.2 text to plain values that remember where they stood; nothing of it is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import yaml

from cpe_diag.domain.failures import DefinitionError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YamlPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top of the file down to a value."""

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

DEEPEST: Final = 40
"""How deep values may be nested; our files need about 8, the bound keeps a hostile file small."""

_TOO_DEEP: Final = f"values are nested more than {DEEPEST} deep"
_LIBYAML_TOO_DEEP: Final = "exceeded maximum nesting depth"
"""How libyaml in PyYAML 6.0.4 says that a text goes deeper than its own bound of 1,000."""

LONGEST_NUMBER: Final = 40
"""Digits of a number; 2^64 has 20. Longer ones cost quadratic time to convert."""

# YAML 1.2.2, section 10.3.2, table "core schema tag resolution".
_NULL: Final = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL: Final = re.compile(r"(?:(?P<yes>true|True|TRUE)|false|False|FALSE)\Z")
_INT: Final = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL: Final = re.compile(r"0o[0-7]+\Z")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITE: Final = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlDocument:
    """A parsed file: plain values (dict, list, str, int, float, bool, None) and their places.

    Keys of mappings are always text, as they were written: `1: up` has the key `"1"`.
    """

    file: str
    data: object
    value_places: Mapping[YamlPath, Place]
    key_places: Mapping[YamlPath, Place]

    def place(self, path: YamlPath) -> Place:
        """Say where a value stands.

        Args:
            path: keys and list positions from the top of the file.

        Returns:
            Line and column of the value; of its nearest holder when there is no such value.
        """
        while path and path not in self.value_places:
            path = path[:-1]
        return self.value_places.get(path, (1, 1))

    def key_place(self, path: YamlPath) -> Place:
        """Say where the key of a mapping's entry stands; for a list's item, where the item is."""
        return self.key_places.get(path) or self.place(path)

    def fault(self, path: YamlPath, message: str, *, at_key: bool = False) -> Fault:
        """Make the fault that says what is wrong with a value, or with its key."""
        line, column = self.key_place(path) if at_key else self.place(path)
        return Fault(file=self.file, line=line, column=column, message=message)


def read_yaml(text: str, file: str) -> YamlDocument:
    """Read one YAML document.

    Scalars follow the YAML 1.2 core schema: `no`, `yes`, `on`, `off` and `12:30` are text.

    Args:
        text: the file's content.
        file: its name, for messages.

    Returns:
        The document; its data is None where the text holds no document.

    Raises:
        DefinitionError: broken YAML, and, all at once: duplicate keys, keys that are not plain
            text or numbers, anchors, aliases, tags, a second document, too deep nesting.
    """
    builder = _Builder(file, _events(text))
    data: object = None
    try:
        data = builder.document()
    except _TooDeepError:
        pass  # told among the faults
    except yaml.MarkedYAMLError as error:
        builder.faults.append(_broken(error, file))
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        builder.faults.append(_unreadable(error, text, file))
    if builder.faults:
        raise DefinitionError(tuple(builder.faults))
    return YamlDocument(
        file=file, data=data, value_places=builder.value_places, key_places=builder.key_places
    )


def read_yaml_file(path: Path) -> YamlDocument:
    """Read one YAML file from disk.

    Args:
        path: the file, in UTF-8.

    Returns:
        The document.

    Raises:
        DefinitionError: as for `read_yaml`, and when the file cannot be read or is no UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DefinitionError((_whole_file(path, f"cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        message = f"is no UTF-8 text (byte {error.start})"
        raise DefinitionError((_whole_file(path, message),)) from error
    return read_yaml(text, str(path))


def _whole_file(path: Path, message: str) -> Fault:
    return Fault(file=str(path), line=None, column=None, message=message)


def _events(text: str) -> Iterator[yaml.Event]:
    loader: type[yaml.CSafeLoader | yaml.SafeLoader]
    # PyYAML is built without libyaml on a few platforms; the Python loader is slower by 10 times.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)


def _start(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _broken(error: yaml.MarkedYAMLError, file: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    words = " ".join(part for part in (error.context, error.problem) if part)
    if _LIBYAML_TOO_DEEP in words:
        return Fault(file=file, line=line, column=column, message=_TOO_DEEP)
    return Fault(file=file, line=line, column=column, message=f"this is no YAML: {words}")


def _unreadable(error: yaml.YAMLError | UnicodeEncodeError, text: str, file: str) -> Fault:
    position = error.start if isinstance(error, UnicodeEncodeError) else _position(error)
    before = text[:position]
    column = position - (before.rfind("\n") + 1) + 1
    return Fault(
        file=file,
        line=before.count("\n") + 1,
        column=column,
        message="this character may not stand in a YAML file",
    )


def _position(error: yaml.YAMLError) -> int:
    position = getattr(error, "position", 0)
    return position if isinstance(position, int) else 0


class _TooDeepError(Exception):
    """Reading ends here: libyaml takes quadratic time for deep nesting."""


class _Builder:
    """Turns parser events into values; notes every fault and goes on where it can."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file = file
        self.events = events
        self.faults: list[Fault] = []
        self.value_places: dict[YamlPath, Place] = {}
        self.key_places: dict[YamlPath, Place] = {}

    def document(self) -> object:
        data: object = None
        seen = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen == 1:
                    data = self.value(next(self.events), ())
                else:
                    self.fault(event, "a second document begins here; one file holds one document")
                    break
        return data

    def fault(self, event: yaml.Event, message: str) -> None:
        line, column = _start(event)
        self.faults.append(Fault(file=self.file, line=line, column=column, message=message))

    def value(self, event: yaml.Event, path: YamlPath) -> object:
        self.value_places[path] = _start(event)
        self.refuse_decoration(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.AliasEvent):
            return None
        if len(path) >= DEEPEST:
            self.fault(event, _TOO_DEEP)
            raise _TooDeepError
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.mapping(path)

    def refuse_decoration(self, event: yaml.Event) -> None:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            self.fault(event, f"aliases are not used here: write *{anchor} out in full")
        elif anchor is not None:
            self.fault(event, f"anchors are not used here: remove &{anchor}")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.fault(event, f"tags are not used here: remove {tag}")

    def skip(self) -> None:
        depth = 1
        while depth:
            event = next(self.events)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    self.fault(event, _TOO_DEEP)
                    raise _TooDeepError
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def sequence(self, path: YamlPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: YamlPath) -> dict[str, object]:
        entries: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key is None:
                self.value(next(self.events), (*path, ""))
                continue
            here = (*path, key)
            if key in entries:
                first = self.key_places[here][0]
                self.fault(event, f"the key {key!r} is here twice; the first is in line {first}")
                self.value(next(self.events), (*path, ""))
                continue
            self.key_places[here] = _start(event)
            entries[key] = self.value(next(self.events), here)
        return entries

    def key(self, event: yaml.Event) -> str | None:
        self.refuse_decoration(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.value or event.style:
                return str(event.value)
            self.fault(event, "a key is missing before the colon")
        elif isinstance(event, yaml.CollectionStartEvent):
            self.fault(event, "a key is one word or number, not a list or mapping")
            self.skip()
        return None

    def scalar(self, event: yaml.ScalarEvent) -> object:
        if event.style:
            return event.value
        text: str = event.value
        for pattern, convert in _SCALARS:
            if pattern.match(text):
                if len(text) > LONGEST_NUMBER:
                    self.fault(event, f"this number has more than {LONGEST_NUMBER} digits")
                    return None
                return convert(text)
        return text


def _prefixed(text: str) -> int:
    return int(text, 0)


def _truth(text: str) -> bool:
    return text.lower() == "true"


def _none(_: str) -> None:
    return None


def _infinite(text: str) -> float:
    return float(text.lower().replace(".", ""))


_SCALARS: Final[tuple[tuple[re.Pattern[str], Callable[[str], object]], ...]] = (
    (_NULL, _none),
    (_BOOL, _truth),
    (_INT, int),
    (_OCTAL, _prefixed),
    (_HEX, _prefixed),
    (_FLOAT, float),
    (_INFINITE, _infinite),
)
