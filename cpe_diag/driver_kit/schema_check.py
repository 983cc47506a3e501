"""All faults of a file against its JSON Schema at once, each with its place, in plain words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from cpe_diag.domain.failures import Fault
    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath

# How much a mistake speaks against the idea that a branch of oneOf or anyOf was meant: another
# type than the branch's most, another word where the branch has a constant nearly as much.
_WRONG_TYPE_WEIGHT: Final = 100
_WRONG_CONSTANT_WEIGHT: Final = 50
_MISSING_KEY_WEIGHT: Final = 10
_OTHER_WEIGHT: Final = 1

_TYPE_WORDS: Final[Mapping[str, str]] = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def check(document: YamlDocument, schema: Mapping[str, object]) -> tuple[Fault, ...]:
    """Check a document against a schema.

    Args:
        document: what was read.
        schema: JSON Schema, draft 2020-12. `additionalProperties: false` gives the best words
            for unknown keys; a `description` beside a `pattern` is shown in place of the pattern.

    Returns:
        Every fault, in the order of the file; empty when the document is as the schema says.
    """
    # jsonschema takes 70 ms to import, and most runs need none of it.
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - the reason stands above

    faults: dict[Fault, None] = {}
    for error in Draft202012Validator(schema).iter_errors(document.data):
        faults.update(dict.fromkeys(_faults(document, error)))
    return tuple(sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0)))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean 'x'?` where a known word is close to the one written, or empty."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def path_words(path: YamlPath) -> str:
    """Format a path as people write it: `steps[2].probes`; `the file` at its top."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}"
    return words.lstrip(".") or "the file"


def _path(error: ValidationError) -> YamlPath:
    return tuple(error.absolute_path)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _faults(document: YamlDocument, error: ValidationError) -> Iterable[Fault]:
    if error.validator in {"oneOf", "anyOf"}:
        return _branch_faults(document, error)
    path = _path(error)
    if error.validator in {"additionalProperties", "unevaluatedProperties"}:
        return _unknown_keys(document, error)
    if error.validator == "required":
        missing = [key for key in _texts(error.validator_value) if key not in _map_of(error)]
        where = path_words(path)
        return [document.fault(path, f"{where}: the key {key!r} is missing") for key in missing]
    if "propertyNames" in error.schema_path:
        key = str(error.instance)
        message = f"{path_words(path)}: the key {key!r}: {_words(error)}"
        return [document.fault((*path, key), message, at_key=True)]
    return [document.fault(path, f"{path_words(path)}: {_words(error)}")]


def _map_of(error: ValidationError) -> Mapping[str, object]:
    return _mapping(error.instance)


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, Sequence) else []


def _known_keys(schema: object) -> list[str]:
    return list(_mapping(_mapping(schema).get("properties")))


def _unknown_keys(document: YamlDocument, error: ValidationError) -> Iterable[Fault]:
    path = _path(error)
    known = _known_keys(error.schema)
    patterns = list(_mapping(_mapping(error.schema).get("patternProperties")))
    expected = f"; expected {_one_of(known)}" if known else ""
    for key in _map_of(error):
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        hint = suggestion(key, known) or expected
        message = f"{path_words(path)}: the key {key!r} is not known here{hint}"
        yield document.fault((*path, key), message, at_key=True)


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    branches: dict[object, list[ValidationError]] = {}
    for sub in error.context or ():
        branches.setdefault(sub.schema_path[0], []).append(sub)
    return list(branches.values())


def _weight(error: ValidationError, root: int) -> int:
    depth = len(error.absolute_path) - root
    if error.validator == "type" and depth == 0:
        return _WRONG_TYPE_WEIGHT
    if error.validator in {"const", "enum"} and depth <= 1:
        return _WRONG_CONSTANT_WEIGHT
    if error.validator == "required" and depth == 0:
        return _MISSING_KEY_WEIGHT
    return _OTHER_WEIGHT


def _is_missing_key(error: ValidationError, root: int) -> bool:
    return error.validator == "required" and len(error.absolute_path) == root


def _branch_faults(document: YamlDocument, error: ValidationError) -> Iterable[Fault]:
    path = _path(error)
    branches = _branches(error)
    if not branches:
        message = f"{path_words(path)}: this fits more than one form; leave one of them"
        return [document.fault(path, message)]
    root = len(path)
    if all(branch[0].validator == "type" and _path(branch[0]) == path for branch in branches):
        types = dict.fromkeys(_type_words(branch[0].validator_value) for branch in branches)
        wanted = " or ".join(types)
        message = f"{path_words(path)}: expected {wanted}, found {_found(error.instance)}"
        return [document.fault(path, message)]
    kinds = [next((sub for sub in branch if _is_kind(sub, root)), None) for branch in branches]
    if all(kinds) and len({kind.absolute_path[-1] for kind in kinds if kind}) == 1:
        return _unknown_kind(document, branches, [kind for kind in kinds if kind])
    ranked = sorted(branches, key=lambda branch: sum(_weight(sub, root) for sub in branch))
    if all(any(_is_missing_key(sub, root) for sub in branch) for branch in branches):
        return _no_form(document, error, branches)
    return [fault for sub in ranked[0] for fault in _faults(document, sub)]


def _is_kind(error: ValidationError, root: int) -> bool:
    """Tell whether an error is of the key that names the form, such as `kind: access`."""
    return error.validator in {"const", "enum"} and len(error.absolute_path) == root + 1


def _allowed(kind: ValidationError) -> list[str]:
    allowed = kind.validator_value
    return _texts(allowed) if kind.validator == "enum" else [str(allowed)]


def _unknown_kind(
    document: YamlDocument, branches: list[list[ValidationError]], kinds: list[ValidationError]
) -> Iterable[Fault]:
    """Name the forms there are; go on with the faults of the one that was probably meant."""
    meant = {word: at for at, kind in enumerate(kinds) for word in _allowed(kind)}
    words = list(meant)
    found = kinds[0].instance
    close = difflib.get_close_matches(str(found), words, n=1, cutoff=0.6)
    path = _path(kinds[0])
    message = f"expected one of {_one_of(words)}, found {_found(found)}"
    hint = suggestion(str(found), words)
    faults = [document.fault(path, f"{path_words(path)}: {message}{hint}")]
    if close:
        at = meant[close[0]]
        rest = (sub for sub in branches[at] if sub is not kinds[at])
        faults.extend(fault for sub in rest for fault in _faults(document, sub))
    return faults


def _no_form(
    document: YamlDocument, error: ValidationError, branches: list[list[ValidationError]]
) -> Iterable[Fault]:
    """Say which keys would tell the forms apart, and which written key may be a slip for one."""
    path = _path(error)
    root = len(path)
    written = _map_of(error)
    telling: dict[str, None] = {}
    known: set[str] = set()
    for branch in branches:
        for sub in branch:
            if _is_missing_key(sub, root):
                keys = [key for key in _texts(sub.validator_value) if key not in written]
                telling.update(dict.fromkeys(keys))
                known.update(_known_keys(sub.schema))
    for key in written:
        close = difflib.get_close_matches(key, list(telling), n=1, cutoff=0.6)
        if key not in known and close:
            message = (
                f"{path_words(path)}: the key {key!r} is not known; did you mean {close[0]!r}?"
            )
            return [document.fault((*path, key), message, at_key=True)]
    message = f"{path_words(path)}: expected one of the keys {_one_of(telling)}"
    return [document.fault(path, message)]


def _one_of(words: Iterable[object]) -> str:
    return ", ".join(str(word) for word in words)


def _found(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case Mapping():
            return "a mapping"
        case str() | int() | float():
            return repr(value)
        case _:
            return "a list"


def _type_words(wanted: object) -> str:
    names = [wanted] if isinstance(wanted, str) else _texts(wanted)
    return " or ".join(_TYPE_WORDS.get(name, name) for name in names)


def _say_type(error: ValidationError) -> str:
    return f"expected {_type_words(error.validator_value)}, found {_found(error.instance)}"


def _say_enum(error: ValidationError) -> str:
    words = _texts(error.validator_value)
    hint = suggestion(str(error.instance), words)
    return f"expected one of {_one_of(words)}, found {_found(error.instance)}{hint}"


def _say_const(error: ValidationError) -> str:
    return f"expected {_found(error.validator_value)}, found {_found(error.instance)}"


def _say_pattern(error: ValidationError) -> str:
    described = _mapping(error.schema).get("description")
    wanted = described or f"text like {error.validator_value}"
    return f"expected {wanted}, found {_found(error.instance)}"


def _say_bound(words: str) -> Callable[[ValidationError], str]:
    def say(error: ValidationError) -> str:
        limit = error.validator_value
        return f"expected {words.format(limit=limit)}, found {_found(error.instance)}"

    return say


def _say_size(words: str) -> Callable[[ValidationError], str]:
    def say(error: ValidationError) -> str:
        size = len(error.instance) if isinstance(error.instance, Sized) else 0
        return f"expected {words.format(limit=error.validator_value)}, found {size}"

    return say


def _say_unique(_: ValidationError) -> str:
    return "the same item is in the list twice"


_SAY: Final[Mapping[str, Callable[[ValidationError], str]]] = {
    "type": _say_type,
    "enum": _say_enum,
    "const": _say_const,
    "pattern": _say_pattern,
    "minimum": _say_bound("at least {limit}"),
    "maximum": _say_bound("at most {limit}"),
    "exclusiveMinimum": _say_bound("more than {limit}"),
    "exclusiveMaximum": _say_bound("less than {limit}"),
    "minLength": _say_bound("text of at least {limit} characters"),
    "maxLength": _say_bound("text of at most {limit} characters"),
    "minItems": _say_size("at least {limit} items"),
    "maxItems": _say_size("at most {limit} items"),
    "minProperties": _say_size("at least {limit} keys"),
    "maxProperties": _say_size("at most {limit} keys"),
    "uniqueItems": _say_unique,
}


def _words(error: ValidationError) -> str:
    schema = _mapping(error.schema)
    if schema.get("writeOnly"):  # JSON Schema validation, section 9.4: not to be shown
        return f"expected {schema.get('description', 'something else')}"
    say = _SAY.get(str(error.validator))
    return say(error) if say else str(error.message)
