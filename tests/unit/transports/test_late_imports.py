"""Libraries are loaded when they are first needed, and never while other answers wait for it."""

from __future__ import annotations

import json
import subprocess
import sys

LATE = {"dns.message", "httpcore", "anyio._core._sockets", "paramiko"}

CODE = """
import asyncio, json, sys, threading
from contextlib import suppress

on_loop = set()

class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread():
            on_loop.add(name)

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.dhcp import DhcpPorts, RelayedDhcp
from cpe_diag.transports.dns import DnsResolver
from cpe_diag.transports.http import PageGetter
from cpe_diag.transports.ssh import SshRouter

clock = SystemClock()
recorder = RunRecorder(clock)
router = RouterAccess(
    address="127.0.0.1", port=1, platform="openwrt", user="root", credential="env:R"
)

async def ask():
    deadline = clock.monotonic() + 20
    sys.meta_path.insert(0, Watch())
    dns = DnsResolver("127.0.0.1", port=1, clock=clock, recorder=recorder)
    await dns.resolve("reference.example", deadline=deadline)
    dhcp = RelayedDhcp(
        "127.0.0.1",
        "192.0.2.0/24",
        clock=clock,
        recorder=recorder,
        ports=DhcpPorts(server=1, own=0),
    )
    await dhcp.ask(deadline=deadline)
    http = PageGetter(clock=clock, recorder=recorder)
    await http.get("http://reference.example:1/", address="127.0.0.1", deadline=deadline)
    secrets = FakeCredentials(secrets={"env:R": "r"})
    ssh = SshRouter(router, credentials=secrets, clock=clock, recorder=recorder)
    with suppress(MeasurementError):
        await ssh.connect(deadline=deadline)
    await ssh.close()

asyncio.run(ask())
print(json.dumps([sorted(on_loop), sorted(sys.modules)]))
"""


def test_no_library_is_loaded_on_the_loop() -> None:
    """50 to 200 ms of loading there would make every other answer look late."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )
    on_loop, loaded = (set(names) for names in json.loads(done.stdout))
    assert loaded >= LATE
    assert not on_loop & LATE
