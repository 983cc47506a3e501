"""What a node or a server does not tell decides nothing, neither yes nor no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import CertificateFault
from cpe_diag.domain.port_facts import LearnedMac
from cpe_diag.judge.decide import find
from cpe_diag.testing.evidence_samples import ROUTER_MAC, changed, ethernet_home
from cpe_diag.testing.faults_of_world import heard_at_port
from tests.unit.judge.kind_pairs import certificate_of_ipv4

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

HOME: Final = ethernet_home("no_internet")
VLAN: Final = HOME.subscriber.service.vlan
UNTOLD: Final = Missing(why=FailureKind.UNSUPPORTED)
LAPTOP: Final = "02:00:00:00:00:51"
TV: Final = "02:00:00:00:00:52"


def _answer(case: CaseFile, rule: str) -> bool | None:
    return next(finding for finding in find(case) if finding.id == rule).answer


def _heard(*told: str, untold: tuple[str, ...] = ()) -> CaseFile:
    entries = (
        *(LearnedMac(mac=one, vlan=VLAN) for one in told),
        *(LearnedMac(mac=one, vlan=UNTOLD) for one in untold),
    )
    return changed(heard_at_port(HOME), "learned_macs", "port", entries=entries)


def test_a_router_that_is_heard_in_a_vlan_that_is_not_told_is_not_called_exchanged() -> None:
    """Some bridges learn for all VLANs together, and say so of some addresses only."""
    assert _answer(_heard(LAPTOP), "router_mac_absent") is True
    assert _answer(_heard(LAPTOP, untold=(ROUTER_MAC,)), "router_mac_absent") is None


@pytest.mark.parametrize("rule", ["router_mac_absent", "home_on_the_line"])
def test_others_in_a_vlan_that_is_not_told_decide_nothing(rule: str) -> None:
    """They may be at the port for another service, such as television."""
    assert _answer(_heard(untold=(LAPTOP, TV)), rule) is None
    assert _answer(_heard(ROUTER_MAC), rule) is False


def test_a_home_on_the_line_is_told_by_those_who_are_surely_in_its_vlan() -> None:
    """One more that may be there makes it open, not sure."""
    assert _answer(_heard(LAPTOP), "home_on_the_line") is False
    assert _answer(_heard(LAPTOP, untold=(TV,)), "home_on_the_line") is None
    assert _answer(_heard(LAPTOP, TV, untold=(ROUTER_MAC,)), "home_on_the_line") is True


@pytest.mark.parametrize("rule", ["platform_certificate_partly", "platform_name_at_anothers"])
def test_a_certificate_that_was_not_read_is_neither_over_nor_anothers(rule: str) -> None:
    """It was refused; why, nobody knows."""
    case = certificate_of_ipv4(HOME, CertificateFault.EXPIRED)
    unread = changed(case, "http", "operator>platform", certificate=UNTOLD)
    assert _answer(unread, rule) is None
    assert _answer(case, rule) is (rule == "platform_certificate_partly")
