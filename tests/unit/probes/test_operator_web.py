"""Names and pages from the operator's side, and what is said when they cannot be tried."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.probes import operator_platform, operator_web
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeHttp, FakeResolver, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.domain.observations import Observation
    from cpe_diag.probes.probe import Probe

SITE = WebTarget(host="www.example", url="http://www.example/")


async def check(
    probe: Probe,
    names: dict[str, tuple[str, ...] | DnsOutcome],
    target: WebTarget | None = SITE,
    failure: Failure | None = None,
) -> list[Observation[object]]:
    """Run a probe against a resolver that knows `names`; give dns and http."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.03)
    doors = replace(
        fake_doors(clock),
        resolver=FakeResolver(wire=replace(wire, failure=failure), names=names),
        http=FakeHttp(wire=wire, pages={SITE.url: 503}),
    )
    setting = replace(fake_setting(sample_subscriber(), doors), reference=target, platform=target)
    found = await probe.run(setting, Evidence(), clock.monotonic() + 10)
    assert [one.key for one in found] == list(probe.gives)
    return [one.observation for one in found]


async def test_a_broken_site_is_a_fact_and_not_a_failure_to_measure() -> None:
    """That the platform answers 503 is what the case is about."""
    name, page = await check(operator_platform.PROBE, {SITE.host: ("192.0.2.80",)})
    assert isinstance(name, Observed)
    assert isinstance(page, Observed)
    assert isinstance(page.value, HttpCheck)
    assert (page.value.outcome, page.value.status) == (HttpOutcome.HTTP_ERROR, 503)
    assert "192.0.2.80" in page.source


async def test_a_name_that_fails_fails_its_page_by_name() -> None:
    """A page that was never asked for must not look like a server that refused."""
    name, page = await check(operator_web.PROBE, {SITE.host: DnsOutcome.SERVFAIL})
    assert isinstance(name, Observed)
    assert isinstance(name.value, DnsCheck)
    assert name.value.outcome is DnsOutcome.SERVFAIL
    assert isinstance(page, Observed)
    assert isinstance(page.value, HttpCheck)
    assert page.value.outcome is HttpOutcome.NAME_FAILED


async def test_a_resolver_that_could_not_be_asked_leaves_the_page_unknown() -> None:
    """Our own missing right is no evidence about the platform."""
    failure = Failure(kind=FailureKind.MISSING_PRIVILEGE, where="here", detail="no socket")
    name, page = await check(operator_web.PROBE, {}, failure=failure)
    assert isinstance(name, Unobserved)
    assert name.failure.kind is FailureKind.MISSING_PRIVILEGE
    assert isinstance(page, Unobserved)
    assert page.failure.kind is FailureKind.DEPENDENCY


async def test_without_a_target_both_say_that_none_is_configured() -> None:
    """Nobody named a platform: nothing is known about any."""
    for one in await check(operator_platform.PROBE, {}, target=None):
        assert isinstance(one, Unobserved)
        assert one.failure.kind is FailureKind.NOT_CONFIGURED


async def test_a_silent_resolver_costs_what_a_stub_resolver_would_wait_however_long_the_step() -> (
    None
):
    """A dead resolver is told after 5 s; waiting on would only cost the caller's time."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=3600.0)
    doors = replace(fake_doors(clock), resolver=FakeResolver(wire=wire))
    setting = replace(fake_setting(sample_subscriber(), doors), reference=SITE)
    begun_s = clock.monotonic()
    found = await operator_web.PROBE.run(setting, Evidence(), begun_s + 60)
    assert clock.monotonic() - begun_s == operator_web.NAME_WITHIN_S
    assert isinstance(found[0].observation, Unobserved)
    assert found[0].observation.failure.kind is FailureKind.SILENT


async def test_a_resolver_that_was_just_silent_is_not_asked_for_the_platform_too() -> None:
    """The same dead thing gives the same silence, and costs the same seconds."""
    clock = FakeClock()
    doors = replace(fake_doors(clock), resolver=FakeResolver(wire=Wire(clock=clock, takes_s=9.0)))
    setting = replace(fake_setting(sample_subscriber(), doors), platform=SITE)
    silent = DnsCheck(
        name="reference.example",
        server="192.0.2.53",
        outcome=DnsOutcome.TIMEOUT,
        addresses=(),
        took_s=Missing(why=FailureKind.SILENT),
    )
    before = Evidence().with_measurements(
        (
            Measurement(
                key=FactKey("dns", "operator>reference"),
                observation=Observed(value=silent, source="test", at=clock.now()),
            ),
        )
    )
    begun_s = clock.monotonic()
    for one in await operator_platform.PROBE.run(setting, before, begun_s + 60):
        assert isinstance(one.observation, Unobserved)
        assert one.observation.failure.kind is FailureKind.DEPENDENCY
    assert clock.monotonic() == begun_s
