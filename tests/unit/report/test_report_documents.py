"""What `--json` prints is what its published schema says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from cpe_diag.report.as_json import run_as_json
from cpe_diag.report.schema import bundle_schema, verdict_schema
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.testing.verdict_samples import group_verdict


def test_the_json_document_is_as_its_schema_says() -> None:
    """Other people's programs read the document by the schema alone."""
    document = json.loads(json.dumps(run_as_json(sample_run(), critical_path_s=2.4)))
    Draft202012Validator(verdict_schema()).validate(document)
    assert document["timing"] == {"took_s": 2.75, "critical_path_s": 2.4}
    assert document["trace"]["snmp_requests"] == 1
    assert document["trace"]["by_operation"]["ssh.connect"]["failed"] == 1


@pytest.mark.parametrize("schema", [verdict_schema(), bundle_schema()], ids=["verdict", "bundle"])
def test_the_schemas_are_themselves_right_and_explained(schema: dict[str, object]) -> None:
    """A schema is documentation: every object in it says what it is for."""
    Draft202012Validator.check_schema(schema)
    assert schema["$id"]
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    assert [name for name, one in definitions.items() if not one.get("description")] == []


@pytest.mark.parametrize(
    "path",
    [("verdict", "confidence"), ("evidence", "facts", 0, "value", "if_index"), ("run", "end")],
    ids=str,
)
def test_the_schema_refuses_what_is_no_verdict(path: tuple[str | int, ...]) -> None:
    """A schema that takes everything would prove nothing, least of all about facts."""
    document = json.loads(json.dumps(run_as_json(sample_run())))
    facts = document["evidence"]["facts"]
    facts.sort(key=lambda entry: entry["key"] != "port_status[port]")
    holder = document
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = []
    assert not Draft202012Validator(verdict_schema()).is_valid(document)


def test_the_group_of_an_outage_is_part_of_the_document() -> None:
    """A ticket system joins cases by the parent key; a home that is alone has null there."""
    assert json.loads(json.dumps(run_as_json(sample_run())))["verdict"]["group"] is None
    document = json.loads(json.dumps(run_as_json(sample_run(group_verdict()))))
    Draft202012Validator(verdict_schema()).validate(document)
    assert document["verdict"]["group"] == {
        "kind": "branch",
        "name": "pon 0/3/1",
        "affected": 6,
        "of": 6,
        "since_s": 184.0,
        "parent_key": "an-vdsl/pon-0/3/1/20260301T110000Z",
    }


def test_the_document_holds_no_way_to_a_credential() -> None:
    """The document goes into tickets and mail; not even the reference belongs there."""
    text = json.dumps(run_as_json(sample_run()))
    assert "secrets.yaml" not in text
    assert "credential" not in text


def test_facts_and_unknowns_stand_apart_with_times_and_blame() -> None:
    """A reader must see at once what was seen, what was not, and on whose side that lies."""
    document = json.loads(json.dumps(run_as_json(sample_run())))
    facts = {entry["key"]: entry for entry in document["evidence"]["facts"]}
    unknowns = {entry["key"]: entry for entry in document["evidence"]["unknowns"]}
    assert facts["port_status[port]"]["age_s"] == pytest.approx(2.65)
    assert facts["port_status[port]"]["text"].startswith("port 0/1/12 down")
    assert unknowns["reachability[router]"]["blame"] == "agent"
    assert unknowns["reachability[router]"]["next_step"]
    assert not facts.keys() & unknowns.keys()


def test_where_the_case_went_is_told_beside_the_verdict() -> None:
    """A playbook may route a case elsewhere than the verdict says."""
    run = replace(sample_run(), ticket=None)
    document = run_as_json(run)
    assert document["destination"] == "field_technician"
    assert document["run"] == {
        "id": run.run_id,
        "playbook": "no_internet",
        "ticket": None,
        "started_at": "2026-03-01T12:00:00Z",
        "took_s": 2.75,
        "end": "finished",
    }
