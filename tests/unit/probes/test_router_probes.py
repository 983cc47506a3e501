"""The router's probes: what they ask, when they cannot, and what a fact's source says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import Blame, Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, PingCheck, Reachability
from cpe_diag.domain.router_facts import DhcpLease, LanNeighbour, LanStatus, WanStatus
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.probes import (
    device_ping,
    router_names,
    router_paths,
    router_reachability,
    router_system,
    router_wan,
    router_web,
    wifi_clients,
)
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeProber, FakeRouter, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS = RouterAccess(
    address="192.0.2.1", port=22, platform="openwrt", user="root", credential="env:ROUTER"
)
UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
MAC = "02:00:00:00:01:00"
PONG = (
    "1 packets transmitted, 1 packets received, 0% packet loss\n"
    "round-trip min/avg/max = 4.000/4.000/4.000 ms\n"
)
ROUTER_PROBES = (router_system, router_wan, wifi_clients, router_names, router_web)


def setting_with(
    answers: Mapping[str, str | tuple[str, int]], *, prober: FakeProber | None = None
) -> Setting:
    """Make a setting whose router answers by label."""
    clock = FakeClock()
    doors = fake_doors(clock)
    doors = replace(doors, router=FakeRouter(wire=Wire(clock=clock), answers=answers))
    if prober is not None:
        doors = replace(doors, prober=prober)
    subscriber = replace(sample_subscriber(), router=ACCESS)
    reference = WebTarget(host="reference.example", url="http://reference.example/")
    return replace(
        fake_setting(subscriber, doors),
        router_driver=load_router_driver("openwrt"),
        reference=reference,
        operator_resolver="192.0.2.53",
        device_mac=MAC.upper(),
    )


async def run(
    probe: Probe, setting: Setting, evidence: Evidence | None = None
) -> dict[str, Measurement]:
    """Run a probe and give its measurements by key; every fact that it gives must be there."""
    deadline = setting.doors.clock.monotonic() + 10
    found = await probe.run(setting, evidence or Evidence(), deadline)
    assert {one.key for one in found} == set(probe.gives)
    return {str(one.key): one for one in found}


def failure(measurement: Measurement) -> Failure:
    """Give why a fact is not known."""
    assert isinstance(measurement.observation, Unobserved)
    return measurement.observation.failure


def value(measurement: Measurement) -> object:
    """Give the fact."""
    assert isinstance(measurement.observation, Observed)
    return measurement.observation.value


def evidence_of(kind: str, subject: str, fact: object) -> Evidence:
    """Hold one fact."""
    seen = Observed(value=fact, source="test", at=FakeClock().now())
    return Evidence().with_measurements(
        (Measurement(key=FactKey(kind, subject), observation=seen),)
    )


def wan(gateway: str | None) -> WanStatus:
    """Give a WAN with this gateway."""
    return WanStatus(
        up=True,
        protocol="dhcp",
        device="wan",
        carrier=True,
        mac=UNSUPPORTED,
        addresses=("192.0.2.7/24",),
        gateway=gateway,
        dns_servers=(),
        uptime_s=UNSUPPORTED,
        autostart=True,
        error_codes=(),
    )


async def test_a_facts_source_names_router_and_command() -> None:
    """An engineer repeats the measurement by hand from what stands there."""
    status = '{"up": false, "proto": "dhcp"}'
    answers = {
        "ubus call network.interface.wan status": status,
        "ubus call network.device status": "{}",
        "ubus call network.interface dump": "{}",
    }
    found = await run(router_wan.PROBE, setting_with(answers))
    observation = found["router_wan[router]"].observation
    assert isinstance(observation, Observed)
    assert observation.source == (
        "SSH 192.0.2.1 ubus call network.interface.wan status and 2 more"
    )


@pytest.mark.parametrize("module", ROUTER_PROBES, ids=lambda module: module.PROBE.id)
async def test_without_a_driver_the_gap_is_our_own(module: object) -> None:
    """An unknown platform says nothing about the subscriber."""
    setting = replace(setting_with({}), router_driver=None)
    probe = getattr(module, "PROBE")  # noqa: B009 - modules are parameters here
    for measurement in (await run(probe, setting)).values():
        assert failure(measurement).kind is FailureKind.NOT_CONFIGURED
        assert failure(measurement).blame is Blame.AGENT


async def test_a_shell_without_ubus_is_another_platform() -> None:
    """The inventory is wrong: the next step is there, not at the customer's."""
    found = failure((await run(router_system.PROBE, setting_with({})))["router_system[router]"])
    assert found.kind is FailureKind.WRONG_PLATFORM
    assert "openwrt" in found.detail
    assert "inventory" in (found.next_step or "")


async def test_a_silent_router_leaves_every_fact_unknown() -> None:
    """A probe never raises for the network."""
    setting = setting_with({})
    silent = Failure(kind=FailureKind.SILENT, where="192.0.2.1", detail="no answer")
    wire = Wire(clock=setting.doors.clock, failure=silent)
    doors = replace(setting.doors, router=FakeRouter(wire=wire))
    found = await run(router_names.PROBE, replace(setting, doors=doors))
    assert failure(found["dns[router>reference]"]) == silent
    assert failure(found["dns[router>operator_resolver]"]) == silent
    assert failure(found["dns[router>platform]"]).kind is FailureKind.NOT_CONFIGURED


async def test_paths_go_to_the_gateway_that_the_router_named() -> None:
    """Eight packets each, and by the address that the operator's resolver gave."""
    setting = setting_with({"ping": PONG})
    name = DnsCheck(
        name="reference.example",
        server="192.0.2.53",
        outcome=DnsOutcome.ANSWERED,
        addresses=("192.0.2.80",),
        took_s=UNSUPPORTED,
    )
    evidence = evidence_of("router_wan", "router", wan("192.0.2.9")).with_measurements(
        tuple(
            Measurement(key=key, observation=seen)
            for key, seen in evidence_of("dns", "operator>reference", name)
        )
    )
    found = await run(router_paths.PROBE, setting, evidence)
    gateway, reference = (
        value(found[f"ping[router>{whom}]"]) for whom in ("gateway", "reference")
    )
    assert isinstance(gateway, PingCheck)
    assert isinstance(reference, PingCheck)
    assert (gateway.target, gateway.sent, gateway.received) == ("192.0.2.9", 8, 8)
    assert reference.target == "192.0.2.80"


@pytest.mark.parametrize("gateway", [None, "unknown"])
async def test_without_a_gateway_there_is_none_to_ask(gateway: str | None) -> None:
    """Not asked is not lost."""
    evidence = Evidence() if gateway else evidence_of("router_wan", "router", wan(None))
    found = await run(router_paths.PROBE, setting_with({"ping": PONG}), evidence)
    assert failure(found["ping[router>gateway]"]).kind is FailureKind.DEPENDENCY
    assert isinstance(value(found["ping[router>reference]"]), PingCheck)


def lan(*, neighbour: str | None, lease: str | None) -> LanStatus:
    """Give a home network that knows the device by these addresses."""
    near = LanNeighbour(mac=MAC, address=neighbour or "", state="REACHABLE")
    given = DhcpLease(mac=MAC, address=lease or "", host="", expires_at_s=1)
    return LanStatus(
        prefix="192.168.1.1/24",
        ports=UNSUPPORTED,
        leases=(given,) if lease else (),
        neighbours=(near,) if neighbour else (),
        dhcp_enabled=True,
        dhcp_server_running=True,
        dns_forwarder_running=True,
        dhcp_pool_size=150,
    )


@pytest.mark.parametrize(
    ("home", "target"),
    [
        (lan(neighbour="192.168.1.5", lease="192.168.1.9"), "192.168.1.5"),
        (lan(neighbour=None, lease="192.168.1.9"), "192.168.1.9"),
        (lan(neighbour="fe80::1", lease="192.168.1.9"), "192.168.1.9"),
    ],
)
async def test_the_device_is_asked_at_the_address_it_uses(home: LanStatus, target: str) -> None:
    """A device with an address of its own choice is not where its lease says."""
    evidence = evidence_of("router_lan", "router", home)
    found = value(
        (await run(device_ping.PROBE, setting_with({"ping": PONG}), evidence))[
            "ping[router>device]"
        ]
    )
    assert isinstance(found, PingCheck)
    assert found.target == target


async def test_a_device_without_an_address_is_not_asked() -> None:
    """The router has not seen it: that is another fact than no answer."""
    evidence = evidence_of("router_lan", "router", lan(neighbour=None, lease=None))
    found = await run(device_ping.PROBE, setting_with({"ping": PONG}), evidence)
    assert failure(found["ping[router>device]"]).kind is FailureKind.DEPENDENCY
    nobody = replace(setting_with({}), device_mac=None)
    found = await run(device_ping.PROBE, nobody, evidence)
    assert failure(found["ping[router>device]"]).kind is FailureKind.NOT_CONFIGURED


@pytest.mark.parametrize(
    ("pings", "ports", "expected"),
    [
        (True, {}, (True, "icmp")),
        (False, {("192.0.2.1", 22): True}, (True, "tcp")),
        (False, {("192.0.2.1", 22): False}, (True, "tcp")),
        (False, {}, (False, "tcp")),
    ],
)
async def test_any_answer_makes_the_router_reachable(
    *, pings: bool, ports: dict[tuple[str, int], bool], expected: tuple[bool, str]
) -> None:
    """A router that filters ICMP, or refuses the port, is there all the same."""
    clock = FakeClock()
    pong = PingCheck(target="192.0.2.1", sent=2, received=2, rtt_avg_s=0.01, note="")
    prober = FakeProber(
        wire=Wire(clock=clock), pings={"192.0.2.1": pong} if pings else {}, open_ports=ports
    )
    setting = setting_with({}, prober=prober)
    setting = replace(setting, doors=replace(setting.doors, clock=clock))
    found = value((await run(router_reachability.PROBE, setting))["reachability[router]"])
    assert isinstance(found, Reachability)
    assert (found.reachable, found.method) == expected


async def test_a_failure_of_our_own_says_nothing_about_the_router() -> None:
    """Without the right to send there is no evidence."""
    clock = FakeClock()
    denied = Failure(kind=FailureKind.MISSING_PRIVILEGE, where="here", detail="not permitted")
    prober = FakeProber(
        wire=Wire(clock=clock, failure=denied), open_ports={("192.0.2.1", 22): True}
    )
    found = await run(router_reachability.PROBE, setting_with({}, prober=prober))
    assert failure(found["reachability[router]"]).blame is Blame.AGENT


async def test_a_target_that_fits_into_no_command_is_not_asked() -> None:
    """`--platform` and the configuration are typed by people; a slip must not end the run."""
    odd = replace(
        setting_with({}), platform=WebTarget(host="-x.example", url="https://-x.example/")
    )
    found = await run(router_names.PROBE, odd)
    assert failure(found["dns[router>platform]"]).kind is FailureKind.NOT_CONFIGURED


async def test_pings_go_to_the_reference_where_it_is_known_to_be() -> None:
    """A resolver that is dead, or lies, must not look like a way that is broken."""
    setting = setting_with({"ping": PONG})
    assert setting.reference is not None
    setting = replace(setting, reference=replace(setting.reference, address="192.0.2.80"))
    found = await run(router_paths.PROBE, setting, evidence_of("router_wan", "router", wan(None)))
    ping = value(found["ping[router>reference]"])
    assert isinstance(ping, PingCheck)
    assert ping.target == "192.0.2.80"


async def test_a_page_is_not_fetched_by_a_name_that_the_router_has_just_not_found() -> None:
    """It would wait five seconds for the same silence; the silence is evidence already."""
    silent = DnsCheck(
        name="reference.example",
        server="127.0.0.1",
        outcome=DnsOutcome.TIMEOUT,
        addresses=(),
        took_s=UNSUPPORTED,
    )
    setting = setting_with({})
    found = await run(router_web.PROBE, setting, evidence_of("dns", "router>reference", silent))
    assert failure(found["http[router>reference]"]).kind is FailureKind.DEPENDENCY
