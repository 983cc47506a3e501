"""What is asked next for what it costs, and when nothing more need be waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.choosing import enough, next_probes, second_probes
from cpe_diag.judge.decide import decide
from cpe_diag.judge.offer import Offer
from cpe_diag.testing import access_homes as access
from cpe_diag.testing import fault_effects as effect
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.access_homes import coax_home, pon_home, switch_home
from cpe_diag.testing.evidence_samples import (
    about,
    dsl_home,
    ethernet_home,
    never_asked,
    only,
    unobserved,
)
from cpe_diag.wiring.knowledge import offers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.judge.question import CaseFile

    Home = Callable[[str], CaseFile]
    Change = Callable[[CaseFile], CaseFile]

OFFERS: Final = offers()
OUT: Final = "no_internet"
SLOW: Final = "slow_internet"
DROPS: Final = "drops"
WIFI: Final = "wifi_trouble"
SITE: Final = "site_not_opening"

CASES: Final[tuple[tuple[Home, str, Change], ...]] = (
    (ethernet_home, OUT, outside.port_shut),
    (dsl_home, OUT, outside.line_cut),
    (dsl_home, SLOW, outside.line_noise),
    (dsl_home, DROPS, outside.line_retrains),
    (ethernet_home, SLOW, outside.line_rate_low),
    (ethernet_home, SLOW, outside.port_errors),
    (ethernet_home, SLOW, outside.duplex_mismatch),
    (dsl_home, OUT, outside.node_outage),
    (dsl_home, OUT, outside.card_outage),
    (ethernet_home, OUT, outside.area_power_cut),
    (ethernet_home, OUT, outside.wrong_vlan),
    (ethernet_home, OUT, outside.dhcp_no_offer),
    (dsl_home, OUT, outside.auth_refused),
    (ethernet_home, OUT, outside.session_stale),
    (ethernet_home, OUT, outside.dns_resolver),
    (ethernet_home, SLOW, outside.core_loss),
    (ethernet_home, OUT, outside.route_beyond_edge),
    (pon_home, OUT, access.fibre_cut),
    (pon_home, DROPS, access.optical_low),
    (pon_home, OUT, access.ont_rejected),
    (coax_home, SLOW, access.upstream_ingress),
    (coax_home, OUT, access.modem_denied),
    (switch_home, SLOW, access.cable_broken),
    (switch_home, OUT, access.port_locked),
    (ethernet_home, OUT, effect.node_gone),
    (ethernet_home, OUT, at_home.router_hung),
    (ethernet_home, DROPS, load.access_loss_unheard),
    (dsl_home, SLOW, at_home.router_overloaded),
    (dsl_home, OUT, at_home.router_conntrack_full),
    (ethernet_home, OUT, at_home.router_dns),
    (ethernet_home, OUT, at_home.lan_dhcp_off),
    (dsl_home, OUT, at_home.wan_cable),
    (ethernet_home, WIFI, at_home.wifi_off),
    (ethernet_home, WIFI, at_home.wifi_congested),
    (ethernet_home, OUT, at_home.lan_rogue_dhcp),
    (ethernet_home, SITE, outside.platform_down),
    (dsl_home, SITE, outside.platform_slow),
    (ethernet_home, SITE, lambda case: case),
    (ethernet_home, OUT, lambda case: outside.port_shut(at_home.wifi_off(case))),
    (dsl_home, SLOW, lambda case: outside.line_noise(at_home.wifi_weak_signal(case))),
    (ethernet_home, OUT, lambda case: outside.dns_resolver(at_home.lan_rogue_dhcp(case))),
)
"""Faults on all technologies, no fault, and two at once."""


def brought(full: CaseFile, probe: str) -> list[tuple[str, str]]:
    """Give the facts of a case that a probe brings."""
    wanted = OFFERS[probe].gives
    return [
        (key.kind, key.subject)
        for key, _ in full.evidence
        for one in wanted
        if key == one
        or (
            key.kind == one.kind
            and one.subject.endswith("*")
            and key.subject.startswith(one.subject[:-1])
        )
    ]


def with_more(case: CaseFile, full: CaseFile, *probes: str) -> CaseFile:
    """Let probes bring their facts."""
    held = [(key.kind, key.subject) for key, _ in case.evidence]
    return only(
        full, *dict.fromkeys((*held, *(fact for p in probes for fact in brought(full, p))))
    )


def offer(*facts: tuple[str, str], cost_s: float = 1.0, bother: Nuisance = Nuisance.NONE) -> Offer:
    """Make an offer."""
    return Offer(gives=tuple(FactKey(*fact) for fact in facts), cost_s=cost_s, nuisance=bother)


def first(case: CaseFile, some: Mapping[str, Offer] = OFFERS, tried: str = "") -> str | None:
    """Give the chosen probe."""
    return next(iter(next_probes(case, some, frozenset(tried.split()))), None)


@pytest.mark.parametrize(("home", "symptom", "make"), CASES)
def test_investigating_from_nothing_concludes_what_everything_would(
    home: Home, symptom: str, make: Change
) -> None:
    """Fewer seconds are worth nothing if the verdict is another one."""
    full = make(about(home(symptom)))
    case = only(full)
    tried: set[str] = set()
    while names := next_probes(case, OFFERS, frozenset(tried)):
        tried.update(names)
        case = with_more(case, full, *names)
    everything, investigated = decide(full, {}), decide(case, {})
    assert (investigated.cause, [one.cause for one in investigated.also]) == (
        everything.cause,
        [one.cause for one in everything.also],
    )


@pytest.mark.parametrize(("home", "symptom", "make"), CASES)
def test_a_wave_that_ends_early_ends_with_the_verdict_of_the_whole_one(
    home: Home, symptom: str, make: Change
) -> None:
    """In whichever order answers come in, none that would have mattered is left out."""
    full = make(about(home(symptom)))
    everything = decide(full, {})
    for order in (sorted(OFFERS, key=lambda one: OFFERS[one].cost_s), sorted(OFFERS)):
        case = only(full)
        for at, probe in enumerate(order):
            case = with_more(case, full, probe)
            if enough(case, {name: OFFERS[name] for name in order[at + 1 :]}):
                early = decide(case, {})
                assert (early.cause, [one.cause for one in early.also]) == (
                    everything.cause,
                    [one.cause for one in everything.also],
                )
                break


def test_behind_a_port_that_is_shut_on_purpose_nothing_is_waited_for() -> None:
    """A silent router takes twelve seconds to be silent."""
    full = outside.port_shut(ethernet_home())
    known = with_more(only(full), full, "port_state")
    behind = ("router_wan", "router_system", "router_lan", "router_wifi", "router_paths")
    way_in = offer(("path_quality", load.ROUTER))
    assert enough(known, {"way_in": way_in})
    assert enough(known, {name: OFFERS[name] for name in behind})


def test_no_fault_is_never_said_early() -> None:
    """Good news needs all the checks."""
    case = never_asked(ethernet_home(), ("router_wifi", "router"))
    assert not enough(case, {"router_wifi": OFFERS["router_wifi"]})


def test_a_verdict_that_a_second_fault_could_stand_beside_is_not_final() -> None:
    """Somebody drives out for the line, and the Wi-Fi is still off."""
    full = at_home.wifi_off(about(ethernet_home(WIFI)))
    assert decide(full, {}).cause == "wifi_off"
    case = never_asked(full, ("dns", "router>reference"), ("http", "router>reference"))
    left = {name: OFFERS[name] for name in ("router_names", "router_web") if name in OFFERS}
    assert not enough(case, left)


def test_a_short_question_comes_before_a_long_one_that_tells_as_much() -> None:
    """Bits are paid for in seconds."""
    case = never_asked(outside.line_cut(dsl_home()), ("line_quality", "line"))
    some = {
        "long": offer(("line_quality", "line"), cost_s=9.0),
        "short": offer(("line_quality", "line"), cost_s=0.2),
    }
    assert first(case, some) == "short"


def test_a_question_that_nobody_notices_comes_before_one_that_stutters() -> None:
    """The customer may be on the phone over this very line."""
    case = never_asked(outside.line_cut(dsl_home()), ("line_quality", "line"))
    some = {
        "noticed": offer(("line_quality", "line"), cost_s=0.2, bother=Nuisance.NOTICED),
        "calm": offer(("line_quality", "line"), cost_s=9.0),
    }
    assert first(case, some) == "calm"


def test_the_connection_is_interrupted_only_where_nothing_else_tells_anything() -> None:
    """A connection that breaks off is paid for by the customer."""
    case = never_asked(
        outside.line_cut(dsl_home()), ("line_quality", "line"), ("port_status", "port")
    )
    loud = offer(("line_quality", "line"), cost_s=0.1, bother=Nuisance.DISRUPTIVE)
    calm = offer(("port_status", "port"), cost_s=30.0)
    assert first(case, {"loud": loud, "calm": calm}) == "calm"
    assert first(case, {"loud": loud}) == "loud"


def test_what_bothers_nobody_and_is_back_sooner_comes_along() -> None:
    """It costs nothing to ask the node while the router thinks."""
    full = outside.line_cut(dsl_home())
    names = next_probes(only(full), OFFERS, frozenset())
    longest = OFFERS[names[0]].cost_s
    assert len(names) > 1
    assert all(OFFERS[name].cost_s <= longest for name in names)
    assert all(OFFERS[name].nuisance is Nuisance.NONE for name in names[1:])


def test_a_probe_that_was_tried_is_not_chosen_again() -> None:
    """Otherwise investigating would never end."""
    case = never_asked(outside.line_cut(dsl_home()), ("line_quality", "line"))
    some = {"line_quality": OFFERS["line_quality"]}
    assert first(case, some) == "line_quality"
    assert first(case, some, tried="line_quality") is None


def test_what_was_not_awaited_can_be_asked_again() -> None:
    """It was spared, not refused."""
    case = outside.line_cut(dsl_home())
    some = {"line_quality": OFFERS["line_quality"]}
    late = unobserved(case, "line_quality", "line", FailureKind.NOT_AWAITED)
    assert first(late, some) == "line_quality"
    silent = unobserved(case, "line_quality", "line", FailureKind.SILENT)
    assert first(silent, some) is None


def test_nothing_is_asked_of_a_router_that_refused_us() -> None:
    """The next question over the same refused login would only cost time."""
    case = effect.no_router(ethernet_home(), FailureKind.AUTH_REFUSED)
    case = never_asked(case, ("router_wifi", "router"), ("ping", "router>gateway"))
    assert first(case, {name: OFFERS[name] for name in ("router_wifi", "router_paths")}) is None


def test_a_ping_waits_for_the_wan_that_names_its_gateway() -> None:
    """A probe whose preparation failed would only fail too."""
    paths = {"router_paths": OFFERS["router_paths"]}
    case = only(ethernet_home(), ("port_status", "port"), ("reachability", "node"))
    assert first(case, paths) is None
    case = only(ethernet_home(), ("port_status", "port"), ("router_wan", "router"))
    assert first(case, paths) == "router_paths"


def test_investigating_goes_on_until_no_fault_is_proven() -> None:
    """Small gains must not end the search while a check that matters is still open."""
    case = never_asked(ethernet_home(), ("router_wifi", "router"))
    assert decide(case, {}).domain is FaultDomain.UNDETERMINED
    assert first(case) == "router_wifi"


def test_what_could_be_wrong_as_well_is_looked_for_where_it_takes_no_time() -> None:
    """A dead name service hides that everything else is slow; a download is not worth it."""
    full = at_home.router_dns(about(ethernet_home("no_internet")))
    case = never_asked(full, ("path_quality", "router>reference"))
    names = second_probes(case, OFFERS, frozenset())
    assert "path_quality" in names
    assert "load_test" not in names
    assert second_probes(about(ethernet_home("no_internet")), OFFERS, frozenset()) == ()
