"""A load ends by itself after its seconds and bytes, and hostile ends are no measurement."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from itertools import count, pairwise
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ndt7_server import PROTOCOL, server
from websockets.sync.server import serve

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_load_facts import Direction, FieldLoad
from cpe_diag.domain.missing import known
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.field import iperf3, ndt7
from cpe_diag.field.beyond import Beyond
from cpe_diag.field.load import loaded
from cpe_diag.field.load_order import Came, LoadOrder, NotLoadedError
from cpe_diag.field.targets import FieldTargets
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.sync.server import ServerConnection

HERE: Final = "127.0.0.1"
END: Final = {"end": {"sum_received": {"bytes": 1_000_000, "seconds": 2.0}}}


@pytest.fixture
def ndt7_url() -> Iterator[str]:
    """Give the URL of a server that keeps to the specification."""
    made = server(HERE, 0)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"ws://{HERE}:{made.socket.getsockname()[1]}"
    made.shutdown()
    thread.join()


@pytest.mark.parametrize("direction", Direction)
def test_a_load_by_ndt7_ends_after_its_bytes(ndt7_url: str, direction: Direction) -> None:
    """The other end would go on for ten seconds."""
    order = LoadOrder(ndt7=ndt7_url, seconds=5.0, most_bytes=2_000_000)
    begun_s = time.monotonic()
    came = ndt7.load(order, direction, HERE)
    assert 0 < came.received_bytes <= 2_100_000
    assert time.monotonic() - begun_s < 5.0


def test_a_load_by_ndt7_ends_after_its_seconds(ndt7_url: str) -> None:
    """However much would still come."""
    order = LoadOrder(ndt7=ndt7_url, seconds=0.5, most_bytes=10**12)
    begun_s = time.monotonic()
    assert ndt7.load(order, Direction.DOWN, HERE).took_s < 1.0
    assert time.monotonic() - begun_s < 4.0


def _says_nothing(wire: ServerConnection) -> None:
    time.sleep(2.0)
    del wire


def test_an_end_that_takes_and_gives_nothing_holds_nobody() -> None:
    """It is cut off after its time."""
    with serve(_says_nothing, HERE, 0, subprotocols=[PROTOCOL]) as made:  # type: ignore[list-item]
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        url = f"ws://{HERE}:{made.socket.getsockname()[1]}"
        order = LoadOrder(ndt7=url, seconds=0.5, most_bytes=10**9)
        with pytest.raises(NotLoadedError):
            ndt7.load(order, Direction.DOWN, HERE)
        made.shutdown()
        thread.join()


def test_what_iperf3_says_at_its_end_is_read() -> None:
    """By the receiving end, which alone knows what came through."""
    assert iperf3.came(json.dumps(END).encode()) == Came(1_000_000, 2.0)


@given(st.binary(max_size=60))
@example(b"{}")
@example(b'{"error": {}}')
@example(b'{"end": {"sum_received": {"bytes": 1e999, "seconds": 1}}}')
@example(b'{"end": {"sum_received": {"bytes": 5, "seconds": NaN}}}')
@example(b'{"end": {"sum_received": {"bytes": -5, "seconds": 1}}}')
@example(b"[" * 60)
def test_what_iperf3_never_says_is_no_rate(noise: bytes) -> None:
    """Nothing that cannot be read becomes a number."""
    with pytest.raises(NotLoadedError):
        iperf3.came(noise)


@given(st.one_of(st.binary(max_size=40), st.text(max_size=40)))
@example('{"AppInfo": {"NumBytes": 1e999, "ElapsedTime": 1}}')
@example('{"AppInfo": {"NumBytes": 5, "ElapsedTime": 0}}')
@example('{"TCPInfo": null}')
@example("5")
def test_a_strange_measurement_of_the_other_end_is_passed_over(message: str | bytes) -> None:
    """What we know ourselves counts then."""
    assert ndt7.came(message) is None


def test_both_forms_of_a_measurement_are_read() -> None:
    """M-Lab's servers tell TCP_INFO; others what their program got."""
    told = '{"AppInfo": {"NumBytes": 1000, "ElapsedTime": 500000}}'
    assert ndt7.came(told) == Came(1000, 0.5)
    told = '{"TCPInfo": {"BytesReceived": 900, "ElapsedTime": 500000}}'
    assert ndt7.came(told) == Came(900, 0.5)


async def _at_once(*, deadline: float) -> float:
    del deadline
    return 0.01


async def _itself(host: str) -> str:
    return host


def test_ndt7_is_asked_at_the_address_whose_way_was_looked_at(ndt7_url: str) -> None:
    """Its name may mean another address a moment later, by another interface."""
    url = ndt7_url.replace(HERE, "ndt7.invalid")
    order = LoadOrder(ndt7=url, seconds=5.0, most_bytes=200_000)
    assert ndt7.load(order, Direction.DOWN, HERE).received_bytes > 0


def _iperf3_that_tells_how(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program in iperf3's place that notes how it was called."""
    program, notes = place / "iperf3", place / "notes"
    program.write_text(f"#!/bin/sh\necho \"$@\" >> {notes}\necho '{json.dumps(END)}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    return notes


async def test_iperf3_is_given_the_address_and_no_more_than_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows whole seconds only: what it may send each second is counted by those."""
    notes = _iperf3_that_tells_how(tmp_path, monkeypatch)
    order = LoadOrder(iperf3=("load.example", 5201), seconds=3.2, most_bytes=8_000_000)
    await iperf3.load(order, Direction.UP, HERE)
    words = notes.read_text().split()
    told = dict(pairwise(words))
    assert told["--client"] == HERE
    sent_bits = int(told["--time"]) * int(told["--bitrate"]) * int(told["--parallel"])
    assert sent_bits <= 8 * order.most_bytes


async def test_iperf3_is_ended_when_the_port_has_sent_what_was_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that has it send on, or a way of small packets: the number was promised."""
    program = tmp_path / "iperf3"
    program.write_text("#!/bin/sh\nexec sleep 3600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    order = LoadOrder(iperf3=("load.example", 5201), seconds=50.0, most_bytes=1_000_000)
    counted = iter(range(0, 100_000, 500))
    begun_s = time.monotonic()
    with pytest.raises(NotLoadedError, match="the port may send 2000 packets for it"):
        await iperf3.load(order, Direction.UP, HERE, lambda: next(counted))
    assert next(counted) == 2500  # it had sent 2,000; it is ended from 1,800 on
    assert time.monotonic() - begun_s < order.seconds


@pytest.mark.parametrize("direction", Direction)
def test_a_load_by_ndt7_ends_with_the_packets_that_were_stated(
    ndt7_url: str, monkeypatch: pytest.MonkeyPatch, direction: Direction
) -> None:
    """However many bytes they held: the system counts them."""
    looks = count()
    monkeypatch.setattr(ndt7, "segments_sent", lambda _: 400 * next(looks))
    order = LoadOrder(ndt7=ndt7_url, seconds=60.0, most_bytes=1_000_000_000)
    most = order.most_packets
    monkeypatch.setattr(ndt7, "_waiting", lambda _: 0)
    came = ndt7.load(order, direction, HERE)
    assert next(looks) == (most - ndt7.AT_ONCE + 399) // 400 + 1
    assert 0 < came.received_bytes < order.most_bytes


async def test_a_load_that_would_leave_by_another_interface_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference's way is ours, and the server's is not: nothing is loaded, nothing judged."""
    notes = _iperf3_that_tells_how(tmp_path, monkeypatch)
    clock, asked = SystemClock(), []

    async def another_way(host: str) -> str:
        asked.append(host)
        failure = Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where="eth0",
            detail="what the laptop sends to 2001:db8::1 leaves by wlan0",
            next_step="ip link set wlan0 down",
        )
        raise MeasurementError(failure, "field.look")

    order = LoadOrder(iperf3=("load.example", 5201), ndt7="wss://ndt7.example")
    with pytest.raises(MeasurementError, match="leaves by wlan0") as caught:
        await loaded(
            order, HERE, _at_once, another_way, clock=clock, deadline=clock.monotonic() + 90
        )
    assert caught.value.failure.next_step == "ip link set wlan0 down"
    assert asked == ["load.example", "ndt7.example"]
    assert not notes.exists()


async def test_of_several_addresses_the_one_on_our_way_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has IPv6, which leaves by the Wi-Fi; IPv4 leaves by the port in question.

    The laptop's own delay is measured at the same moments, by connections to itself.
    """
    notes = _iperf3_that_tells_how(tmp_path, monkeypatch)
    loop, clock = asyncio.get_running_loop(), SystemClock()

    async def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (one, 0)) for one in ("2001:db8::1", HERE)]

    async def own_way(address: str, *, deadline: float) -> None:
        del deadline
        if address != HERE:
            failure = Failure(kind=FailureKind.NOT_CONFIGURED, where="eth0", detail="by wlan0")
            raise MeasurementError(failure, "field.look")

    monkeypatch.setattr(loop, "getaddrinfo", both)
    order = LoadOrder(iperf3=("load.example", 5201), seconds=3.0)
    targets = FieldTargets(address=HERE, url=f"http://{HERE}:9/", load=order)
    beyond = Beyond(targets, "eth0", clock=clock, recorder=RunRecorder(clock), own_way=own_way)
    seen = await beyond.look(FieldLoad, clock.monotonic() + 90)
    assert isinstance(seen, FieldLoad)
    own = [known(one.own) for one in seen.runs]
    assert [(one.sent, one.received) for one in own if one is not None] == [(11, 11)] * 2
    assert all(f"--client {HERE} " in line for line in notes.read_text().splitlines())


async def test_without_iperf3_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A technician can do it at once."""
    monkeypatch.setenv("PATH", "/nowhere")
    clock = SystemClock()
    order = LoadOrder(iperf3=(HERE, 5201))
    with pytest.raises(MeasurementError) as caught:
        await loaded(order, HERE, _at_once, _itself, clock=clock, deadline=clock.monotonic() + 90)
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED
    assert caught.value.failure.next_step == iperf3.INSTALL


async def test_a_load_for_which_no_time_is_left_is_not_begun() -> None:
    """Half a load measures nothing, and is felt all the same."""
    clock = SystemClock()
    order = LoadOrder(iperf3=(HERE, 5201))
    with pytest.raises(MeasurementError, match="no time was left"):
        await loaded(order, HERE, _at_once, _itself, clock=clock, deadline=clock.monotonic() + 5)
