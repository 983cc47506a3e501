"""Reads the file of rights: the one that is shipped, or the operator's own."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.roles import Grant, Rights, Role
from cpe_diag.driver_kit.capabilities import ACCESS_CHANGING, ROUTER_CHANGING
from cpe_diag.driver_kit.schema_check import check, suggestion
from cpe_diag.driver_kit.yaml_source import read_yaml, read_yaml_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpe_diag.driver_kit.yaml_source import YamlDocument

SHIPPED: Final = "rights.yaml"

NEEDS_CONSENT: Final = (*ROUTER_CHANGING, "human.reset")
"""What is the customer's."""

ACTIONS: Final = (
    "look.subscriber",
    "look.outage",
    "look.consent",
    "look.audit",
    "consent.record",
    "consent.withdraw",
    "plan.approve",
    "known.keep",
    "subscriber.export",
    "subscriber.forget",
    "store.prune",
    "field.pack",
    "run.order",
    "hub.register",
    "token.keep",
    "staff.keep",
    *ACCESS_CHANGING,
    *NEEDS_CONSENT,
)
"""Everything that somebody may be allowed to do."""

RIGHTS_SCHEMA: Final[dict[str, object]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "cpe_diag rights",
    "description": "Who may do what. An action or a role that is not named is not allowed.",
    "type": "object",
    "additionalProperties": False,
    "required": ["rights"],
    "properties": {
        "rights": {
            "type": "object",
            "description": "by action",
            "additionalProperties": {
                "type": "object",
                "description": "by role",
                "additionalProperties": False,
                "properties": {role.value: {"enum": list(Grant)} for role in Role},
            },
        }
    },
}
"""JSON Schema 2020-12, printed by `cpe-diag schema rights`."""


def read_rights(path: Path | None = None) -> Rights:
    """Read who may do what.

    Args:
        path: the operator's own file; None: the one that is shipped.

    Returns:
        The rights.

    Raises:
        DefinitionError: the file cannot be read, or is wrong: every fault with its line.
    """
    if path is not None:
        return _checked(read_yaml_file(path))
    text = resources.files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")
    return _checked(read_yaml(text, SHIPPED))


def _checked(document: YamlDocument) -> Rights:
    faults = list(check(document, RIGHTS_SCHEMA))
    if faults:
        raise DefinitionError(tuple(faults))
    data = cast("Mapping[str, Mapping[str, Mapping[str, str]]]", document.data)
    for action in data["rights"]:
        if action not in ACTIONS:
            words = f"rights: there is no action {action!r}{suggestion(action, ACTIONS)}"
            faults.append(document.fault(("rights", action), words, at_key=True))
    if faults:
        raise DefinitionError(tuple(faults))
    return Rights(
        origin=document.file,
        grants={
            action: {Role(role): Grant(grant) for role, grant in grants.items()}
            for action, grants in data["rights"].items()
        },
    )
