"""Verdicts on a home with PPPoE, VLANs and radios: real faults, asked about by the real agent.

Only faults of the tuning half are here; `make bench-verdicts` counts the others.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from guest_faults import guest_faults
from guest_home import GuestHome

from cpe_diag.lab.home.needs import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.lab.home.faults import HomeFault

pytestmark = pytest.mark.lab_wifi

FAULTS: Final = {fault.id: fault for fault in guest_faults()}
TOLD: Final = (
    "guest_pppoe_no_server",
    "guest_account_blocked",
    "guest_router_pppoe_password",
    "guest_device_wrong_password",
    "guest_wifi_off",
)


@pytest.fixture(scope="module")
def place(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestHome]:  # noqa: ARG001 - it is made first
    """Give a home in the virtual machine."""
    if reason := missing():
        pytest.fail(f"the home lab cannot be made: {reason}", pytrace=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        with GuestHome(f"t{os.getpid()}_guest") as home:
            yield home


@pytest.fixture
def home(place: GuestHome) -> GuestHome:
    """Give a home in which nothing is wrong."""
    place.reset()
    return place


def told(home: GuestHome, fault: HomeFault) -> dict[str, Any]:
    """Ask as the caller would."""
    done = subprocess.run(  # noqa: S603 - our own agent
        [*home.ask(fault), "--json"], capture_output=True, text=True, check=False
    )
    said: dict[str, Any] = json.loads(done.stdout)["verdict"]
    return said


def test_a_home_with_a_session_and_radios_is_not_accused(home: GuestHome) -> None:
    """Else every verdict in this home would be noise."""
    assert told(home, FAULTS["guest_healthy_no_internet"])["cause"] == "no_fault"


@pytest.mark.parametrize("fault_id", TOLD)
def test_a_fault_is_felt_and_told(home: GuestHome, fault_id: str) -> None:
    """The agent says what is wrong from what it measures through the machine."""
    fault = FAULTS[fault_id]
    home.set_fault(fault)
    assert home.is_felt(fault)
    verdict = told(home, fault)
    assert (verdict["domain"], verdict["cause"]) == (fault.domain, fault.cause)


def test_clearing_a_fault_brings_the_session_back(home: GuestHome) -> None:
    """Whoever sets a fault by hand can take it back by hand."""
    fault = FAULTS["guest_account_blocked"]
    home.set_fault(fault)
    home.clear_fault(fault)
    assert told(home, fault)["cause"] == "no_fault"
