"""What is said of a device by what came about while its router looked on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.device_facts import DeviceWatch
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.verdict import FaultDomain, Verdict
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.healthy import GETS_NONE
from cpe_diag.judge.telling import NOT_SEEN, OPEN_A_PAGE, UNSEEN_AT_MOST
from cpe_diag.testing import faults_at_device as at_device
from cpe_diag.testing.device_samples import LAPTOP, NO_TRIES
from cpe_diag.testing.evidence_samples import (
    about,
    answered,
    changed,
    ethernet_home,
    unobserved,
)

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

WATCH = ("device_watch", "device")
HOME = answered(
    about(ethernet_home("one_device_offline"), device_mac=LAPTOP), "affected", "one_device"
)


def verdict(case: CaseFile) -> Verdict:
    """Judge a case in which nothing more can be asked."""
    return decide(case, {})


def silent(case: CaseFile) -> CaseFile:
    """Nothing at all came from the device while one looked; before that, all was well."""
    held = at_device.device_idle(case).evidence.value(DeviceWatch, *WATCH)
    assert held is not None
    return changed(
        at_device.unheard(case), *WATCH, flows=held.flows, secure=held.secure, plain=held.plain
    )


def test_no_fault_is_said_of_a_device_that_was_seen_to_get_its_pages() -> None:
    """That is what the caller wants to know."""
    assert verdict(HOME).cause == "no_fault"


def test_a_device_that_does_nothing_is_neither_well_nor_accused() -> None:
    """Old connections in the table may be of before the trouble; a page has to be opened on it."""
    told = verdict(silent(HOME))
    assert told.domain is FaultDomain.UNDETERMINED
    assert told.next_action == OPEN_A_PAGE


def test_silence_while_a_page_is_opened_on_the_device_is_its_own() -> None:
    """The line, the router and another device are well, and nothing comes from this one."""
    told = verdict(answered(silent(HOME), "page_opening", "opening"))
    assert (told.domain, told.cause) == (FaultDomain.DEVICE, "device_unexplained")


def test_a_router_that_cannot_look_makes_no_fault_less_sure() -> None:
    """Many routers show no table; their homes are not all left undetermined."""
    told = verdict(unobserved(HOME, *WATCH, FailureKind.UNSUPPORTED))
    assert told.cause == "no_fault"
    assert told.confidence <= UNSEEN_AT_MOST


def test_a_look_that_failed_on_our_side_closes_no_case() -> None:
    """Who was not allowed to look has seen nothing good."""
    told = verdict(unobserved(HOME, *WATCH, FailureKind.MISSING_PRIVILEGE))
    assert told.domain is FaultDomain.UNDETERMINED


def test_a_device_that_opens_plain_pages_alone_is_not_called_well() -> None:
    """Nearly every page is secure: what gets only the others may be kept from them."""
    held = HOME.evidence.value(DeviceWatch, *WATCH)
    assert held is not None
    flows = replace(held.flows, tcp_taken_up=held.secure.taken_up)
    plain = changed(HOME, *WATCH, flows=flows, secure=NO_TRIES, plain=held.secure)
    assert next(one.answer for one in find(plain) if one.id == GETS_NONE) is None


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (at_device.device_dns, "device_dns"),
        (at_device.device_dns_lies, "device_dns_lies"),
        (at_device.device_gateway, "device_gateway"),
        (at_device.device_firewall, "device_firewall"),
        (at_device.loose_cable, "lan_cable"),
        (at_device.device_web_blocked, "device_unexplained"),
    ],
)
def test_what_is_wrong_with_the_device_is_told(fault: object, cause: str) -> None:
    """Each has a trace of its own in what the router sees."""
    assert callable(fault)
    told = verdict(fault(HOME))
    assert (told.domain, told.cause) == (FaultDomain.DEVICE, cause)


def test_a_home_without_another_device_at_work_is_judged_as_well() -> None:
    """The others are asleep: the router's own way out speaks for the line."""
    alone = changed(at_device.device_web_blocked(HOME), *WATCH, others_taken_up=0)
    assert verdict(alone).domain in {FaultDomain.DEVICE, FaultDomain.UNDETERMINED}


def test_a_site_that_fails_on_one_device_which_nobody_saw_is_not_surely_well() -> None:
    """What was found working is said, and where the fault lies if it is still there."""
    site = answered(
        about(ethernet_home("site_not_opening"), device_mac=LAPTOP), "affected", "one_device"
    )
    seen = decide(site, {})
    assert NOT_SEEN not in seen.summary
    told = decide(unobserved(site, "device_watch", "device", FailureKind.UNSUPPORTED), {})
    assert told.cause == "no_fault"
    assert NOT_SEEN in told.summary
    assert told.confidence <= UNSEEN_AT_MOST
    everybody = answered(site, "affected", "all_devices")
    assert NOT_SEEN not in decide(everybody, {}).summary
