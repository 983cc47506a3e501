"""What each probe of a step waits for, found from what probes bring and read."""

from __future__ import annotations

import graphlib

import pytest

from cpe_diag.domain.evidence import FactKey
from cpe_diag.engine.plan import StepPlan, plan_step
from cpe_diag.testing.setting import Timed, timed_probe

QUICK = Timed()
PORT = timed_probe("port_state", FactKey("port_counters", "port"), as_=QUICK)
NEIGHBOURS = timed_probe("neighbour_ports", FactKey("port_counters", "neighbour/*"), as_=QUICK)
RATES = timed_probe(
    "port_rates", FactKey("port_rates", "port"), after=("port_counters[port]",), as_=QUICK
)
ALL_RATES = timed_probe(
    "all_rates", FactKey("port_rates", "port"), after=("port_counters",), as_=QUICK
)
SYSTEM = timed_probe("router_system", FactKey("router_system", "router"), as_=QUICK)
CATALOGUE = (PORT, NEIGHBOURS, RATES, ALL_RATES, SYSTEM)


def waits(plan: StepPlan) -> dict[str, set[str]]:
    """Give what each probe waits for."""
    return {planned.probe.id: set(planned.waits_for) for planned in plan.probes}


def planned(*asked: str, done: tuple[str, ...] = ()) -> StepPlan:
    """Plan a step of 20 s that begins now."""
    return plan_step(asked, catalogue=CATALOGUE, done=done, now=100.0, until=120.0)


def test_probes_that_need_nothing_of_each_other_wait_for_nothing() -> None:
    """They go out together."""
    assert waits(planned("router_system", "port_state")) == {
        "router_system": set(),
        "port_state": set(),
    }


def test_a_kind_of_fact_is_waited_for_from_all_who_bring_it() -> None:
    """`after` names a kind: all its subjects."""
    plan = planned("all_rates", "port_state", "neighbour_ports", "router_system")
    assert waits(plan)["all_rates"] == {"port_state", "neighbour_ports"}


def test_a_fact_with_its_subject_is_waited_for_from_the_one_who_brings_it() -> None:
    """The second sample of the port does not wait for the neighbours."""
    plan = planned("port_rates", "port_state", "neighbour_ports")
    assert waits(plan)["port_rates"] == {"port_state"}


def test_the_probe_that_brings_what_is_missing_is_run_too() -> None:
    """A playbook may name only what it wants to know."""
    assert waits(planned("port_rates")) == {"port_state": set(), "port_rates": {"port_state"}}


def test_a_probe_that_has_run_is_not_waited_for() -> None:
    """Its facts are in the evidence."""
    assert waits(planned("port_rates", done=("port_state",))) == {"port_rates": set()}


def test_probes_come_after_those_that_they_wait_for() -> None:
    """The order is good for reading the plan, too."""
    order = [one.probe.id for one in planned("port_rates", "router_system").probes]
    assert order.index("port_state") < order.index("port_rates")


def test_the_deadline_leaves_time_to_say_silent_before_the_cut() -> None:
    """`silent` blames the path; `out of time` blames us and tells nothing about the subscriber."""
    plan = planned("router_system")
    assert (plan.answer_by, plan.cut_at) == (119.0, 120.0)
    short = plan_step(["router_system"], catalogue=CATALOGUE, done=(), now=100.0, until=102.0)
    assert short.answer_by == pytest.approx(101.8)


def test_an_unknown_probe_is_a_bug() -> None:
    """The loader has checked the names against the same catalogue."""
    with pytest.raises(KeyError, match="port_stat"):
        planned("port_stat")


def test_probes_in_a_ring_are_a_bug() -> None:
    """Nobody would ever start."""
    ring = (
        timed_probe("a", FactKey("x", "port"), after=("y",), as_=QUICK),
        timed_probe("b", FactKey("y", "port"), after=("x",), as_=QUICK),
    )
    with pytest.raises(graphlib.CycleError):
        plan_step(["a"], catalogue=ring, done=(), now=0.0, until=1.0)
