"""From an access driver's file to an AccessDriver: values taken, references checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.access import AccessDriver, Lookup, ObjectSpec, PortNaming
from cpe_diag.driver_kit.access_fields import GROUP_FIELDS
from cpe_diag.driver_kit.action_file import read_actions
from cpe_diag.driver_kit.capabilities import ACCESS_CAPABILITIES, ACCESS_CHANGING
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.document_reader import DocumentReader, read_capabilities
from cpe_diag.driver_kit.port_index import IndexPart, placeholders
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
        lookups=_lookups(reader) or (parent.lookups if parent else ()),
        capabilities={**(parent.capabilities if parent else {}), **read_capabilities(reader)},
        groups=_groups(reader, parent),
        actions={**(parent.actions if parent else {}), **read_actions(reader)},
        cli_platform=reader.take(("cli_platform",), str, "")
        or (parent.cli_platform if parent else None),
    )
    _check_patterns(reader, driver)
    _check_capabilities(reader, driver)
    if reader.faults:
        raise DefinitionError(tuple(reader.faults))
    return driver


def _port_naming(reader: DocumentReader) -> tuple[PortNaming, ...]:
    schemes = []
    for number in range(len(reader.take(("port_naming",), list, []))):
        path: YamlPath = ("port_naming", number)
        schemes.append(
            PortNaming(
                pattern=reader.take((*path, "pattern"), str, ""),
                example=reader.take((*path, "example"), str, ""),
                index={
                    name: _index_part(reader, (*path, "index", name))
                    for name in reader.keys((*path, "index"))
                },
                groups=reader.texts((*path, "groups")),
                technologies=reader.texts((*path, "technologies")),
                source=reader.take((*path, "source"), str, ""),
            )
        )
    return tuple(schemes)


def _index_part(reader: DocumentReader, path: YamlPath) -> IndexPart:
    return IndexPart(
        form=reader.take((*path, "form"), str, "number"),
        base=reader.take((*path, "base"), int, 0),
        factors={
            name: reader.take((*path, "factors", name), int, 0)
            for name in reader.keys((*path, "factors"))
        },
        group=reader.take((*path, "group"), str, ""),
    )


def _lookups(reader: DocumentReader) -> tuple[Lookup, ...]:
    return tuple(
        Lookup(
            gives=reader.take(("lookups", number, "gives"), str, ""),
            oid=reader.take(("lookups", number, "oid"), str, ""),
            same_as=reader.take(("lookups", number, "same_as"), str, ""),
            column=reader.take(("lookups", number, "column"), str, ""),
            wanted=reader.take(("lookups", number, "wanted"), str, ""),
            form=reader.take(("lookups", number, "form"), str, ""),
            most_rows=reader.take(("lookups", number, "most_rows"), int, 0),
            sentinels=reader.integers(("lookups", number, "sentinels")),
            cost=reader.take(("lookups", number, "cost"), str, ""),
            source=reader.take(("lookups", number, "source"), str, ""),
            pattern=reader.take(("lookups", number, "pattern"), str, ""),
            optional=reader.flag(("lookups", number, "optional")),
        )
        for number in range(len(reader.take(("lookups",), list, [])))
    )


def _groups(
    reader: DocumentReader, parent: AccessDriver | None
) -> Mapping[str, tuple[ObjectSpec, ...]]:
    left_out = reader.texts(("without",))
    groups = dict(parent.groups) if parent else {}
    for index, name in enumerate(left_out):
        if groups.pop(name, None) is None:
            reader.fault(("without", index), f"the driver that it extends has no group {name!r}")
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
        return tuple(_object(reader, group, (*path, index), field) for index in range(count))
    return (_object(reader, group, path, field),)


def _object(reader: DocumentReader, group: str, path: YamlPath, field: str) -> ObjectSpec:
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
        offset=reader.number((*path, "offset"), 0.0),
        signed_bits=reader.take((*path, "signed_bits"), int, 0),
        form=reader.take((*path, "form"), str, ""),
        pattern=reader.take((*path, "pattern"), str, ""),
        no_value=reader.texts((*path, "no_value")),
        witness=reader.take((*path, "witness"), str, ""),
    )
    _check_object(reader, path, spec)
    known = GROUP_FIELDS[group].words.get(field)
    for number, word in spec.values.items():
        if known and not spec.true_when and word not in known and number not in spec.sentinels:
            hint = suggestion(word, known)
            reader.fault((*path, "values"), f"{word!r} is no word of {field}{hint}")
    return spec


def _check_object(reader: DocumentReader, path: YamlPath, spec: ObjectSpec) -> None:
    numbers = spec.type == "enum" and spec.unit
    if numbers and not all(word.isdigit() for word in spec.values.values()):
        reader.fault((*path, "values"), "with a `unit` every word is a whole number")
    if spec.type in {"enum", "bits"} and not spec.values:
        reader.fault(path, f"type {spec.type} needs `values`")
    if (spec.type == "row") != bool(spec.witness):
        reader.fault(path, "type row and a `witness` belong together")
    if spec.type == "text_number" and not spec.pattern:
        reader.fault(path, "type text_number needs a `pattern` with one group")
    if spec.type in {"integer", "unsigned", "ticks", "text_number"} and not spec.unit:
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
    for number, scheme in enumerate(driver.port_naming):
        if reader.find(("port_naming", number)) is not None:
            _check_scheme(reader, ("port_naming", number), scheme)
    for number, lookup in enumerate(driver.lookups):
        if [bool(lookup.oid), bool(lookup.column), bool(lookup.same_as)].count(True) != 1:
            reader.fault(("lookups", number), "a lookup has one of `oid`, `column`, `same_as`")
        if lookup.column and not (lookup.wanted and lookup.form and lookup.most_rows):
            reader.fault(("lookups", number), "a `column` needs `wanted`, `form` and `most_rows`")
        _check_lookup_pattern(reader, ("lookups", number, "pattern"), lookup.pattern)


def _check_lookup_pattern(reader: DocumentReader, path: YamlPath, pattern: str) -> None:
    try:
        if pattern and re.compile(pattern).groups != 1:
            reader.fault(path, "a pattern takes the part out by one group")
    except re.error as error:
        reader.fault(path, f"no regular expression: {error}")


def _check_scheme(reader: DocumentReader, path: YamlPath, scheme: PortNaming) -> None:
    try:
        pattern = re.compile(scheme.pattern)
    except re.error as error:
        reader.fault((*path, "pattern"), f"no regular expression: {error}")
        return
    named = set(pattern.groupindex)
    if not pattern.fullmatch(scheme.example):
        reader.fault((*path, "example"), "the example does not fit the pattern")
    for part, made in scheme.index.items():
        used = {made.group} if made.group else set(made.factors)
        for name in sorted(used - named):
            reader.fault((*path, "index", part), f"{name!r} is no group of `pattern`")
        if (made.form == "number") != bool(made.factors):
            reader.fault((*path, "index", part), "form number has `factors`, others a `group`")
    for number, template in enumerate(scheme.groups):
        for name in sorted(set(placeholders(template)) - named):
            reader.fault((*path, "groups", number), f"{name!r} is no group of `pattern`")


def _check_capabilities(reader: DocumentReader, driver: AccessDriver) -> None:
    for name in ACCESS_CAPABILITIES:
        if name not in driver.capabilities:
            reader.fault(("capabilities",), f"{name} is not stated (done, todo or exempt)")
    for name, capability in driver.capabilities.items():
        if capability.state is not CapabilityState.DONE:
            continue
        if name in ACCESS_CHANGING and name not in driver.actions:
            reader.fault(
                ("capabilities", name), f"stated as done, but actions.{name} is not there"
            )
        if name not in GROUP_FIELDS:
            continue
        given = {spec.field for spec in driver.groups.get(name, ())}
        for field in GROUP_FIELDS[name].needed:
            if field not in given:
                path: YamlPath = ("capabilities", name)
                reader.fault(path, f"stated as done, but facts.{name}.{field} is not there")
