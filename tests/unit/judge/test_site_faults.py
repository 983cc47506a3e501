"""Which part of a third party's site is broken, and what says nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.unforeseen import WHERE_AT_MOST
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import changed, ethernet_home, never_asked, with_value

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

HOME = ethernet_home("site_not_opening")
GONE = Missing(why=FailureKind.UNSUPPORTED)


def answer(case: CaseFile, name: str) -> bool | None:
    """Give a rule's answer."""
    return next(one.answer for one in find(case) if one.id == name)


def test_a_site_that_answers_in_small_packets_only_loses_long_ones() -> None:
    """Its pages begin and stand still; it is not down."""
    assert decide(sites.platform_mtu(HOME), {}).cause == "platform_mtu"
    assert decide(sites.platform_mtu_begins(HOME), {}).cause == "platform_mtu"


def test_a_site_that_is_silent_whatever_it_is_asked_is_down() -> None:
    """Small packets and plain pages are silent as well."""
    assert decide(sites.platform_frozen(HOME), {}).cause == "platform_down"


def test_long_packets_are_not_blamed_where_the_reference_does_not_come_either() -> None:
    """Then it may be our own way that loses them."""
    case = changed(
        sites.platform_mtu(HOME), "http", "operator>reference", outcome=HttpOutcome.READ_TIMEOUT
    )
    assert answer(case, "platform_long_packets_lost") is None


def test_a_site_that_ends_handshakes_or_lets_them_hang_has_broken_tls() -> None:
    """Plain pages come: the site is there."""
    assert decide(sites.platform_tls_broken(HOME), {}).cause == "platform_tls_broken"
    assert decide(sites.platform_tls_hangs(HOME), {}).cause == "platform_tls_broken"


def test_tls_that_fails_here_and_not_elsewhere_is_no_fault_of_the_site() -> None:
    """Somebody on the way ends it."""
    good = sites.page(HttpOutcome.OK, 200)
    case = with_value(sites.platform_tls_broken(HOME), "http", "elsewhere>platform", good)
    assert decide(case, {}).cause != "platform_tls_broken"


def test_a_server_that_says_at_times_that_it_failed_is_not_slow() -> None:
    """What it says itself counts, and its errors are no pages that came late."""
    case = sites.platform_errs_at_times(HOME)
    assert answer(case, "platform_uneven") is False
    assert decide(case, {}).cause == "platform_error"


def test_one_error_of_several_pages_is_not_passed_over() -> None:
    """A site of whose servers one in five is broken is not healthy."""
    case = with_value(HOME, "http", sites.AGAIN[0], sites.page(HttpOutcome.HTTP_ERROR, 500))
    assert decide(case, {}).cause == "platform_error"


def test_an_empty_page_from_everywhere_is_an_error_of_the_site() -> None:
    """200 with nothing shows nothing; a redirect and 204 are empty rightly."""
    case = sites.platform_empty(HOME)
    assert decide(case, {}).cause == "platform_empty_page"
    rightly = changed(case, "http", "router>platform", status=204)
    assert answer(rightly, "platform_empty") is False


def test_a_page_whose_time_is_not_known_says_nothing_of_lateness() -> None:
    """Neither that the site is uneven, nor that it is not."""
    case = outside.platform_loses(HOME)
    assert answer(case, "platform_uneven") is True
    for subject in ("router>platform", *sites.AGAIN[1:]):
        case = changed(case, "http", subject, took_s=GONE)
    assert answer(case, "platform_uneven") is None


def test_a_name_is_not_gone_whose_page_comes_elsewhere() -> None:
    """Somebody gets its address, whatever our resolver says."""
    case = never_asked(outside.platform_name(HOME), ("dns", "elsewhere>platform"))
    assert answer(case, "platform_name_fails") is True
    served = with_value(case, "http", "elsewhere>platform", sites.page(HttpOutcome.OK, 200))
    assert answer(served, "platform_name_fails") is False


def test_a_name_that_nobody_gets_is_gone() -> None:
    """As before: the page elsewhere fails as well."""
    assert decide(outside.platform_name(HOME), {}).cause == "platform_name"


def test_a_site_that_is_lost_to_us_and_good_elsewhere_is_the_networks() -> None:
    """Whose it is can be said, and what it is cannot."""
    verdict = decide(sites.site_lost_here(HOME), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "site_way_unexplained")
    assert verdict.confidence <= WHERE_AT_MOST


def test_a_site_that_the_home_gets_is_not_lost() -> None:
    """Then it is our desk's own way."""
    good = sites.page(HttpOutcome.OK, 200)
    case = with_value(sites.site_lost_here(HOME), "http", "router>platform", good)
    assert answer(case, "site_lost_here") is False


def test_a_site_is_not_lost_here_where_the_reference_is_lost_as_well() -> None:
    """Our own side never accuses anybody."""
    case = changed(
        sites.site_lost_here(HOME), "http", "operator>reference", outcome=HttpOutcome.UNREACHABLE
    )
    assert answer(case, "site_lost_here") is None


def test_a_known_bug_leads_where_what_it_brings_about_stands() -> None:
    """Both are the router's; the bug says what helps."""
    case = way_out.firmware_bug(way_out.router_firewall(ethernet_home()))
    verdict = decide(case, {})
    assert verdict.cause == "firmware_bug"
    assert [one.cause for one in verdict.also] == ["router_firewall"]
