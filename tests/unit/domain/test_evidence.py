"""What a run holds: values that do not change, and facts that a later refusal does not erase."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.observations import Observed

AT = datetime(2026, 3, 1, tzinfo=UTC)
KEY = FactKey("port_status", "port")
SILENT = Failure(kind=FailureKind.SILENT, where="an-1", detail="no answer")


def seen(value: object) -> Measurement:
    """Make a fact."""
    return Measurement(key=KEY, observation=Observed(value=value, source="test", at=AT))


def test_a_refusal_does_not_erase_a_fact() -> None:
    """The port was seen down; that the node fell silent a second later unsees nothing."""
    evidence = Evidence().with_measurements((seen("down"),))
    later = evidence.with_measurements((not_observed(KEY, SILENT, "snmp.get", AT),))
    assert later.value(str, *_words(KEY)) == "down"
    assert later.failure(*_words(KEY)) is None


def test_a_fact_replaces_what_was_held_before() -> None:
    """The second look counts, after a silence and after another fact."""
    evidence = Evidence().with_measurements((not_observed(KEY, SILENT, "snmp.get", AT),))
    assert evidence.failure(*_words(KEY)) == SILENT
    evidence = evidence.with_measurements((seen("down"),)).with_measurements((seen("up"),))
    assert evidence.value(str, *_words(KEY)) == "up"


def test_evidence_does_not_change_once_it_is_held() -> None:
    """A verdict stands on what was known when it was given."""
    before = Evidence()
    before.with_measurements((seen("down"),))
    assert len(before) == 0
    assert before.get(*_words(KEY)) is None


def test_a_fact_of_another_type_is_a_bug() -> None:
    """A rule that reads the wrong type must not read it as unknown."""
    with pytest.raises(TypeError, match=r"port_status\[port\]"):
        Evidence().with_measurements((seen("down"),)).value(int, *_words(KEY))


def _words(key: FactKey) -> tuple[str, str]:
    return key.kind, key.subject
