"""Commands that change a router: sent once, and told apart whether they were sent."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cutting import Relay, relaying
from exec_server import PASSWORD, ExecServer, exec_serving

from cpe_diag.domain.failures import ChangeError, FailureKind, MeasurementError
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh_control import SshControl
from cpe_diag.transports.ssh_exec import MOST_STDIN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from cpe_diag.domain.subscriber import RouterAccess

CLOCK = SystemClock()
SOON_S = 10.0
SECRET = b"hunter2 \"' $HOME `id` ; # \\ \xf0\x9f\x93\xb6 and more"


def soon(seconds: float = SOON_S) -> float:
    """Give a deadline."""
    return CLOCK.monotonic() + seconds


def control_of(access: RouterAccess, *, password: str = PASSWORD) -> SshControl:
    """Make the door under test."""
    return SshControl(
        access,
        credentials=FakeCredentials(secrets={"password": password}),
        clock=CLOCK,
        recorder=RunRecorder(CLOCK, redact=lambda _device, _question, text: text),
    )


@asynccontextmanager
async def controlling(server: ExecServer) -> AsyncIterator[SshControl]:
    """Control a server."""
    async with exec_serving(server):
        control = control_of(server.access())
        try:
            yield control
        finally:
            await control.close()


@asynccontextmanager
async def cut_controlling(server: ExecServer) -> AsyncIterator[tuple[SshControl, Relay]]:
    """Control a server behind a relay."""
    async with exec_serving(server), relaying(server.port) as relay:
        control = control_of(server.access(port=relay.port))
        try:
            yield control, relay
        finally:
            await control.close()


def sizes_in(folder: Path) -> dict[int, int]:
    """Give the sizes of the files whose names are numbers."""
    return {int(one.name): one.stat().st_size for one in folder.glob("*[0-9]")}


async def failure_of(control: SshControl, text: str, stdin: bytes = b"") -> ChangeError:
    """Give the error of a command."""
    with pytest.raises(ChangeError) as caught:
        await control.exec_once(text, label="x", stdin=stdin, limit_s=3.0, deadline=soon())
    assert SECRET.decode() not in f"{caught.value} {caught.value!r} {caught.value.failure!r}"
    return caught.value


async def test_a_user_name_arrives_as_it_stands_in_the_inventory() -> None:
    """Netmiko adds terminal options to the names of MikroTik users, which then look unknown."""
    async with exec_serving(ExecServer()) as server:
        control = control_of(replace(server.access(), platform="mikrotik_routeros"))
        await control.fresh(deadline=soon())
        await control.close()
    assert server.users == ["root"]


async def test_outputs_and_exit_status_come_apart() -> None:
    """What a command complains about must not be taken for its answer."""
    async with controlling(ExecServer()) as control:
        answer = await control.exec_once(
            "echo out; echo err >&2; exit 7", label="x", limit_s=3.0, deadline=soon()
        )
    assert (answer.stdout, answer.stderr, answer.exit_status) == (b"out\n", b"err\n", 7)
    assert "out" not in repr(answer)


async def test_a_plain_command_is_sent_as_it_is_and_without_a_terminal() -> None:
    """Routers without a POSIX shell take commands too; a terminal would kill our timers."""
    server = ExecServer()
    async with controlling(server) as control:
        await control.exec_once("cat; echo end", label="x", limit_s=3.0, deadline=soon())
    assert (server.commands, server.terminals) == (["cat; echo end"], [None])


@pytest.mark.parametrize("shell", ["/bin/sh", "bash", "busybox sh"])
@pytest.mark.parametrize(
    "given", [SECRET, b"x", b"\n\nlines\n\n", b"\xff\xfe\x81", b"y" * MOST_STDIN]
)
async def test_standard_input_arrives_byte_for_byte(
    tmp_path: Path, shell: str, given: bytes
) -> None:
    """A password has spaces, quotes, dollars and line ends where the standard allows them."""
    program, *applet = shell.split()
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"there is no {program} here")
    if applet:
        found = str(shutil.copy(found, tmp_path / "sh"))
    async with controlling(ExecServer(shell=found)) as control:
        answer = await control.exec_once(
            "cat; exit 3", label="x", stdin=given, limit_s=3.0, deadline=soon()
        )
    assert (answer.stdout, answer.exit_status) == (given, 3)


async def test_secrets_stand_in_no_argument_list() -> None:
    """Everybody who is logged in to the router sees the arguments of its processes."""
    look = "read -r p; cat /proc/[0-9]*/cmdline; cat /proc/[0-9]*/environ 2>/dev/null; echo"
    mine = secrets.token_hex(12)
    async with controlling(ExecServer()) as control:
        answer = await control.exec_once(
            look, label="x", stdin=mine.encode(), limit_s=5.0, deadline=soon()
        )
    assert len(answer.stdout) > 100
    assert mine.encode() not in answer.stdout


async def test_a_text_over_the_servers_limit_runs_whole() -> None:
    """Dropbear drops a connection whose exec request has more than 9,000 bytes."""
    server = ExecServer()
    filler = "y" * 20_000
    async with controlling(server) as control:
        answer = await control.exec_once(
            f'echo {filler} | wc -c\nread -r p; echo "<$p>"',
            label="x",
            stdin=b"line\n",
            limit_s=3.0,
            deadline=soon(),
        )
    assert answer.stdout == b"20001\n<line>\n"
    assert max(map(len, server.commands)) < 1_000


async def test_a_command_runs_after_all_of_its_input_is_there_or_not_at_all(
    tmp_path: Path,
) -> None:
    """A connection that is cut ends a command's input: it must not set half a password."""
    told = {}
    async with cut_controlling(ExecServer()) as (control, relay):
        for sent in range(0, 40_000, 2_500):
            await control.fresh(deadline=soon())
            relay.cut_after(sent=sent)
            text = f"cat > {tmp_path}/{sent}.part; mv {tmp_path}/{sent}.part {tmp_path}/{sent}"
            try:
                await control.exec_once(
                    text, label="x", stdin=b"z" * 30_000, limit_s=2.0, deadline=soon()
                )
                told[sent] = "done"
            except ChangeError as error:
                told[sent] = "maybe" if error.may_have_happened else "not"
    sizes = sizes_in(tmp_path)
    assert {"not", "done"} <= set(told.values())
    assert set(sizes.values()) == {30_000}
    assert {sent for sent, word in told.items() if word == "done"} <= set(sizes)
    assert not {sent for sent, word in told.items() if word == "not"} & set(sizes)


async def test_a_cut_before_the_command_means_that_nothing_was_sent() -> None:
    """Then it may be sent again without a look at the router."""
    async with cut_controlling(ExecServer()) as (control, relay):
        await control.fresh(deadline=soon())
        relay.cut_after(sent=0)
        error = await failure_of(control, "echo x", SECRET)
        assert not error.may_have_happened
        assert error.operation == "ssh.exec"


async def test_a_cut_after_the_command_means_that_it_may_have_happened() -> None:
    """A reboot ends its own connection: what happened is seen only by looking."""
    async with cut_controlling(ExecServer()) as (control, relay):
        for stdin in (b"", SECRET):
            await control.fresh(deadline=soon())
            relay.cut_after(received=4_000)
            error = await failure_of(control, "cat; head -c 8000 /dev/zero; sleep 5", stdin)
            assert error.may_have_happened
            assert error.failure.kind is FailureKind.CLOSED


async def test_silence_after_the_command_means_that_it_may_have_happened() -> None:
    """The router may be busy doing it."""
    server = ExecServer(silent=True)
    async with controlling(server) as control:
        await control.fresh(deadline=soon())
        with pytest.raises(ChangeError) as caught:
            await control.exec_once("reboot", label="x", limit_s=0.5, deadline=soon())
    assert caught.value.may_have_happened
    assert caught.value.failure.kind is FailureKind.SILENT
    assert server.commands == ["reboot"]


async def test_what_cannot_log_in_has_sent_nothing() -> None:
    """A refused login and a closed port are told apart from a change in doubt."""
    async with exec_serving(ExecServer()) as server:
        control = control_of(server.access(), password="wrong-one")
        error = await failure_of(control, "reboot")
        await control.close()
        port = server.port
    assert (error.operation, error.may_have_happened) == ("ssh.authenticate", False)
    control = control_of(server.access(port=port))
    error = await failure_of(control, "reboot")
    assert (error.failure.kind, error.may_have_happened) == (FailureKind.REFUSED, False)
    assert server.commands == []


async def test_a_shell_that_cannot_take_input_whole_has_run_nothing(tmp_path: Path) -> None:
    """A router without dd says so, instead of running the command without its input."""
    shell = tmp_path / "sh"
    shell.write_text('#!/bin/sh\nPATH=/nowhere\nexport PATH\neval "$2"\n')
    shell.chmod(0o700)
    async with controlling(ExecServer(shell=str(shell))) as control:
        error = await failure_of(control, "echo ran", SECRET)
    assert (error.failure.kind, error.may_have_happened) == (FailureKind.UNSUPPORTED, False)


async def test_a_new_connection_is_really_new() -> None:
    """A change is confirmed only over a connection that the changed router has accepted."""
    server = ExecServer()
    async with controlling(server) as control:
        await control.exec_once("true", label="x", limit_s=3.0, deadline=soon())
        await control.exec_once("true", label="x", limit_s=3.0, deadline=soon())
        assert server.sessions == 1
        assert await control.fresh(deadline=soon()) > 0
        assert server.sessions == 2
        await control.exec_once("true", label="x", limit_s=3.0, deadline=soon())
        assert server.sessions == 2


async def test_a_router_that_comes_back_is_found_by_trying_again() -> None:
    """While it restarts every attempt fails, and none of them is held against the next."""
    server = ExecServer()
    async with exec_serving(server):
        control = control_of(server.access())
        await control.fresh(deadline=soon())
    for _ in range(2):
        with pytest.raises(MeasurementError) as caught:
            await control.fresh(deadline=soon())
        assert caught.value.failure.kind is FailureKind.REFUSED
    async with exec_serving(server):
        await control.fresh(deadline=soon())
        await control.close()
    assert server.sessions == 2


async def test_a_stream_arrives_whole_and_may_have_happened_once_it_was_begun() -> None:
    """Images are too large for a shell's variable; what came is checked by its digest."""
    pieces = [bytes([number]) * 100_000 for number in range(30)]
    async with cut_controlling(ExecServer()) as (control, relay):
        answer = await control.exec_stream(
            "wc -c", label="x", pieces=iter(pieces), limit_s=8.0, deadline=soon()
        )
        assert answer.stdout.split() == [b"3000000"]
        relay.cut_after(sent=50_000)
        with pytest.raises(ChangeError) as caught:
            await control.exec_stream(
                "wc -c", label="x", pieces=pieces, limit_s=8.0, deadline=soon()
            )
    assert caught.value.may_have_happened


async def test_commands_run_one_after_the_other() -> None:
    """Two changes at once on one router could cross."""
    async with controlling(ExecServer()) as control:
        answers = await asyncio.gather(
            *(
                control.exec_once(f"echo {n}", label="x", limit_s=3.0, deadline=soon())
                for n in range(4)
            )
        )
    assert [one.stdout for one in answers] == [b"0\n", b"1\n", b"2\n", b"3\n"]


@pytest.mark.parametrize("stdin", [b"a\0b", b"x" * (MOST_STDIN + 1)])
async def test_input_that_a_shell_cannot_hold_is_a_bug(stdin: bytes) -> None:
    """It is found before anything is sent."""
    server = ExecServer()
    async with controlling(server) as control:
        with pytest.raises(ValueError, match="standard input"):
            await control.exec_once("cat", label="x", stdin=stdin, limit_s=3.0, deadline=soon())
    assert server.sessions == 0


async def test_much_on_standard_error_does_not_stop_the_answer() -> None:
    """Both outputs share one window of the channel; neither may wait for the other."""
    text = "head -c 3000000 /dev/zero >&2; echo end"
    async with controlling(ExecServer()) as control:
        answer = await control.exec_once(text, label="x", limit_s=8.0, deadline=soon())
    assert (answer.stdout, len(answer.stderr)) == (b"end\n", 3_000_000)
