"""Sites from elsewhere and by IPv6, and whether the operator's resolver tells the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.ports import Elsewhere
from cpe_diag.probes import (
    platform_truth,
    reference_truth,
    site_closer,
    sites_again,
    sites_by_ipv6,
    sites_elsewhere,
)
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeHttp, FakeProber, FakeResolver, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.probes.probe import Probe, Setting

SITE = WebTarget(host="www.example", url="http://www.example/", address="192.0.2.80")
SECURE = f"https://{SITE.host}/"


def setting_with(http: FakeHttp | None = None, target: WebTarget = SITE) -> Setting:
    """Make a setting with one site as reference and platform, and a vantage elsewhere."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.02)
    here = FakeResolver(
        wire=wire, names={SITE.host: ("192.0.2.80",)}, ipv6={SITE.host: ("2001:db8::80",)}
    )
    doors = replace(
        fake_doors(clock),
        resolver=here,
        http=http or FakeHttp(wire=wire, pages={SITE.url: 200}),
        elsewhere=Elsewhere(
            name="another network",
            resolver=replace(here, server="192.0.2.99"),
            http=FakeHttp(wire=wire, pages={SITE.url: 403}),
        ),
    )
    return replace(fake_setting(sample_subscriber(), doors), reference=target, platform=target)


async def run(
    probe: Probe, setting: Setting, evidence: Evidence | None = None
) -> dict[str, object]:
    """Run a probe; give values and failures by kind and subject."""
    found = await probe.run(setting, evidence or Evidence(), setting.doors.clock.monotonic() + 10)
    assert [one.key for one in found] == list(probe.gives)
    return {
        f"{one.key.kind}[{one.key.subject}]": (
            one.observation.value
            if isinstance(one.observation, Observed)
            else one.observation.failure.kind
        )
        for one in found
        if isinstance(one.observation, Observed | Unobserved)
    }


def told(*addresses: str, outcome: DnsOutcome = DnsOutcome.ANSWERED) -> Evidence:
    """Make evidence of what resolvers said of both names; the one elsewhere tells the truth."""
    clock = FakeClock()

    def said(server: str, given: tuple[str, ...], ended: DnsOutcome) -> Observed[DnsCheck]:
        check = DnsCheck(
            name=SITE.host, server=server, outcome=ended, addresses=given, took_s=0.01
        )
        return Observed(value=check, source="test", at=clock.now())

    return Evidence().with_measurements(
        tuple(
            Measurement(key=FactKey("dns", f"{where}>{whose}"), observation=observation)
            for whose in ("reference", "platform")
            for where, observation in (
                ("operator", said("192.0.2.53", addresses, outcome)),
                ("elsewhere", said("192.0.2.99", ("192.0.2.80",), DnsOutcome.ANSWERED)),
            )
        )
    )


async def test_a_site_is_asked_for_from_elsewhere_too() -> None:
    """Whoever is turned away here and served there knows whose matter it is."""
    found = await run(sites_elsewhere.PROBE, setting_with())
    page, name = found["http[elsewhere>platform]"], found["dns[elsewhere>platform]"]
    assert isinstance(page, HttpCheck)
    assert isinstance(name, DnsCheck)
    assert (page.status, name.server) == (403, "192.0.2.99")


async def test_without_a_vantage_elsewhere_the_question_does_not_arise() -> None:
    """Most operators have none at first; that is no gap of the case."""
    setting = setting_with()
    setting = replace(setting, doors=replace(setting.doors, elsewhere=None))
    found = await run(sites_elsewhere.PROBE, setting)
    assert set(found.values()) == {FailureKind.NOT_APPLICABLE}


async def test_both_families_are_told_apart() -> None:
    """A browser would hide the family that fails behind the one that works."""
    wire = Wire(clock=FakeClock())
    http = FakeHttp(
        wire=wire,
        pages={SITE.url: 200},
        at={(SITE.url, "2001:db8::80"): HttpOutcome.CONNECT_TIMEOUT},
    )
    found = await run(sites_by_ipv6.PROBE, setting_with(http))
    page = found["http[operator>platform/ipv6]"]
    assert isinstance(page, HttpCheck)
    assert page.outcome is HttpOutcome.CONNECT_TIMEOUT


@pytest.mark.parametrize("probe", [reference_truth.PROBE, platform_truth.PROBE])
async def test_an_answer_that_agrees_costs_no_further_question(probe: Probe) -> None:
    """The usual case is free."""
    found = await run(probe, setting_with(), told("192.0.2.80", "192.0.2.81"))
    (truth,) = found.values()
    assert isinstance(truth, NameTruth)
    assert truth.agrees
    assert isinstance(truth.told_tls, Missing)


@pytest.mark.parametrize("probe", [reference_truth.PROBE, platform_truth.PROBE])
async def test_other_addresses_are_tried_by_the_name_over_tls(probe: Probe) -> None:
    """Whoever shows a certificate of the name serves it, wherever it stands."""
    http = FakeHttp(
        wire=Wire(clock=FakeClock()),
        at={(SECURE, "203.0.113.9"): HttpOutcome.CERTIFICATE, (SECURE, "192.0.2.80"): 200},
    )
    found = await run(probe, setting_with(http), told("203.0.113.9"))
    (truth,) = found.values()
    assert isinstance(truth, NameTruth)
    assert (truth.told_tls, truth.known_tls) == (HttpOutcome.CERTIFICATE, HttpOutcome.OK)


async def test_a_resolver_elsewhere_says_what_the_configuration_does_not() -> None:
    """Nobody keeps the addresses of other people's sites up to date in a file."""
    target = replace(SITE, address=None)
    found = await run(
        platform_truth.PROBE,
        setting_with(target=target),
        told(outcome=DnsOutcome.NXDOMAIN),
    )
    (truth,) = found.values()
    assert isinstance(truth, NameTruth)
    assert (truth.told, truth.known, truth.known_by) == ((), ("192.0.2.80",), "192.0.2.99")


async def test_a_resolver_that_failed_has_told_no_lie() -> None:
    """SERVFAIL is another cause; it claims nothing of the name."""
    found = await run(platform_truth.PROBE, setting_with(), told(outcome=DnsOutcome.SERVFAIL))
    assert list(found.values()) == [FailureKind.DEPENDENCY]


def first_page(setting: Setting, outcome: HttpOutcome) -> Evidence:
    """Have fetched the platform's page once, from here."""
    at = setting.doors.clock.now()
    name = DnsCheck(
        name=SITE.host,
        server="192.0.2.53",
        outcome=DnsOutcome.ANSWERED,
        addresses=("192.0.2.80",),
        took_s=0.01,
    )
    page = HttpCheck(url=SITE.url, outcome=outcome, status=200, took_s=0.1, received_bytes=9)
    values = {
        FactKey("dns", "operator>platform"): name,
        FactKey("dns", "operator>reference"): name,
        FactKey("http", "operator>platform"): page,
    }
    return Evidence().with_measurements(
        tuple(
            Measurement(key=key, observation=Observed(value=value, source="", at=at))
            for key, value in values.items()
        )
    )


async def test_a_page_that_came_is_asked_for_again_and_connections_are_counted() -> None:
    """One page that came may have been luck; what is lost at the site is counted here."""
    setting = setting_with()
    wire = Wire(clock=FakeClock(), takes_s=0.02)
    prober = FakeProber(wire=wire, open_ports={("192.0.2.80", 80): True})
    setting = replace(setting, doors=replace(setting.doors, prober=prober))
    found = await run(sites_again.PROBE, setting, first_page(setting, HttpOutcome.OK))
    page = found["http[operator>platform/again]"]
    assert isinstance(page, HttpCheck)
    assert page.outcome is HttpOutcome.OK
    connects = found["path_quality[operator>platform/tcp]"]
    assert isinstance(connects, PathQuality)
    assert (connects.sent, connects.received) == (sites_again.TRIES, sites_again.TRIES)


async def test_a_page_that_came_to_nobody_is_not_waited_for_twice() -> None:
    """How it fails is told already, and each silence takes seconds."""
    setting = setting_with()
    found = await run(sites_again.PROBE, setting, first_page(setting, HttpOutcome.REFUSED))
    assert set(found.values()) == {FailureKind.DEPENDENCY}


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://www.example/", 80),
        ("https://www.example", 443),
        ("https://www.example:8443/a:b", 8443),
        ("http://[2001:db8::80]/", 80),
        ("http://[2001:db8::80]:8080/", 8080),
    ],
)
async def test_connections_go_to_the_port_of_the_page(url: str, port: int) -> None:
    """Another port is another service."""
    setting = setting_with(target=replace(SITE, url=url))
    wire = Wire(clock=FakeClock(), takes_s=0.02)
    prober = FakeProber(wire=wire, open_ports={("192.0.2.80", port): True})
    setting = replace(setting, doors=replace(setting.doors, prober=prober))
    found = await run(sites_again.PROBE, setting, first_page(setting, HttpOutcome.OK))
    connects = found["path_quality[operator>platform/tcp]"]
    assert isinstance(connects, PathQuality)
    assert connects.target == f"192.0.2.80 port {port}"


def failed(outcome: HttpOutcome) -> Evidence:
    """Make evidence of a site whose page did not come."""
    nothing = Missing(why=FailureKind.NOT_MEASURED)
    page = HttpCheck(
        url=SECURE, outcome=outcome, status=None, took_s=nothing, received_bytes=nothing
    )
    observed = Observed(value=page, source="test", at=FakeClock().now())
    key = FactKey("http", "operator>platform")
    return told("192.0.2.80").with_measurements((Measurement(key=key, observation=observed),))


async def closer(evidence: Evidence) -> dict[str, object]:
    """Look closer at a site that answers in small packets, and without TLS."""
    setting = setting_with(target=replace(SITE, url=SECURE))
    wire = Wire(clock=FakeClock(), takes_s=0.02)
    doors = replace(
        setting.doors,
        http=FakeHttp(wire=wire, pages={SITE.url: 301}),
        http_small=FakeHttp(wire=wire, pages={SECURE: 200}),
    )
    return await run(site_closer.PROBE, replace(setting, doors=doors), evidence)


async def test_a_silent_site_is_asked_for_small_packets_and_plain_pages() -> None:
    """Both may come."""
    found = await closer(failed(HttpOutcome.READ_TIMEOUT))
    small, plain = found.values()
    assert isinstance(small, HttpCheck)
    assert isinstance(plain, HttpCheck)
    assert (small.url, small.status, plain.url, plain.status) == (SECURE, 200, SITE.url, 301)


async def test_a_site_that_ends_handshakes_is_asked_for_a_plain_page_alone() -> None:
    """Small packets would tell nothing."""
    small, plain = (await closer(failed(HttpOutcome.TLS_FAILED))).values()
    assert small is FailureKind.DEPENDENCY
    assert isinstance(plain, HttpCheck)


@pytest.mark.parametrize("outcome", [HttpOutcome.OK, HttpOutcome.REFUSED])
async def test_a_site_that_fails_in_another_way_is_not_asked_again(outcome: HttpOutcome) -> None:
    """There is nothing to tell apart."""
    assert set((await closer(failed(outcome))).values()) == {FailureKind.DEPENDENCY}
