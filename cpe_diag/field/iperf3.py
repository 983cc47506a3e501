"""Loads the line by the system's iperf3 (iperf3(1): --json, --reverse, --bitrate)."""

from __future__ import annotations

import asyncio
import json
import math
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_load_facts import Direction
from cpe_diag.field.load_order import Came, LoadOrder, NotLoadedError

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable

INSTALL: Final = "apt-get install iperf3"
STREAMS: Final = 4
CONNECT_MS: Final = 3000
MORE_S: Final = 4.0
"""For connecting, and for the two ends to tell each other what came."""
LONGEST_WORDS: Final = 120
LOOK_EVERY_S: Final = 0.05
ENDED_AT: Final = 0.9
"""Of what it may send: some leave between two looks."""


async def load(
    order: LoadOrder, direction: Direction, address: str, sent: Callable[[], int] = lambda: 0
) -> Came:
    """Load the line in one direction.

    Args:
        order: whom, how long, how much.
        direction: which.
        address: the server's, so that nobody resolves it anew and goes another way.
        sent: gives how many packets the port has sent so far.

    Returns:
        What came through, as the receiving end says.

    Raises:
        NotLoadedError: there is no iperf3, no server, what it says cannot be read, or so much was
            sent that it was ended.
    """
    program = shutil.which("iperf3")
    if program is None:
        raise NotLoadedError("iperf3 is not installed", INSTALL)
    if order.iperf3 is None:
        raise NotLoadedError("no iperf3 server is named (field: load: iperf3)")
    host, port = order.iperf3
    process = await asyncio.create_subprocess_exec(
        *(program, "--client", address, "--port", str(port), "--json", "--parallel", str(STREAMS)),
        *("--time", str(order.whole_s), "--connect-timeout", str(CONNECT_MS)),
        *("--bitrate", str(int(order.most_bps / STREAMS))),
        *(("--reverse",) if direction is Direction.DOWN else ()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(order.whole_s + MORE_S):
            told = await _held(process, order, sent)
    except TimeoutError as error:
        raise NotLoadedError(f"iperf3 to {host} did not end in time") from error
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return came(told)


async def _held(process: Process, order: LoadOrder, sent: Callable[[], int]) -> bytes:
    """Give what it prints; it is ended where the port has sent as much as it may.

    Raises:
        NotLoadedError: it was ended.
    """
    last = sent() + int(order.most_packets * ENDED_AT)
    printed = asyncio.ensure_future(process.communicate())
    try:
        while not (await asyncio.wait((printed,), timeout=LOOK_EVERY_S))[0]:
            if sent() >= last:
                most = f"{order.most_packets} packets"
                raise NotLoadedError(f"iperf3 was ended: the port may send {most} for it")
        return (await printed)[0]
    finally:
        printed.cancel()


def came(told: bytes) -> Came:
    """Read what iperf3 says at its end.

    Args:
        told: its JSON document.

    Returns:
        Bytes and seconds, by the receiving end.

    Raises:
        NotLoadedError: it says an error, or nothing that can be read.
    """
    try:
        document = json.loads(told)
        if words := document.get("error"):
            raise NotLoadedError(f"iperf3: {str(words)[:LONGEST_WORDS]}")
        received = document["end"]["sum_received"]
        octets, seconds = int(received["bytes"]), float(received["seconds"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotLoadedError("iperf3 says nothing that can be read") from error
    if octets < 0 or not 0 < seconds < math.inf:
        raise NotLoadedError("iperf3 says nothing that can be read")
    return Came(octets, seconds)
