"""Two things are wrong at once: both are named where each is seen, and never a third."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.decide import decide
from cpe_diag.testing import access_homes as access
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.access_homes import coax_home, pon_home
from cpe_diag.testing.evidence_samples import about, dsl_home, ethernet_home

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

    Home = Callable[[str], CaseFile]
    Change = Callable[[CaseFile], CaseFile]

SLOW: Final = "slow_internet"
WIFI: Final = "wifi_trouble"
DROPS: Final = "drops"
OUT: Final = "no_internet"
SITE: Final = "site_not_opening"

SEEN_BOTH: Final[tuple[tuple[Home, str, Change, Change, set[str]], ...]] = (
    (
        dsl_home,
        SLOW,
        outside.line_noise,
        at_home.wifi_weak_signal,
        {"line_noise", "wifi_weak_signal"},
    ),
    (
        dsl_home,
        SLOW,
        outside.line_noise,
        at_home.router_overloaded,
        {"line_noise", "router_overloaded"},
    ),
    (
        ethernet_home,
        SLOW,
        outside.core_loss,
        at_home.wifi_congested,
        {"core_loss", "wifi_congested"},
    ),
    (ethernet_home, SLOW, outside.port_errors, at_home.lan_cable, {"port_errors", "lan_cable"}),
    (
        ethernet_home,
        SLOW,
        outside.duplex_mismatch,
        at_home.wifi_weak_signal,
        {"duplex_mismatch", "wifi_weak_signal"},
    ),
    (
        ethernet_home,
        OUT,
        outside.session_stale,
        at_home.wifi_off,
        {"session_stale", "wifi_off"},
    ),
    (
        ethernet_home,
        OUT,
        outside.dns_resolver,
        at_home.lan_rogue_dhcp,
        {"dns_resolver", "lan_rogue_dhcp"},
    ),
    (
        ethernet_home,
        WIFI,
        at_home.wifi_off,
        outside.platform_down,
        {"wifi_off", "platform_down"},
    ),
    (ethernet_home, SITE, at_home.wifi_off, outside.platform_slow, {"wifi_off", "platform_slow"}),
    (
        ethernet_home,
        SITE,
        at_home.router_overloaded,
        outside.platform_certificate,
        {"router_overloaded", "platform_certificate"},
    ),
    (
        dsl_home,
        SLOW,
        at_home.line_saturated,
        at_home.wifi_congested,
        {"line_saturated", "wifi_congested"},
    ),
    (
        pon_home,
        DROPS,
        access.optical_low,
        at_home.router_reboots,
        {"optical_level_low", "router_reboots"},
    ),
    (
        coax_home,
        SLOW,
        access.upstream_ingress,
        at_home.wifi_weak_signal,
        {"upstream_ingress", "wifi_weak_signal"},
    ),
)
"""Different segments, each with evidence of its own."""

HIDDEN: Final[tuple[tuple[Home, str, Change, Change, str], ...]] = (
    (ethernet_home, OUT, at_home.wifi_off, outside.port_shut, "port_shut"),
    (dsl_home, OUT, at_home.router_dns, outside.auth_refused, "auth_refused"),
    (ethernet_home, OUT, at_home.router_dns, outside.area_power_cut, "area_power_cut"),
)
"""What ends the connection hides the other: nobody can see it, so that nobody names it."""


def named(case: CaseFile) -> set[str]:
    """Give all causes that the verdict names."""
    verdict = decide(case, {})
    return {verdict.cause, *(one.cause for one in verdict.also)}


@pytest.mark.parametrize(("home", "symptom", "one", "other", "both"), SEEN_BOTH)
def test_both_are_named_in_whichever_order_they_came(
    home: Home, symptom: str, one: Change, other: Change, both: set[str]
) -> None:
    """The second trouble must not bring the customer to the phone again tomorrow."""
    assert named(other(one(about(home(symptom))))) == both
    assert named(one(other(about(home(symptom))))) == both


@pytest.mark.parametrize(("home", "symptom", "hidden", "ends", "cause"), HIDDEN)
def test_what_cannot_be_seen_behind_an_outage_is_not_named(
    home: Home, symptom: str, hidden: Change, ends: Change, cause: str
) -> None:
    """A guess about what lies in the dark sends somebody for nothing."""
    assert named(ends(hidden(about(home(symptom))))) == {cause}


@pytest.mark.parametrize("symptom", [OUT, SITE])
def test_a_second_fault_is_not_the_answer_while_nobody_knows_why_nothing_works(
    symptom: str,
) -> None:
    """A customer whose cable is out is not helped by news of a platform."""
    case = outside.line_cut(outside.platform_error(about(ethernet_home(symptom))))
    verdict = decide(case, {})
    assert verdict.cause == "undetermined"
    told = [one.cause for one in verdict.candidates]
    assert {"line_cut", "wan_cable", "platform_error"} <= set(told)


MANY: Final[tuple[tuple[str, Change], ...]] = (
    ("core_loss", outside.core_loss),
    ("port_errors", outside.port_errors),
    ("duplex_mismatch", outside.duplex_mismatch),
    ("line_rate_low", outside.line_rate_low),
    ("line_saturated", at_home.line_saturated),
    ("router_overloaded", at_home.router_overloaded),
    ("wifi_congested", at_home.wifi_congested),
    ("wifi_weak_signal", at_home.wifi_weak_signal),
    ("lan_cable", at_home.lan_cable),
    ("dns_resolver", outside.dns_resolver),
    ("platform_slow", outside.platform_slow),
)


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in permutations(MANY, 2) if pair[1][1] is not outside.platform_slow],
)
def test_two_faults_never_look_like_a_third(
    first: tuple[str, Change], second: tuple[str, Change]
) -> None:
    """A cause that nobody has, made of the signs of two others, is the worst of answers."""
    told = named(second[1](first[1](about(ethernet_home(SLOW)))))
    assert told <= {first[0], second[0], "undetermined"}


def test_every_cause_of_these_tables_is_one() -> None:
    """A misspelt cause would never be named, and the test would still hold."""
    known = {cause.id for cause in CAUSES}
    assert {name for name, _ in MANY} <= known
    assert set().union(*(row[4] for row in SEEN_BOTH)) <= known
