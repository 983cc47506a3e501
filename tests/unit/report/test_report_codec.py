"""Domain values survive JSON exactly, and nothing else gets in or out."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.facts import FACT_KINDS
from cpe_diag.domain.missing import Maybe
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import AccessNode, Subscriber
from cpe_diag.domain.trace import Exchange, RawAnswer
from cpe_diag.domain.verdict import Verdict
from cpe_diag.engine.run import StepRecord
from cpe_diag.judge.question import CaseFile
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode, field_types
from cpe_diag.testing.run_samples import sample_evidence, sample_run, sample_subscriber
from cpe_diag.testing.verdict_samples import network_verdict

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN: dict[object, st.SearchStrategy[object]] = {
    type(None): st.none(),
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: TEXT,
    datetime: st.datetimes(timezones=st.just(UTC)),
    FactKey: st.builds(FactKey, st.sampled_from([kind.id for kind in FACT_KINDS]), TEXT),
}


def values_of(value_type: object) -> st.SearchStrategy[object]:
    """Draw values of a type, from its annotations."""
    if value_type in PLAIN:
        return PLAIN[value_type]
    origin, arguments = typing.get_origin(value_type), typing.get_args(value_type)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values_of, arguments))
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if isinstance(value_type, type) and issubclass(value_type, StrEnum):
        return st.sampled_from(list(value_type))
    assert isinstance(value_type, type)
    assert is_dataclass(value_type)
    parts = {name: values_of(part) for name, part in field_types(value_type).items()}
    return st.fixed_dictionaries(parts).map(lambda found: value_type(**found))


VALUE_TYPES: tuple[type, ...] = (
    *dict.fromkeys(kind.value_type for kind in FACT_KINDS),
    Exchange,
    RawAnswer,
    StepRecord,
    Subscriber,
    Verdict,
)


@pytest.mark.parametrize("value_type", VALUE_TYPES, ids=lambda one: str(one.__name__))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_every_value_comes_back_from_json_as_it_was(value_type: type, data: st.DataObject) -> None:
    """A bundle that is judged again must hold the very facts that were judged first."""
    value = data.draw(values_of(value_type))
    assert decode(value_type, json.loads(json.dumps(encode(value)))) == value


def test_evidence_of_every_kind_comes_back_as_it_was() -> None:
    """Each kind of fact is decoded by its own type, and unknowns keep their reasons."""
    evidence = sample_evidence()
    assert {key.kind for key, _ in evidence} == {kind.id for kind in FACT_KINDS}
    assert decode(Evidence, json.loads(json.dumps(encode(evidence)))) == evidence


def test_a_case_comes_back_as_it_was() -> None:
    """The same case gives the same verdict only when nothing of it is lost."""
    case = sample_run().case
    assert decode(CaseFile, json.loads(json.dumps(encode(case)))) == case


def test_times_of_other_zones_are_saved_as_utc() -> None:
    """A reader must never have to know where the run was made."""
    noon = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))
    assert encode(noon) == "2026-03-01T10:00:00.250000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Holds what must not be encoded."""

    inner: object


@pytest.mark.parametrize(
    "forbidden",
    [Secret("hunter2"), float("nan"), float("inf"), datetime(2026, 3, 1), b"raw", {1: "one"}],  # noqa: DTZ001 - the missing zone is the point
    ids=["secret", "nan", "infinity", "naive time", "bytes", "number as key"],
)
def test_what_has_no_honest_form_is_refused(forbidden: object) -> None:
    """A secret in a saved file cannot be taken back; a NaN is no JSON."""
    with pytest.raises(TypeError) as caught:
        encode(Holder(inner=(forbidden,)))
    assert "hunter2" not in str(caught.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Has one field of each form that can be wrong."""

    count: int
    share: float
    flag: bool
    when: datetime
    field: Maybe[int]
    key: FactKey
    names: tuple[str, ...]


GOOD = {
    "count": 1,
    "share": 0.5,
    "flag": True,
    "when": "2026-03-01T12:00:00Z",
    "field": {"missing": "silent"},
    "key": "port_status[port]",
    "names": ["a"],
}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"count": True}, "$.count"),
        ({"count": 1.0}, "$.count"),
        ({"count": "1"}, "$.count"),
        ({"share": float("nan")}, "$.share"),
        ({"share": 10**400}, "$.share"),
        ({"share": True}, "$.share"),
        ({"flag": 1}, "$.flag"),
        ({"when": "2026-03-01T12:00:00"}, "$.when"),
        ({"when": "2026-13-01T12:00:00Z"}, "$.when"),
        ({"field": {"missing": "no such reason"}}, "$.field.missing"),
        ({"field": {"missing": []}}, "$.field.missing"),
        ({"field": None}, "$.field"),
        ({"key": "port_status"}, "$.key"),
        ({"names": ["a", 2]}, "$.names[1]"),
        ({"names": "ab"}, "$.names"),
        ({"surprise": 1}, "$.surprise"),
    ],
    ids=str,
)
def test_wrong_data_is_refused_with_its_place(change: dict[str, object], path: str) -> None:
    """A changed bundle must say what is wrong, never judge something else."""
    assert decode(Sample, GOOD)
    with pytest.raises(UndecodableError) as caught:
        decode(Sample, {**GOOD, **change})
    assert caught.value.path == path


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_key_is_refused_with_its_name(name: str) -> None:
    """A field never gets a default by being left out."""
    with pytest.raises(UndecodableError, match=rf"\$\.{name}: is missing"):
        decode(Sample, {key: value for key, value in GOOD.items() if key != name})


def test_a_node_of_a_bundle_from_before_regions_has_none() -> None:
    """An archive of bundles is read by every later version."""
    node = sample_subscriber().node
    assert node is not None
    written = encode(node)
    assert isinstance(written, dict)
    before = {name: part for name, part in written.items() if name != "region"}
    assert decode(AccessNode, before) == node


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"key": "colour[port]", "value": 1, "source": "x", "at": GOOD["when"]}, "no kind"),
        ({"key": "port_status[port]", "value": {}, "source": "x", "at": GOOD["when"]}, "admin_up"),
        ({"key": "port_status[port]", "at": GOOD["when"]}, "failure"),
    ],
    ids=["unknown kind", "wrong value", "neither value nor failure"],
)
def test_wrong_evidence_is_refused_with_its_place(entry: dict[str, object], words: str) -> None:
    """Evidence is what verdicts rest on; a half entry is not evidence."""
    with pytest.raises(UndecodableError, match=words) as caught:
        decode(Evidence, [entry])
    assert caught.value.path.startswith("$[0].")


def test_a_fact_that_stands_twice_is_refused() -> None:
    """Which of the two were true could not be told."""
    data = encode(sample_evidence())
    assert isinstance(data, list)
    with pytest.raises(UndecodableError, match="stands twice"):
        decode(Evidence, [*data, data[0]])


def test_missing_is_told_apart_from_every_value() -> None:
    """Law 2: no value means two things."""
    port = encode(sample_subscriber().language)
    assert port == {"missing": "not_configured"}
    assert decode(Verdict, encode(network_verdict())) == network_verdict()
