"""The SNMP door against a complete agent, pysnmp's own: v2c and v3, right and wrong secrets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

import pytest

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from cpe_diag.transports.snmp import SnmpDoor
    from tests.unit.transports.conftest import SnmpBench

StartAgent = Callable[[int, bytes], Awaitable[int]]

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
NO_OBJECT = "1.3.6.1.2.1.1.99.0"
SECRETS = ("c0mmun1ty-of-test", "auth-passphrase-of-test", "priv-passphrase-of-test")
ENGINE = b"\x80\x00\x00\x00\x04lab-one"
OTHER_ENGINE = b"\x80\x00\x00\x00\x04lab-two"


async def failure_of(door: SnmpDoor, deadline: float) -> Failure:
    """Give the failure of a question that must fail."""
    with pytest.raises(MeasurementError) as caught:
        await door.get([SYS_DESCR], deadline=deadline)
    return caught.value.failure


@pytest.mark.parametrize("user", [None, "ops"], ids=["v2c", "v3"])
async def test_a_real_agent_is_read(
    snmp: SnmpBench, full_agent: StartAgent, user: str | None
) -> None:
    """The happy path with real encoding, authentication and privacy."""
    door = snmp.door(await full_agent(0, ENGINE), user=user)
    found = await door.get([SYS_DESCR, SYS_NAME, NO_OBJECT], deadline=snmp.within(10))
    assert isinstance(found[SYS_DESCR], bytes)
    assert (found[SYS_NAME], found[NO_OBJECT]) == (b"", None)
    rows = await door.next_rows(SYS_DESCR[:-2], after="", max_rows=5, deadline=snmp.within(10))
    assert rows == ((SYS_DESCR, found[SYS_DESCR]),)


@pytest.mark.parametrize(("user", "wrong"), [("nobody", False), ("ops", True)])
async def test_a_refused_user_is_refused_not_silent(
    snmp: SnmpBench, full_agent: StartAgent, *, user: str, wrong: bool
) -> None:
    """A wrong passphrase of ours would otherwise read as a dead node."""
    door = snmp.door(await full_agent(0, ENGINE), user=user, wrong=wrong)
    failure = await failure_of(door, snmp.within(10))
    assert failure.kind is FailureKind.AUTH_REFUSED
    assert "passphrases" in (failure.next_step or "")


@pytest.mark.parametrize(("user", "rows"), [(None, 50), ("ops", 40)])
async def test_a_v3_answer_is_kept_within_the_size_that_the_library_states(
    snmp: SnmpBench, full_agent: StartAgent, user: str | None, rows: int
) -> None:
    """An agent was seen to stay silent where its answer would be longer than 2,048 bytes."""
    door = snmp.door(await full_agent(0, ENGINE), user=user)
    await door.next_rows(SYS_DESCR[:-2], after="", max_rows=50, deadline=snmp.within(10))
    labels = [one.label for one in snmp.recorder.trace(start_s=0.0)]
    assert labels[-1] == f"{rows} rows of {SYS_DESCR[:-2]} after none"


async def test_a_node_with_a_new_engine_id_answers_again(
    snmp: SnmpBench, full_agent: StartAgent
) -> None:
    """A replaced controller card has a new engine id; a session that knows the old one is dead."""
    port = await full_agent(0, ENGINE)
    door = snmp.door(port, user="ops")
    before = await door.get([SYS_DESCR], deadline=snmp.within(10))
    await full_agent(port, OTHER_ENGINE)
    assert await door.get([SYS_DESCR], deadline=snmp.within(10)) == before
    assert await door.get([SYS_DESCR], deadline=snmp.within(10)) == before


@pytest.mark.parametrize("user", [None, "ops", "nobody"])
@pytest.mark.parametrize("wrong", [False, True])
async def test_no_secret_is_in_anything_that_is_kept_or_shown(
    snmp: SnmpBench, full_agent: StartAgent, *, user: str | None, wrong: bool
) -> None:
    """Bundles go to other desks, and messages into tickets."""
    port = await full_agent(0, ENGINE)
    door = snmp.door(port, user=user, wrong=wrong)
    shown = ""
    try:
        await door.get([SYS_DESCR], deadline=snmp.within(0.2 if user is None else 10))
        await door.next_rows(NO_OBJECT, after="", max_rows=5, deadline=snmp.within(10))
    except MeasurementError as error:
        shown = f"{error} {error!r} {error.failure!r}"
    kept = snmp.everything_recorded() + repr(door) + repr(vars(door))
    for secret in SECRETS:
        for form in (secret, secret.swapcase(), secret.encode().hex()):
            assert form not in kept + shown


class _Noise(asyncio.DatagramProtocol):
    """Answers every datagram with many that are nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self._random = random.Random(7)  # noqa: S311 - the same noise every time

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer; some begin as a message does (a sequence)."""
        del data
        for _ in range(100):
            noise = self._random.randbytes(200)
            self._transport.sendto(noise, addr)
            self._transport.sendto(b"\x30" + noise[1:], addr)


@pytest.mark.parametrize("user", [None, "ops"], ids=["v2c", "v3"])
async def test_noise_in_place_of_answers_is_told_without_the_librarys_tracebacks(
    snmp: SnmpBench, user: str | None
) -> None:
    """What a library raises on a datagram in the event loop ends up on the engineer's terminal."""
    loop = asyncio.get_running_loop()
    told: list[str] = []
    loop.set_exception_handler(lambda _, context: told.append(str(context.get("exception"))))
    transport, _ = await loop.create_datagram_endpoint(_Noise, ("127.0.0.1", 0))
    port: int = transport.get_extra_info("sockname")[1]
    failure = await failure_of(snmp.door(port, user=user), snmp.within(1.5))
    transport.close()
    assert failure.kind in {FailureKind.UNPARSEABLE, FailureKind.SILENT}
    assert told == []
