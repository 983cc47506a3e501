"""The published schema is a schema, and covers both kinds of drivers."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from cpe_diag.driver_kit.driver_schema import DRIVER_SCHEMA
from cpe_diag.driver_kit.schema_check import check
from cpe_diag.driver_kit.yaml_source import read_yaml


def test_the_published_schema_is_json_and_a_valid_schema() -> None:
    """Editors load it as it is printed."""
    Draft202012Validator.check_schema(json.loads(json.dumps(DRIVER_SCHEMA)))


def test_both_kinds_are_told_apart_by_their_kind() -> None:
    """A router driver must not be judged by the rules of an access driver."""
    text = "kind: router\ntitle: A router\ncapabilities: {ping: {state: don}}\n"
    faults = [str(fault) for fault in check(read_yaml(text, "f.yaml"), DRIVER_SCHEMA)]
    assert faults == [
        "f.yaml:3:22: capabilities.ping: the key 'verified' is missing",
        (
            "f.yaml:3:30: capabilities.ping.state: expected one of done, todo, exempt, "
            "found 'don'; did you mean 'done'?"
        ),
    ]
