"""Thresholds are data with a source, and the operator's overrides are checked."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.judge.thresholds import THRESHOLDS, check_overrides, limits


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda threshold: threshold.id)
def test_says_where_it_comes_from(threshold: object) -> None:
    """A number without a source cannot be argued with."""
    for field in ("unit", "source", "meaning"):
        assert getattr(threshold, field)


def test_ids_are_unique() -> None:
    """Two thresholds of one id would make one of them dead."""
    ids = [threshold.id for threshold in THRESHOLDS]
    assert len(set(ids)) == len(ids)


def test_an_override_replaces_only_its_own() -> None:
    """One changed limit leaves the others as they are."""
    own = limits({"wifi_weak_dbm": -70})
    assert own["wifi_weak_dbm"] == -70.0
    assert {key for key, value in own.items() if value != limits({})[key]} == {"wifi_weak_dbm"}


def test_unknown_overrides_are_refused_all_at_once() -> None:
    """A misspelt threshold that is silently ignored would be believed to work."""
    with pytest.raises(DefinitionError) as caught:
        check_overrides({"wifi_week_dbm": -70.0, "no_such": 1.0}, file="config.yaml")
    assert [fault.file for fault in caught.value.faults] == ["config.yaml", "config.yaml"]
    assert "'wifi_week_dbm'; did you mean wifi_weak_dbm" in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_limit_that_is_no_number_is_refused(value: float) -> None:
    """Nothing is below NaN: the rule would be switched off without a word."""
    with pytest.raises(DefinitionError, match=r"'wifi_weak_dbm' is .*finite number of dBm"):
        limits({"wifi_weak_dbm": value})


def test_the_digest_of_the_rules_is_the_same_in_every_process() -> None:
    """A bundle is judged again elsewhere, where sets and hashes have another order."""
    code = "from cpe_diag.judge.decide import rules_version; print(rules_version({}))"
    said = {
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
