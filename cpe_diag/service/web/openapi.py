"""The published description of the HTTP interface (OpenAPI 3.0.3), made of the operations."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.service.tmf_schema import schemas
from cpe_diag.service.web.operations import OPERATIONS
from cpe_diag.service.web.selection import FARTHEST, MOST, USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpe_diag.service.tmf_schema import Api
    from cpe_diag.service.web.operation import Operation, Schema

_PART: Final = re.compile(r"\{(\w+)\}")
_REF: Final = "#/components/schemas/"

ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["code", "reason", "message", "status"],
    "properties": {
        "@type": {"type": "string"},
        "code": {"type": "string"},
        "reason": {"type": "string"},
        "message": {"type": "string"},
        "status": {"type": "string"},
    },
}

_LIST: Final[Mapping[str, dict[str, Any]]] = {
    "offset": {"type": "integer", "minimum": 0, "maximum": FARTHEST, "default": 0},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    "fields": {"type": "string", "description": "attributes, with commas between them"},
}

_TEXTS: Final = {
    "/openapi.json": (
        "getDescription",
        "This description",
        "application/json",
        {"type": "object"},
    ),
    "/healthz": (
        "getHealth",
        "Whether the service and its store work",
        "application/json",
        {"type": "object", "required": ["state"], "properties": {"state": {"type": "string"}}},
    ),
}


def described(version: str) -> dict[str, Any]:
    """Describe the interface.

    Args:
        version: of the program.

    Returns:
        The document.
    """
    paths: dict[str, dict[str, Any]] = {}
    used: dict[str, Any] = {"Error": ERROR}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, used
        )
    for path, (name, summary, kind, schema) in _TEXTS.items():
        answers: dict[str, Any] = {
            "200": {"description": "OK", "content": {kind: {"schema": schema}}},
            "429": _error(429),
            "503": _error(503),
        }
        paths[path] = {
            "get": {
                "operationId": name,
                "summary": summary,
                "tags": ["cpe-diag"],
                "security": [],
                "responses": answers,
            }
        }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "cpe-diag",
            "version": version,
            "description": (
                "Tickets in, results out. TM Forum interfaces follow their published definitions;"
                " no certification is claimed."
            ),
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": used,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, used: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*_parameters(operation)],
        "responses": _answers(operation, used),
    }
    if operation.right is None:
        made["security"] = []
    if operation.body is not None:
        kind = "application/json"
        content = {kind: {"schema": _schema(operation.body, used)}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in _PART.findall(operation.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
        }
    for name, schema in {**(_LIST if operation.is_list else {}), **operation.query}.items():
        yield {"name": name, "in": "query", "required": False, "schema": dict(schema)}


def _answers(operation: Operation, used: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.gives is not None:
        schema = _schema(operation.gives, used)
        if operation.is_list:
            schema = {"type": "array", "items": schema}
        good["content"] = {"application/json": {"schema": schema}}
    answers = {str(operation.status): good}
    refuses = {400, 429, 503, *operation.refuses}
    if operation.right is not None:
        refuses |= {401, 403}
    if operation.by_desk:
        refuses.add(401)
    if operation.body is not None:
        refuses |= {408, 413, 415}
    if "{" in operation.path:
        refuses.add(404)
    for status in sorted(refuses - {200}):
        answers[str(status)] = _error(status)
    if 200 in operation.refuses:  # noqa: PLR2004 - a good answer too
        answers["200"] = {**good, "description": "OK"}
    return answers


def _error(status: int) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"{_REF}Error"}}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _schema(schema: Schema, used: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(schema, tuple):
        return dict(schema)
    api, name = schema
    _use(api, name, used)
    return {"$ref": f"{_REF}{api}_{name}"}


def _use(api: Api, name: str, used: dict[str, Any]) -> None:
    """Take a definition over, and all that it rests on."""
    key = f"{api}_{name}"
    if key in used:
        return
    used[key] = {}
    needs: set[str] = set()
    used[key] = _moved(schemas(api)[name], api, needs)
    for need in sorted(needs):
        _use(api, need, used)


def _moved(value: Any, api: Api, needs: set[str]) -> Any:  # noqa: ANN401 - JSON
    """Point references into this document, and name what they point to."""
    if isinstance(value, list):
        return [_moved(one, api, needs) for one in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for key, one in value.items():
        if key == "$ref" and isinstance(one, str):
            name = one.rpartition("/")[2]
            needs.add(name)
            made[key] = f"{_REF}{api}_{name}"
        elif key != "discriminator":
            made[key] = _moved(one, api, needs)
    return made
