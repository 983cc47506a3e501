"""From a router driver's file and its module of readers to a RouterDriver."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.capabilities import (
    ROUTER_CAPABILITIES,
    ROUTER_CHANGING,
    ROUTER_READING,
)
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.dialects import DIALECTS, PARAMETERS, POSIX_SHELL, Dialect
from cpe_diag.driver_kit.document_reader import DocumentReader, read_capabilities
from cpe_diag.driver_kit.router import Question, RawForm, Reader, RouterDriver
from cpe_diag.driver_kit.router_action_file import read_actions, read_revert
from cpe_diag.driver_kit.router_detect import Detection
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.ports import Command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath

NOTHING: Final = re.compile(r"(?!)")
"""Fits no text."""


@dataclass(frozen=True, slots=True)
class _Kit:
    """What all commands of a file share: the dialect, and the forms of answers by label."""

    dialect: Dialect
    forms: dict[str, RawForm | None]


def parse_router_driver(
    document: YamlDocument, driver_id: str, module: ModuleType | None
) -> RouterDriver:
    """Make a driver of a file's content.

    Args:
        document: the file, `kind: router`.
        driver_id: the file's stem.
        module: the readers beside the file, or None where there are none.

    Returns:
        The driver.

    Raises:
        DefinitionError: a value has another shape than the schema says (the first such), or
            references are wrong: readers that are not there, placeholders that are no words,
            labels that mean two things, capabilities not stated or not true (all of them).
    """
    reader = DocumentReader(document)
    kit = _Kit(dialect=_dialect(reader), forms={})
    questions = {
        name: _question(reader, name, module, kit) for name in reader.keys(("questions",))
    }
    revert = read_revert(reader)
    detect = _detection(reader, kit)
    driver = RouterDriver(
        id=driver_id,
        title=reader.take(("title",), str, ""),
        file=document.file,
        dialect=kit.dialect.id,
        capabilities=read_capabilities(reader),
        questions={name: question for name, question in questions.items() if question},
        allowed_keys=frozenset(reader.texts(("allowed_keys",))),
        raw_forms={label: form for label, form in kit.forms.items() if form is not None},
        actions=read_actions(reader, kit.dialect.id, revert),
        revert=revert,
        detect=detect,
        legacy_algorithms=reader.flag(("legacy_algorithms",)),
    )
    _check_capabilities(reader, driver)
    if reader.faults:
        raise DefinitionError(tuple(reader.faults))
    return driver


def _dialect(reader: DocumentReader) -> Dialect:
    name = reader.take(("dialect",), str, POSIX_SHELL)
    if name not in DIALECTS:
        reader.fault(("dialect",), f"expected one of {', '.join(DIALECTS)}, found {name!r}")
    return DIALECTS.get(name, DIALECTS[POSIX_SHELL])


def _question(
    reader: DocumentReader,
    name: str,
    module: ModuleType | None,
    kit: _Kit,
) -> Question | None:
    path: YamlPath = ("questions", name)
    if name not in ROUTER_READING:
        reader.fault(path, f"there is no such question{suggestion(name, ROUTER_READING)}")
        return None
    wanted = reader.take((*path, "reader"), str, name)
    read = _reader(module, wanted)
    if read is None:
        file = "the module beside this file" if module else "no module beside this file"
        reader.fault(path, f"the reader {wanted!r} is not in {file}")
        return None
    commands = _all_commands(reader, path, kit)
    source = reader.take((*path, "source"), str, "")
    return Question(id=name, commands=commands, reader=read, source=source, dialect=kit.dialect.id)


def _detection(reader: DocumentReader, kit: _Kit) -> Detection | None:
    path: YamlPath = ("detect",)
    if reader.find(path) is None:
        return None
    commands = _all_commands(reader, path, kit)
    if any(f"{{{name}}}" in command.text for command in commands for name in PARAMETERS):
        reader.fault(path, "nothing is filled into the commands of a detection")
    variants = {
        name: _pattern(reader, (*path, "variants", name))
        for name in reader.keys((*path, "variants"))
    }
    has_sign = reader.find((*path, "overheard")) is not None
    return Detection(
        commands=commands,
        pattern=_pattern(reader, (*path, "pattern")),
        variants=variants,
        overheard=_pattern(reader, (*path, "overheard")) if has_sign else None,
        source=reader.take((*path, "source"), str, ""),
    )


def _pattern(reader: DocumentReader, path: YamlPath) -> re.Pattern[str]:
    text = reader.take(path, str, "")
    try:
        found = re.compile(text, re.MULTILINE)
    except re.error as error:
        reader.fault(path, f"is no regular expression: {error}")
        return NOTHING
    if found.search(""):
        reader.fault(path, "fits an empty answer")
    return found


def _all_commands(reader: DocumentReader, path: YamlPath, kit: _Kit) -> tuple[Command, ...]:
    commands: list[Command] = []
    for index in range(len(reader.take((*path, "commands"), list, []))):
        commands.extend(_commands(reader, (*path, "commands", index), kit))
    if not commands:
        reader.fault(path, "expected at least one command")
    return tuple(commands)


def _reader(module: ModuleType | None, name: str) -> Reader | None:
    found: Reader | None = getattr(module, name, None)
    return found if callable(found) else None


def _commands(reader: DocumentReader, path: YamlPath, kit: _Kit) -> list[Command]:
    text = reader.take((*path, "run"), str, "")
    label = reader.take((*path, "label"), str, "")
    for name in kit.dialect.misplaced(text):
        reader.fault((*path, "run"), f"{{{name}}} must stand as a word of its own, outside quotes")
    raw = reader.take((*path, "raw"), str, "")
    if raw not in {"", *RawForm}:
        words = ", ".join(RawForm)
        reader.fault((*path, "raw"), f"expected one of {words}, found {raw!r}")
        raw = ""
    form = RawForm(raw) if raw else None
    if kit.forms.setdefault(label, form) is not form:
        reader.fault((*path, "label"), f"{label!r} has another form of answer elsewhere")
    command = Command(
        text=text,
        label=label,
        limit_s=reader.number((*path, "limit_s"), 10.0),
        beside_others=reader.flag((*path, "beside_others")),
    )
    return [command] * reader.take((*path, "times"), int, 1)


def _check_capabilities(reader: DocumentReader, driver: RouterDriver) -> None:
    for name in ROUTER_CAPABILITIES:
        if name not in driver.capabilities:
            reader.fault(("capabilities",), f"{name} is not stated (done, todo or exempt)")
    asked: Mapping[str, Question] = driver.questions
    for name, capability in driver.capabilities.items():
        path: YamlPath = ("capabilities", name)
        done = capability.state is CapabilityState.DONE
        if name in ROUTER_READING and done and name not in asked:
            reader.fault(path, f"stated as done, but questions.{name} is not there")
        if name in asked and not done:
            reader.fault(path, f"stated as {capability.state}, but questions.{name} is there")
        if name in ROUTER_CHANGING and done is not (name in driver.actions):
            there = "is there" if name in driver.actions else "is not there"
            reader.fault(path, f"stated as {capability.state}, but actions.{name} {there}")
