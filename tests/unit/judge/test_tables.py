"""The judge's tables refer to each other by name; a misspelt name would be silently dead."""

from __future__ import annotations

from typing import Final

import pytest

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.explaining import FOLLOWS
from cpe_diag.judge.healthy import MAY_BE_UNKNOWN, MUST_ARISE, RELEVANT
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.segments import STRETCHES
from cpe_diag.judge.segments_on_site import ON_SITE

RULE_IDS: Final = frozenset(rule.id for rule in RULES)
SYMPTOMS: Final = frozenset(RELEVANT)


def test_rule_and_cause_ids_are_unique() -> None:
    """Two of one id would hide each other."""
    assert len(RULE_IDS) == len(RULES)
    assert len({cause.id for cause in CAUSES}) == len(CAUSES)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_cause_is_complete(cause: object) -> None:
    """Signs name rules, weights have their side's sign, words are there for everybody."""
    found = next(one for one in CAUSES if one is cause)
    signs = (*found.supports, *found.against)
    assert {sign.finding for sign in signs} <= RULE_IDS
    assert {need.finding for need in found.needs} <= RULE_IDS
    assert set(found.explains) <= RULE_IDS
    assert {symptom for symptom, _ in found.shifts} <= SYMPTOMS
    assert all(sign.weight > 0 for sign in found.supports)
    assert all(sign.weight < 0 for sign in found.against)
    assert len({(sign.finding, sign.answer) for sign in signs}) == len(signs)
    assert found.title
    assert found.next_action
    assert found.tell_customer
    assert found.source


def test_every_unusual_support_is_explained_by_its_cause() -> None:
    """What made us believe in a cause needs no second cause beside it."""
    answers = {rule.id for rule in RULES if rule.needs[0].kind == "answer"}
    for cause in CAUSES:
        own = {sign.finding for sign in cause.supports if sign.answer} - answers
        context = own - set(cause.explains)
        assert all(sign.weight <= 2.0 for sign in cause.supports if sign.finding in context), (
            cause.id
        )


def test_what_follows_from_what_names_rules_and_has_no_circle() -> None:
    """In a circle each finding would excuse the other, and neither would count."""
    because = dict(FOLLOWS)
    assert len(because) == len(FOLLOWS)
    for finding, reasons in FOLLOWS:
        assert {finding, *reasons} <= RULE_IDS
        seen: set[str] = set()
        reached = set(reasons)
        while reached - seen:
            seen |= reached
            reached = {next_one for one in reached for next_one in because.get(one, ())}
        assert finding not in seen


def test_healthy_and_segments_name_rules() -> None:
    """A check that does not exist can never be good."""
    named = set(MAY_BE_UNKNOWN) | set(MUST_ARISE.values())
    named |= {name for names in RELEVANT.values() for name in names}
    for stretch in (*STRETCHES, *ON_SITE):
        named |= {*stretch.bad, *stretch.degraded, *stretch.good}
    assert named <= RULE_IDS


def test_the_closed_list_of_causes() -> None:
    """Lab labels, reports and statistics rely on these ids, domains and desks."""
    desks = {cause.id: f"{cause.domain}->{cause.destination}" for cause in CAUSES}
    assert len(desks) == len(CAUSES)
    assert {cause.domain for cause in CAUSES} == set(FaultDomain) - {
        FaultDomain.NONE,
        FaultDomain.UNDETERMINED,
    }
    assert desks["auth_refused"] == "network->accounts"
    assert desks["customer_power"] == "router->second_line"
    assert desks["line_saturated"] == "device->device_support"
    assert {cause.destination for cause in CAUSES if cause.domain is FaultDomain.PLATFORM} == {
        Destination.PLATFORM_STATUS
    }
