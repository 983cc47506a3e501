"""Every fault of a file comes with its place and in words that a person can act on."""

from __future__ import annotations

from typing import Final

from cpe_diag.driver_kit.schema_check import check
from cpe_diag.driver_kit.yaml_source import read_yaml

STEP_FORMS: Final[dict[str, object]] = {
    "oneOf": [
        {
            "type": "object",
            "required": ["ask", "choices"],
            "additionalProperties": False,
            "properties": {
                "ask": {"type": "string"},
                "choices": {"type": "object", "minProperties": 2},
            },
        },
        {
            "type": "object",
            "required": ["probe"],
            "additionalProperties": False,
            "properties": {
                "probe": {"type": "array", "items": {"enum": ["port_state", "line_quality"]}},
                "limit": {"type": "number", "minimum": 1},
            },
        },
    ]
}

SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "required": ["title", "steps"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "minLength": 3},
        "limit": {"anyOf": [{"type": "number"}, {"type": "boolean"}]},
        "name": {"type": "string", "pattern": "^[a-z]+$", "description": "a word in lower case"},
        "table": {"type": "object", "propertyNames": {"pattern": "^[0-9]+$"}},
        "steps": {"type": "array", "items": STEP_FORMS},
    },
}


def faults(text: str) -> list[str]:
    """Check a text and give each fault as a line."""
    return [str(fault) for fault in check(read_yaml(text, "f.yaml"), SCHEMA)]


def test_a_right_file_has_no_faults() -> None:
    """A check that cries wolf would be switched off."""
    assert faults("title: one\nsteps:\n  - probe: [port_state]\n") == []


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    """Whoever writes a playbook mends it in one go, not fault by fault."""
    text = "titel: one\nlimit: x\nname: Bad\ntable: {a: 1}\nsteps:\n  - probe: [port_stat]\n"
    assert faults(text) == [
        "f.yaml:1:1: the file: the key 'title' is missing",
        "f.yaml:1:1: the file: the key 'titel' is not known here; did you mean 'title'?",
        "f.yaml:2:8: limit: expected a number or true or false, found 'x'",
        "f.yaml:3:7: name: expected a word in lower case, found 'Bad'",
        "f.yaml:4:9: table: the key 'a': expected text like ^[0-9]+$, found 'a'",
        (
            "f.yaml:6:13: steps[0].probe[0]: expected one of port_state, line_quality, "
            "found 'port_stat'; did you mean 'port_state'?"
        ),
    ]


def test_a_wrong_step_is_judged_by_the_form_that_was_meant() -> None:
    """`is not valid under any of the given schemas` would help nobody."""
    assert faults("title: one\nsteps:\n  - ask: Since when?\n    choices: {now: Now}\n") == [
        "f.yaml:4:14: steps[0].choices: expected at least 2 keys, found 1"
    ]
    assert faults("title: one\nsteps:\n  - probe: [port_state]\n    limt: 3\n") == [
        "f.yaml:4:5: steps[0]: the key 'limt' is not known here; did you mean 'limit'?"
    ]


def test_a_step_of_no_form_names_the_keys_that_would_make_one() -> None:
    """The slip in the very key that names the form is the commonest one."""
    assert faults("title: one\nsteps:\n  - prob: [port_state]\n") == [
        "f.yaml:3:5: steps[0]: the key 'prob' is not known; did you mean 'probe'?"
    ]
    assert faults("title: one\nsteps:\n  - {}\n") == [
        "f.yaml:3:5: steps[0]: expected one of the keys ask, choices, probe"
    ]
    assert faults("title: one\nsteps:\n  - jump\n") == [
        "f.yaml:3:5: steps[0]: expected a mapping, found 'jump'"
    ]


def test_an_empty_file_is_said_to_be_no_mapping() -> None:
    """An empty file is valid YAML, and still no playbook."""
    assert faults("") == ["f.yaml:1:1: the file: expected a mapping, found nothing"]
