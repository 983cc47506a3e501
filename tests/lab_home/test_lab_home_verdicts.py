"""`cpe-diag` against the real home: healthy is told healthy, faults show their own signature."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.home import layout
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.document import agent
from cpe_diag.lab.home.faults import find_fault, read_faults, set_fault
from cpe_diag.report.trends import trends_of
from cpe_diag.store.bundle import read_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.lab_home

TOLD_RIGHT = (
    "port_shut",
    "node_agent_down",
    "router_off",
    "router_hung",
    "wan_cable",
    "router_clock",
    "router_dns_setting",
    "router_dns_setting_refused",
    "nat_missing",
    "router_forwards_nothing",
    "router_firewall_rule",
    "router_firewall_policy",
    "lan_wan_same_prefix",
    "double_nat",
    "router_mtu",
    "resolver_down",
    "route_gone",
    "core_loss",
    "access_loss",
    "access_rate",
    "port_errors",
    "port_flapping",
    "duplex_mismatch",
    "wrong_vlan",
    "dhcp_gone",
    "session_stale",
    "resolver_refuses",
    "router_dns",
    "lan_dhcp",
    "device_address",
    "home_rate",
    "home_delay",
    "line_saturated",
    "platform_down",
    "platform_error",
    "platform_refused",
    "platform_forbids_us",
    "platform_resets_subscribers",
    "platform_slow",
    "u3_site_sends_round_in_circles",
    "platform_name_gone",
    "platform_name_lame",
    "certificate_expired",
    "resolver_slow",
    "resolver_lies",
    "resolver_lies_nowhere",
    "u3_home_moved_pool_did_not",
    "u3_announces_old_prefix",
)
"""Those whose verdict names the true domain and cause; the others wait for the judge."""


def verdict(home: str, words: Sequence[str]) -> tuple[str, str]:
    """Ask the agent, print how long it took, give domain and cause."""
    started = time.monotonic()
    done = call([*agent(home), *words, "--json"])
    took_s = time.monotonic() - started
    told = json.loads(done.stdout)["verdict"]
    print(f"\n{took_s:.1f} s: {told['domain']}/{told['cause']}")  # noqa: T201 - figures
    return told["domain"], told["cause"]


@pytest.mark.parametrize(
    "playbook",
    ["no_internet", "slow_internet", "drops", "one_device_offline", "site_not_opening"],
)
def test_no_healthy_home_is_called_faulty(home: str, playbook: str) -> None:
    """Each false alarm sends somebody out for nothing."""
    words = ["run", playbook, "--subscriber", layout.SUBSCRIBER]
    if playbook == "one_device_offline":
        words += ["--device", layout.DEVICE_MACS["tv"]]
    if playbook == "site_not_opening":
        words += ["--platform", "video"]
    assert verdict(home, words) == ("none", "no_fault")


@pytest.mark.parametrize("fault_id", TOLD_RIGHT)
def test_a_fault_is_told_by_its_signature(home: str, fault_id: str) -> None:
    """The point of it all: the true cause, from what a real network really answered."""
    fault = find_fault(fault_id)
    set_fault(home, fault_id)
    time.sleep(1.2)  # the access node's agent remembers for a second
    assert verdict(home, fault.complaint()) == (fault.domain, fault.cause)


def test_the_list_of_what_is_told_right_names_faults_that_there_are() -> None:
    """A name that is gone would be a claim about nothing."""
    assert set(TOLD_RIGHT) <= {fault.id for fault in read_faults()}


def test_the_plots_have_what_a_real_home_has_measured(home: str, tmp_path: Path) -> None:
    """Delay idle and while the line is full, by echo requests beside a download."""
    bundle = tmp_path / "bundle"
    words = ("run", "slow_internet", "--subscriber", layout.SUBSCRIBER, "--json")
    call([*agent(home), *words, "--bundle", str(bundle)])
    seen = read_bundle(bundle).result.case.evidence
    drawn = {one.id: one.samples[0].value for one in trends_of([seen])}
    assert {"latency_idle", "latency_edge", "latency_loaded"} <= set(drawn), sorted(drawn)
    assert drawn["latency_loaded"] > 0.0
    assert drawn["latency_idle"] > 0.0
