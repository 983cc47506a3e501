"""Bugs of the judge: each of these was once named with confidence, on evidence too weak for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.path_facts import DnsOutcome
from cpe_diag.domain.verdict import FaultDomain, SegmentState
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.judge.decide import decide
from cpe_diag.testing import fault_effects as effect
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    answered,
    changed,
    dsl_home,
    ethernet_home,
    never_asked,
    unobserved,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

    Home = Callable[[str], CaseFile]
    Change = Callable[[CaseFile], CaseFile]


def _macs_forgotten(case: CaseFile) -> CaseFile:
    """The node shows no MAC and the router's management is filtered, while the home sends."""
    return effect.router_gone(changed(case, "learned_macs", "port", entries=()))


def _echoes_dropped(case: CaseFile) -> CaseFile:
    """Neither gateway nor reference answers echo requests; names are answered through them."""
    for subject in ("router>gateway", "router>reference"):
        case = effect.lost(case, subject, received=0)
    for subject in ("router>reference", "router>platform"):
        case = unobserved(case, "http", subject, FailureKind.OUT_OF_TIME)
    return case


def _one_echo_lost(case: CaseFile) -> CaseFile:
    """A single echo reply is missing."""
    return effect.lost(case, "router>reference", received=4)


def _working_hard(case: CaseFile) -> CaseFile:
    """The router works hard, and all that it has to do is done."""
    return changed(case, "router_system", "router", load_1min=3.2)


def _crowded(case: CaseFile) -> CaseFile:
    """Loud neighbours share our channel; the radio does not tell how busy the air is."""
    case = at_home.wifi_congested(case)
    wifi = case.evidence.value(WifiStatus, "router_wifi", "router")
    assert wifi is not None
    radios = tuple(replace(radio, busy_percent=ABSENT) for radio in wifi.radios)
    return changed(case, "router_wifi", "router", radios=radios)


def _only_ssh_hangs(case: CaseFile) -> CaseFile:
    """SSH accepts and says nothing; whether the home sends anything is not known."""
    return unobserved(at_home.router_hung(case), "port_rates", "port", FailureKind.OUT_OF_TIME)


def _only_ssh_hangs_on_a_noisy_line(case: CaseFile) -> CaseFile:
    """The line explains the complaint, the silent SSH server is no second trouble."""
    return _only_ssh_hangs(outside.line_noise(case))


def _one_name_query_lost(case: CaseFile) -> CaseFile:
    """Packets are lost beyond the edge, and with them the one query for the site's name."""
    case = unobserved(case, "dns", "operator>platform", FailureKind.OUT_OF_TIME)
    return outside.core_loss(
        changed(case, "dns", "router>platform", outcome=DnsOutcome.TIMEOUT, addresses=())
    )


def _silent_and_dark(case: CaseFile) -> CaseFile:
    """Neither node nor router answers, and the caller sees no lights at the router."""
    return answered(outside.node_outage(case), "router_lights", "off")


OUT: Final = "no_internet"
SLOW: Final = "slow_internet"
SITE: Final = "site_not_opening"
WIFI: Final = "wifi_trouble"
DROPS: Final = "drops"

NOT_ACCUSED: Final[tuple[tuple[Home, str, Change, str], ...]] = (
    (dsl_home, OUT, _macs_forgotten, "wan_cable"),
    (ethernet_home, OUT, _echoes_dropped, "session_stale"),
    (dsl_home, SLOW, _one_echo_lost, "core_loss"),
    (ethernet_home, OUT, _working_hard, "router_overloaded"),
    (dsl_home, SITE, _working_hard, "router_overloaded"),
    (ethernet_home, OUT, at_home.device_wrong_password, "device_wrong_password"),
    (dsl_home, SLOW, at_home.device_wrong_password, "device_wrong_password"),
    (dsl_home, SITE, at_home.wifi_weak_signal, "wifi_weak_signal"),
    (ethernet_home, WIFI, _crowded, "wifi_congested"),
    (ethernet_home, SLOW, effect.node_gone, "node_agent_silent"),
    (dsl_home, DROPS, effect.node_gone, "node_agent_silent"),
    (ethernet_home, OUT, _silent_and_dark, "node_outage"),
    (ethernet_home, OUT, _one_name_query_lost, "platform_name"),
    (ethernet_home, OUT, _only_ssh_hangs, "router_hung"),
    (dsl_home, OUT, _only_ssh_hangs_on_a_noisy_line, "router_hung"),
)


@pytest.mark.parametrize(
    ("home", "symptom", "change", "cause"),
    NOT_ACCUSED,
    ids=[f"{row[2].__name__.lstrip('_')}-{row[1]}-{row[3]}" for row in NOT_ACCUSED],
)
def test_is_not_accused(home: Home, symptom: str, change: Change, cause: str) -> None:
    """A wrong "it is your router" costs the operator a customer."""
    verdict = decide(change(home(symptom)), {})
    assert cause not in {verdict.cause, *(candidate.cause for candidate in verdict.also)}


@pytest.mark.parametrize(
    ("symptom", "outage", "nuisance", "cause"),
    [
        (OUT, outside.dhcp_no_offer, at_home.wifi_off, "dhcp_no_offer"),
        (OUT, outside.session_stale, at_home.lan_dhcp_off, "session_stale"),
        (SLOW, outside.route_beyond_edge, at_home.router_overloaded, "route_beyond_edge"),
        (SLOW, outside.session_stale, at_home.wifi_congested, "session_stale"),
        (WIFI, outside.dhcp_no_offer, at_home.wifi_off, "wifi_off"),
    ],
)
def test_what_stops_everything_leads_unless_the_complaint_is_about_the_home(
    symptom: str, outage: Change, nuisance: Change, cause: str
) -> None:
    """Switched-off Wi-Fi beside a network that gives no address was once called the fault."""
    verdict = decide(outage(nuisance(ethernet_home(symptom))), {})
    assert verdict.cause == cause
    assert len(verdict.also) == 1


def test_a_home_whose_names_nobody_asked_for_is_not_called_well() -> None:
    """Who complains about Wi-Fi while no name resolves was once told that all works well."""
    names = (("dns", "router>reference"), ("dns", "router>operator_resolver"))
    unseen = decide(never_asked(ethernet_home(WIFI), *names), {})
    assert unseen.domain is FaultDomain.UNDETERMINED
    assert decide(outside.dns_resolver(ethernet_home(WIFI)), {}).cause == "dns_resolver"


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (effect.router_gone, SegmentState.DEGRADED),
        (_only_ssh_hangs, SegmentState.DEGRADED),
        (at_home.router_hung, SegmentState.BAD),
    ],
)
def test_the_path_marks_no_fault_at_a_router_that_is_silent_only_to_us(
    change: Change, state: SegmentState
) -> None:
    """A filtered management port was once drawn as the fault, while the home was sending."""
    verdict = decide(change(ethernet_home(OUT)), {})
    assert next(part.state for part in verdict.segments if part.id == "router") is state


def test_what_keeps_us_from_looking_comes_before_questions_to_the_customer() -> None:
    """To ask whether one device is affected does not mend a refused password."""
    verdict = decide(effect.no_router(ethernet_home(OUT), FailureKind.AUTH_REFUSED), {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.settle_by is None
    assert verdict.next_action.startswith("Put right what kept us from looking")


def test_two_silent_devices_are_likely_an_outage_and_not_almost_certainly() -> None:
    """A node that drops our community beside a router without power looks the same."""
    verdict = decide(outside.node_outage(ethernet_home(OUT)), {})
    assert verdict.cause == "node_outage"
    assert verdict.confidence < 0.8
    assert "our own SNMP access" in verdict.next_action
