"""Loss between us and the router: by pings, by connections where pings tell nothing, or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.probes import way_in
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeProber, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.probes.probe import Setting

ROUTER: Final = "192.0.2.1"
REFERENCE: Final = "203.0.113.80"
PORT: Final = (ROUTER, 22)
ACCESS: Final = RouterAccess(
    address=ROUTER, port=22, platform="openwrt", user="root", credential="env:ROUTER"
)


@dataclass(slots=True, kw_only=True)
class NoEcho(FakeProber):
    """A prober whose machine sends no echo requests, for the given reason."""

    why: FailureKind = FailureKind.NOT_CONFIGURED

    async def train(
        self, address: str, *, count: int, interval_s: float, deadline: float
    ) -> PathQuality:
        """Refuse."""
        del count, interval_s, deadline
        failure = Failure(kind=self.why, where=address, detail="no echo from here")
        raise MeasurementError(failure, "icmp.echo")


def setting(prober: FakeProber) -> Setting:
    """Make a setting with a router and a reference."""
    doors = replace(fake_doors(prober.wire.clock), prober=prober)
    given = fake_setting(replace(sample_subscriber(), router=ACCESS), doors)
    reference = WebTarget(
        host="reference.example", url="http://reference.example/", address=REFERENCE
    )
    return replace(given, reference=reference)


async def run(given: Setting, seconds: float = 20.0) -> dict[str, Measurement]:
    """Run the probe and give its measurements by key."""
    deadline = given.doors.clock.monotonic() + seconds
    found = await way_in.PROBE.run(given, Evidence(), deadline)
    return {str(one.key): one for one in found}


def train(found: dict[str, Measurement], subject: str) -> PathQuality:
    """Give a train that was sent."""
    seen = found[f"path_quality[{subject}]"].observation
    assert isinstance(seen, Observed)
    assert isinstance(seen.value, PathQuality)
    return seen.value


def why_not(found: dict[str, Measurement]) -> FailureKind:
    """Give why nothing is known of the router."""
    seen = found["path_quality[operator>router]"].observation
    assert isinstance(seen, Unobserved)
    return seen.failure.kind


def wire() -> Wire:
    """Make a wire that takes no time worth a word."""
    return Wire(clock=FakeClock(), takes_s=0.01)


async def test_router_and_reference_are_asked_at_the_same_time() -> None:
    """What is lost to both is lost on our own side."""
    trains = {
        ROUTER: spread(ROUTER, 100, {0: 0.01}),
        REFERENCE: spread(REFERENCE, 50, {0: 0.01}),
    }
    found = await run(setting(FakeProber(wire=wire(), trains=trains)))
    assert train(found, "operator>router").target == ROUTER
    assert train(found, "operator>reference").target == REFERENCE


async def test_connections_stand_for_pings_where_those_tell_nothing() -> None:
    """`icmp: false`, or no right to send them; a refusal is an answer of the router too."""
    for why in (FailureKind.NOT_CONFIGURED, FailureKind.MISSING_PRIVILEGE):
        for accepts in (True, False):
            prober = NoEcho(wire=wire(), why=why, open_ports={PORT: accepts})
            told = train(await run(setting(prober)), "operator>router")
            assert (told.target, told.sent, told.received) == ("192.0.2.1:22", 8, 8)
    silent = train(await run(setting(NoEcho(wire=wire()))), "operator>router")
    assert (silent.sent, silent.received) == (8, 0)


async def test_a_router_that_was_heard_is_spared_the_connections() -> None:
    """It tells of its line itself, and each connection is a line in its log."""
    given = setting(NoEcho(wire=wire(), open_ports={PORT: True}))
    at = given.doors.clock.now()
    wan = Measurement(
        key=FactKey("router_wan", "router"),
        observation=Observed(value="read", source="SSH", at=at),
    )
    heard = Evidence().with_measurements((wan,))
    found = await way_in.PROBE.run(given, heard, given.doors.clock.monotonic() + 20.0)
    assert why_not({str(one.key): one for one in found}) is FailureKind.NOT_APPLICABLE


async def test_our_own_trouble_is_no_loss() -> None:
    """Without time, without a socket, without an address nothing was measured."""
    late = await run(setting(NoEcho(wire=wire(), open_ports={PORT: True})), seconds=0.5)
    assert why_not(late) is FailureKind.OUT_OF_TIME
    ours = Failure(kind=FailureKind.MISSING_PRIVILEGE, where="here", detail="no socket")
    broken = NoEcho(wire=Wire(clock=FakeClock(), failure=ours), open_ports={PORT: True})
    assert why_not(await run(setting(broken))) is FailureKind.MISSING_PRIVILEGE
    given = setting(FakeProber(wire=wire()))
    nowhere = replace(given, subscriber=replace(given.subscriber, router=None))
    assert why_not(await run(nowhere)) is FailureKind.NOT_CONFIGURED
