"""From the `actions` of an access driver's file to ActionSpecs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.action_spec import ActionSpec, CliStep, ReadBack, SetStep, WaitStep
from cpe_diag.driver_kit.capabilities import ACCESS_CHANGING
from cpe_diag.driver_kit.schema_check import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.action_spec import Step
    from cpe_diag.driver_kit.document_reader import DocumentReader
    from cpe_diag.driver_kit.yaml_source import YamlPath

WISHED: Final = "{value}"
"""Stands for the value that a person wishes, in steps and in what is read back."""


def read_actions(reader: DocumentReader) -> Mapping[str, ActionSpec]:
    """Take the actions that a driver file states.

    Args:
        reader: the file; faults are left in it.

    Returns:
        By id.

    Raises:
        DefinitionError: a value is of another type than the schema says.
    """
    actions = {}
    for name in reader.keys(("actions",)):
        path: YamlPath = ("actions", name)
        if name not in ACCESS_CHANGING:
            hint = suggestion(name, ACCESS_CHANGING)
            reader.fault(path, f"there is no action of this name{hint}", at_key=True)
            continue
        actions[name] = _alternatives(reader, path, name)
    return actions


def _alternatives(reader: DocumentReader, path: YamlPath, name: str) -> ActionSpec:
    """Take an action, or a list of it for the kinds of ports that a node has."""
    if not isinstance(reader.find(path), list):
        return _action(reader, path, name)
    count = len(reader.take(path, list, []))
    spec = _action(reader, (*path, count - 1), name)
    for number in reversed(range(count - 1)):
        spec = replace(_action(reader, (*path, number), name), otherwise=spec)
    return spec


def _action(reader: DocumentReader, path: YamlPath, name: str) -> ActionSpec:
    limits = reader.integers((*path, "value_range"))
    spec = ActionSpec(
        id=name,
        steps=tuple(
            _step(reader, (*path, "steps", number))
            for number in range(len(reader.take((*path, "steps"), list, [])))
        ),
        read_back=tuple(
            ReadBack(
                oid=reader.take((*path, "read_back", number, "oid"), str, ""),
                value=_raw(reader, (*path, "read_back", number, "value")),
                gone=reader.flag((*path, "read_back", number, "gone")),
                stays=reader.flag((*path, "read_back", number, "stays")),
            )
            for number in range(len(reader.take((*path, "read_back"), list, [])))
        ),
        way_back=tuple(
            _line(reader, (*path, "way_back", number))
            for number in range(len(reader.take((*path, "way_back"), list, [])))
        ),
        values={
            word: _raw(reader, (*path, "values", word)) for word in reader.keys((*path, "values"))
        },
        value_range=(limits[0], limits[-1]) if limits else None,
        value_text=reader.flag((*path, "value_text")),
        outage_s=reader.number((*path, "outage_s"), 0.0),
        undo=reader.take((*path, "undo"), str, "previous"),
        source=reader.take((*path, "source"), str, ""),
    )
    uses = any(
        WISHED in str(step.value if isinstance(step, SetStep) else getattr(step, "line", ""))
        for step in spec.steps
    )
    if uses != bool(spec.values or spec.value_range or spec.value_text):
        reader.fault(
            path, "`{value}` and one of `values`, `value_range`, `value_text` belong together"
        )
    return spec


def _step(reader: DocumentReader, path: YamlPath) -> Step:
    if reader.find((*path, "wait_s")) is not None:
        return WaitStep(wait_s=reader.number((*path, "wait_s"), 0.0))
    if reader.find((*path, "cli")) is not None:
        return _line(reader, path)
    return SetStep(
        oid=reader.take((*path, "set"), str, ""),
        type=reader.take((*path, "type"), str, ""),
        value=_raw(reader, (*path, "value")),
        read=not reader.flag((*path, "trigger")),
        object=reader.take((*path, "object"), str, ""),
    )


def _line(reader: DocumentReader, path: YamlPath) -> CliStep:
    return CliStep(
        line=reader.take((*path, "cli"), str, ""),
        expect=reader.take((*path, "expect"), str, ""),
        send=reader.take((*path, "send"), str, ""),
        changes=not reader.flag((*path, "mode")),
    )


def _raw(reader: DocumentReader, path: YamlPath) -> int | str:
    if isinstance(reader.find(path), int):
        return reader.take(path, int, 0)
    return reader.take(path, str, "")
