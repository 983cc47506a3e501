"""Tables over a real socket: several columns in one GETBULK, whatever an agent makes of it."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.transports.snmp import BULK
from tests.unit.transports.conftest import END_OF_MIB_VIEW, integer, tlv

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from tests.unit.transports.conftest import Request, Script, SnmpBench

FREQUENCY = "1.3.6.1.2.1.10.127.1.1.1.1.2"
POWER = "1.3.6.1.2.1.10.127.1.1.1.1.6"
ANNEX = "1.3.6.1.2.1.10.127.1.1.1.1.7"
TOO_BIG = 1
GENERAL_ERROR = 5

ROWS = (3, 48, 49, 50, 51)
HELD = {f"{column}.{row}": row for column in (FREQUENCY, POWER, ANNEX) for row in ROWS}


def numbers(oid: str) -> tuple[int, ...]:
    """Give the order of object identifiers."""
    return tuple(int(part) for part in oid.split("."))


def agent_with(held: Mapping[str, int], *, most: int = 1000, tolerates: int = 1000) -> Script:
    """Make an agent that sends at most `most` variables and says tooBig above `tolerates`."""
    order = sorted(held, key=numbers)
    keys = [numbers(oid) for oid in order]

    def answer(request: Request) -> bytes:
        if len(request.oids) * request.third > tolerates:
            return request.error(TOO_BIG)
        variables: list[tuple[str, bytes]] = []
        names = list(request.oids)
        for _ in range(request.third):
            for at, name in enumerate(names):
                place = bisect_right(keys, numbers(name))
                if place == len(order):
                    variables.append((name, END_OF_MIB_VIEW))
                    continue
                names[at] = order[place]
                variables.append((names[at], integer(held[names[at]])))
        return request.answer(variables[:most])

    return answer


async def failure_of(asked: Awaitable[object]) -> Failure:
    """Give the failure of a table that cannot be read."""
    with pytest.raises(MeasurementError) as caught:
        await asked
    assert caught.value.operation == BULK
    return caught.value.failure


async def test_columns_come_together_in_one_request(snmp: SnmpBench) -> None:
    """Column by column, 32 channels would take more requests than a subscriber check may."""
    agent = await snmp.agent(agent_with(HELD))
    table = await snmp.door(agent.port).table(
        [FREQUENCY, POWER], prefix="", max_rows=16, deadline=snmp.within(5)
    )
    assert dict(table.rows) == {str(row): {FREQUENCY: row, POWER: row} for row in ROWS}
    assert table.is_whole
    assert [request.oids for request in agent.requests] == [(FREQUENCY, POWER)]


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9])
async def test_what_does_not_fit_is_asked_for_again(snmp: SnmpBench, most: int) -> None:
    """An agent may end its answer in the middle of a row."""
    agent = await snmp.agent(agent_with(HELD, most=most))
    table = await snmp.door(agent.port).table(
        [FREQUENCY, POWER], prefix="", max_rows=16, deadline=snmp.within(5)
    )
    assert dict(table.rows) == {str(row): {FREQUENCY: row, POWER: row} for row in ROWS}
    assert table.is_whole


async def test_an_agent_that_finds_it_too_big_is_asked_for_less(snmp: SnmpBench) -> None:
    """Where the limit is, is learned once, and kept for the next table."""
    agent = await snmp.agent(agent_with(HELD, tolerates=8))
    door = snmp.door(agent.port)
    for _ in range(2):
        table = await door.table(
            [FREQUENCY, POWER], prefix="", max_rows=16, deadline=snmp.within(5)
        )
        assert len(table.rows) == len(ROWS)
    sizes = [len(request.oids) * request.third for request in agent.requests]
    assert sizes[0] > 8
    assert max(sizes[-2:]) <= 8


async def test_an_agent_to_which_one_row_is_too_big_is_an_error(snmp: SnmpBench) -> None:
    """Asking for less and less must end."""
    agent = await snmp.agent(agent_with(HELD, tolerates=1))
    failure = await failure_of(
        snmp.door(agent.port).table(
            [FREQUENCY, POWER], prefix="", max_rows=16, deadline=snmp.within(5)
        )
    )
    assert failure.kind is FailureKind.DEVICE_ERROR


async def test_rows_below_a_prefix_end_with_it(snmp: SnmpBench) -> None:
    """The rows of the next modem of a CMTS follow at once."""
    held = {f"{POWER}.{modem}.{row}": row for modem in (11, 12, 13) for row in (7, 8)}
    agent = await snmp.agent(agent_with(held))
    table = await snmp.door(agent.port).table(
        [POWER], prefix="12", max_rows=16, deadline=snmp.within(5)
    )
    assert list(table.rows) == ["7", "8"]


COUNTER32, GAUGE32, TIME_TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
"""RFC 2578 section 7.1, with the tags of RFC 1902 section 2."""


@pytest.mark.parametrize("tag", [COUNTER32, GAUGE32, TIME_TICKS, COUNTER64])
async def test_counters_gauges_and_ticks_are_numbers_too(snmp: SnmpBench, tag: int) -> None:
    """Codewords and T3 timeouts are counters; read as nothing, they would look unsupported."""

    def answer(request: Request) -> bytes:
        first = request.oids == (POWER,)
        return request.answer(
            [(f"{POWER}.3", tlv(tag, b"\x12\x34")) if first else (POWER, END_OF_MIB_VIEW)]
        )

    agent = await snmp.agent(answer)
    table = await snmp.door(agent.port).table(
        [POWER], prefix="", max_rows=16, deadline=snmp.within(5)
    )
    assert dict(table.rows) == {"3": {POWER: 0x1234}}


async def test_an_error_is_no_empty_table(snmp: SnmpBench) -> None:
    """A modem without channels is evidence; an error is none."""
    agent = await snmp.agent(lambda request: request.error(GENERAL_ERROR, 1))
    failure = await failure_of(
        snmp.door(agent.port).table([POWER], prefix="", max_rows=16, deadline=snmp.within(5))
    )
    assert failure.kind is FailureKind.DEVICE_ERROR


async def test_an_answer_without_variables_is_no_empty_table(snmp: SnmpBench) -> None:
    """RFC 3416 has no such answer."""
    agent = await snmp.agent(lambda request: request.answer([]))
    failure = await failure_of(
        snmp.door(agent.port).table([POWER], prefix="", max_rows=16, deadline=snmp.within(5))
    )
    assert failure.kind is FailureKind.UNPARSEABLE


async def test_an_agent_that_repeats_its_rows_is_refused(snmp: SnmpBench) -> None:
    """A walk around it would never end."""
    agent = await snmp.agent(lambda request: request.answer([(f"{POWER}.3", integer(1))]))
    failure = await failure_of(
        snmp.door(agent.port).table([POWER], prefix="", max_rows=16, deadline=snmp.within(5))
    )
    assert failure.kind is FailureKind.INCOMPLETE


async def test_one_lost_answer_is_asked_for_again(snmp: SnmpBench) -> None:
    """A coaxial plant with noise loses packets; that is when it is asked."""
    answers = agent_with(HELD)
    lost: list[Request] = []

    def loses_one(request: Request) -> bytes | list[bytes] | None:
        if not lost:
            lost.append(request)
            return None
        return answers(request)

    agent = await snmp.agent(loses_one)
    table = await snmp.door(agent.port).table(
        [POWER], prefix="", max_rows=16, deadline=snmp.within(10)
    )
    assert len(table.rows) == len(ROWS)


async def test_silence_is_silence_by_the_deadline(snmp: SnmpBench) -> None:
    """The modem without power is the usual case."""
    agent = await snmp.agent(lambda _request: None)
    deadline = snmp.within(0.5)
    failure = await failure_of(
        snmp.door(agent.port).table([POWER], prefix="", max_rows=16, deadline=deadline)
    )
    assert failure.kind is FailureKind.SILENT
    assert snmp.clock.monotonic() <= deadline + 0.3


async def test_every_request_is_recorded(snmp: SnmpBench) -> None:
    """The trace is what the count of requests is taken from."""
    agent = await snmp.agent(agent_with(HELD))
    await snmp.door(agent.port).table(
        [FREQUENCY, POWER], prefix="", max_rows=16, deadline=snmp.within(5)
    )
    (exchange,) = snmp.recorder.trace(start_s=0.0)
    assert (exchange.operation, exchange.failure) == (BULK, None)
    (raw,) = snmp.recorder.raw_answers()
    assert f"{POWER}.48 = 48" in raw.text


@pytest.mark.parametrize(("columns", "max_rows"), [((POWER,), 0), ((POWER,), 129), ((), 1)])
async def test_a_table_without_bounds_is_a_bug(
    snmp: SnmpBench, closed_port: int, columns: tuple[str, ...], max_rows: int
) -> None:
    """A probe may not walk tables."""
    with pytest.raises(ValueError, match="expected 1 to 128"):
        await snmp.door(closed_port).table(
            columns, prefix="", max_rows=max_rows, deadline=snmp.within(5)
        )
