"""The trace says what really waited for what, whoever asked on whose behalf."""

from __future__ import annotations

import asyncio

from cpe_diag.engine.recorder import UNFINISHED, RunRecorder
from cpe_diag.testing.clock import FakeClock


def waits(recorder: RunRecorder) -> dict[str, tuple[int, ...]]:
    """Give what each exchange waited for, by its label."""
    return {one.label: one.waited_for for one in recorder.trace(start_s=0.0)}


async def ask(recorder: RunRecorder, clock: FakeClock, label: str, seconds: float = 1.0) -> None:
    """Make one exchange."""
    exchange = recorder.begin("test.ask", "nowhere", label)
    await clock.sleep_until(clock.monotonic() + seconds)
    recorder.end(exchange)


async def test_questions_of_one_task_wait_for_each_other() -> None:
    """The second question of a chain could not go out before the first answer."""
    clock = FakeClock()
    recorder = RunRecorder(clock)
    for label in ("a", "b", "c"):
        await ask(recorder, clock, label)
    assert waits(recorder) == {"a": (), "b": (1,), "c": (2,)}


async def test_two_questions_in_flight_in_one_task_do_not_wait_for_each_other() -> None:
    """What comes after both has waited for both."""
    clock = FakeClock()
    recorder = RunRecorder(clock)
    first = recorder.begin("test.ask", "nowhere", "first")
    second = recorder.begin("test.ask", "nowhere", "second")
    recorder.end(first)
    recorder.end(second)
    await ask(recorder, clock, "after both")
    assert waits(recorder) == {"first": (), "second": (), "after both": (1, 2)}


async def test_a_child_inherits_and_its_siblings_do_not_wait_for_it() -> None:
    """Concurrent questions must not look like a chain: the critical path would flatter us."""
    clock = FakeClock()
    recorder = RunRecorder(clock)
    await ask(recorder, clock, "before")

    async def child(label: str, seconds: float) -> None:
        await ask(recorder, clock, label, seconds)
        await ask(recorder, clock, f"{label} again", seconds)

    async with asyncio.TaskGroup() as group:
        group.create_task(child("fast", 1.0))
        group.create_task(child("slow", 5.0))
    assert waits(recorder) == {
        "before": (),
        "fast": (1,),
        "slow": (1,),
        "fast again": (2,),
        "slow again": (3,),
    }


async def test_after_a_scope_the_parent_has_seen_what_its_children_saw() -> None:
    """A question after a TaskGroup has waited for its last answers, not only for its first."""
    clock = FakeClock()
    recorder = RunRecorder(clock)
    with recorder.scope():
        async with asyncio.TaskGroup() as group:
            group.create_task(ask(recorder, clock, "one"))
            group.create_task(ask(recorder, clock, "two"))
    await ask(recorder, clock, "then")
    assert waits(recorder)["then"] == (1, 2)


async def test_a_worker_that_asks_for_others_waits_for_what_they_had_seen() -> None:
    """One worker holds the router's connection; the chain runs through those who asked it."""
    clock = FakeClock()
    recorder = RunRecorder(clock)
    await ask(recorder, clock, "by the worker itself, for somebody else")
    worker_seen = recorder.seen()

    async def asker(label: str) -> None:
        await ask(recorder, clock, label)
        wanted = recorder.seen()
        batch = recorder.begin("ssh.exec", "router", f"for {label}", after=wanted)
        recorder.end(batch)
        recorder.join((batch,))
        await ask(recorder, clock, f"then {label}")

    await asyncio.create_task(asker("gateway"))
    assert worker_seen == {1}
    assert waits(recorder)["for gateway"] == (2,)
    assert waits(recorder)["then gateway"] == (3,)


async def test_an_exchange_that_never_ended_is_in_the_trace_and_says_so() -> None:
    """What was cut in the middle is what one looks for afterwards."""
    clock = FakeClock(monotonic_s=50.0)
    recorder = RunRecorder(clock)
    recorder.begin("snmp.get", "an-1", "the port")
    clock.advance(3.0)
    (exchange,) = recorder.trace(start_s=49.0)
    assert (exchange.started_s, exchange.ended_s) == (1.0, 4.0)
    assert exchange.failure == UNFINISHED


async def test_two_recorders_do_not_see_each_others_exchanges() -> None:
    """Two runs in one process, one after the other in one task, have traces of their own."""
    clock = FakeClock()
    first, second = RunRecorder(clock), RunRecorder(clock)
    await ask(first, clock, "first run")
    assert second.seen() == frozenset()
    await ask(second, clock, "second run")
    assert waits(second) == {"second run": ()}


def test_without_a_redaction_no_raw_answer_is_kept() -> None:
    """A forgotten argument must not save a customer's password."""
    recorder = RunRecorder(FakeClock())
    exchange = recorder.begin("ssh.exec", "router", "uci show")
    recorder.raw(exchange, device="router", question="uci show", text="key='secret'")
    assert recorder.raw_answers() == ()


def test_only_what_the_redaction_leaves_is_kept() -> None:
    """Redaction is at record time, so that nothing else can ever be saved."""
    recorder = RunRecorder(
        FakeClock(), redact=lambda device, question, text: f"{device} {question} {len(text)}"
    )
    exchange = recorder.begin("ssh.exec", "router", "uci show")
    recorder.raw(exchange, device="router", question="uci show", text="key='secret'")
    assert [raw.text for raw in recorder.raw_answers()] == ["router uci show 12"]
