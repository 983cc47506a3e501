"""What a run is given, made of fakes, and probes that only take time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.observations import Observed
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Clock, Doors, Recorder
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import (
    FakeHttp,
    FakeMemory,
    FakeProber,
    FakeResolver,
    FakeRouter,
    FakeSnmp,
    Wire,
)

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber


def fake_doors(clock: Clock | None = None, recorder: Recorder | None = None) -> Doors:
    """Make a set of doors behind which nobody answers anything.

    Args:
        clock: a FakeClock of its own if none is given.
        recorder: a RunRecorder of its own if none is given.

    Returns:
        The doors; put others in with `dataclasses.replace`.
    """
    clock = clock or FakeClock()
    recorder = recorder or RunRecorder(clock)
    wire = Wire(clock=clock, recorder=recorder)
    return Doors(
        clock=clock,
        snmp=FakeSnmp(wire=wire),
        modem=lambda address: FakeSnmp(wire=wire, node=f"modem {address}"),
        router=FakeRouter(wire=wire),
        prober=FakeProber(wire=wire),
        resolver=FakeResolver(wire=wire),
        http=FakeHttp(wire=wire),
        http_small=FakeHttp(wire=wire),
        recorder=recorder,
    )


def fake_setting(subscriber: Subscriber, doors: Doors | None = None) -> Setting:
    """Make a setting without drivers and targets; put others in with `dataclasses.replace`.

    Args:
        subscriber: whom the run is about.
        doors: from `fake_doors` if none are given.

    Returns:
        The setting.
    """
    doors = doors or fake_doors()
    return Setting(
        subscriber=subscriber,
        node_ports=(),
        access_driver=None,
        modem_driver=None,
        router_driver=None,
        reference=None,
        operator_resolver=None,
        platform=None,
        device_mac=None,
        sample_interval_s=1.0,
        doors=doors,
        finder=PortFinder(doors, FakeMemory()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How a timed probe behaves: one exchange of `takes_s` seconds, then `value` for all facts.

    It keeps its deadline (its facts are then not known: SILENT) unless it is `stubborn`, and
    raises `error` in place of an answer.
    """

    takes_s: float = 0.0
    value: object = "measured"
    stubborn: bool = False
    error: Exception | None = None


def timed_probe(name: str, *gives: FactKey, after: tuple[str, ...] = (), as_: Timed) -> Probe:
    """Make a probe that asks one question and takes its time.

    Args:
        name: its id, and the label of its exchange.
        gives: the facts that it brings.
        after: what it waits for.
        as_: how it behaves.

    Returns:
        The probe.
    """

    async def run(
        setting: Setting, _evidence: Evidence, deadline: float
    ) -> tuple[Measurement, ...]:
        clock, recorder = setting.doors.clock, setting.doors.recorder
        exchange = recorder.begin("test.ask", "nowhere", name)
        comes_at = clock.monotonic() + as_.takes_s
        late = comes_at > deadline and not as_.stubborn
        await clock.sleep_until(deadline if late else comes_at)
        recorder.end(exchange, failure=FailureKind.SILENT.value if late else None)
        if as_.error is not None:
            raise as_.error
        silent = Failure(kind=FailureKind.SILENT, where="nowhere", detail="no answer")
        known = Observed(value=as_.value, source=name, at=clock.now())
        return tuple(
            not_observed(key, silent, "test.ask", clock.now())
            if late
            else Measurement(key=key, observation=known)
            for key in gives
        )

    return Probe(id=name, title=name, asks=name, gives=gives, after=after, run=run)
