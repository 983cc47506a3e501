"""What must hold of every verdict, whatever the evidence."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_diag.domain.evidence import Evidence, Measurement
from cpe_diag.domain.failures import BLAME_OF, Blame, FailureKind
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.weighing import Board, weigh
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import (
    about,
    all_unobserved,
    dsl_home,
    ethernet_home,
    never_asked,
    unobserved,
)

if TYPE_CHECKING:
    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.question import CaseFile

SYMPTOMS: Final = (
    "no_internet",
    "slow_internet",
    "wifi_trouble",
    "drops",
    "one_device_offline",
    "site_not_opening",
)
OURS: Final = [kind for kind in FailureKind if BLAME_OF[kind] in {Blame.AGENT, Blame.ACCESS}]
NOT_A_SIGN: Final = [kind for kind in FailureKind if kind is not FailureKind.HUNG]
FAULTS: Final = (
    outside.line_cut,
    outside.customer_power,
    outside.session_stale,
    outside.dns_resolver,
    outside.node_outage,
    at_home.router_hung,
    at_home.wifi_off,
    outside.platform_down,
    at_home.lan_rogue_dhcp,
    at_home.lan_cable,
)
INNOCENT: Final = {FaultDomain.NONE, FaultDomain.UNDETERMINED}
QUICK: Final = settings(max_examples=40, deadline=None, derandomize=True)
HOMES: Final = st.sampled_from((ethernet_home(), dsl_home()))


def _keys(case: CaseFile) -> list[tuple[str, str]]:
    return [(key.kind, key.subject) for key, _ in case.evidence]


@QUICK
@given(home=HOMES, symptom=st.sampled_from(SYMPTOMS), data=st.data())
def test_a_healthy_home_is_never_accused(
    home: CaseFile, symptom: str, data: st.DataObject
) -> None:
    """Whatever stays unasked or fails, nobody is blamed from facts that are all good.

    Silence of node or router is left out: that is what reachability facts are for.
    """
    case = about(home, symptom=symptom, device_mac=LAPTOP)
    for kind, subject in data.draw(st.lists(st.sampled_from(_keys(case)), unique=True)):
        if data.draw(st.booleans()):
            case = never_asked(case, (kind, subject))
        else:
            kinds = OURS if kind == "reachability" else NOT_A_SIGN
            case = unobserved(case, kind, subject, data.draw(st.sampled_from(kinds)))
    assert decide(case, {}).domain in INNOCENT


@QUICK
@given(home=HOMES, symptom=st.sampled_from(SYMPTOMS), why=st.sampled_from(OURS))
def test_our_own_failures_alone_accuse_nobody(
    home: CaseFile, symptom: str, why: FailureKind
) -> None:
    """Law 2: agent and access failures are never evidence about the subscriber."""
    verdict = decide(about(all_unobserved(home, why), symptom=symptom), {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.candidates == ()


@QUICK
@given(
    home=HOMES,
    make=st.sampled_from(FAULTS),
    why=st.sampled_from(OURS),
    data=st.data(),
)
def test_a_failure_of_ours_weighs_as_much_as_not_asking(
    home: CaseFile, make: object, why: FailureKind, data: st.DataObject
) -> None:
    """An Unobserved of our own side never raises or lowers what is believed."""
    assert callable(make)
    full = make(home)
    some = data.draw(st.lists(st.sampled_from(_keys(full)), unique=True))
    unasked = never_asked(full, *some)
    failed = full
    for kind, subject in some:
        failed = unobserved(failed, kind, subject, why)
    before, after = decide(unasked, {}), decide(failed, {})
    assert (before.cause, before.candidates, before.also) == (
        after.cause,
        after.candidates,
        after.also,
    )


@QUICK
@given(home=HOMES, make=st.sampled_from(FAULTS), random=st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    home: CaseFile, make: object, random: object
) -> None:
    """Probes come back in any order; the verdict must not depend on it."""
    assert callable(make)
    case = make(home)
    shuffled = list(case.evidence.observations.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    measurements = tuple(Measurement(key=key, observation=seen) for key, seen in shuffled)
    again = replace(case, evidence=Evidence().with_measurements(measurements))
    assert decide(again, {}) == decide(case, {})
    assert find(again) == find(case)


@QUICK
@given(cause=st.sampled_from(CAUSES), data=st.data())
def test_a_sign_for_never_lowers_and_a_sign_against_never_raises(
    cause: Cause, data: st.DataObject
) -> None:
    """Beliefs move with their evidence, never the other way."""
    names = sorted({sign.finding for sign in (*cause.supports, *cause.against)})
    answers = {name: data.draw(st.sampled_from((None, True, False)), label=name) for name in names}
    sign = data.draw(st.sampled_from((*cause.supports, *cause.against)))
    answers[sign.finding] = None
    told = {**answers, sign.finding: sign.answer}
    before, after = (
        weigh(
            cause,
            Board(
                answers=MappingProxyType(state),
                explained=frozenset(),
                not_arising=frozenset(),
                symptom="no_internet",
            ),
        ).belief
        for state in (answers, told)
    )
    needs = {need.finding for need in cause.needs}
    if sign.finding in needs:
        return
    if sign.weight > 0:
        assert after >= before
    else:
        assert after <= before


def test_the_same_case_gets_the_same_verdict_twice() -> None:
    """A bundle judged again must say the same."""
    case = outside.line_noise(dsl_home("slow_internet"))
    assert decide(case, {}) == decide(case, {})
