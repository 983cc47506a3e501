"""Whom the home is told to ask, and names asked again and again from the router."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.probes import home_resolver, names_again
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeRouter, Wire
from cpe_diag.testing.evidence_samples import ethernet_home, with_value
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.probes.probe import Setting

ACCESS = RouterAccess(
    address="192.0.2.1", port=22, platform="openwrt", user="root", credential="env:ROUTER"
)
ANSWER = (
    "Server:\t\t192.0.2.53\nAddress:\t192.0.2.53:53\n\nName:\treference.example\n"
    "Address: 203.0.113.80\n\n"
)
LATER = FakeClock().monotonic() + 20.0


def setting(reference: bool = True) -> Setting:  # noqa: FBT001, FBT002 - is one named
    """Make a setting whose router gets every name."""
    clock = FakeClock()
    answers = {"nslookup at a server": ANSWER, "nslookup at the forwarder": ANSWER}
    doors = replace(fake_doors(clock), router=FakeRouter(wire=Wire(clock=clock), answers=answers))
    site = WebTarget(
        host="reference.example", url="http://reference.example/", address="203.0.113.80"
    )
    return replace(
        fake_setting(replace(sample_subscriber(), router=ACCESS), doors),
        router_driver=load_router_driver("openwrt"),
        reference=site if reference else None,
        operator_resolver="192.0.2.53",
    )


def home(named: Maybe[tuple[str, ...] | None]) -> Evidence:
    """Let the router's DHCP server name these to the home."""
    case = ethernet_home()
    lan = case.evidence.value(LanStatus, "router_lan", "router")
    assert lan is not None
    held = replace(lan, dhcp_name_servers=named)
    return with_value(case, "router_lan", "router", held).evidence


def outcome(one: Measurement) -> str:
    """Give whom was asked, or why nobody was."""
    if isinstance(one.observation, Unobserved):
        return one.observation.failure.kind.value
    assert isinstance(one.observation, Observed)
    assert isinstance(one.observation.value, DnsCheck)
    return one.observation.value.server


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        (None, ["not_applicable", "not_applicable"]),
        (("192.168.1.1", "0.0.0.0"), ["not_applicable", "not_applicable"]),  # noqa: S104 - itself
        (("192.168.1.1", "192.168.1.53"), ["192.168.1.53", "not_applicable"]),
        (("192.0.2.1", "192.0.2.2", "192.0.2.3"), ["192.0.2.1", "192.0.2.2"]),
        (Missing(why=FailureKind.UNSUPPORTED), ["unsupported", "unsupported"]),
    ],
)
async def test_whom_the_home_is_told_to_ask_is_asked(
    named: Maybe[tuple[str, ...] | None], asked: list[str]
) -> None:
    """The devices ask that one; the router's own forwarder being well says nothing of it."""
    found = await home_resolver.PROBE.run(setting(), home(named), LATER)
    assert [outcome(one) for one in found] == asked


async def test_nobody_is_asked_where_the_home_is_not_known() -> None:
    """It follows from another gap."""
    found = await home_resolver.PROBE.run(setting(), Evidence(), LATER)
    assert {outcome(one) for one in found} == {"dependency"}
    found = await home_resolver.PROBE.run(setting(reference=False), home(None), LATER)
    assert {outcome(one) for one in found} == {"not_configured"}


async def test_each_question_is_put_anew_so_that_each_is_a_flow_of_its_own() -> None:
    """One answer that several shared would be one flow, and no share could be told."""
    wanted = setting()
    found = await names_again.PROBE.run(wanted, Evidence(), LATER)
    router = wanted.doors.router
    assert isinstance(router, FakeRouter)
    assert router.asked.count("nslookup at a server") == names_again.TIMES + 1
    assert router.asked.count("nslookup at the forwarder") == names_again.TIMES_FORWARDER
    servers = {one.key: outcome(one) for one in found}
    assert servers[FactKey("dns", "router>operator_resolver/again/7")] == "192.0.2.53"
    assert servers[names_again.BEYOND] == "203.0.113.80"


async def test_without_a_reference_every_question_says_so() -> None:
    """Nobody named one: the operator is told what to name."""
    found = await names_again.PROBE.run(setting(reference=False), Evidence(), LATER)
    assert len(found) == names_again.TIMES + names_again.TIMES_FORWARDER + 1
    assert {outcome(one) for one in found} == {"not_configured"}
