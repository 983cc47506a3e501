"""Two faults at once, a cable that the switch has measured, and that no fault is left out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from fault_claims import CLAIMS, PAIRS, TECHNICIAN, run
from lab_home import home_of

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.lab.control import LabClient
from cpe_diag.wiring.runs import RunWish

if TYPE_CHECKING:
    from running_lab import RunningLab

pytestmark = pytest.mark.lab


@pytest.mark.parametrize(("faults", "subscriber", "playbook", "causes"), PAIRS)
def test_of_two_faults_at_once_both_are_named_or_nothing_is_claimed(
    lab: RunningLab, faults: tuple[str, ...], subscriber: str, playbook: str, causes: set[str]
) -> None:
    """Two faults at once must not be sold as one."""
    client = LabClient(lab.folder)
    for fault in faults:
        client.set_fault(subscriber, fault)
    try:
        verdict = run(
            lab, RunWish(playbook=playbook, subscriber=subscriber, budget_s=60.0)
        ).verdict
    finally:
        client.clear_faults()
    if verdict.domain is FaultDomain.UNDETERMINED:
        assert causes <= {one.cause for one in verdict.candidates}
    else:
        assert {verdict.cause, *(one.cause for one in verdict.also)} == causes


@pytest.mark.parametrize("subscriber", ["sub-6001", "sub-6004"])
def test_a_broken_pair_that_the_switch_has_measured_is_named_with_its_place(
    lab: RunningLab, subscriber: str
) -> None:
    """Whether the link is down (100 Mbit/s) or has fallen back (1 Gbit/s): a technician's."""
    home = home_of(lab, subscriber)
    client = LabClient(lab.folder)
    client.set_fault(subscriber, "cable_pair_broken")
    try:
        asyncio.run(home.measure_cable())
        result = run(lab, RunWish(playbook="slow_internet", subscriber=subscriber, budget_s=60.0))
    finally:
        client.clear_faults()
        asyncio.run(home.measure_cable())
    said = result.verdict
    assert (said.domain, said.cause, result.destination) == (
        FaultDomain.NETWORK,
        "cable_pair_broken",
        TECHNICIAN,
    ), said.summary
    assert "open at" in said.summary


MEASURED_FIRST = frozenset({"cable_pair_broken"})


def test_every_fault_of_the_lab_is_claimed_here_or_is_one_of_our_own_access() -> None:
    """A fault that nobody diagnoses is a promise that nobody keeps."""
    from cpe_diag.lab.faults import FAULTS  # noqa: PLC0415 - its import is part of the claim

    claimed = {fault for claim in CLAIMS for fault in claim.faults}
    ours = {fault.id for fault in FAULTS if fault.id.startswith(("ssh_", "snmp_"))}
    assert {fault.id for fault in FAULTS} - ours == claimed | MEASURED_FIRST
