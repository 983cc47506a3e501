"""The catalogue holds every probe once, and every fact of the table of contents has a probe."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import cpe_diag.probes
from cpe_diag.domain.facts import FACT_KINDS, fact_kind
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.probes.catalogue import PROBES, probe


def test_every_probe_file_is_in_the_catalogue_under_its_own_name() -> None:
    """A probe that is written and not listed is never run, and nobody notices."""
    folder = Path(cpe_diag.probes.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if "\nPROBE: " in path.read_text()}
    assert [one.id for one in PROBES] == list(dict.fromkeys(one.id for one in PROBES))
    assert {one.id for one in PROBES} == files


def test_every_fact_is_given_by_exactly_one_probe() -> None:
    """Two probes for one fact would overwrite each other."""
    given = [key for one in PROBES for key in one.gives]
    assert len(given) == len(set(given))
    for key in given:
        assert any(fnmatchcase(key.subject, one) for one in fact_kind(key.kind).subjects), key


def test_every_kind_of_fact_that_can_be_measured_has_a_probe() -> None:
    """A rule on a fact that nobody brings would answer `cannot tell` for ever."""
    given = {(key.kind, key.subject) for one in PROBES for key in one.gives}
    wanted = {(kind.id, subject) for kind in FACT_KINDS for subject in kind.subjects}
    assert wanted - given == {
        ("answer", "*"),
        ("own_change", "*"),
        ("firmware_issue", "router"),
    }


def test_a_probe_waits_only_for_facts_that_some_probe_brings() -> None:
    """It would wait for ever, or not at all."""
    given = [key for one in PROBES for key in one.gives]
    names = {key.kind for key in given} | {str(key) for key in given}
    for one in PROBES:
        assert set(one.after) <= names, one.id


def test_a_probe_is_found_by_its_id() -> None:
    """Playbooks name probes by id."""
    assert probe("port_state").id == "port_state"
    with pytest.raises(KeyError):
        probe("port_stat")


def test_a_probe_that_takes_long_or_bothers_the_customer_says_so() -> None:
    """Investigating chooses by seconds and nuisance; a free lunch would always be chosen first."""
    assert all(one.cost_s > 0 for one in PROBES)
    assert probe("air_scan").nuisance is Nuisance.NOTICED
