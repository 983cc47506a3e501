"""Sites and names: what a control makes of a failure, and whom it does not accuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import (
    CertificateFault,
    DnsOutcome,
    HttpOutcome,
    PingCheck,
    RefusedCertificate,
)
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    changed,
    ethernet_home,
    never_asked,
    unobserved,
    with_value,
)
from cpe_diag.testing.faults_whose import refused

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

HOME: Final = ethernet_home("site_not_opening")


def finding(case: CaseFile, rule: str) -> Finding:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule]


def truth(whose: str, **fields: object) -> CaseFile:
    """Let what the resolver says of a name differ from what is known."""
    return changed(HOME, "name_truth", whose, **{"told": ("198.18.0.1",), **fields})


@pytest.mark.parametrize(
    ("ours", "words"),
    [
        (HttpOutcome.OK, "unexpected failure"),
        (HttpOutcome.CONNECT_TIMEOUT, "expected failure"),
        (None, "unexplained failure"),
    ],
)
def test_a_failure_stands_beside_its_control(ours: HttpOutcome | None, words: str) -> None:
    """OONI's three words: it fails there too, only here, or nobody looked."""
    case = changed(HOME, "http", "router>platform", outcome=HttpOutcome.CONNECT_TIMEOUT)
    if ours is None:
        case = never_asked(case, ("http", "operator>platform"))
    else:
        case = changed(case, "http", "operator>platform", outcome=ours)
    told = finding(case, "platform_unreachable").because
    assert words in told or words in finding(case, "platform_fails_from_home").because


def test_other_addresses_alone_are_no_lie() -> None:
    """Content networks give each asker their own; there the name's certificate is shown."""
    case = truth("platform", told_tls=HttpOutcome.OK, known_tls=HttpOutcome.OK)
    assert finding(case, "resolver_lies").answer is False


def test_a_dead_server_of_a_third_party_is_no_lie_of_ours() -> None:
    """One of its many servers may be down: what our resolver says is true all the same."""
    fields = {"told_tls": HttpOutcome.REFUSED, "known_tls": HttpOutcome.OK}
    lone = never_asked(truth("platform", **fields), ("name_truth", "reference"))
    assert finding(lone, "resolver_lies").answer is None
    assert finding(truth("reference", **fields), "resolver_lies").answer is True


def test_a_name_that_its_owner_has_taken_away_is_no_lie() -> None:
    """The address in the configuration is older than the zone; a resolver elsewhere would know."""
    fields = {"told": (), "known_tls": HttpOutcome.OK}
    mine = never_asked(truth("platform", **fields), ("name_truth", "reference"))
    assert finding(mine, "resolver_lies").answer is None
    other = truth("platform", known_by="192.0.2.99", **fields)
    assert finding(other, "resolver_lies").answer is True


def test_an_address_that_no_site_can_have_is_a_lie() -> None:
    """A block page's 127.0.0.1: nobody need be asked."""
    assert finding(truth("platform", told=("127.0.0.1",)), "resolver_lies").answer is True


def test_where_nobody_knows_the_address_the_question_does_not_arise() -> None:
    """A platform without an address in the configuration must not leave every case open."""
    case = HOME
    for whose in ("reference", "platform"):
        case = unobserved(case, "name_truth", whose, FailureKind.NOT_APPLICABLE)
    assert finding(case, "resolver_lies").missing == ()
    assert decide(case, {}).cause == "no_fault"


def test_a_certificate_that_only_we_do_not_trust_accuses_nobody() -> None:
    """Our own list of authorities may be old; the router takes it."""
    shown = RefusedCertificate(
        fault=CertificateFault.UNTRUSTED,
        names=(),
        issuer=ABSENT,
        not_before=ABSENT,
        not_after=ABSENT,
    )
    case = changed(
        HOME, "http", "operator>platform", outcome=HttpOutcome.CERTIFICATE, certificate=shown
    )
    assert finding(case, "platform_certificate_bad").answer is None


def test_a_clock_of_ours_that_is_wrong_accuses_no_certificate() -> None:
    """Nothing that we look at is valid any more, the reference included."""
    case = outside.platform_certificate(HOME)
    assert finding(case, "platform_certificate_bad").answer is True
    case = changed(case, "http", "operator>reference", outcome=HttpOutcome.CERTIFICATE)
    assert finding(case, "platform_certificate_bad").answer is None
    assert decide(case, {}).cause != "platform_certificate"


def test_a_router_with_a_wrong_clock_accuses_no_certificate() -> None:
    """Its word alone does not do: from here the same certificate is good."""
    case = changed(HOME, "http", "router>platform", outcome=HttpOutcome.CERTIFICATE)
    assert finding(case, "platform_certificate_bad").answer is False


def test_our_own_lack_of_ipv6_is_no_sites_fault() -> None:
    """The reference fails by IPv6 from here too."""
    case = HOME
    for whose in ("reference", "platform"):
        case = changed(
            case, "http", f"operator>{whose}/ipv6", outcome=HttpOutcome.UNREACHABLE, status=None
        )
    assert finding(case, "platform_one_family").answer is None
    assert decide(case, {}).cause == "no_fault"


def test_a_site_of_one_family_has_no_other_that_could_fail() -> None:
    """Most sites of the world have IPv4 alone."""
    case = changed(
        HOME, "dns", "operator>platform/ipv6", outcome=DnsOutcome.NO_ADDRESS, addresses=()
    )
    case = changed(case, "http", "operator>platform/ipv6", outcome=HttpOutcome.NAME_FAILED)
    assert finding(case, "platform_one_family").missing == ()


def test_whom_everybody_turns_away_is_not_turned_away_by_us() -> None:
    """A page that is forbidden to all is the site's own error."""
    case = outside.platform_blocks_us(HOME)
    case = changed(case, "http", "elsewhere>platform", outcome=HttpOutcome.HTTP_ERROR, status=403)
    assert finding(case, "platform_turns_us_away").answer is False
    assert decide(case, {}).cause != "platform_blocks_us"


def test_without_a_vantage_elsewhere_nobody_says_that_we_are_blocked() -> None:
    """403 may be everybody's answer: who cannot look from outside says whose it is, no more."""
    verdict = decide(refused(HOME), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.PLATFORM, "platform_side_unexplained")


def test_a_home_that_asks_another_address_is_not_blocked() -> None:
    """A filter on the router sends it to itself, which refuses; the site knows nothing of it."""
    case = outside.platform_blocks_homes(HOME)
    case = changed(case, "dns", "router>platform", addresses=("127.0.0.1",))
    assert finding(case, "platform_turns_us_away").answer is False


def test_a_name_that_is_silent_everywhere_has_lame_servers() -> None:
    """Two places wait in vain for the one name, and get the other one at once."""
    case = never_asked(HOME, ("dns", "elsewhere>platform"), ("http", "elsewhere>platform"))
    for subject in ("operator>platform", "router>platform"):
        case = changed(case, "dns", subject, outcome=DnsOutcome.TIMEOUT, addresses=())
        case = changed(case, "http", subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    assert decide(case, {}).cause == "platform_name"
    lone = changed(
        case, "dns", "router>platform", outcome=DnsOutcome.ANSWERED, addresses=("192.0.2.1",)
    )
    assert finding(lone, "platform_name_fails").answer is False


def test_a_name_that_has_an_address_elsewhere_is_not_gone() -> None:
    """Our own resolver is what does not find it."""
    case = outside.platform_name(HOME)
    case = changed(
        case,
        "dns",
        "elsewhere>platform",
        outcome=DnsOutcome.ANSWERED,
        addresses=("192.0.2.1",),
    )
    assert finding(case, "platform_name_fails").answer is False


def test_a_dead_platform_is_seen_from_elsewhere_while_our_names_fail() -> None:
    """Two faults at once: neither hides the other."""
    case = outside.dns_resolver(HOME)
    case = changed(
        case, "http", "elsewhere>platform", outcome=HttpOutcome.UNREACHABLE, status=None
    )
    verdict = decide(case, {})
    assert verdict.cause == "dns_resolver"
    assert [one.cause for one in verdict.also] == ["platform_down"]
    assert finding(case, "platform_refuses").answer is None


def test_a_slow_resolver_that_holds_the_name_is_not_slow() -> None:
    """What it had to fetch from far away once is no trouble of the operator's."""
    case = changed(HOME, "dns", "operator>reference", took_s=0.9)
    assert finding(case, "resolver_slow").answer is False


def test_a_resolver_that_does_not_answer_fails_and_is_not_slow() -> None:
    """Neither is it quick: nothing was measured that could be late."""
    nothing = Missing(why=FailureKind.SILENT)
    case = changed(
        HOME, "dns", "operator>reference", outcome=DnsOutcome.TIMEOUT, addresses=(), took_s=nothing
    )
    assert finding(case, "resolver_slow").answer is None


def test_where_everything_is_slow_here_the_resolver_is_not_accused() -> None:
    """An overloaded machine of ours: its pages take as long as its names."""
    case = outside.dns_resolver_slow(HOME)
    assert finding(case, "resolver_slow").answer is True
    slow = changed(case, "http", "operator>reference", took_s=1.4)
    assert finding(slow, "resolver_slow").answer is None
    unasked = never_asked(case, ("http", "operator>reference"))
    assert finding(unasked, "resolver_slow").answer is None


def test_a_dead_resolver_is_no_trouble_of_ipv6() -> None:
    """Seen in the home lab: the router pings by name, and never learned whom to ping."""
    case = outside.dns_resolver(HOME)
    held = with_value(
        case,
        "ping",
        "router>reference/ipv6",
        PingCheck(target="reference.example", sent=4, received=0, rtt_avg_s=ABSENT, note=""),
    )
    assert finding(held, "ipv6_unreachable").answer is None


def test_a_page_from_elsewhere_says_nothing_of_an_address_that_it_did_not_come_from() -> None:
    """Seen in the home lab: the name leads to nobody; elsewhere an older address is known."""
    case = outside.platform_down(HOME)
    case = changed(case, "http", "elsewhere>platform", outcome=HttpOutcome.OK, status=200)
    case = changed(case, "name_truth", "platform", told=("198.18.0.1",))
    assert finding(case, "platform_fails_only_here").answer is None
    assert decide(case, {}).cause == "platform_down"


def test_pages_that_come_late_at_every_vantage_without_a_lost_packet_are_no_loss() -> None:
    """A site that is far away is late each time, and alike."""
    case = HOME
    for subject in ("operator>platform", "router>platform"):
        for one in (subject, f"{subject}/again"):
            case = changed(case, "http", one, took_s=1.4)
    case = changed(case, "http", "router>platform/third", took_s=1.4)
    assert finding(case, "platform_uneven").answer is False


def test_connections_that_are_lost_need_a_late_page_at_home() -> None:
    """From here alone the way to the site may be what loses them."""
    case = changed(HOME, "path_quality", "operator>platform/tcp", received=6)
    assert finding(case, "platform_uneven").answer is False
    assert finding(outside.platform_loses(HOME), "platform_uneven").answer is True
    assert decide(outside.platform_loses(HOME), {}).cause == "platform_slow"


def test_no_fault_waits_for_the_page_to_come_again() -> None:
    """Seen in the home lab: half of the packets lost, one page that came, and "no fault found"."""
    again = [
        ("http", f"{who}>platform/{which}")
        for who in ("operator", "router")
        for which in ("again", "third")
    ]
    assert decide(HOME, {}).cause == "no_fault"
    assert decide(never_asked(HOME, *again), {}).cause == "undetermined"


def test_a_site_that_begins_to_answer_and_is_too_slow_serves_the_family() -> None:
    """A page that does not end in time is a thin line, not a family that is missing."""
    case = outside.platform_one_family(HOME)
    assert finding(case, "platform_one_family").answer is True
    slow = changed(case, "http", "operator>platform", outcome=HttpOutcome.READ_TIMEOUT, status=200)
    assert finding(slow, "platform_one_family").answer is False
