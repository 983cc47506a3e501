"""The published schema is a schema, and an editor that uses it accepts what the loader accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from cpe_diag.driver_kit.yaml_source import read_yaml
from cpe_diag.playbook.build import seconds
from cpe_diag.playbook.load import playbook_files
from cpe_diag.playbook.schema import PLAYBOOK_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator


def parts(schema: object) -> Iterator[dict[str, object]]:
    """Go through a schema and all its parts."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from parts(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from parts(part)


def test_the_schema_is_a_schema_and_plain_json() -> None:
    """`cpe-diag schema playbook` prints it for any tool."""
    plain = json.loads(json.dumps(PLAYBOOK_SCHEMA))
    Draft202012Validator.check_schema(plain)


def test_every_shipped_playbook_satisfies_it() -> None:
    """Nobody may see red lines under our own examples."""
    validator = Draft202012Validator(PLAYBOOK_SCHEMA)
    for file in playbook_files().values():
        assert validator.is_valid(read_yaml(file.read_text(encoding="utf-8"), file.name).data)


def test_every_key_has_words_for_the_person_who_writes() -> None:
    """Editors show title and description while one types."""
    plain = json.loads(json.dumps(PLAYBOOK_SCHEMA))
    silent = {
        key
        for part in parts(plain)
        if isinstance(keys := part.get("properties"), dict)
        for key, form in keys.items()
        if not {"title", "description", "$ref"} & set(form)
    }
    assert silent == set()


@pytest.mark.parametrize(
    ("text", "expected"), [("20s", 20.0), ("1.5s", 1.5), ("2m", 120.0), ("0.5m", 30.0)]
)
def test_durations_say_their_unit(text: str, expected: float) -> None:
    """A bare number leaves open whether seconds or minutes are meant."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["20", "s", "20 s", "2h", "-1s", ""])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The schema has refused it before; this holds the two to the same form."""
    with pytest.raises(ValueError, match="no duration"):
        seconds(text)
