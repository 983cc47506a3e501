"""From an access driver's file to an AccessDriver: values taken, references checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec, PortNaming
from cpe_diag.driver_kit.access_fields import GROUP_FIELDS
from cpe_diag.driver_kit.capabilities import ACCESS_CAPABILITIES
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.document_reader import DocumentReader, read_capabilities
from cpe_diag.driver_kit.schema_check import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath


def parse_access_driver(
    document: YamlDocument, driver_id: str, parent: AccessDriver | None
) -> AccessDriver:
    """Make a driver of a file's content.

    What `parent` (named by `extends`) says holds where this file says nothing: objects by field,
    capabilities one by one, port naming and detection as a whole.

    Args:
        document: the file, `kind: access`.
        driver_id: the file's stem.
        parent: the driver that it extends, or None.

    Returns:
        The driver.

    Raises:
        DefinitionError: a value has another shape than the schema says (the first such), or
            references are wrong: unknown groups and fields, words that are no values, patterns
            that do not compile, capabilities that are not stated or not true (all of them).
    """
    reader = DocumentReader(document)
    driver = AccessDriver(
        id=driver_id,
        title=reader.take(("title",), str, ""),
        file=document.file,
        technologies=reader.texts(("technologies",)) or (parent.technologies if parent else ()),
        sys_object_ids=reader.texts(("detect", "sys_object_ids")),
        sys_descr_patterns=reader.texts(("detect", "sys_descr")),
        port_naming=_port_naming(reader) or (parent.port_naming if parent else ()),
        capabilities={**(parent.capabilities if parent else {}), **read_capabilities(reader)},
        groups=_groups(reader, parent),
    )
    _check_patterns(reader, driver)
    _check_capabilities(reader, driver)
    if reader.faults:
        raise DefinitionError(tuple(reader.faults))
    return driver


def _port_naming(reader: DocumentReader) -> tuple[PortNaming, ...]:
    schemes = []
    for index in range(len(reader.take(("port_naming",), list, []))):
        path: YamlPath = ("port_naming", index)
        factors = {
            name: reader.take((*path, "factors", name), int, 0)
            for name in reader.keys((*path, "factors"))
        }
        schemes.append(
            PortNaming(
                pattern=reader.take((*path, "pattern"), str, ""),
                base=reader.take((*path, "base"), int, 0),
                factors=factors,
                source=reader.take((*path, "source"), str, ""),
            )
        )
    return tuple(schemes)


def _groups(
    reader: DocumentReader, parent: AccessDriver | None
) -> Mapping[str, tuple[ObjectSpec, ...]]:
    groups = dict(parent.groups) if parent else {}
    for group in reader.keys(("facts",)):
        path: YamlPath = ("facts", group)
        if group not in GROUP_FIELDS:
            hint = suggestion(group, GROUP_FIELDS)
            reader.fault(path, f"no fact is read from a group of this name{hint}", at_key=True)
            continue
        own = tuple(spec for field in reader.keys(path) for spec in _field(reader, group, field))
        named = {spec.field for spec in own}
        groups[group] = (
            *own,
            *(spec for spec in groups.get(group, ()) if spec.field not in named),
        )
    return groups


def _field(reader: DocumentReader, group: str, field: str) -> tuple[ObjectSpec, ...]:
    path: YamlPath = ("facts", group, field)
    if field not in GROUP_FIELDS[group].all:
        hint = suggestion(field, GROUP_FIELDS[group].all)
        reader.fault(path, f"{group} has no field of this name{hint}", at_key=True)
        return ()
    if isinstance(reader.find(path), list):
        count = len(reader.take(path, list, []))
        return tuple(_object(reader, (*path, index), field) for index in range(count))
    return (_object(reader, path, field),)


def _object(reader: DocumentReader, path: YamlPath, field: str) -> ObjectSpec:
    raw_range = reader.integers((*path, "range"))
    spec = ObjectSpec(
        field=field,
        oid=reader.take((*path, "oid"), str, ""),
        type=reader.take((*path, "type"), str, ""),
        unit=reader.take((*path, "unit"), str, ""),
        scale=reader.number((*path, "scale"), 1.0),
        sentinels=reader.integers((*path, "sentinels")),
        values={
            int(number): reader.take((*path, "values", number), str, "")
            for number in reader.keys((*path, "values"))
        },
        source=reader.take((*path, "source"), str, ""),
        true_when=reader.texts((*path, "true_when")),
        raw_range=(raw_range[0], raw_range[-1]) if raw_range else None,
        may_be_empty=reader.flag((*path, "may_be_empty")),
    )
    _check_object(reader, path, spec)
    return spec


def _check_object(reader: DocumentReader, path: YamlPath, spec: ObjectSpec) -> None:
    if spec.type in {"enum", "bits"} and not spec.values:
        reader.fault(path, f"type {spec.type} needs `values`")
    if spec.type in {"integer", "unsigned", "ticks"} and not spec.unit:
        reader.fault(path, f"type {spec.type} needs a `unit` (`1` for a plain count)")
    if spec.type == "bits" and not spec.true_when:
        reader.fault(path, "type bits needs `true_when`")
    if spec.raw_range and spec.raw_range[0] > spec.raw_range[1]:
        reader.fault((*path, "range"), "the least number stands first")
    words = set(spec.values.values())
    for index, word in enumerate(spec.true_when):
        if word not in words:
            hint = suggestion(word, words)
            reader.fault((*path, "true_when", index), f"{word!r} is none of `values`{hint}")


def _check_patterns(reader: DocumentReader, driver: AccessDriver) -> None:
    for index, pattern in enumerate(driver.sys_descr_patterns):
        try:
            re.compile(pattern)
        except re.error as error:
            reader.fault(("detect", "sys_descr", index), f"no regular expression: {error}")
    for index in range(len(reader.take(("port_naming",), list, []))):
        path: YamlPath = ("port_naming", index)
        scheme = driver.port_naming[index]
        try:
            named = set(re.compile(scheme.pattern).groupindex)
        except re.error as error:
            reader.fault((*path, "pattern"), f"no regular expression: {error}")
            continue
        for name in sorted(named ^ set(scheme.factors)):
            reader.fault(path, f"{name!r} stands in only one of `pattern` and `factors`")


def _check_capabilities(reader: DocumentReader, driver: AccessDriver) -> None:
    for name in ACCESS_CAPABILITIES:
        if name not in driver.capabilities:
            reader.fault(("capabilities",), f"{name} is not stated (done, todo or exempt)")
    for name, capability in driver.capabilities.items():
        if capability.state is not CapabilityState.DONE or name not in GROUP_FIELDS:
            continue
        given = {spec.field for spec in driver.groups.get(name, ())}
        for field in GROUP_FIELDS[name].needed:
            if field not in given:
                path: YamlPath = ("capabilities", name)
                reader.fault(path, f"stated as done, but facts.{name}.{field} is not there")
