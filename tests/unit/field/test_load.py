"""A load ends by itself after its seconds and bytes, and hostile ends are no measurement."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ndt7_server import PROTOCOL, server
from websockets.sync.server import serve

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.field_load_facts import Direction
from cpe_diag.field import iperf3, ndt7
from cpe_diag.field.load import loaded
from cpe_diag.field.load_order import Came, LoadOrder, NotLoadedError
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    came = ndt7.load(order, direction)
    assert 0 < came.received_bytes <= 2_100_000
    assert time.monotonic() - begun_s < 5.0


def test_a_load_by_ndt7_ends_after_its_seconds(ndt7_url: str) -> None:
    """However much would still come."""
    order = LoadOrder(ndt7=ndt7_url, seconds=0.5, most_bytes=10**12)
    begun_s = time.monotonic()
    assert ndt7.load(order, Direction.DOWN).took_s < 1.0
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
            ndt7.load(order, Direction.DOWN)
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


async def test_without_iperf3_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A technician can do it at once."""
    monkeypatch.setenv("PATH", "/nowhere")
    clock = SystemClock()
    order = LoadOrder(iperf3=(HERE, 5201))
    with pytest.raises(MeasurementError) as caught:
        await loaded(order, HERE, _at_once, clock=clock, deadline=clock.monotonic() + 90)
    assert caught.value.failure.kind is FailureKind.UNSUPPORTED
    assert caught.value.failure.next_step == iperf3.INSTALL


async def test_a_load_for_which_no_time_is_left_is_not_begun() -> None:
    """Half a load measures nothing, and is felt all the same."""
    clock = SystemClock()
    order = LoadOrder(iperf3=(HERE, 5201))
    with pytest.raises(MeasurementError, match="no time was left"):
        await loaded(order, HERE, _at_once, clock=clock, deadline=clock.monotonic() + 5)
