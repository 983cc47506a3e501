"""The SNMP door against agents that say exactly what a test wants: every trap that was seen."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.unit.transports.conftest import Request, ScriptedAgent, SnmpBench

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
IN_OCTETS = "1.3.6.1.2.1.2.2.1.10"
UP = bytes.fromhex("43020bb8")
SEVEN = bytes.fromhex("020107")
GET = 0xA0


async def failure_of(asked: Awaitable[object]) -> Failure:
    """Give the failure of a question that must fail."""
    with pytest.raises(MeasurementError) as caught:
        await asked
    return caught.value.failure


def all_seven(request: Request) -> bytes:
    """Answer 7 to everything."""
    return request.answer([(oid, UP if oid == SYS_UP_TIME else SEVEN) for oid in request.oids])


class TestValues:
    """What an agent encodes is what a probe gets."""

    @pytest.mark.parametrize(
        ("encoded", "value"),
        [
            pytest.param("0202f600", -2560, id="negative-with-low-byte-0"),
            pytest.param("0201ff", -1, id="minus-one"),
            pytest.param("020480000000", -(2**31), id="least-integer"),
            pytest.param("4204ffffffff", 2**32 - 1, id="gauge-encoded-as-minus-one"),
            pytest.param("4104ff000000", 0xFF000000, id="counter-encoded-negative"),
            pytest.param("420500ffffffff", 2**32 - 1, id="gauge-encoded-rightly"),
            pytest.param("4304fffffffe", 2**32 - 2, id="ticks-encoded-negative"),
            pytest.param("460900ffffffffffffffff", 2**64 - 1, id="counter64-at-its-end"),
            pytest.param("0403616200", b"ab\0", id="octets"),
            pytest.param("0400", b"", id="empty-octets"),
            pytest.param("40047f000001", "127.0.0.1", id="address"),
            pytest.param("06072b060104010a01", "1.3.6.1.4.1.10.1", id="object-id"),
            pytest.param("8000", None, id="no-such-object"),
            pytest.param("8100", None, id="no-such-instance"),
        ],
    )
    async def test_a_value_comes_as_the_agent_means_it(
        self, snmp: SnmpBench, encoded: str, value: object
    ) -> None:
        """A light level of -25.60 dBm read as -23.04 would send a technician for nothing."""
        agent = await snmp.agent(
            lambda request: request.answer(
                [(IN_OCTETS, bytes.fromhex(encoded)), (SYS_UP_TIME, UP)]
            )
        )
        found = await snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5))
        assert found == {IN_OCTETS: value}


class TestGet:
    """One answer for each object, or the true reason why not."""

    async def test_sys_up_time_is_asked_last_in_every_request(self, snmp: SnmpBench) -> None:
        """A cut answer loses its end first, and so shows that it was cut."""
        agent = await snmp.agent(all_seven)
        oids = [f"{IN_OCTETS}.{port}" for port in range(1, 39)]
        found = await snmp.door(agent.port).get([SYS_UP_TIME, *oids], deadline=snmp.within(5))
        assert found == {SYS_UP_TIME: 3000, **dict.fromkeys(oids, 7)}
        assert [len(request.oids) for request in agent.requests] == [32, 8]
        assert {request.oids[-1] for request in agent.requests} == {SYS_UP_TIME}

    async def test_at_most_two_requests_are_in_flight(self, snmp: SnmpBench) -> None:
        """Agents answer one after the other; a longer queue there only costs time."""
        held: list[Request] = []
        most = 0

        def hold(request: Request) -> None:
            nonlocal most
            held.append(request)
            most = max(most, len(held))
            if len(held) == 2 or len(agent.requests) == 5:
                for one in held:
                    agent.transport.sendto(all_seven(one), one.reply_to)
                held.clear()

        agent: ScriptedAgent = await snmp.agent(hold)
        oids = [f"{IN_OCTETS}.{port}" for port in range(1, 150)]
        assert len(await snmp.door(agent.port).get(oids, deadline=snmp.within(5))) == 149
        assert (len(agent.requests), most) == (5, 2)

    @pytest.mark.parametrize(
        ("status", "kind", "word"),
        [
            (5, FailureKind.DEVICE_ERROR, "genErr"),
            (6, FailureKind.FORBIDDEN, "noAccess"),
            (16, FailureKind.FORBIDDEN, "authorizationError"),
            (99, FailureKind.DEVICE_ERROR, "error-status 99"),
        ],
    )
    async def test_an_error_status_is_told_by_its_name(
        self, snmp: SnmpBench, status: int, kind: FailureKind, word: str
    ) -> None:
        """The fast library drops it; as an empty answer it would read as "no such object"."""
        agent = await snmp.agent(lambda request: request.error(status, 1))
        failure = await failure_of(snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5)))
        assert failure.kind is kind
        assert word in failure.detail

    async def test_an_answer_that_is_too_big_is_asked_in_smaller_parts(
        self, snmp: SnmpBench
    ) -> None:
        """An agent with a small buffer still gives everything; later reads ask for less."""

        def small(request: Request) -> bytes:
            return all_seven(request) if len(request.oids) <= 6 else request.error(1)

        agent = await snmp.agent(small)
        door = snmp.door(agent.port)
        oids = [f"{IN_OCTETS}.{port}" for port in range(1, 11)]
        assert await door.get(oids, deadline=snmp.within(5)) == dict.fromkeys(oids, 7)
        agent.requests.clear()
        assert await door.get(oids, deadline=snmp.within(5)) == dict.fromkeys(oids, 7)
        assert [len(request.oids) for request in agent.requests] == [6, 6]

    async def test_one_object_that_is_too_big_is_an_error_of_the_device(
        self, snmp: SnmpBench
    ) -> None:
        """Halving has to end somewhere."""
        agent = await snmp.agent(lambda request: request.error(1))
        failure = await failure_of(snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5)))
        assert (failure.kind, "tooBig" in failure.detail) == (FailureKind.DEVICE_ERROR, True)

    async def test_a_cut_answer_is_never_read_as_missing_objects(self, snmp: SnmpBench) -> None:
        """A cut answer never lies (law 10)."""
        agent = await snmp.agent(
            lambda request: request.answer([(oid, SEVEN) for oid in request.oids[:1]])
        )
        failure = await failure_of(
            snmp.door(agent.port).get(
                [f"{IN_OCTETS}.1", f"{IN_OCTETS}.2"], deadline=snmp.within(5)
            )
        )
        assert failure.kind is FailureKind.UNPARSEABLE
        assert "1 of 3 objects" in failure.detail

    async def test_objects_that_nobody_asked_for_are_refused(self, snmp: SnmpBench) -> None:
        """Another port's counters would be believed to be the customer's."""
        agent = await snmp.agent(
            lambda request: request.answer([(f"{IN_OCTETS}.8", SEVEN), (SYS_UP_TIME, UP)])
        )
        failure = await failure_of(
            snmp.door(agent.port).get([f"{IN_OCTETS}.7"], deadline=snmp.within(5))
        )
        assert failure.kind is FailureKind.UNPARSEABLE
        assert f"{IN_OCTETS}.8" in failure.detail

    async def test_an_odd_answer_is_asked_again_and_then_believed(self, snmp: SnmpBench) -> None:
        """One bad moment of an agent is no fault of the line."""

        def once_empty(request: Request) -> bytes:
            return all_seven(request) if agent.requests[1:] else request.error(5)

        agent: ScriptedAgent = await snmp.agent(once_empty)
        found = await snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5))
        assert found == {IN_OCTETS: 7}

    async def test_garbage_is_unparseable_not_silence(self, snmp: SnmpBench) -> None:
        """It answered: the path is good, and the fault is in the device."""
        agent = await snmp.agent(lambda _request: b"\x30\x82garbage")
        failure = await failure_of(
            snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(0.5))
        )
        assert failure.kind is FailureKind.UNPARSEABLE

    @pytest.mark.parametrize("size", [1, 5, 20, 40])
    async def test_an_answer_cut_in_the_packet_is_unparseable(
        self, snmp: SnmpBench, size: int
    ) -> None:
        """A cut packet is neither silence nor a value."""
        agent = await snmp.agent(lambda request: all_seven(request)[:size])
        failure = await failure_of(
            snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(0.3))
        )
        assert failure.kind is FailureKind.UNPARSEABLE


class TestWhoAnswers:
    """Only the answer to our own question, from the agent that was asked, counts."""

    async def test_answers_to_other_requests_are_passed_over(self, snmp: SnmpBench) -> None:
        """A late answer to an earlier request holds old values."""

        def late(request: Request) -> list[bytes]:
            pairs = [(IN_OCTETS, b"\x02\x01\x09"), (SYS_UP_TIME, UP)]
            return [
                request.answer(pairs, request_id=request.request_id - 1),
                request.answer(pairs, community="another"),
                all_seven(request),
            ]

        agent = await snmp.agent(late)
        found = await snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5))
        assert found == {IN_OCTETS: 7}

    async def test_answers_from_another_port_are_passed_over(self, snmp: SnmpBench) -> None:
        """Anybody can send a packet with our address on it."""
        other = await snmp.agent(lambda _request: None)

        def from_elsewhere(request: Request) -> bytes:
            forged = request.answer([(IN_OCTETS, b"\x02\x01\x09"), (SYS_UP_TIME, UP)])
            other.transport.sendto(forged, request.reply_to)
            return all_seven(request)

        agent = await snmp.agent(from_elsewhere)
        found = await snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5))
        assert found == {IN_OCTETS: 7}

    async def test_the_second_opinion_is_as_strict(self, snmp: SnmpBench) -> None:
        """The slower library takes any packet with the right request id; the door does not."""
        other = await snmp.agent(lambda _request: None)

        def forged_second(request: Request) -> list[bytes]:
            if len(agent.requests) == 1:
                return [request.error(5)]
            forged = request.answer([(IN_OCTETS, b"\x02\x01\x09"), (SYS_UP_TIME, UP)])
            other.transport.sendto(forged, request.reply_to)
            foreign = request.answer(
                [(IN_OCTETS, b"\x02\x01\x09"), (SYS_UP_TIME, UP)], community="another"
            )
            return [b"\x30\x82garbage", foreign, all_seven(request)]

        agent: ScriptedAgent = await snmp.agent(forged_second)
        found = await snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5))
        assert found == {IN_OCTETS: 7}


class TestSilence:
    """Silence ends at the deadline, and is told apart from a refusal."""

    async def test_a_silent_agent_ends_at_the_deadline_with_a_hint(self, snmp: SnmpBench) -> None:
        """A v2c agent that refuses the community is silent too: the message has to say so."""
        agent = await snmp.agent(lambda _request: None)
        deadline = snmp.within(0.2)
        failure = await failure_of(snmp.door(agent.port).get([IN_OCTETS], deadline=deadline))
        assert failure.kind is FailureKind.SILENT
        assert "community" in (failure.next_step or "")
        assert snmp.clock.monotonic() < deadline + 1

    async def test_stray_packets_do_not_put_off_the_deadline(self, snmp: SnmpBench) -> None:
        """The library's own timeout starts again with every packet."""

        def stray(request: Request) -> None:
            def again() -> None:
                wrong = request.answer([(SYS_UP_TIME, UP)], request_id=1)
                agent.transport.sendto(wrong, request.reply_to)
                if snmp.clock.monotonic() < deadline + 2 and not agent.transport.is_closing():
                    loop.call_later(0.02, again)

            again()

        loop = asyncio.get_running_loop()
        agent: ScriptedAgent = await snmp.agent(stray)
        deadline = snmp.within(0.2)
        failure = await failure_of(snmp.door(agent.port).get([IN_OCTETS], deadline=deadline))
        assert failure.kind is FailureKind.SILENT
        assert snmp.clock.monotonic() < deadline + 1

    async def test_a_lost_request_is_sent_again(self, snmp: SnmpBench) -> None:
        """UDP loses packets; reading twice does no harm."""
        agent: ScriptedAgent = await snmp.agent(
            lambda request: all_seven(request) if len(agent.requests) > 1 else None
        )
        found = await snmp.door(agent.port).get([IN_OCTETS], deadline=snmp.within(5))
        assert found == {IN_OCTETS: 7}
        outcomes = [exchange.failure for exchange in snmp.recorder.trace(start_s=0.0)]
        assert outcomes == ["silent", None]

    async def test_a_port_without_an_agent_refuses(
        self, snmp: SnmpBench, closed_port: int
    ) -> None:
        """The host lives and its agent does not: another desk than for a dead node."""
        deadline = snmp.within(5)
        failure = await failure_of(snmp.door(closed_port).get([IN_OCTETS], deadline=deadline))
        assert failure.kind is FailureKind.REFUSED
        assert snmp.clock.monotonic() < deadline - 3

    async def test_a_question_that_never_got_its_turn_is_our_own_failure(
        self, snmp: SnmpBench
    ) -> None:
        """It was never asked, so the node's silence is not its reason."""
        agent = await snmp.agent(lambda _request: None)
        door = snmp.door(agent.port)
        async with asyncio.TaskGroup() as group:
            first = [
                group.create_task(failure_of(door.get([IN_OCTETS], deadline=snmp.within(2.0))))
                for _one in range(2)
            ]
            late = group.create_task(failure_of(door.get([IN_OCTETS], deadline=snmp.within(0.1))))
        assert [task.result().kind for task in first] == [FailureKind.SILENT] * 2
        assert late.result().kind is FailureKind.OUT_OF_TIME

    async def test_a_node_that_never_answered_is_given_up_for_every_question_at_once(
        self, snmp: SnmpBench
    ) -> None:
        """A caller waits: ten questions to a dead node must not take ten times its silence."""
        agent = await snmp.agent(lambda _request: None)
        door = snmp.door(agent.port, silent_after_s=0.2)
        deadline = snmp.within(60)
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(failure_of(door.get([IN_OCTETS], deadline=deadline)))
                for _one in range(6)
            ]
        assert {task.result().kind for task in asked} == {FailureKind.SILENT}
        assert len(agent.requests) == 2
        later = await failure_of(door.get([IN_OCTETS], deadline=deadline))
        assert later.kind is FailureKind.SILENT
        assert len(agent.requests) == 2
        assert snmp.clock.monotonic() < deadline - 50

    async def test_a_node_that_has_answered_gets_all_the_time_of_a_question(
        self, snmp: SnmpBench
    ) -> None:
        """A busy node that loses packets is not a dead node."""
        agent = await snmp.agent(
            lambda request: None if len(agent.requests) == 2 else all_seven(request)
        )
        door = snmp.door(agent.port, silent_after_s=0.2)
        await door.get([IN_OCTETS], deadline=snmp.within(60))
        found = await door.get([IN_OCTETS], deadline=snmp.within(60))
        assert found == {IN_OCTETS: 7}
        assert len(agent.requests) == 3

    async def test_a_cancelled_question_leaves_the_door_usable(self, snmp: SnmpBench) -> None:
        """Cancellation passes through, and gives its place at the node back."""
        asked = asyncio.Event()

        def second_on(request: Request) -> bytes | None:
            asked.set()
            return all_seven(request) if len(agent.requests) > 2 else None

        agent: ScriptedAgent = await snmp.agent(second_on)
        door = snmp.door(agent.port)
        for _place in range(2):
            asked.clear()
            task = asyncio.create_task(door.get([IN_OCTETS], deadline=snmp.within(60)))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await door.get([IN_OCTETS], deadline=snmp.within(5)) == {IN_OCTETS: 7}
        outcomes = [exchange.failure for exchange in snmp.recorder.trace(start_s=0.0)]
        assert outcomes == ["cancelled", "cancelled", None]

    async def test_a_name_that_does_not_resolve_is_our_own_failure(self, snmp: SnmpBench) -> None:
        """A gap in the inventory or our own DNS is no evidence about the node."""
        door = snmp.door(161, address="no-such-node.invalid")
        failure = await failure_of(door.get([IN_OCTETS], deadline=snmp.within(5)))
        assert failure.kind is FailureKind.NOT_CONFIGURED
        assert "no-such-node.invalid" in failure.detail


class TestRows:
    """A column is read as far as it goes, and never in circles."""

    @staticmethod
    def rows(request: Request, *indexes: int, column: str = IN_OCTETS) -> bytes:
        """Answer 7 at these indexes."""
        return request.answer([(f"{column}.{index}", SEVEN) for index in indexes])

    async def test_rows_end_with_their_column(self, snmp: SnmpBench) -> None:
        """What follows in the MIB belongs to another column."""
        agent = await snmp.agent(
            lambda request: request.answer(
                [
                    (f"{IN_OCTETS}.3", SEVEN),
                    (f"{IN_OCTETS}.9", SEVEN),
                    (f"{IN_OCTETS[:-1]}1.1", UP),
                ]
            )
        )
        found = await snmp.door(agent.port).next_rows(
            IN_OCTETS, after="", max_rows=10, deadline=snmp.within(5)
        )
        assert found == ((f"{IN_OCTETS}.3", 7), (f"{IN_OCTETS}.9", 7))
        assert [(one.third, one.oids) for one in agent.requests] == [(10, (IN_OCTETS,))]

    async def test_a_read_begins_after_an_index(self, snmp: SnmpBench) -> None:
        """A bounded read goes on where the last one ended."""
        agent = await snmp.agent(lambda request: self.rows(request, 6, 7))
        found = await snmp.door(agent.port).next_rows(
            IN_OCTETS, after="5", max_rows=2, deadline=snmp.within(5)
        )
        assert [oid for oid, _value in found] == [f"{IN_OCTETS}.6", f"{IN_OCTETS}.7"]
        assert agent.requests[0].oids == (f"{IN_OCTETS}.5",)

    async def test_fewer_rows_than_asked_are_asked_for_again(self, snmp: SnmpBench) -> None:
        """An agent sends what fits its packet; fewer rows must mean that there are no more."""

        def two_at_a_time(request: Request) -> bytes:
            last = request.oids[0].removeprefix(IN_OCTETS)
            first = int(last[1:]) + 1 if last else 1
            if first > 4:
                return self.rows(request, first, column="1.3.6.1.2.1.2.2.1.11")
            return self.rows(request, first, first + 1)

        agent = await snmp.agent(two_at_a_time)
        found = await snmp.door(agent.port).next_rows(
            IN_OCTETS, after="", max_rows=10, deadline=snmp.within(5)
        )
        assert [oid for oid, _value in found] == [f"{IN_OCTETS}.{index}" for index in (1, 2, 3, 4)]
        assert [request.third for request in agent.requests] == [10, 8, 6]

    @pytest.mark.parametrize("indexes", [(1, 2, 2), (2, 1), (5,), (4, 6)])
    async def test_rows_that_do_not_advance_are_refused(
        self, snmp: SnmpBench, indexes: tuple[int, ...]
    ) -> None:
        """A walk around such an agent would never end."""
        agent = await snmp.agent(lambda request: self.rows(request, *indexes))
        after = "5" if indexes[0] > 3 else ""
        failure = await failure_of(
            snmp.door(agent.port).next_rows(
                IN_OCTETS, after=after, max_rows=10, deadline=snmp.within(5)
            )
        )
        assert failure.kind is FailureKind.INCOMPLETE

    async def test_an_agent_that_repeats_its_answer_is_refused(self, snmp: SnmpBench) -> None:
        """It ignores where the read should go on."""
        agent = await snmp.agent(lambda request: self.rows(request, 1, 2))
        failure = await failure_of(
            snmp.door(agent.port).next_rows(
                IN_OCTETS, after="", max_rows=10, deadline=snmp.within(5)
            )
        )
        assert failure.kind is FailureKind.INCOMPLETE

    async def test_the_end_of_the_mib_is_an_end_and_no_error(self, snmp: SnmpBench) -> None:
        """The fast library gives the same emptiness for both."""
        agent = await snmp.agent(lambda request: request.answer([(request.oids[0], b"\x82\x00")]))
        found = await snmp.door(agent.port).next_rows(
            IN_OCTETS, after="", max_rows=10, deadline=snmp.within(5)
        )
        assert found == ()

    async def test_an_error_is_no_end(self, snmp: SnmpBench) -> None:
        """An empty table of learned MACs is evidence; an error is none."""
        agent = await snmp.agent(lambda request: request.error(5, 1))
        failure = await failure_of(
            snmp.door(agent.port).next_rows(
                IN_OCTETS, after="", max_rows=10, deadline=snmp.within(5)
            )
        )
        assert failure.kind is FailureKind.DEVICE_ERROR

    async def test_an_answer_beyond_the_fast_librarys_buffer_is_read(
        self, snmp: SnmpBench
    ) -> None:
        """Its buffer holds some 4 kB; 50 long names are more."""
        long = b"\x04\x78" + b"x" * 120

        def many(request: Request) -> bytes:
            return request.answer([(f"{IN_OCTETS}.{index}", long) for index in range(1, 51)])

        agent = await snmp.agent(many)
        found = await snmp.door(agent.port).next_rows(
            IN_OCTETS, after="", max_rows=50, deadline=snmp.within(5)
        )
        assert [value for _oid, value in found] == [b"x" * 120] * 50

    @pytest.mark.parametrize("max_rows", [0, 51])
    async def test_a_read_without_bounds_is_a_bug(
        self, snmp: SnmpBench, closed_port: int, max_rows: int
    ) -> None:
        """A probe may not walk tables."""
        with pytest.raises(ValueError, match="expected 1 to 50"):
            await snmp.door(closed_port).next_rows(
                IN_OCTETS, after="", max_rows=max_rows, deadline=snmp.within(5)
            )


class TestRecord:
    """Every request is in the trace, and no secret is anywhere."""

    async def test_requests_and_answers_are_recorded(self, snmp: SnmpBench) -> None:
        """The trace is what the critical path and the raw answers of a bundle come from."""
        agent = await snmp.agent(
            lambda request: request.answer(
                [
                    (f"{IN_OCTETS}.1", b"\x04\x04port"),
                    (f"{IN_OCTETS}.2", b"\x04\x02\xff\x00"),
                    (f"{IN_OCTETS}.3", b"\x80\x00"),
                    (SYS_UP_TIME, UP),
                ]
            )
        )
        oids = [f"{IN_OCTETS}.{index}" for index in (1, 2, 3)]
        await snmp.door(agent.port).get(oids, deadline=snmp.within(5))
        (exchange,) = snmp.recorder.trace(start_s=0.0)
        (raw,) = snmp.recorder.raw_answers()
        assert (exchange.operation, exchange.target, exchange.label, exchange.round_trips) == (
            "snmp.get",
            "an-1",
            f"4 objects from {IN_OCTETS}.1",
            1,
        )
        assert raw.text.splitlines() == [
            f'{IN_OCTETS}.1 = "port"',
            f"{IN_OCTETS}.2 = 0xff00",
            f"{IN_OCTETS}.3 = noSuchObject",
            f"{SYS_UP_TIME} = 3000",
        ]

    async def test_two_parts_of_one_question_wait_for_each_other_nowhere(
        self, snmp: SnmpBench
    ) -> None:
        """They travel together, so the critical path counts one of them."""
        agent = await snmp.agent(all_seven)
        door = snmp.door(agent.port)
        oids = [f"{IN_OCTETS}.{port}" for port in range(1, 39)]
        await door.get(oids, deadline=snmp.within(5))
        await door.get(oids[:1], deadline=snmp.within(5))
        assert [one.waited_for for one in snmp.recorder.trace(start_s=0.0)] == [(), (), (1, 2)]


def test_the_slow_library_is_not_loaded_with_the_door() -> None:
    """It costs 80 ms at the start of every command, and is rarely needed."""
    code = (
        "import sys, cpe_diag.transports.snmp; "
        "sys.exit(any(name.split('.')[0] in ('pysnmp', 'pyasn1') for name in sys.modules))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own text
