"""Where a laptop's evidence does not decide, the next step is one that a technician can do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import FieldDhcp
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import ALLOW_PING
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.judge.left_on_site import SILENT_TITLE
from cpe_diag.testing import faults_on_site as on_site
from cpe_diag.testing.evidence_samples import changed, unobserved, with_value
from cpe_diag.wiring.knowledge import facts_by_probe

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.judge.question import CaseFile

    Change = Callable[[CaseFile, str], CaseFile]

LAN: Final = on_site.LAN
WALL: Final = on_site.WALL
ROUTER: Final = "02:00:5e:40:00:99"
NO_MAC: Final = Missing(why=FailureKind.NOT_CONFIGURED)
ECHOES: Final = (
    *(("path_quality", ">reference"), ("ping", ">reference"), ("ping", ">reference/full")),
    *(("field_jitter", ""), ("field_size", "")),
)


def pings_not_permitted(case: CaseFile, place: str) -> CaseFile:
    """Let the system refuse echo requests, as it does where nobody set the sysctl."""
    for kind, beyond in ECHOES:
        case = unobserved(case, kind, f"{place}{beyond}", FailureKind.MISSING_PRIVILEGE)
    return case


def test_a_healthy_home_at_which_pings_are_not_permitted_names_the_command_that_permits() -> None:
    """It was once told to find out whether "the site fails from this home only"."""
    verdict = decide(pings_not_permitted(on_site.on_site(LAN), LAN), facts_by_probe())
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.title.startswith("Nothing wrong was seen")
    assert ALLOW_PING in verdict.next_action
    assert verdict.settle_by is None


def test_a_fault_beside_what_was_not_permitted_is_not_called_well() -> None:
    """A page that does not open is amiss, whether pings are permitted or not."""
    case = pings_not_permitted(on_site.pages_fail(on_site.on_site(LAN), LAN), LAN)
    assert "Nothing wrong" not in decide(case, facts_by_probe()).title


def test_what_is_lacking_for_another_reason_is_not_said_to_be_a_matter_of_rights() -> None:
    """Nobody's sysctl brings back a reference that was out of reach in time."""
    case = unobserved(
        on_site.on_site(LAN), "path_quality", f"{LAN}>reference", FailureKind.OUT_OF_TIME
    )
    verdict = decide(case, facts_by_probe())
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert ALLOW_PING not in verdict.next_action


@pytest.mark.parametrize(
    "change", [on_site.pages_fail, on_site.nothing_beyond, on_site.loses, on_site.large_lost]
)
def test_what_is_amiss_in_the_home_alone_sends_the_laptop_to_the_wall_port(
    change: Change,
) -> None:
    """Only there it can be told whether it is the router or the line."""
    verdict = decide(change(on_site.on_site(LAN), LAN), facts_by_probe())
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.next_action.startswith("Plug the laptop into the wall port")


def test_what_is_amiss_on_the_radio_is_looked_at_by_cable_first() -> None:
    """Losses on the way through the air say nothing about router and line."""
    verdict = decide(on_site.on_wifi(on_site.loses(on_site.on_site(LAN), LAN)), facts_by_probe())
    assert verdict.next_action.startswith("Plug the laptop into the router by a cable")


def test_a_port_without_a_link_is_told_from_the_laptops_own_cable() -> None:
    """A socket that has no link may be the laptop's broken cable."""
    case = changed(on_site.on_site(on_site.WALL), "field_link", on_site.WALL, carrier=False)
    verdict = decide(case, facts_by_probe())
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.next_action.startswith("Plug the same cable into a port that works")


@pytest.mark.parametrize("place", [on_site.WALL, LAN])
def test_nobody_on_site_is_told_to_find_out_what_only_the_office_can(place: str) -> None:
    """A technician has neither the node's tables nor another home at hand."""
    case = on_site.on_site(place)
    for kind in ("http", "dns"):
        case = unobserved(case, kind, f"{place}>reference", FailureKind.OUT_OF_TIME)
    for kind in ("field_arp", "field_heard", "field_dhcp"):
        case = unobserved(case, kind, place, FailureKind.OUT_OF_TIME)
    step = decide(case, facts_by_probe()).settle_by
    assert step is None or step.probe.startswith("field_") or step.probe == "ask:line_use"


SILENT: Final = ("ipoe", "pppoe")


def silent_port(wan: str, *, mac: str | None = ROUTER) -> CaseFile:
    """Nobody answers at the wall port, and nobody has asked with the router's MAC."""
    case = on_site.on_site(on_site.WALL)
    subscriber = replace(case.subscriber, router_mac=mac or NO_MAC)
    case = replace(case, subscriber=subscriber)
    case = on_site.no_concentrator(case) if wan == "pppoe" else on_site.no_offer(case, WALL)
    return unobserved(case, "field_locked", WALL, FailureKind.NOT_MEASURED)


@pytest.mark.parametrize("wan", SILENT)
def test_a_port_that_is_silent_to_the_laptops_own_mac_accuses_nobody(wan: str) -> None:
    """Many servers answer the router's known MAC alone; the operator was accused of those."""
    verdict = decide(silent_port(wan), facts_by_probe())
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.title == SILENT_TITLE
    assert f"--as-router: the laptop asks once with the router's MAC ({ROUTER})" in (
        verdict.next_action
    )


@pytest.mark.parametrize("wan", SILENT)
def test_a_port_that_is_silent_to_the_routers_mac_too_is_the_networks_fault(wan: str) -> None:
    """That was asked, and nobody answers it either."""
    locked = on_site.on_site(on_site.WALL).evidence.get("field_locked", WALL)
    assert isinstance(locked, Observed)
    case = with_value(silent_port(wan), "field_locked", WALL, locked.value)
    assert decide(case, {}).domain is FaultDomain.NETWORK


@pytest.mark.parametrize("wan", SILENT)
def test_a_laptop_that_has_the_routers_mac_needs_to_ask_no_second_time(wan: str) -> None:
    """All that it asks bears that MAC."""
    case = silent_port(wan)
    case = changed(case, "field_link", WALL, mac=ROUTER)
    assert decide(case, {}).domain is FaultDomain.NETWORK


def test_where_somebody_answers_the_laptop_no_lock_explains_the_silence_of_another() -> None:
    """On a line of sessions a server of addresses answers, and no concentrator does."""
    healthy = on_site.on_site(WALL).evidence.value(FieldDhcp, "field_dhcp", WALL)
    case = with_value(silent_port("pppoe"), "field_dhcp", WALL, healthy)
    assert decide(case, {}).cause == "wall_no_session"


def test_a_router_of_which_no_mac_is_on_record_is_asked_for_its_label() -> None:
    """The technician holds it in the hand."""
    verdict = decide(silent_port("ipoe", mac=None), {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert "--as-router MAC" in verdict.next_action


def test_why_the_routers_mac_was_not_used_comes_with_what_to_do() -> None:
    """The technician has agreed, and the router was heard still."""
    verdict = decide(
        unobserved(silent_port("ipoe"), "field_locked", WALL, FailureKind.NOT_APPLICABLE), {}
    )
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.next_action.startswith("It was not asked with the router's MAC, as sample")


def test_the_summary_of_a_silent_port_says_what_was_seen_and_not_what_nobody_has_configured() -> (
    None
):
    """A load server that is named nowhere keeps nobody from asking with the router's MAC."""
    case = unobserved(silent_port("ipoe"), "field_load", WALL, FailureKind.NOT_CONFIGURED)
    verdict = decide(case, {})
    assert "no offer within 4 s" in verdict.summary
    assert "field_load" not in verdict.summary
    address = next(one for one in verdict.segments if one.id == "wall_address")
    assert address.note.startswith("no offer within 4 s")


@pytest.mark.parametrize("wan", SILENT)
def test_where_frames_bear_tags_of_which_nobody_knows_the_vlan_is_asked_for(wan: str) -> None:
    """A port that is silent without a tag may answer with one; nobody was told to name it."""
    case = unobserved(silent_port(wan), "field_vlans", WALL, FailureKind.NOT_CONFIGURED)
    verdict = decide(changed(case, "field_heard", WALL, vlans=(36,)), {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert "tagged VLANs 36 are on the wire" in verdict.summary
    assert verdict.next_action.startswith("Name the VLAN of the service")
