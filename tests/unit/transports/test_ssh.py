"""The SSH transport against real SSH servers on loopback, the broken ones included."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cpe_diag.domain.failures import Blame, FailureKind, MeasurementError
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Command
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter
from cpe_diag.transports.ssh_trust import HostKeys

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "a-password-of-the-lab"
HOST = "127.0.0.1"
SOON_S = 5.0
PATIENCE_S = 0.4
"""How long a test waits for a server that never answers."""

CLOCK = SystemClock()


def soon(seconds: float = SOON_S) -> float:
    """Give a deadline."""
    return CLOCK.monotonic() + seconds


@dataclass
class ShellServer:
    """A real SSH server that runs what it is given in the local `/bin/sh`, and counts."""

    port: int = 0
    key: asyncssh.SSHKey = field(
        default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519")
    )
    sessions: int = 0
    commands: list[str] = field(default_factory=list)
    terminals: list[str | None] = field(default_factory=list)
    cut_after: int | None = None
    piece: int = 65_536
    hang: bool = False
    allowed_key: asyncssh.SSHKey | None = None
    integrity: str = "hmac-sha2-256"
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def known_key(self) -> str:
        """The host key in the form of an inventory."""
        return self.key.export_public_key().decode().strip()

    async def process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run one exec, as the fault that is set makes it go."""
        self.commands.append(process.command or "")
        self.terminals.append(process.term_type)
        self.asked.set()
        if self.hang:
            await asyncio.Event().wait()
        shell = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            process.command or "",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": os.environ["PATH"]},
        )
        given = await process.stdin.read() if process.command == "sh -s" else b""
        output, _ = await shell.communicate(given)
        if self.cut_after is not None:
            process.stdout.write(output[: self.cut_after])
            process.channel.get_connection().abort()
            return
        for start in range(0, len(output), self.piece):
            process.stdout.write(output[start : start + self.piece])
            await process.stdout.drain()
        process.exit(0)


@asynccontextmanager
async def serving(server: ShellServer) -> AsyncIterator[ShellServer]:
    """Serve on loopback."""

    class Login(asyncssh.SSHServer):
        def connection_made(self, _: asyncssh.SSHServerConnection) -> None:
            server.sessions += 1

        def password_auth_supported(self) -> bool:
            return server.allowed_key is None

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("root", PASSWORD)

        def public_key_auth_supported(self) -> bool:
            return server.allowed_key is not None

        def validate_public_key(self, _: str, key: asyncssh.SSHKey) -> bool:
            allowed = server.allowed_key
            return allowed is not None and key == allowed.convert_to_public()

    listening = await asyncssh.create_server(
        Login,
        HOST,
        0,
        server_host_keys=[server.key],
        process_factory=server.process,
        encoding=None,
        encryption_algs=["aes128-ctr"],
        mac_algs=[server.integrity],
    )
    server.port = listening.get_port()
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tcp_serving(speak: Speak) -> AsyncIterator[int]:
    """Serve something that is no SSH."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await speak(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, HOST, 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield port
    finally:
        listening.close()


def recorder() -> RunRecorder:
    """Record everything, unredacted."""
    return RunRecorder(CLOCK, redact=lambda _device, _question, text: text)


def access(port: int, *, known_key: str | None, credential: str = "password") -> RouterAccess:
    """Say how to log in."""
    return RouterAccess(
        address=HOST,
        port=port,
        platform="openwrt",
        user="root",
        credential=credential,
        known_key=known_key,
    )


def router_for(
    target: RouterAccess,
    trace: RunRecorder,
    *,
    password: str = PASSWORD,
    known_hosts: Path | None = None,
) -> SshRouter:
    """Make the door under test."""
    return SshRouter(
        target,
        credentials=FakeCredentials(secrets={"password": password}),
        clock=CLOCK,
        recorder=trace,
        host_keys=HostKeys(known_hosts=known_hosts),
    )


@asynccontextmanager
async def asking(server: ShellServer, trace: RunRecorder) -> AsyncIterator[SshRouter]:
    """Ask a server whose key is known."""
    router = router_for(access(server.port, known_key=server.known_key), trace)
    try:
        yield router
    finally:
        await router.close()


def echo(text: str) -> Command:
    """Make a command that prints."""
    return Command(text=f"echo {text}", label=f"echo {text}")


def kinds(trace: RunRecorder) -> list[tuple[str, str | None]]:
    """Give what went over the wire, and how it failed."""
    return [(one.operation, one.failure) for one in trace.trace(start_s=0)]


async def failure_of(
    target: RouterAccess,
    *,
    patience_s: float = SOON_S,
    known_hosts: Path | None = None,
    password: str = PASSWORD,
) -> MeasurementError:
    """Ask a router that cannot answer, hold the deadline, and look for secrets."""
    trace = recorder()
    router = router_for(target, trace, password=password, known_hosts=known_hosts)
    started = CLOCK.monotonic()
    with pytest.raises(MeasurementError) as caught:
        await router.ask([echo("hi")], deadline=soon(patience_s))
    assert CLOCK.monotonic() - started < patience_s + 1.0
    await router.close()
    assert password not in f"{caught.value} {trace.trace(start_s=0)} {trace.raw_answers()}"
    assert kinds(trace)[-1] == (caught.value.operation, caught.value.failure.kind)
    return caught.value


async def test_answers_come_with_their_exit_statuses() -> None:
    """A refused command is an answer: its status says why."""
    trace = recorder()
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        commands = (echo("hi"), Command(text="echo no >&2; exit 3", label="no"))
        answers = await router.ask(commands, deadline=soon())
    assert [(one.output, one.exit_status) for one in answers] == [("hi\n", 0), ("no\n", 3)]
    assert tuple(one.command for one in answers) == commands


async def test_a_session_costs_seven_round_trips_and_no_terminal() -> None:
    """Seven is the floor of SSH; a terminal would kill what runs past the session."""
    trace = recorder()
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        await router.ask([echo("hi")], deadline=soon())
        assert server.terminals == [None]
    exchanges = trace.trace(start_s=0)
    assert [one.operation for one in exchanges] == [
        "ssh.connect",
        "ssh.handshake",
        "ssh.authenticate",
        "ssh.exec",
    ]
    assert sum(one.round_trips for one in exchanges) == 7
    assert [one.waited_for for one in exchanges] == [(), (1,), (2,), (3,)]


async def test_what_is_asked_at_the_same_time_travels_together() -> None:
    """Ten probes at once cost one connection and one exec, and each gets its own answer."""
    trace = recorder()
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        answers = await asyncio.gather(
            *(router.ask([echo(str(number))], deadline=soon()) for number in range(10))
        )
        assert (server.sessions, len(server.commands)) == (1, 1)
        again = await asyncio.gather(
            *(router.ask([echo(str(number))], deadline=soon()) for number in range(3))
        )
        assert (server.sessions, len(server.commands)) == (1, 2)
    assert [one[0].output for one in answers] == [f"{number}\n" for number in range(10)]
    assert [one[0].output for one in again] == ["0\n", "1\n", "2\n"]


async def test_the_same_command_of_two_askers_runs_once_and_of_one_asker_twice() -> None:
    """Two probes may read the same table; eight single pings are eight packets."""
    trace = recorder()
    command = Command(text="echo ran", label="ran")
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        await asyncio.gather(
            router.ask([command], deadline=soon()), router.ask([command] * 2, deadline=soon())
        )
    assert [one.question for one in trace.raw_answers()] == ["ran", "ran"]


async def test_an_asker_sees_what_the_batch_waited_for() -> None:
    """The critical path runs through the exchange that carried the answer."""
    trace = recorder()

    async def asked_second(router: SshRouter) -> frozenset[int]:
        await router.ask([echo("second")], deadline=soon())
        return trace.seen()

    async with serving(ShellServer()) as server, asking(server, trace) as router:
        first = asyncio.create_task(router.ask([echo("first")], deadline=soon()))
        seen = await asked_second(router)
        await first
    assert seen == {4}


async def test_a_long_script_goes_to_standard_input() -> None:
    """Dropbear drops a connection whose exec command is longer than 9,000 bytes."""
    trace = recorder()
    text = "x" * 3000
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        commands = [Command(text=f"echo {text}{number}", label="long") for number in range(4)]
        answers = await router.ask(commands, deadline=soon())
        assert server.commands == ["sh -s"]
    assert [one.output for one in answers] == [f"{text}{number}\n" for number in range(4)]
    assert trace.trace(start_s=0)[-1].round_trips == 3


async def test_commands_beside_others_run_at_the_same_time() -> None:
    """Each of them waits for the others: one after the other they would wait for ever."""
    trace = recorder()
    meet = "touch {0}/{1}; until [ -e {0}/a ] && [ -e {0}/b ]; do sleep 0.01; done; echo met {1}"
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        with TemporaryDirectory() as folder:
            commands = [
                Command(text=meet.format(folder, name), label=name, beside_others=True)
                for name in ("a", "b")
            ]
            answers = await router.ask([echo("alone"), *commands], deadline=soon())
    assert [one.output for one in answers] == ["alone\n", "met a\n", "met b\n"]


async def test_a_command_over_its_limit_answers_with_status_124() -> None:
    """One hanging command must not take the others' time."""
    trace = recorder()
    hang = Command(text="sleep 60", label="hang", limit_s=1)
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        answers = await router.ask([hang, echo("next")], deadline=soon())
    assert [one.exit_status for one in answers] == [124, 0]


async def test_answers_that_come_byte_by_byte_are_whole() -> None:
    """A slow line cuts anywhere, in the middle of a marker too."""
    trace = recorder()
    async with serving(ShellServer(piece=1)) as server, asking(server, trace) as router:
        answers = await router.ask([echo("é"), echo("hi")], deadline=soon())
    assert [one.output for one in answers] == ["é\n", "hi\n"]


async def test_output_that_shows_the_script_itself_is_only_output() -> None:
    """A process list shows the batch's own script; the marker must not be found in it."""
    trace = recorder()
    show = Command(
        text="read -r _ _ _ up _ < /proc/$PPID/stat; tr '\\0' '\\n' < /proc/$up/cmdline",
        label="show",
    )
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        answers = await router.ask([show, echo("after")], deadline=soon())
    assert "printf" in answers[0].output
    assert answers[1].output == "after\n"


async def test_endless_output_is_stopped() -> None:
    """A broken router must not fill our memory."""
    trace = recorder()
    endless = Command(text="head -c 400000 /dev/zero | tr '\\0' x", label="endless")
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        with pytest.raises(MeasurementError) as caught:
            await router.ask([endless], deadline=soon())
    assert caught.value.failure.kind is FailureKind.INCOMPLETE


async def test_a_connection_that_ends_in_the_middle_gives_no_half_answer() -> None:
    """And what came whole before the cut is still an answer, for the one who asked for it."""
    trace = recorder()
    size = 20_000
    long = Command(text=f"printf '%{size}s' x", label="long")
    async with serving(ShellServer(cut_after=size)) as server, asking(server, trace) as router:
        whole, cut = await asyncio.gather(
            router.ask([echo("whole")], deadline=soon()),
            router.ask([long], deadline=soon()),
            return_exceptions=True,
        )
    assert isinstance(whole, tuple)
    assert whole[0].output == "whole\n"
    assert isinstance(cut, MeasurementError)
    assert (cut.failure.kind, cut.operation) == (FailureKind.CLOSED, "ssh.exec")


async def test_a_router_that_hangs_in_a_command_is_given_up_at_the_deadline() -> None:
    """The step's deadline holds whatever the router does."""
    async with serving(ShellServer(hang=True)) as server:
        target = access(server.port, known_key=server.known_key)
        error = await failure_of(target, patience_s=1.0)
    assert (error.failure.kind, error.operation) == (FailureKind.SILENT, "ssh.exec")


async def test_a_wrong_password_is_tried_once() -> None:
    """Routers count refused logins and lock out: the refusal is shared and remembered."""
    trace = recorder()
    async with serving(ShellServer()) as server:
        target = access(server.port, known_key=server.known_key)
        router = router_for(target, trace, password="wrong-one")
        outcomes = await asyncio.gather(
            *(router.ask([echo("hi")], deadline=soon()) for _ in range(4)), return_exceptions=True
        )
        with pytest.raises(MeasurementError) as later:
            await router.connect(deadline=soon())
        await router.close()
        assert server.sessions == 1
    for outcome in (*outcomes, later.value):
        assert isinstance(outcome, MeasurementError)
        assert outcome.failure.kind is FailureKind.AUTH_REFUSED
        assert outcome.failure.blame is Blame.ACCESS
        assert "wrong-one" not in str(outcome)


async def test_a_private_key_logs_in() -> None:
    """The credential may be a key in OpenSSH's form."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    secret = key.export_private_key().decode()
    trace = recorder()
    async with serving(ShellServer(allowed_key=key)) as server:
        target = access(server.port, known_key=server.known_key)
        router = router_for(target, trace, password=secret)
        (answer,) = await router.ask([echo("hi")], deadline=soon())
        await router.close()
    assert answer.output == "hi\n"


async def test_a_changed_host_key_names_both_fingerprints_and_sends_no_password() -> None:
    """Somebody may be in the middle: nothing is said to a router that is not the pinned one."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    async with serving(ShellServer()) as server:
        known = other.export_public_key().decode().strip()
        error = await failure_of(access(server.port, known_key=known))
        shown = server.key.get_fingerprint()
    assert error.failure.kind is FailureKind.HOST_KEY_CHANGED
    assert other.get_fingerprint() in error.failure.detail
    assert shown in error.failure.detail


async def test_an_unknown_host_key_says_how_to_pin_it() -> None:
    """Trust at first sight is the operator's decision, not ours."""
    async with serving(ShellServer()) as server:
        error = await failure_of(access(server.port, known_key=None))
    assert error.failure.kind is FailureKind.HOST_KEY_UNKNOWN
    assert server.known_key.split()[1] in (error.failure.next_step or "")
    assert error.failure.blame is Blame.ACCESS


async def test_the_known_hosts_file_decides_where_no_key_is_pinned(tmp_path: Path) -> None:
    """The file is OpenSSH's: what `ssh-keyscan` prints can be used."""
    async with serving(ShellServer()) as server:
        file = tmp_path / "known_hosts"
        file.write_text(f"[{HOST}]:{server.port} {server.known_key}\n")
        trace = recorder()
        target = access(server.port, known_key=None)
        router = router_for(target, trace, known_hosts=file)
        (answer,) = await router.ask([echo("hi")], deadline=soon())
        await router.close()
        missing = await failure_of(target, known_hosts=tmp_path / "nowhere")
    assert answer.exit_status == 0
    assert missing.failure.kind is FailureKind.NOT_CONFIGURED


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", FailureKind.UNPARSEABLE),
        (b"\x00\x15\xff\x83 no line end", FailureKind.UNPARSEABLE),
        (b"SSH-2.0-x\r\n", FailureKind.CLOSED),
        (b"", FailureKind.CLOSED),
    ],
)
async def test_a_server_that_speaks_something_else_is_told(
    words: bytes, kind: FailureKind
) -> None:
    """Garbage, a cut handshake and a closed door are different things."""

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()

    async with tcp_serving(speak) as port:
        error = await failure_of(access(port, known_key="ssh-ed25519 AAAA"))
    assert (error.operation, error.failure.kind) == ("ssh.handshake", kind)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"", FailureKind.HUNG),
        (b"SSH-2.0-dropbear\r\n", FailureKind.HUNG),
        (b"garbage", FailureKind.UNPARSEABLE),
    ],
)
async def test_a_server_that_stops_after_accepting_is_hung(
    words: bytes, kind: FailureKind
) -> None:
    """A hung router still answers TCP: that alone points at the router, not at the line."""
    done = asyncio.Event()

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await done.wait()

    async with tcp_serving(speak) as port:
        target = access(port, known_key="ssh-ed25519 AAAA")
        trace = recorder()
        router = router_for(target, trace)
        outcomes = await asyncio.gather(
            *(router.ask([echo("hi")], deadline=soon(PATIENCE_S)) for _ in range(3)),
            return_exceptions=True,
        )
        await router.close()
        done.set()
    for outcome in outcomes:
        assert isinstance(outcome, MeasurementError)
        assert (outcome.operation, outcome.failure.kind) == ("ssh.handshake", kind)


async def test_nobody_listening_is_refused() -> None:
    """A reset is an answer of the device's address."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    error = await failure_of(access(port, known_key=None))
    assert (error.operation, error.failure.kind) == ("ssh.connect", FailureKind.REFUSED)


async def test_no_answer_to_the_connection_is_silence() -> None:
    """A listener whose queue is full drops every SYN, as a dead router does."""
    with socket.socket() as full, socket.socket() as filler:
        full.bind((HOST, 0))
        full.listen(0)
        filler.connect(full.getsockname())
        target = access(full.getsockname()[1], known_key=None)
        error = await failure_of(target, patience_s=PATIENCE_S)
    assert (error.operation, error.failure.kind) == ("ssh.connect", FailureKind.SILENT)


async def test_old_algorithms_are_refused_unless_they_are_allowed() -> None:
    """SHA-1 is switched on for one router by its operator, and then said."""
    async with serving(ShellServer(integrity="hmac-sha1")) as server:
        target = access(server.port, known_key=server.known_key)
        error = await failure_of(target)
        trace = recorder()
        router = SshRouter(
            target,
            credentials=FakeCredentials(secrets={"password": PASSWORD}),
            clock=CLOCK,
            recorder=trace,
            legacy_algorithms=True,
        )
        await router.connect(deadline=soon())
        used = router.legacy_in_use
        await router.close()
    assert error.failure.kind is FailureKind.ALGORITHM_MISMATCH
    assert "legacy" in (error.failure.next_step or "")
    assert used == ("hmac-sha1",)
    assert "legacy" in trace.trace(start_s=0)[1].label


async def test_a_missing_credential_is_told_before_anything_is_sent() -> None:
    """Our own gap says nothing about the router."""
    trace = recorder()
    async with serving(ShellServer()) as server:
        target = access(server.port, known_key=server.known_key, credential="env:NOWHERE")
        router = router_for(target, trace)
        with pytest.raises(MeasurementError) as caught:
            await router.ask([echo("hi")], deadline=soon())
        assert server.sessions == 0
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED
    assert caught.value.failure.blame is Blame.AGENT


@dataclass
class SlowCredentials:
    """A Vault that does not answer."""

    answered: threading.Event = field(default_factory=threading.Event)

    def resolve(self, reference: str) -> Secret:
        """Give the secret, late."""
        del reference
        self.answered.wait(20)
        return Secret(PASSWORD)


async def test_a_credential_that_takes_long_holds_up_nobody_and_ends_in_time() -> None:
    """Vault and keyrings may take seconds, in which every other probe goes on."""
    slow, trace = SlowCredentials(), recorder()
    async with serving(ShellServer()) as server:
        router = SshRouter(
            access(server.port, known_key=server.known_key),
            credentials=slow,
            clock=CLOCK,
            recorder=trace,
        )
        with pytest.raises(MeasurementError) as caught:
            await router.ask([echo("hi")], deadline=soon(PATIENCE_S))
        asked = asyncio.create_task(router.ask([echo("hi")], deadline=soon()))
        await asyncio.sleep(0)
        slow.answered.set()
        (answer,) = await asked
        await router.close()
        assert server.sessions == 1
    assert caught.value.operation == "credential.resolve"
    assert caught.value.failure.kind is FailureKind.OUT_OF_TIME
    assert answer.output == "hi\n"


async def test_a_cancelled_asker_does_not_take_the_others_with_it() -> None:
    """One probe may be stopped while the rest of the run goes on."""
    trace = recorder()
    async with serving(ShellServer(hang=True)) as server, asking(server, trace) as router:
        first = asyncio.create_task(router.ask([echo("first")], deadline=soon()))
        await server.asked.wait()
        second = asyncio.create_task(router.ask([echo("second")], deadline=soon()))
        server.hang = False
        first.cancel()
        (answer,) = await second
        with pytest.raises(asyncio.CancelledError):
            await first
    assert answer.output == "second\n"


async def test_a_lost_connection_is_opened_again_for_the_next_question() -> None:
    """A router may restart within a run."""
    trace = recorder()
    async with serving(ShellServer()) as server, asking(server, trace) as router:
        assert await router.connect(deadline=soon()) > 0.0
        assert await router.connect(deadline=soon()) == 0.0
        await router.close()
        (answer,) = await router.ask([echo("again")], deadline=soon())
        assert server.sessions == 2
    assert answer.output == "again\n"


async def test_closing_twice_or_without_a_connection_is_harmless() -> None:
    """A run is cleaned up whatever happened to it."""
    trace = recorder()
    router = router_for(access(1, known_key=None), trace)
    await router.close()
    await router.close()
    assert await router.ask([], deadline=soon()) == ()


def test_paramiko_is_not_imported_before_it_is_needed() -> None:
    """It costs 200 ms, which a command that asks no router does not have."""
    code = "import sys, cpe_diag.transports.ssh; sys.exit('paramiko' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own words
    assert done.returncode == 0
