"""Bodies against the definitions that TM Forum has published; see tmf/README.md."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.service.ticket_csv import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema import FormatChecker
    from jsonschema.protocols import Validator

_FOLDER: Final = Path(__file__).parent / "tmf"

MOST_FAULTS: Final = 10

# RFC 3986, appendix A: `URI`, which has a scheme. A host in brackets is not looked into.
_PCHAR: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URI: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:\[[0-9A-Fa-f:.]+\]|{_PCHAR})*(?=[/?#]|$))?(?:/?{_PCHAR}+)?(?:/{_PCHAR}*)*"
    rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
)


class Api(StrEnum):
    """Whose definitions: the stem of a file of `tmf/`."""

    TROUBLE_TICKET_V4 = "tmf621_v4"
    TROUBLE_TICKET_V5 = "tmf621_v5"
    SERVICE_TEST_V4 = "tmf653_v4"
    ALARM_V4 = "tmf642_v4"
    SERVICE_PROBLEM_V5 = "tmf656_v5"


def faults(api: Api, definition: str, body: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """Say how a body differs from its definition.

    Args:
        api: whose definition.
        definition: its name, for example `TroubleTicket_Create`.
        body: JSON data.

    Returns:
        The first faults in words, with their places; empty where it is as published.

    Raises:
        KeyError: there is no such definition, which is a bug.
    """
    return _differences(_validator(api, definition), body)


def own_faults(schema: Mapping[str, Any], body: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """Say how a body differs from a schema of our own, in the same words."""
    from jsonschema import Draft4Validator  # noqa: PLC0415 - jsonschema takes 70 ms to import

    return _differences(Draft4Validator(schema), body)


def schemas(api: Api) -> Mapping[str, Any]:
    """Give the definitions by name, with `@type` choosing between forms as `faults` has it."""
    published = document(api)
    held = published.get("definitions") or published["components"]["schemas"]
    chosen: Mapping[str, Any] = _chosen(held)
    return chosen


def _differences(validator: Validator, body: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    found = []
    for error in validator.iter_errors(body):
        place = ".".join(str(part) for part in error.absolute_path) or "body"
        found.append(f"{place}: {_words(error.validator, error.validator_value)}")
        if len(found) >= MOST_FAULTS:
            break
    return tuple(found)


def document(api: Api) -> Mapping[str, Any]:
    """Give the definitions as they were published, for a description of our own interface."""
    read: Mapping[str, Any] = json.loads((_FOLDER / f"{api}.json").read_text(encoding="utf-8"))
    return read


def _words(validator: object, value: object) -> str:
    """Say what was expected, and nothing of what was sent."""
    if validator == "required":
        return f"expected {', '.join(map(str, value)) if isinstance(value, list) else value}"
    if validator == "anyOf":
        return "expected a form that its @type names"
    return f"expected {validator} {str(value)[:200]}"


@cache
def _validator(api: Api, definition: str) -> Validator:
    # OpenAPI 2.0 and 3.0 mean the JSON Schema of drafts 4 and 5; jsonschema takes 70 ms to import.
    from jsonschema import Draft4Validator  # noqa: PLC0415 - the reason stands above

    published = document(api)
    held, at = (
        (published["definitions"], "#/definitions")
        if "definitions" in published
        else (published["components"]["schemas"], "#/components/schemas")
    )
    if definition not in held:
        raise KeyError(definition)
    schema = {**_chosen(published), "$ref": f"{at}/{definition}"}
    # In these drafts `$ref` hides what stands beside it, so that it is put one level down.
    return Draft4Validator(
        {key: value for key, value in schema.items() if key != "$ref"}
        | {"allOf": [{"$ref": schema["$ref"]}]},
        format_checker=_formats(),
    )


def _chosen(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Let `@type` choose between forms, as an OpenAPI discriminator does.

    JSON Schema would accept the body by any form, and refuse it where two of them fit.
    """
    if isinstance(value, list):
        return [_chosen(one) for one in value]
    if not isinstance(value, dict):
        return value
    mapping = (
        value["discriminator"].get("mapping")
        if "oneOf" in value and isinstance(value.get("discriminator"), dict)
        else None
    )
    if not isinstance(mapping, dict):
        return {key: _chosen(one) for key, one in value.items()}
    forms = [
        {"allOf": [{"properties": {"@type": {"enum": [name]}}}, {"$ref": place}]}
        for name, place in mapping.items()
    ]
    return {"type": "object", "required": ["@type"], "anyOf": forms}


@cache
def _formats() -> FormatChecker:
    from jsonschema import FormatChecker  # noqa: PLC0415 - as above

    checker = FormatChecker(formats=())

    @checker.checks("date-time")
    def is_moment(value: object) -> bool:
        """RFC 3339, section 5.6: with a zone."""
        return not isinstance(value, str) or (
            moment(value) is not None and value[-1:] in "Zz0123456789" and "T" in value.upper()
        )

    @checker.checks("uri")
    def is_uri(value: object) -> bool:
        return not isinstance(value, str) or _URI.fullmatch(value) is not None

    return checker
