"""What stands in a verdict beside its cause."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import DefinitionError, FailureKind
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.verdict import FaultDomain, SegmentState, Verdict
from cpe_diag.judge.decide import decide, find, rules_version
from cpe_diag.judge.keys import HTTP_OPERATOR
from cpe_diag.testing import access_homes as access
from cpe_diag.testing import fault_effects as effect
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import (
    answered,
    changed,
    dsl_home,
    ethernet_home,
    never_asked,
    only,
    unobserved,
)


def _keys(*pairs: str) -> tuple[FactKey, ...]:
    return tuple(FactKey(*pair.split("/", maxsplit=1)) for pair in pairs)


CATALOGUE: Final = {
    "port_state": _keys(
        "reachability/node", "node_system/node", "port_status/port", "port_speed/port"
    ),
    "neighbour_ports": _keys("port_status/neighbour/*"),
    "line_quality": _keys("line_quality/line"),
    "router_wan": _keys("router_wan/router"),
    "router_paths": _keys("ping/router>gateway", "ping/router>reference"),
    "router_wifi": _keys("router_wifi/router"),
    "operator_web": _keys("dns/operator>reference", "http/operator>reference"),
}


def states(verdict: Verdict) -> dict[str, SegmentState]:
    """Give the state of each segment by id."""
    return {segment.id: segment.state for segment in verdict.segments}


def test_what_follows_is_told_but_not_counted() -> None:
    """A shut port explains all that lies behind it; counting that twice would be false proof."""
    verdict = decide(outside.port_shut(dsl_home()), {})
    follows = {one.id: one.follows_from for one in find(outside.port_shut(dsl_home()))}
    assert follows["port_down"] == "port_admin_down"
    assert follows["no_mac_learned"] == "port_admin_down"
    assert follows["router_unreachable"] == "port_admin_down"
    lead = verdict.candidates[0]
    assert (lead.cause, lead.supported_by) == ("port_shut", ("port_admin_down",))
    assert "port_down" in [one.id for one in verdict.evidence_for]


def test_a_port_that_was_shut_for_a_moment_only_is_not_called_shut() -> None:
    """The router behind it answers: whoever switches it on finds it on."""
    shut = outside.port_shut(ethernet_home()).evidence.observations
    port = {key: seen for key, seen in shut.items() if key.kind == "port_status"}
    case = ethernet_home()
    evidence = Evidence(MappingProxyType({**case.evidence.observations, **port}))
    verdict = decide(replace(case, evidence=evidence), {})
    assert verdict.cause == "undetermined"


def test_evidence_comes_most_telling_first() -> None:
    """A second-line engineer reads the first line."""
    verdict = decide(outside.customer_power(dsl_home()), {})
    assert verdict.evidence_for[0].id == "far_end_power_lost"


def test_evidence_against_is_told() -> None:
    """A verdict that hides what speaks against it cannot be trusted."""
    case = answered(outside.customer_power(dsl_home()), "router_lights", "on")
    verdict = decide(case, {})
    assert verdict.cause == "customer_power"
    assert [one.id for one in verdict.evidence_against] == ["lights_off"]
    assert verdict.confidence < decide(outside.customer_power(dsl_home()), {}).confidence


def test_a_contradiction_between_line_and_caller_is_left_open() -> None:
    """The node hears no signal and no dying gasp, the caller sees no lights: cable or power?"""
    case = answered(outside.line_cut(dsl_home()), "router_lights", "off")
    verdict = decide(case, {})
    assert verdict.cause == "undetermined"
    assert {one.cause for one in verdict.candidates} == {"line_cut", "customer_power"}


def test_a_dark_ethernet_port_is_settled_by_the_lights() -> None:
    """No probe can tell a cable from a plug; the customer can."""
    verdict = decide(outside.line_cut(ethernet_home()), CATALOGUE)
    assert verdict.settle_by is not None
    assert verdict.settle_by.probe == "ask:router_lights"
    assert set(verdict.settle_by.between) == {"line_cut", "customer_power", "wan_cable"}


@pytest.mark.parametrize("why", [FailureKind.NOT_MEASURED, FailureKind.UNSUPPORTED])
def test_a_dark_port_whose_cable_the_node_can_measure_is_measured_next(why: FailureKind) -> None:
    """A technician who knows where the break is goes once."""
    case = answered(outside.line_cut(access.switch_home()), "router_lights", "on")
    verdict = decide(unobserved(case, "cable_test", "port", why), {})
    assert verdict.cause == "undetermined"
    assert ("port test-cable" in verdict.next_action) is (why is FailureKind.NOT_MEASURED)


def test_before_the_cable_of_a_dark_port_the_lights_are_asked_for() -> None:
    """A router without power needs no cable test."""
    case = unobserved(
        outside.line_cut(access.switch_home()), "cable_test", "port", FailureKind.NOT_MEASURED
    )
    verdict = decide(case, {})
    assert verdict.settle_by is not None
    assert verdict.settle_by.probe == "ask:router_lights"


def test_nobody_is_sent_with_a_laptop_for_a_question_that_stands_between_no_causes() -> None:
    """Nothing speaks for any cause yet: what can be found out from the office comes first."""
    on_site = {"field_air": (FactKey("field_air", "wifi"),)}
    case = beyond.site_other_for_home(load.measured(ethernet_home("site_not_opening")))
    told = decide(answered(case, "affected", "all_devices"), on_site)
    assert (told.domain, told.settle_by) == (FaultDomain.UNDETERMINED, None)


def test_a_dark_dsl_port_is_settled_by_the_line() -> None:
    """On DSL the modem's last breath tells power from wire."""
    case = never_asked(outside.line_cut(dsl_home()), ("line_quality", "line"))
    verdict = decide(case, CATALOGUE)
    assert verdict.settle_by is not None
    assert verdict.settle_by.probe == "line_quality"


def test_lights_that_the_caller_could_not_see_are_still_worth_asking() -> None:
    """An unattended run answers "unknown"; the next colleague can still ask."""
    case = answered(outside.line_cut(ethernet_home()), "router_lights", "unknown")
    step = decide(case, {}).settle_by
    assert step is not None
    assert step.probe == "ask:router_lights"


def test_a_hung_ssh_server_on_a_router_that_forwards_is_not_a_hung_router() -> None:
    """Traffic from the home proves that the router works; only our way in does not."""
    case = effect.no_router(ethernet_home(), FailureKind.HUNG)
    assert decide(case, {}).cause == "undetermined"
    assert decide(at_home.router_hung(ethernet_home()), {}).cause == "router_hung"


def test_segments_of_a_cut_line() -> None:
    """The path is good up to the break, and out of sight behind it."""
    seen = states(decide(outside.line_cut(dsl_home()), {}))
    assert seen["core"] is SegmentState.GOOD
    assert seen["node"] is SegmentState.GOOD
    assert seen["line"] is SegmentState.BAD
    assert seen["router"] is SegmentState.UNKNOWN
    assert seen["internet"] is SegmentState.UNKNOWN


def test_segments_of_a_healthy_home_are_good() -> None:
    """A path that was seen whole is drawn whole."""
    case = replace(ethernet_home(), device_mac="02:00:5e:20:00:01")
    assert set(states(decide(case, {})).values()) == {SegmentState.GOOD}


def test_segments_of_an_unasked_case_are_unknown() -> None:
    """What nobody has looked at is not drawn as good."""
    assert set(states(decide(only(ethernet_home()), {})).values()) == {SegmentState.UNKNOWN}


def test_a_silent_agent_degrades_the_node_that_forwards() -> None:
    """The node carries traffic, so it is not drawn as broken."""
    seen = states(decide(effect.node_gone(ethernet_home()), {}))
    assert seen["node"] is SegmentState.DEGRADED
    assert seen["router"] is SegmentState.GOOD


def test_the_reason_on_our_side_is_named() -> None:
    """An engineer must see at once that it was our login that failed."""
    verdict = decide(effect.no_router(ethernet_home(), FailureKind.AUTH_REFUSED), {})
    assert "on our side" in verdict.summary
    assert "auth_refused" in verdict.summary


def test_what_the_caller_did_not_say_is_no_failure_of_ours() -> None:
    """A device that nobody has named is asked for, and nothing is put right here."""
    case = ethernet_home("one_device_offline")
    case = unobserved(case, "ping", "device", FailureKind.NOT_CONFIGURED)
    case = never_asked(case, ("ping", "router>device"), ("router_lan", "router"))
    verdict = decide(case, {})
    assert verdict.cause == "undetermined"
    assert "on our side" not in verdict.summary
    assert "The order leaves open: device: " in verdict.summary


def test_the_rules_version_changes_with_a_threshold() -> None:
    """A bundle must say by which limits it was judged."""
    assert decide(ethernet_home(), {}).rules_version == rules_version({})
    own = rules_version({"wifi_weak_dbm": -70.0})
    assert own != rules_version({})
    case = replace(ethernet_home(), thresholds={"wifi_weak_dbm": -70.0})
    assert decide(case, {}).rules_version == own


def test_an_unknown_threshold_is_refused() -> None:
    """A misspelt threshold must not be ignored silently."""
    with pytest.raises(DefinitionError):
        decide(replace(ethernet_home(), thresholds={"no_such": 1.0}), {})


def test_a_metered_line_that_was_not_loaded_is_told_as_not_measured() -> None:
    """Who complains that it is slow must not hear that the speed was seen good."""
    case = unobserved(
        ethernet_home("slow_internet"), "load_test", "router>reference", FailureKind.NOT_MEASURED
    )
    verdict = decide(case, {})
    assert verdict.cause == "no_fault"
    assert "How much the line lets through was not measured" in verdict.summary


def test_a_reference_that_fails_from_our_own_side_alone_is_no_sign_of_health() -> None:
    """The picture said FAULT at the core, and the verdict above it that all was good."""
    home = ethernet_home("drops")
    assert decide(home, {}).cause == "no_fault"
    kind, subject = HTTP_OPERATOR.kind, HTTP_OPERATOR.subject
    alone = changed(home, kind, subject, outcome=HttpOutcome.CONNECT_TIMEOUT)
    verdict = decide(alone, {})
    assert states(verdict)["core"] is SegmentState.BAD
    assert verdict.domain is FaultDomain.UNDETERMINED


def test_a_line_is_slow_beside_its_neighbours_before_it_is_slow_by_itself() -> None:
    """92 ms where each neighbour on the node waits 9 ms were told as no fault."""
    line = load.way_in(load.measured(ethernet_home("slow_internet")))
    slow = {"rtt_min_s": 0.06, "rtt_median_s": 0.092, "rtt_p95_s": 0.1}
    for subject in ("router>gateway", "router>reference"):
        line = changed(line, "path_quality", subject, **slow)
    told = {found.id: found.answer for found in find(line)}
    assert told["latency_high"] is False
    beside = changed(line, "path_quality", "operator>router", **slow)
    told = {found.id: found.answer for found in find(beside)}
    assert told["latency_high"] is True
    assert decide(beside, {}).domain is FaultDomain.NETWORK
