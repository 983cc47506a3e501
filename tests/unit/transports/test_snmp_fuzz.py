"""Damaged, doubled and late answers of an agent: a clear failure or the true value, never a hang.

Every case is made from a seed of the lists below; a seed that once found a fault stays in them.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.transports.conftest import Request, SnmpBench

SYS_UP_TIME: Final = "1.3.6.1.2.1.1.3.0"
IN_OCTETS: Final = "1.3.6.1.2.1.2.2.1.10"
UP: Final = bytes.fromhex("43020bb8")
SEVEN: Final = bytes.fromhex("020107")
PORTS: Final = 5

SEEDS: Final = tuple(range(60))
TOGETHER: Final = 20
"""So many cases at a time: most of them wait for their deadline and for nothing else."""

WITHIN_S: Final = 0.4
"""The deadline of each case; a door that does not keep it is cut by the test's own limit."""


def right(request: Request) -> bytes:
    """Answer as an honest agent does."""
    return request.answer([(oid, UP if oid == SYS_UP_TIME else SEVEN) for oid in request.oids])


def cut(rng: random.Random, packet: bytes) -> bytes:
    """End somewhere."""
    return packet[: rng.randrange(len(packet))]


def longer(rng: random.Random, packet: bytes) -> bytes:
    """Go on with noise, up to beyond a datagram of Ethernet."""
    return packet + rng.randbytes(rng.choice((1, 40, 1500, 9000, 60_000)))


def flipped(rng: random.Random, packet: bytes) -> bytes:
    """Change some of the bytes in front of the values: lengths, tags, the PDU's own numbers."""
    damaged = bytearray(packet)
    for _ in range(rng.randint(1, 4)):
        damaged[rng.randrange(40)] = rng.randrange(256)
    return bytes(damaged)


def noise(rng: random.Random, packet: bytes) -> bytes:
    """Send anything but an answer."""
    return rng.randbytes(len(packet))


def inner_length(rng: random.Random, packet: bytes) -> bytes:
    """Lie about one length in the middle."""
    at = rng.randrange(20, len(packet))
    return packet[:at] + bytes([rng.choice((0, 0x7F, 0x80, 0x84, 0xFF))]) + packet[at + 1 :]


DAMAGES: Final = (cut, longer, flipped, noise, inner_length)


async def outcome(
    snmp: SnmpBench, damage: Callable[[random.Random, bytes], bytes], seed: int
) -> str:
    """Ask an agent that damages every answer in the same way, and say what came of it."""

    def damaged(request: Request) -> bytes:
        return damage(random.Random(seed), right(request))  # noqa: S311 - no secret hangs on it

    agent = await snmp.agent(damaged)
    door = snmp.door(agent.port, silent_after_s=WITHIN_S)
    oids = [f"{IN_OCTETS}.{port}" for port in range(1, PORTS + 1)]
    try:
        async with asyncio.timeout(WITHIN_S + 6.0):
            found = await door.get(oids, deadline=snmp.within(WITHIN_S))
    except MeasurementError as error:
        return error.failure.kind.value
    assert set(found) == set(oids)
    return "answered"


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
async def test_a_damaged_answer_ends_in_a_failure_or_in_the_objects_that_were_asked(
    snmp: SnmpBench,
    damage: Callable[[random.Random, bytes], bytes],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """No traceback, no hang, no words of a library, and never an object nobody asked for."""
    said: set[str] = set()
    for begin in range(0, len(SEEDS), TOGETHER):
        part = SEEDS[begin : begin + TOGETHER]
        said |= set(await asyncio.gather(*(outcome(snmp, damage, seed) for seed in part)))
    assert said <= {"silent", "unparseable", "device_error", "forbidden", "incomplete", "answered"}
    assert said
    assert capfd.readouterr().err == ""


async def test_a_value_of_a_damaged_packet_is_never_another_number(snmp: SnmpBench) -> None:
    """A packet that was cut at any byte gives all its values as they were, or none."""
    probe = await snmp.agent(right)
    oids = [f"{IN_OCTETS}.{port}" for port in range(1, PORTS + 1)]
    await snmp.door(probe.port).get(oids, deadline=snmp.within(5))
    whole = len(right(probe.requests[0]))

    async def at(length: int) -> dict[str, object] | None:
        agent = await snmp.agent(lambda request: right(request)[:length])
        door = snmp.door(agent.port, silent_after_s=0.3)
        try:
            return dict(await door.get(oids, deadline=snmp.within(0.3)))
        except MeasurementError:
            return None

    for begin in range(0, whole, 40):
        for found in await asyncio.gather(*(at(one) for one in range(begin, begin + 40))):
            assert found in (None, dict.fromkeys(oids, 7))


async def test_an_answer_that_comes_twice_counts_once(snmp: SnmpBench) -> None:
    """The second copy must not be taken for the answer to the next question."""
    ports: list[int] = []

    def twice(request: Request) -> list[bytes]:
        ports.append(len(request.oids))
        number = len(ports)
        value = bytes((2, 1, number))
        answer = request.answer(
            [(oid, UP if oid == SYS_UP_TIME else value) for oid in request.oids]
        )
        return [answer, answer, answer]

    agent = await snmp.agent(twice)
    door = snmp.door(agent.port)
    found = [(await door.get([IN_OCTETS], deadline=snmp.within(5)))[IN_OCTETS] for _ in range(5)]
    assert found == [1, 2, 3, 4, 5]


async def test_an_answer_that_comes_too_late_is_not_the_next_ones(snmp: SnmpBench) -> None:
    """A slow node's old answer must not become another object's value."""
    held: list[bytes] = []

    def late(request: Request) -> list[bytes] | None:
        value = SEVEN if not held else bytes.fromhex("020109")
        answer = request.answer(
            [(oid, UP if oid == SYS_UP_TIME else value) for oid in request.oids]
        )
        if held:
            return [*held, answer]
        held.append(answer)
        return None

    agent = await snmp.agent(late)
    door = snmp.door(agent.port)
    with pytest.raises(MeasurementError):
        await door.get([f"{IN_OCTETS}.1"], deadline=snmp.within(0.2))
    second = f"{IN_OCTETS}.2"
    assert (await door.get([second], deadline=snmp.within(5)))[second] == 9
