"""The same questions to real dropbear and OpenSSH servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from real_sshd import SERVERS, real_server

from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Command
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real_sshd

CLOCK = SystemClock()


@pytest.mark.parametrize("name", SERVERS)
async def test_a_real_server_answers_in_batches_over_one_connection(
    tmp_path: Path, name: str
) -> None:
    """Dropbear drops long commands and too early channels; twenty channels stay in step."""
    commands = (
        Command(text="echo hi; exit 3", label="hi"),
        Command(text="echo beside", label="beside", beside_others=True),
    )
    long = [Command(text=f"echo {'x' * 3000}{number}", label="long") for number in range(4)]
    recorder = RunRecorder(CLOCK)
    async with real_server(name, tmp_path) as server:
        router = SshRouter(
            server.access(), credentials=server.credentials, clock=CLOCK, recorder=recorder
        )
        deadline = CLOCK.monotonic() + 20
        first = await router.ask(commands, deadline=deadline)
        second = await router.ask(long, deadline=deadline)
        for _ in range(20):
            await router.ask(commands[:1], deadline=deadline)
        await router.close()
    assert [(one.output, one.exit_status) for one in first] == [("hi\n", 3), ("beside\n", 0)]
    assert [one.output for one in second] == [f"{'x' * 3000}{number}\n" for number in range(4)]
    assert [one.failure for one in recorder.trace(start_s=0)] == [None] * 25
