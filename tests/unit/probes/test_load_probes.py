"""Who is asked for loss, delay and rate, in which order, and who is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.load_facts import LoadTest, PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.router_facts import LanNeighbour, LanStatus, WanStatus
from cpe_diag.domain.subscriber import NodePort, RouterAccess
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.probes import device_rate, load_test, path_quality, way_in
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeHttp, FakeProber, FakeRouter, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

MAC: Final = "02:00:00:00:01:00"
NOT_SAID: Final = Missing(why=FailureKind.UNSUPPORTED)
REFERENCE: Final = "203.0.113.80"
LARGE: Final = "http://reference.example/large"
SENT: Final = "0 4.0\n1 4.0\n2 packets transmitted, 2 packets received, 0% packet loss\nrc=0\n"
SIZES: Final = "56 0.5\nsent 1 56\n8000 9.0\nsent 1 8000\nrc=0\n"
FETCHED: Final = "begin 1.00 0\n4000000 bytes\nend 2.00 4100000\nrc=0\n"
ANSWERS: Final = {
    "ping, 100 in a second": SENT,
    "ping, small and large": SIZES,
    "fetch a large file, with pings": FETCHED,
}
WAN: Final = WanStatus(
    up=True,
    protocol="dhcp",
    device="wan",
    carrier=True,
    mac=NOT_SAID,
    addresses=("192.0.2.7/24",),
    gateway="192.0.2.9",
    dns_servers=(),
    uptime_s=NOT_SAID,
    autostart=True,
    error_codes=(),
)
LAN: Final = LanStatus(
    prefix="192.168.1.1/24",
    ports=NOT_SAID,
    leases=(),
    neighbours=(LanNeighbour(mac=MAC, address="192.168.1.5", state="REACHABLE"),),
    dhcp_enabled=True,
    dhcp_server_running=True,
    dns_forwarder_running=True,
    dhcp_pool_size=150,
)


def setting(*, ports: tuple[NodePort, ...] = (), answers: Mapping[str, str] = ANSWERS) -> Setting:
    """Make a setting whose router and reference answer."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.05)
    doors = replace(
        fake_doors(clock),
        router=FakeRouter(wire=wire, answers=answers),
        prober=FakeProber(wire=wire, trains={REFERENCE: spread(REFERENCE, 50, {0: 0.01})}),
        http=FakeHttp(wire=wire, pages={LARGE: 200}),
    )
    access = RouterAccess(
        address="192.0.2.1", port=22, platform="openwrt", user="root", credential="env:ROUTER"
    )
    return replace(
        fake_setting(replace(sample_subscriber(), router=access), doors),
        router_driver=load_router_driver("openwrt"),
        node_ports=ports,
        reference=WebTarget(
            host="reference.example",
            url="http://reference.example/",
            address=REFERENCE,
            large=LARGE,
        ),
        device_mac=MAC,
    )


def known(*facts: tuple[str, object]) -> Evidence:
    """Hold what was read from the router before."""
    at = FakeClock().now()
    return Evidence().with_measurements(
        tuple(
            Measurement(
                key=FactKey(kind, "router"),
                observation=Observed(value=fact, source="test", at=at),
            )
            for kind, fact in facts
        )
    )


HOME: Final = known(("router_wan", WAN), ("router_lan", LAN))


async def run(probe: Probe, given: Setting, evidence: Evidence) -> dict[str, Measurement]:
    """Run a probe and give its measurements by key."""
    deadline = given.doors.clock.monotonic() + 20
    found = await probe.run(given, evidence, deadline)
    return {str(one.key): one for one in found}


def value(measurement: Measurement) -> object:
    """Give the fact."""
    assert isinstance(measurement.observation, Observed)
    return measurement.observation.value


def failure(measurement: Measurement) -> Failure:
    """Give why a fact is not known."""
    assert isinstance(measurement.observation, Unobserved)
    return measurement.observation.failure


async def test_each_part_of_the_way_is_asked_by_its_own_train() -> None:
    """The edge, what lies beyond, the device; from our side the reference as a control."""
    found = await run(path_quality.PROBE, setting(), HOME)
    found |= await run(way_in.PROBE, setting(), HOME)
    asked = {
        str(key): fact.target
        for key, one in found.items()
        if isinstance(one.observation, Observed)
        and isinstance(fact := one.observation.value, PathQuality)
    }
    assert asked == {
        "path_quality[router>gateway]": "192.0.2.9",
        "path_quality[router>reference]": "203.0.113.80",
        "path_quality[router>device]": "192.168.1.5",
        "path_quality[operator>reference]": "203.0.113.80",
        "path_quality[operator>router]": "192.0.2.1",
    }


async def test_three_neighbours_in_service_are_the_controls() -> None:
    """Not the subscriber itself, not a port that is out of service, none without an address."""
    own = sample_subscriber().id
    ports = (
        NodePort(port="1", in_service=True, subscriber=own, address="198.51.100.1"),
        NodePort(port="2", in_service=False, address="198.51.100.2"),
        NodePort(port="3", in_service=True),
        *(
            NodePort(port=str(number), in_service=True, address=f"198.51.100.{number}")
            for number in (4, 5, 6, 7)
        ),
    )
    found = await run(way_in.PROBE, setting(ports=ports), HOME)
    assert sorted(key for key in found if "neighbour" in key) == [
        f"path_quality[operator>neighbour/{port}]" for port in (4, 5, 6)
    ]


async def test_nobody_to_ask_is_nothing_to_mend() -> None:
    """Without a named device, without neighbours, without a large file: the rest is measured."""
    given = setting()
    assert given.reference is not None
    given = replace(given, device_mac=None, reference=replace(given.reference, large=None))
    found = await run(path_quality.PROBE, given, HOME)
    found |= await run(way_in.PROBE, given, HOME)
    found |= await run(load_test.PROBE, given, HOME)
    found |= await run(device_rate.PROBE, given, HOME)
    assert {
        key: failure(one).kind
        for key, one in found.items()
        if isinstance(one.observation, Unobserved)
    } == dict.fromkeys(
        (
            "path_quality[router>device]",
            "path_quality[operator>neighbour/none]",
            "rate_train[router>device]",
            "load_test[router>reference]",
            "load_test[operator>reference]",
        ),
        FailureKind.NOT_APPLICABLE,
    )


async def test_a_router_without_a_gateway_is_not_asked_for_its_line() -> None:
    """Not asked is not lost."""
    found = await run(load_test.PROBE, setting(), known(("router_lan", LAN)))
    assert failure(found["rate_train[router>gateway]"]).kind is FailureKind.DEPENDENCY
    assert failure(found["load_test[router>reference]"]).kind is FailureKind.DEPENDENCY


async def test_a_download_has_a_control_from_our_own_side() -> None:
    """What is slow from there too is not the line."""
    found = await run(load_test.PROBE, setting(), HOME)
    loaded = value(found["load_test[router>reference]"])
    assert isinstance(loaded, LoadTest)
    assert (loaded.url, loaded.rate_bps, loaded.line_bytes) == (LARGE, 32_000_000, 4_100_000)
    assert isinstance(value(found["load_test[operator>reference]"]), LoadTest)


async def test_a_ping_that_is_too_old_says_nothing_about_the_line() -> None:
    """A gap of the router's tools."""
    old = {"ping, 100 in a second": "ping: invalid number '0.01'\nrc=0\n"}
    found = await run(path_quality.PROBE, setting(answers=old), HOME)
    assert failure(found["path_quality[router>gateway]"]).kind is FailureKind.UNSUPPORTED


async def test_icmp_that_is_switched_off_here_is_no_fault_of_anybody() -> None:
    """`icmp: false`: the operator's side says nothing."""
    given = setting()
    off = Failure(kind=FailureKind.NOT_CONFIGURED, where="here", detail="icmp: false")
    prober = FakeProber(wire=Wire(clock=given.doors.clock, failure=off))
    given = replace(given, doors=replace(given.doors, prober=prober))
    found = await run(way_in.PROBE, given, HOME)
    control = failure(found["path_quality[operator>reference]"])
    assert control.kind is FailureKind.NOT_APPLICABLE


async def test_a_metered_line_is_loaded_with_the_customers_consent_only() -> None:
    """Ten megabytes are nothing on fibre, and money on a line that is paid by the byte."""
    given = setting()
    service = replace(given.subscriber.service, metered=True)
    given = replace(given, subscriber=replace(given.subscriber, service=service))
    found = await run(load_test.PROBE, given, HOME)
    for key in ("load_test[router>reference]", "load_test[operator>reference]"):
        assert failure(found[key]).kind is FailureKind.NOT_MEASURED
        assert "metered" in failure(found[key]).detail
    agreed = await run(load_test.PROBE, replace(given, load_agreed=True), HOME)
    assert isinstance(value(agreed["load_test[router>reference]"]), LoadTest)
