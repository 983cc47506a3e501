"""A site as a browser meets it: redirects, contents, parts, machines; and what accuses nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.site_facts import LookEnd, PartKind, SitePart
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.left_out import concluded
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing import faults_of_names as names
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import about, changed, ethernet_home, with_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

HOME = ethernet_home("site_not_opening")
LOOK = ("site_look", "operator>platform")
NOT_ASKED = Missing(why=FailureKind.NOT_ASKED)


def answer(case: CaseFile, name: str) -> bool | None:
    """Give a rule's answer."""
    return next(one.answer for one in find(case) if one.id == name)


@pytest.mark.parametrize(
    ("cause", "made"),
    [
        ("platform_redirect_loop", sites.platform_redirect_loop),
        ("platform_sends_home_away", sites.platform_sends_home_away),
        ("platform_error", sites.platform_page_unfit),
        ("platform_part_down", sites.platform_part_down),
        ("platform_one_address_dead", sites.platform_front_down),
        ("platform_page_missing", sites.platform_forbids_everybody),
    ],
)
def test_what_shows_only_to_a_browser_is_told(
    cause: str, made: Callable[[CaseFile], CaseFile]
) -> None:
    """A status of 200 or 301 is no page yet."""
    verdict = decide(made(HOME), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.PLATFORM, cause)


def test_a_site_that_sends_only_us_in_a_circle_is_not_out_of_order() -> None:
    """The home gets its page: whoever looks from here is treated in another way."""
    case = changed(sites.platform_redirect_loop(HOME), "http", "router>platform", status=200)
    assert answer(case, "platform_redirects_badly") is False


def test_a_redirect_to_a_place_that_answers_elsewhere_accuses_nobody() -> None:
    """The way there may be ours."""
    failed = changed(sites.platform_redirect_loop(HOME), *LOOK, end=LookEnd.FAILED)
    assert decide(failed, {}).cause == "platform_redirect_loop"
    case = changed(failed, *LOOK, elsewhere=HttpOutcome.OK)
    assert answer(case, "platform_redirects_badly") is None
    assert decide(case, {}).domain is not FaultDomain.PLATFORM


def test_redirects_accuse_nobody_where_the_reference_does_not_come() -> None:
    """It may be our own side."""
    case = changed(
        sites.platform_redirect_loop(HOME),
        "http",
        "operator>reference",
        outcome=HttpOutcome.BROKEN,
    )
    assert answer(case, "platform_redirects_badly") is None


def test_what_strangers_add_to_a_page_may_fail() -> None:
    """A counter or an advertisement that does not come keeps nobody from the page."""
    stranger = SitePart(
        url="https://counter.example/x.js",
        kind=PartKind.PROGRAM,
        needed=False,
        outcome=HttpOutcome.NAME_FAILED,
        status=None,
    )
    case = changed(HOME, *LOOK, parts=(stranger,))
    assert answer(case, "platform_parts_fail") is False
    assert decide(case, {}).cause == "no_fault"


def test_a_part_that_comes_elsewhere_is_not_out_of_order() -> None:
    """Then it is the way, or us; no fault is not said either while a page lacks it."""
    case = sites.platform_part_down(HOME, HttpOutcome.OK)
    assert answer(case, "platform_parts_fail") is None


def test_a_machine_that_says_that_it_failed_is_told_as_an_error() -> None:
    """A server's own word is more than its silence."""
    case = sites.platform_errs_at_times(HOME)
    assert answer(case, "platform_front_fails") is False


def test_a_dead_machine_is_no_missing_family() -> None:
    """Another one of the same family serves."""
    case = sites.platform_front_down(outside.platform_one_family(HOME))
    assert answer(case, "platform_one_family") is False


def test_who_turns_our_addresses_away_is_told_by_somebody_elsewhere() -> None:
    """Too many requests (429) may be ours."""
    case = sites.platform_forbids_everybody(HOME, 429)
    assert answer(case, "platform_forbids_everybody") is True
    served = with_value(case, "http", "elsewhere>platform", sites.page(HttpOutcome.OK, 200))
    assert answer(served, "platform_forbids_everybody") is False
    assert decide(served, {}).cause == "platform_rate_limits_us"


def test_a_site_that_asks_who_one_is_is_well() -> None:
    """401 is how some sites begin (RFC 9110, section 15.5.2)."""
    case = sites.platform_forbids_everybody(HOME, 401)
    assert answer(case, "platform_forbids_everybody") is False


WATCHED = about(HOME, device_mac=LAPTOP)


def test_a_device_that_never_goes_to_the_site_keeps_itself_from_it() -> None:
    """Everything around it is good, and it does not so much as try; without that, it is whose."""
    case = names.device_blocks_site(WATCHED)
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.DEVICE, "device_blocklist")
    without = concluded(case, left_out="device_blocklist")
    assert without is not None
    assert without[0] == "device_site_unexplained"


def test_what_keeps_a_device_from_a_site_is_not_named_while_nobody_else_goes_there() -> None:
    """The home may keep everybody from it by their own connections: whose it is, and no more."""
    verdict = decide(names.device_blocks_site(WATCHED, others=0), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.DEVICE, "device_site_unexplained")


def test_a_device_behind_one_place_for_everything_does_not_leave_a_site_alone() -> None:
    """A tunnel that works goes to one place, whatever is opened."""
    case = names.device_blocks_site(WATCHED, places=1)
    assert answer(case, "device_leaves_site") is None
    assert decide(case, {}).cause == "undetermined"


def test_a_device_is_not_accused_where_the_home_does_not_get_the_site() -> None:
    """Neither is it where nobody says that it fails on this device alone."""
    case = names.device_blocks_site(WATCHED)
    dead = changed(case, "http", "router>platform", outcome=HttpOutcome.REFUSED, status=None)
    assert answer(dead, "device_leaves_site") is None
    everywhere = changed(case, "answer", "affected", choice="all_devices")
    assert answer(everywhere, "device_leaves_site") is None


ALONE = about(ethernet_home("one_device_offline"), device_mac=LAPTOP)


def test_a_device_of_which_one_family_is_dead_is_not_called_well() -> None:
    """Its other connections come about: nobody may take that for health."""
    verdict = decide(names.device_family_dead(ALONE), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.DEVICE, "device_part_unexplained")
    lone = names.device_family_dead(ALONE, others=0)
    assert answer(lone, "device_fails_in_part") is None
    assert decide(lone, {}).cause == "undetermined"


def test_a_device_that_knocks_at_the_site_in_vain_is_not_called_well() -> None:
    """Its other pages come; where nothing comes back at all, another device has to tell."""
    for case in (
        names.device_fails_at_site(WATCHED, others=0),
        names.device_fails_at_site(WATCHED, answered=0),
    ):
        verdict = decide(case, {})
        assert (verdict.domain, verdict.cause) == (
            FaultDomain.DEVICE,
            "device_at_site_unexplained",
        )
    silent = names.device_fails_at_site(WATCHED, answered=0, others=0)
    assert answer(silent, "device_fails_at_site") is None
    assert decide(silent, {}).cause == "undetermined"


def test_a_redirect_without_tls_may_be_anybodys() -> None:
    """A filter on the way answers in the site's name: nobody is accused, nothing called well."""
    case = sites.platform_sends_home_away(HOME)
    case = changed(case, "http", "operator>platform", url="http://video.example/")
    assert answer(case, "platform_sends_home_away") is None
    assert decide(case, {}).cause == "undetermined"
