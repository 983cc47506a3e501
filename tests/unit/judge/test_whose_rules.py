"""Rules that tell whose fault it is and not what: a place beside its controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.device_facts import DeviceWatch, FarEnds, NameQueries, Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.site_facts import LookEnd, LookStep
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.rules_whose import RULES_WHOSE
from cpe_diag.judge.rules_whose_way import RULES_WHOSE_WAY
from cpe_diag.testing import faults_at_device as at_device
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import (
    about,
    all_unobserved,
    answered,
    changed,
    ethernet_home,
    never_asked,
    with_value,
)

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SITE: Final = ethernet_home("site_not_opening")
SLOW: Final = ethernet_home("slow_internet")
GONE: Final = HttpOutcome.CONNECT_TIMEOUT


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule].answer


def page(case: CaseFile, *subjects: str, **fields: Any) -> CaseFile:  # noqa: ANN401 - as replace
    """Change how pages ended."""
    for subject in subjects:
        case = changed(case, "http", subject, **fields)
    return case


OURS: Final = ("operator>platform", "router>platform")
FORBIDS: Final = {"outcome": HttpOutcome.HTTP_ERROR, "status": 451}
SILENT: Final = {"outcome": GONE, "status": None}


def test_a_site_that_says_no_to_us_is_amiss_though_it_serves_others() -> None:
    """Whoever answers is the site."""
    assert answer(SITE, "site_amiss") is False
    assert answer(page(SITE, *OURS, **FORBIDS), "site_amiss") is True


def test_silence_that_ends_outside_of_our_network_is_not_the_sites() -> None:
    """It lies on the way there."""
    silent = page(SITE, *OURS, **SILENT)
    assert answer(silent, "site_amiss") is None
    assert answer(page(silent, "elsewhere>platform", **SILENT), "site_amiss") is True


def test_a_site_that_answers_the_home_otherwise_is_not_called_well() -> None:
    """It may not want this home, or somebody on the way answers in its place."""
    case = beyond.site_other_for_home(SITE)
    assert answer(case, "site_other_for_home") is True
    assert decide(case, {}).domain is FaultDomain.UNDETERMINED
    others = replace(case, platform_host=beyond.FAR[1])
    assert answer(others, "site_other_for_home") is False
    nobody = replace(case, platform_host=None)
    assert answer(nobody, "site_other_for_home") is None
    assert answer(replace(case, symptom="slow_internet"), "site_other_for_home") is None


def test_a_site_that_asks_who_one_is_is_well() -> None:
    """RFC 9110, section 15.5.2."""
    asks = {"outcome": HttpOutcome.HTTP_ERROR, "status": 401}
    assert answer(page(SITE, *OURS, **asks), "site_amiss") is False


@pytest.mark.parametrize("control", ["operator>reference"])
def test_a_site_is_not_accused_where_the_reference_fails_as_well(control: str) -> None:
    """Without a control nothing is said."""
    case = page(page(SITE, *OURS, **FORBIDS), control, **SILENT)
    assert answer(case, "site_amiss") is None
    assert answer(never_asked(SITE, ("http", control)), "site_amiss") is None


def test_a_site_is_amiss_by_ipv6_only_where_the_reference_is_not() -> None:
    """A network without IPv6 loses it everywhere."""
    case = page(SITE, "operator>platform/ipv6", **SILENT)
    assert answer(case, "site_amiss") is True
    assert answer(page(case, "operator>reference/ipv6", **SILENT), "site_amiss") is False


def test_a_site_whose_redirects_lead_to_no_page_is_amiss() -> None:
    """Each step of them looks good."""
    case = changed(SITE, "site_look", "operator>platform", end=LookEnd.CIRCLE)
    assert answer(case, "site_amiss") is True


def test_a_site_whose_redirects_lead_to_an_error_is_amiss() -> None:
    """A maintenance page is reached by a redirect that looks good."""
    end = (
        LookStep(url="https://video.example/", outcome=HttpOutcome.OK, status=307),
        LookStep(url="https://video.example/away", outcome=HttpOutcome.HTTP_ERROR, status=503),
    )
    case = changed(SITE, "site_look", "operator>platform", end=LookEnd.PAGE, steps=end)
    assert answer(case, "site_amiss") is True
    login = (end[0], replace(end[1], status=401))
    asked = changed(SITE, "site_look", "operator>platform", end=LookEnd.PAGE, steps=login)
    assert answer(asked, "site_amiss") is False


def test_a_site_that_is_late_beside_the_reference_is_amiss() -> None:
    """A slow place that asks is late with both."""
    late = page(SITE, *OURS, took_s=9.0)
    assert answer(late, "site_amiss") is True
    assert answer(page(late, "operator>reference", took_s=8.0), "site_amiss") is False


def test_a_site_that_refuses_the_home_is_the_sites_where_names_agree() -> None:
    """Another address is another's answer: the router's name service led the home there."""
    refused = page(SITE, "router>platform", **FORBIDS)
    assert answer(refused, "site_amiss") is True
    assert answer(refused, "site_led_elsewhere") is False
    led = changed(refused, "dns", "router>platform", addresses=("0.0.0.0",))  # noqa: S104
    assert answer(led, "site_amiss") is False
    assert answer(led, "site_led_elsewhere") is True
    assert answer(never_asked(led, ("dns", "router>platform")), "site_led_elsewhere") is None


def alone(case: CaseFile, choice: str = "one_device") -> CaseFile:
    """One device is complained of, and named."""
    return answered(about(case, device_mac=LAPTOP), "affected", choice)


@pytest.mark.parametrize(
    ("symptom", "cause"),
    [("slow_internet", "device_slow_itself"), ("drops", "device_side_unexplained")],
)
def test_one_device_that_is_complained_of_is_never_no_fault(symptom: str, cause: str) -> None:
    """What makes one device slow may be nothing that is measured: its owner is not mistaken."""
    case = alone(ethernet_home(symptom))
    assert answer(case, "device_suffers_alone") is True
    told = decide(case, {})
    assert (told.domain, told.cause) == (FaultDomain.DEVICE, cause)


@pytest.mark.parametrize("symptom", ["slow_internet", "drops"])
def test_a_whole_home_that_is_complained_of_accuses_no_device(symptom: str) -> None:
    """It may be well by now."""
    case = alone(ethernet_home(symptom), "all_devices")
    assert answer(case, "device_suffers_alone") is False
    assert decide(case, {}).domain is FaultDomain.NONE


def test_a_device_is_not_accused_where_the_router_gets_nothing_either() -> None:
    """The fault is before both."""
    case = alone(outside.route_beyond_edge(SLOW))
    assert answer(case, "device_suffers_alone") is False


def test_a_device_that_was_seen_to_work_is_well() -> None:
    """The other way round it is not, while others are."""
    works = alone(ethernet_home("one_device_offline"))
    assert answer(works, "device_suffers_alone") is not True
    assert decide(works, {}).domain is FaultDomain.NONE
    fails = alone(at_device.device_web_blocked(ethernet_home("one_device_offline")))
    watch = fails.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    none = replace(watch, flows=replace(watch.flows, tcp_taken_up=0))
    assert (
        answer(with_value(fails, "device_watch", "device", none), "device_suffers_alone") is True
    )


def at_site(mine: int, others: int = 2, **flows: Any) -> CaseFile:  # noqa: ANN401 - as replace
    """So many connections to the site come about, of the device and of others; others get it."""
    case = alone(about(SITE, device_mac=LAPTOP))
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    watch = replace(
        watch,
        to_site=Tries(asked=mine, answered=mine, taken_up=mine),
        others_to_site=Tries(asked=others, answered=others, taken_up=others),
        flows=replace(watch.flows, **flows),
    )
    return with_value(case, "device_watch", "device", watch)


def test_a_device_that_begins_a_site_anew_all_the_time_has_no_use_of_what_comes() -> None:
    """It is connected, and ends each connection before there is a page."""
    assert answer(at_site(18), "device_suffers_alone") is True
    assert decide(at_site(18), {}).domain is FaultDomain.DEVICE


def test_a_device_that_opens_a_site_is_well_with_as_many_connections_as_a_browser_has() -> None:
    """Others of the home are the control, too: the page may be made of many hosts."""
    assert answer(at_site(6), "device_suffers_alone") is False
    assert answer(at_site(18, others=20), "device_suffers_alone") is False
    assert answer(at_site(18, others=0), "device_suffers_alone") is False


OWN_NAMES: Final = {
    "names_of_router": NameQueries(asked=0, answered=0),
    "names_of_others": NameQueries(asked=9, answered=9),
}


def led(places: int, **flows: Any) -> CaseFile:  # noqa: ANN401 - as replace
    """Nothing goes to the site; all that the device begins goes to so many places."""
    case = at_site(0, **flows)
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    ends = watch.far_ends
    assert isinstance(ends, FarEnds)
    watch = replace(watch, far_ends=replace(ends, addresses=places))
    return with_value(case, "device_watch", "device", watch)


def test_a_device_whose_own_name_server_leads_it_to_one_place_is_where_the_fault_is() -> None:
    """Others get the site, and ask the router."""
    assert answer(led(1, **OWN_NAMES), "device_suffers_alone") is True
    assert decide(led(1, **OWN_NAMES), {}).domain is FaultDomain.DEVICE


def test_a_device_that_asks_the_router_may_just_not_open_the_site() -> None:
    """One place alone is what many things without a screen speak with."""
    assert answer(led(1), "device_suffers_alone") is not True
    assert answer(led(1, **OWN_NAMES, tcp_taken_up=0), "device_suffers_alone") is not True


def test_nobody_named_is_nobody_accused() -> None:
    """A complaint of "one device" without saying which one leaves nothing to look at."""
    case = answered(SLOW, "affected", "one_device")
    assert answer(case, "device_suffers_alone") is None


def test_a_home_of_which_the_router_knows_nobody_is_unheard() -> None:
    """Links without anybody behind them: the router's side of the home is not the home's."""
    assert answer(SLOW, "home_unheard") is False
    assert answer(changed(SLOW, "router_lan", "router", neighbours=()), "home_unheard") is True
    assert answer(never_asked(SLOW, ("router_lan", "router")), "home_unheard") is None


def test_what_the_router_gets_elsewhere_and_we_do_not_is_between() -> None:
    """Two places at least: what one does to everybody is its own matter."""
    good = beyond.world(SLOW)
    assert answer(good, "world_amiss_for_home") is False
    assert answer(beyond.in_vain(good, 4, *beyond.PLACES), "world_amiss_for_home") is True
    assert answer(SLOW, "world_amiss_for_home") is None


def test_a_line_that_is_full_of_what_nobody_answers_is_flooded() -> None:
    """A download is acknowledged."""
    full = at_home.line_saturated(SLOW)
    asked = changed(full, "port_rates", "port", out_bps=98e6, in_bps=1.2e6)
    flood = changed(full, "port_rates", "port", out_bps=98e6, in_bps=9e3)
    assert answer(asked, "port_filled_unasked") is False
    assert answer(flood, "port_filled_unasked") is True
    assert answer(SLOW, "port_filled_unasked") is False
    assert answer(never_asked(full, ("port_rates", "port")), "port_filled_unasked") is None
    assert decide(asked, {}).cause == "line_saturated"
    assert decide(flood, {}).domain is FaultDomain.NETWORK


def test_a_home_that_seeks_an_edge_which_is_there_for_others_has_a_wrong_router() -> None:
    """It asks for hardware addresses alone: its own, or the edge's, are set wrongly."""
    cut_off = enclosed.cut_off(ethernet_home())
    seeks = changed(cut_off, "port_rates", "port", in_bps=340.0, in_packets_per_s=1.0)
    assert answer(cut_off, "home_seeks_edge") is False
    assert answer(seeks, "home_seeks_edge") is True
    assert decide(seeks, {}).domain is FaultDomain.ROUTER
    assert answer(never_asked(seeks, ("port_rates", "port")), "home_seeks_edge") is None


def test_a_home_that_seeks_an_edge_which_nobody_finds_was_given_a_wrong_one() -> None:
    """What the operator's server hands out is the operator's, whatever breaks afterwards."""
    home = ethernet_home()
    assert answer(home, "offered_edge_silent") is not True
    silent, there = enclosed.seeks_edge(home, answered=0), enclosed.seeks_edge(home, answered=4)
    assert decide(silent, {}).domain is FaultDomain.NETWORK
    assert decide(there, {}).domain is FaultDomain.ROUTER
    assert answer(enclosed.cut_off(silent), "offered_edge_silent") is False


def test_a_home_that_asks_for_an_address_again_and_again_is_given_none() -> None:
    """It lives, and nobody answers it: what is between, or the server, not the router."""
    cut_off = enclosed.cut_off(ethernet_home())
    asks = changed(cut_off, "port_rates", "port", in_bps=1368.0, in_packets_per_s=0.5)
    assert answer(cut_off, "home_seeks_address") is False
    assert answer(asks, "home_seeks_address") is True
    assert decide(asks, {}).domain is FaultDomain.NETWORK
    assert answer(never_asked(asks, ("port_rates", "port")), "home_seeks_address") is None


def test_a_site_that_does_not_come_is_never_no_fault() -> None:
    """Neither to us nor to the home, and good elsewhere: whose it is, nobody knows yet."""
    case = page(SITE, *OURS, **SILENT)
    assert decide(case, {}).domain is not FaultDomain.NONE


def test_servers_of_the_operator_that_fail_us_in_one_way_are_amiss() -> None:
    """Its plain page shows that our own side is well."""
    gone = page(SLOW, "operator>reference/ipv6", **SILENT)
    assert answer(SLOW, "reference_amiss") is False
    assert answer(gone, "reference_amiss") is True
    assert answer(page(gone, "operator>reference", **SILENT), "reference_amiss") is None


def test_a_server_that_refuses_tls_serves_none() -> None:
    """Only silence is kept from us by somebody."""
    refused = HttpCheck(
        url="https://reference.example/",
        outcome=HttpOutcome.REFUSED,
        status=None,
        took_s=0.01,
        received_bytes=0,
    )
    for outcome, amiss in ((HttpOutcome.REFUSED, False), (GONE, True)):
        case = with_value(
            SLOW, "http", "operator>reference/tls", replace(refused, outcome=outcome)
        )
        assert answer(case, "reference_amiss") is amiss


def by_ipv6(case: CaseFile, *, own: int, home: int) -> CaseFile:
    """So many of four pings by IPv6 came back to the router, and to its home's address."""
    for subject, received in (("router>reference", own), ("home>reference", home)):
        check = PingCheck(
            target="2001:db8::80", sent=4, received=received, rtt_avg_s=0.01, note=""
        )
        case = with_value(case, "ping", f"{subject}/ipv6", check)
    return case


def test_a_family_of_which_nothing_comes_back_is_amiss_where_we_get_it() -> None:
    """The operator's side is the control."""
    assert answer(by_ipv6(SLOW, own=4, home=4), "one_family_amiss") is False
    assert answer(by_ipv6(SLOW, own=0, home=0), "one_family_amiss") is True
    assert answer(by_ipv6(SLOW, own=4, home=0), "one_family_amiss") is True
    ours = page(by_ipv6(SLOW, own=0, home=0), "operator>reference/ipv6", **SILENT)
    assert answer(ours, "one_family_amiss") is None


def test_a_site_that_only_a_home_on_a_bad_line_has_asked_is_not_accused() -> None:
    """It was once told as down beside every line that loses packets."""
    case = page(load.access_loss(SLOW), "router>platform", **SILENT)
    case = never_asked(case, ("http", "operator>platform"))
    assert answer(case, "platform_unreachable") is None
    good = never_asked(page(SLOW, "router>platform", **SILENT), ("http", "operator>platform"))
    assert answer(good, "platform_unreachable") is True


def test_failures_of_our_own_answer_none_of_them() -> None:
    """Law 2."""
    case = all_unobserved(SITE, FailureKind.OUT_OF_TIME)
    rules = {rule.id for rule in (*RULES_WHOSE, *RULES_WHOSE_WAY)}
    assert {found.answer for found in find(case) if found.id in rules} == {None}
