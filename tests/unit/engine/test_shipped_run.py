"""The shipped playbooks with the real probes and the real judge, where nobody answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.engine.run import RunEnd, RunOrder, RunResult
from cpe_diag.engine.runner import run_playbook
from cpe_diag.judge.decide import decide, find
from cpe_diag.playbook.load import load_playbook, playbook_files
from cpe_diag.playbook.model import ProbeStep
from cpe_diag.playbook.vocabulary import Vocabulary
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeProber, FakeRouter, FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.wiring.knowledge import chooser, second_chooser, stopper

GIVES = {probe.id: probe.gives for probe in PROBES}


async def run(name: str, *, takes_s: float, failure: Failure | None, budget_s: float) -> RunResult:
    """Run a shipped playbook on a wire of the given kind."""
    clock = FakeClock()
    recorder = RunRecorder(clock)
    wire = Wire(clock=clock, takes_s=takes_s, failure=failure, recorder=recorder)
    doors = replace(
        fake_doors(clock, recorder),
        snmp=FakeSnmp(wire=wire),
        router=FakeRouter(wire=wire),
        prober=FakeProber(wire=wire),
    )
    words = Vocabulary(probes=frozenset(GIVES), findings=frozenset())
    order = RunOrder(
        run_id="run-1",
        playbook=load_playbook(name, words),
        setting=fake_setting(sample_subscriber(), doors),
        budget_s=budget_s,
        answers={},
        thresholds={},
        ticket=None,
    )
    return await run_playbook(
        order,
        catalogue=PROBES,
        judge=partial(decide, catalogue=GIVES),
        findings=find,
        next_probes=chooser(),
        second_probes=second_chooser(),
        enough=stopper(),
        on_progress=lambda _: None,
        ask_caller=lambda _: None,
    )


@pytest.mark.parametrize("name", sorted(playbook_files()))
async def test_a_failure_of_our_own_is_never_a_verdict_about_the_subscriber(name: str) -> None:
    """Our missing configuration gives an honest `undetermined`, to a desk that can go on."""
    ours = Failure(kind=FailureKind.NOT_CONFIGURED, where="here", detail="no credential")
    result = await run(name, takes_s=0.0, failure=ours, budget_s=900.0)
    assert result.verdict.domain is FaultDomain.UNDETERMINED
    assert result.destination is Destination.SECOND_LINE
    assert result.end is RunEnd.FINISHED


@pytest.mark.parametrize("name", sorted(playbook_files()))
async def test_silence_everywhere_ends_within_the_budget_and_is_routed(name: str) -> None:
    """The worst case for time: every question waits until its deadline."""
    result = await run(name, takes_s=9999.0, failure=None, budget_s=60.0)
    assert result.took_s <= 60.0
    assert result.steps[-1].kind == "route"
    assert result.steps[-1].state == "done"


@pytest.mark.parametrize("name", sorted(playbook_files()))
def test_the_traffic_of_a_silent_router_is_counted_before_it_is_sent_packets(name: str) -> None:
    """Its answers to us would pass for traffic of the home, and a router that hangs for alive."""
    words = Vocabulary(probes=frozenset(GIVES), findings=frozenset())
    steps = [step for step in load_playbook(name, words).steps if isinstance(step, ProbeStep)]
    for number, step in enumerate(steps):
        if "way_in" in step.probes and step.when is not None:
            before = [one for one in steps[:number] if "port_rates" in one.probes]
            assert any(one.when in {None, step.when} for one in before), step.id
