"""The resolver asked again and again, and the reference over TLS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.probes import reference_tls, resolver_again
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeHttp, FakeResolver, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.probes.probe import Setting

SITE = WebTarget(host="www.example", url="http://www.example/", address="192.0.2.80")
LATER = FakeClock().monotonic() + 10.0
SECURE = f"https://{SITE.host}/"


def setting(target: WebTarget | None = SITE) -> Setting:
    """Make a setting whose reference drops TLS by IPv6."""
    clock = FakeClock()
    wire = Wire(clock=clock, takes_s=0.02)
    doors = replace(
        fake_doors(clock),
        resolver=FakeResolver(wire=wire, names={SITE.host: ("192.0.2.80",)}),
        http=FakeHttp(
            wire=wire,
            at={
                (SECURE, "192.0.2.80"): 200,
                (SECURE, "2001:db8::80"): HttpOutcome.CONNECT_TIMEOUT,
            },
        ),
    )
    return replace(fake_setting(sample_subscriber(), doors), reference=target)


def said(subject: str, address: str) -> Measurement:
    """Let the operator's resolver have answered."""
    check = DnsCheck(
        name=SITE.host,
        server="192.0.2.53",
        outcome=DnsOutcome.ANSWERED,
        addresses=(address,),
        took_s=0.01,
    )
    at = FakeClock().now()
    return Measurement(
        key=FactKey("dns", subject), observation=Observed(value=check, source="test", at=at)
    )


async def test_the_resolver_is_asked_eight_times_one_question_each() -> None:
    """A share needs a count, and a question that is sent again is no single one."""
    wanted = setting()
    found = await resolver_again.PROBE.run(wanted, Evidence(), LATER)
    assert [one.key.subject for one in found] == [
        f"operator>reference/again/{n}" for n in range(1, 9)
    ]
    assert all(isinstance(one.observation, Observed) for one in found)


@dataclass(slots=True, kw_only=True)
class Busy:
    """A resolver that leaves the first questions unanswered, and answers those after them."""

    deaf: int
    asked: int = 0

    async def resolve(self, name: str, *, deadline: float, ipv6: bool = False) -> DnsCheck:
        """Ask for a name."""
        assert deadline
        assert not ipv6
        self.asked += 1
        silent = self.asked <= self.deaf
        return DnsCheck(
            name=name,
            server="192.0.2.53",
            outcome=DnsOutcome.TIMEOUT if silent else DnsOutcome.ANSWERED,
            addresses=() if silent else ("192.0.2.80",),
            took_s=0.01,
        )


@pytest.mark.parametrize(
    ("deaf", "asked", "silent"),
    [(0, 8, 0), (1, 8, 1), (2, 16, 0), (8, 16, 0), (12, 16, 4)],
)
async def test_a_moment_in_which_we_hear_nothing_is_no_share(
    deaf: int, asked: int, silent: int
) -> None:
    """Questions that were lost together are asked again, one after another, and that counts."""
    resolver = Busy(deaf=deaf)
    wanted = setting()
    wanted = replace(wanted, doors=replace(wanted.doors, resolver=resolver))
    found = await resolver_again.PROBE.run(wanted, Evidence(), LATER + 10.0)
    outcomes = [
        one.observation.value.outcome
        for one in found
        if isinstance(one.observation, Observed) and isinstance(one.observation.value, DnsCheck)
    ]
    assert (resolver.asked, len(outcomes)) == (asked, 8)
    assert outcomes.count(DnsOutcome.TIMEOUT) == silent


async def test_without_a_reference_there_is_nothing_to_ask() -> None:
    """Nobody named one: the operator is told what to name."""
    for probe in (resolver_again.PROBE, reference_tls.PROBE):
        found = await probe.run(setting(None), Evidence(), LATER)
        kinds = {
            one.observation.failure.kind
            for one in found
            if isinstance(one.observation, Unobserved)
        }
        assert kinds == {FailureKind.NOT_CONFIGURED}


async def test_tls_is_asked_for_at_the_address_of_each_family() -> None:
    """A filter may hold one family back and not the other."""
    evidence = Evidence().with_measurements(
        (
            said("operator>reference", "192.0.2.80"),
            said("operator>reference/ipv6", "2001:db8::80"),
        )
    )
    found = await reference_tls.PROBE.run(setting(), evidence, LATER)
    pages = [
        one.observation.value.outcome
        for one in found
        if isinstance(one.observation, Observed) and isinstance(one.observation.value, HttpCheck)
    ]
    assert pages[:2] == [HttpOutcome.OK, HttpOutcome.CONNECT_TIMEOUT]


async def test_without_an_address_of_a_family_it_is_not_asked() -> None:
    """Not every operator has IPv6."""
    evidence = Evidence().with_measurements((said("operator>reference", "192.0.2.80"),))
    found = await reference_tls.PROBE.run(setting(), evidence, LATER)
    assert isinstance(found[1].observation, Unobserved)
    assert found[1].observation.failure.kind is FailureKind.DEPENDENCY
