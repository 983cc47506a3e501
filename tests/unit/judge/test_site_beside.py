"""A site beside the reference and beside what others get of it: far, late, led to a notice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing.evidence_samples import changed, ethernet_home, never_asked, with_value

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SITE: Final = ethernet_home("site_not_opening")
OURS: Final = ("operator>platform", "router>platform")
OUTSIDE: Final = "elsewhere>platform"
TRAIN: Final = PathQuality(
    target="203.0.113.80 port 443",
    sent=12,
    received=12,
    rtt_min_s=0.01,
    rtt_median_s=0.01,
    rtt_p95_s=0.02,
    jitter_s=NOT_ASKED,
)


def answer(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule].answer


def accepts_after(site_s: float, reference_s: float) -> CaseFile:
    """Give a case in which site and reference take so long until they accept connections."""
    case = SITE
    for subject, took_s in (("platform", site_s), ("reference", reference_s)):
        train = replace(TRAIN, rtt_median_s=took_s)
        case = with_value(case, "path_quality", f"operator>{subject}/tcp", train)
    return case


def outside(case: CaseFile, took_s: float) -> CaseFile:
    """Let others get the page after so long."""
    return changed(case, "http", OUTSIDE, took_s=took_s)


def test_a_site_that_is_further_than_any_place_is_amiss_where_others_wait_too() -> None:
    """It is served from where nobody would lead his visitors."""
    assert answer(outside(accepts_after(0.25, 0.01), 1.6), "site_amiss") is False
    far = outside(accepts_after(0.37, 0.01), 1.6)
    assert answer(far, "site_amiss") is True
    assert decide(far, {}).domain is FaultDomain.PLATFORM


def test_a_place_from_which_all_is_far_accuses_no_site() -> None:
    """Our own side may be beyond a satellite."""
    assert answer(outside(accepts_after(0.6, 0.55), 1.6), "site_amiss") is False


def test_a_far_site_that_others_get_soon_is_far_by_our_own_way() -> None:
    """Its owner has not moved it."""
    case = outside(accepts_after(0.37, 0.01), 0.1)
    assert answer(case, "site_amiss") is False
    assert answer(case, "site_lost_here") is True
    assert decide(case, {}).domain is FaultDomain.NETWORK


def test_a_page_that_hangs_for_us_alone_hangs_on_our_way_there() -> None:
    """A full way between two networks lets its first packets through."""
    case = outside(SITE, 0.1)
    for subject in OURS:
        case = changed(
            case, "http", subject, outcome=HttpOutcome.READ_TIMEOUT, status=200, took_s=7.0
        )
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "peering_congested")
    everywhere = changed(case, "http", OUTSIDE, outcome=HttpOutcome.READ_TIMEOUT, took_s=7.0)
    assert decide(everywhere, {}).domain is FaultDomain.PLATFORM


def test_a_page_that_is_late_for_us_alone_is_late_on_our_way_there() -> None:
    """The whole page came, after so long that nobody waits."""
    case = outside(SITE, 0.1)
    for subject in OURS:
        case = changed(case, "http", subject, took_s=8.0)
    assert answer(case, "site_lost_here") is True
    assert answer(outside(case, 7.5), "site_lost_here") is False


@pytest.mark.parametrize("subject", ["operator>platform", "operator>platform/ipv6"])
def test_a_name_that_comes_late_alone_is_the_site_owners(subject: str) -> None:
    """His name servers take their time; the resolver gives other names at once."""
    late = changed(SITE, "dns", subject, took_s=2.5)
    assert answer(late, "site_amiss") is True
    assert decide(late, {}).domain is FaultDomain.PLATFORM
    both = changed(late, "dns", "operator>reference", took_s=2.0)
    assert answer(both, "site_amiss") is False


def led_to(size: int, theirs: int = 200) -> CaseFile:
    """Give a case in which we are led to a page of so many bytes, others answered `theirs`."""
    case = SITE
    for subject in OURS:
        case = changed(case, "http", subject, status=302, received_bytes=0)
    case = changed(case, "http", OUTSIDE, status=theirs, received_bytes=40_000)
    return changed(case, "site_look", "operator>platform", page_bytes=size)


def test_a_site_that_leads_us_to_a_notice_in_place_of_its_page_is_amiss() -> None:
    """It takes us for somebody whom it may not serve."""
    assert answer(led_to(47), "site_amiss") is True
    assert decide(led_to(47), {}).domain is FaultDomain.PLATFORM


def test_a_site_that_leads_us_to_a_page_of_our_language_is_well() -> None:
    """That is a page like others', or others are led on as well."""
    assert answer(led_to(38_000), "site_amiss") is False
    assert answer(led_to(47, theirs=301), "site_amiss") is False
    unread = never_asked(led_to(47), ("site_look", "operator>platform"))
    assert answer(unread, "site_amiss") is False


def told_another(told_tls: HttpOutcome, told_plain: HttpOutcome) -> CaseFile:
    """Give a case in which our resolver gives the site another address than is known."""
    case = changed(
        SITE,
        "name_truth",
        "platform",
        told=("198.51.100.200",),
        told_tls=told_tls,
        told_plain=told_plain,
        known_tls=HttpOutcome.OK,
    )
    return never_asked(outside(case, 0.1), ("dns", "elsewhere>platform"))


def test_a_name_that_leads_to_somebody_else_who_shows_a_notice_is_the_resolvers_lie() -> None:
    """A list of blocked names leads to a notice; the site itself serves TLS."""
    notice = told_another(HttpOutcome.REFUSED, HttpOutcome.OK)
    assert answer(notice, "resolver_lies") is True
    assert decide(notice, {}).domain is FaultDomain.NETWORK


@pytest.mark.parametrize("end", [HttpOutcome.REFUSED, HttpOutcome.CONNECT_TIMEOUT])
def test_an_address_that_serves_nothing_may_be_a_server_of_the_sites(end: HttpOutcome) -> None:
    """One of many is down, or the site has moved."""
    assert answer(told_another(end, end), "resolver_lies") is not True


AGAIN: Final = ("router>platform/again", "router>platform/third")


def ended(case: CaseFile, *subjects: str, outcome: HttpOutcome) -> CaseFile:
    """Let the site's page end so in some places."""
    sample = case.evidence.value(HttpCheck, "http", "router>platform")
    assert sample is not None
    page = replace(sample, outcome=outcome, status=None)
    for subject in subjects:
        case = with_value(case, "http", subject, page)
    return case


@pytest.mark.parametrize(
    "outcome", [HttpOutcome.CERTIFICATE, HttpOutcome.BROKEN, HttpOutcome.REFUSED]
)
def test_a_site_that_ends_some_connections_and_serves_others_is_amiss(
    outcome: HttpOutcome,
) -> None:
    """One of its machines was forgotten: half of all visitors meet it, from wherever they come."""
    case = ended(SITE, *AGAIN, outcome=outcome)
    assert answer(case, "site_amiss") is True
    assert decide(case, {}).domain is FaultDomain.PLATFORM


def test_a_page_that_failed_once_or_was_lost_on_the_way_accuses_no_site() -> None:
    """Once may be chance, and silence may be anybody's."""
    once = ended(SITE, AGAIN[0], outcome=HttpOutcome.BROKEN)
    assert answer(once, "site_amiss") is False
    lost = ended(SITE, *AGAIN, outcome=HttpOutcome.CONNECT_TIMEOUT)
    assert answer(lost, "site_amiss") is False


def test_connections_that_all_end_at_home_and_nowhere_else_accuse_no_site() -> None:
    """What stands between ends them all."""
    case = ended(SITE, "router>platform", *AGAIN, outcome=HttpOutcome.TLS_FAILED)
    assert answer(case, "site_amiss") is not True
