"""Every trap that was seen with real SSH servers, against real dropbear and OpenSSH."""

from __future__ import annotations

import asyncio
import io
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh
import paramiko
import pytest
from cutting import relaying
from real_sshd import HOST, OLD_OPENSSH, SERVERS, RealServer, real_server

from cpe_diag.domain.failures import ChangeError, FailureKind, MeasurementError
from cpe_diag.domain.trace import legacy_logins
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Command
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter
from cpe_diag.transports.ssh_control import SshControl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.domain.subscriber import RouterAccess

pytestmark = pytest.mark.real_sshd

CLOCK = SystemClock()
PROMPT = "root@OpenWrt:~# "
SECRET = b"hunter2 \"' $HOME `id` ; # \\ \xf0\x9f\x93\xb6"
LIMIT_OF_DROPBEAR = 9_000
UNAUTHENTICATED_OF_DROPBEAR = 5


@pytest.fixture(params=SERVERS)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RealServer]:
    """One of each."""
    async with real_server(request.param, tmp_path) as running:
        yield running


@pytest.fixture
async def dropbear(tmp_path: Path) -> AsyncIterator[RealServer]:
    """OpenWrt's own server."""
    async with real_server("dropbear", tmp_path) as running:
        yield running


def soon(seconds: float = 15.0) -> float:
    """Give a deadline."""
    return CLOCK.monotonic() + seconds


@asynccontextmanager
async def router_of(
    server: RealServer,
    access: RouterAccess | None = None,
    recorder: RunRecorder | None = None,
    *,
    legacy: bool = False,
) -> AsyncIterator[SshRouter]:
    """Look at a server."""
    router = SshRouter(
        access or server.access(),
        credentials=server.credentials,
        clock=CLOCK,
        recorder=recorder or RunRecorder(CLOCK),
        legacy_algorithms=legacy,
    )
    try:
        yield router
    finally:
        await router.close()


@asynccontextmanager
async def control_of(
    server: RealServer, access: RouterAccess | None = None
) -> AsyncIterator[SshControl]:
    """Change a server."""
    control = SshControl(
        access or server.access(),
        credentials=server.credentials,
        clock=CLOCK,
        recorder=RunRecorder(CLOCK),
    )
    try:
        yield control
    finally:
        await control.close()


def raw_transport(server: RealServer) -> paramiko.Transport:
    """Log in as any program would, to show the trap itself."""
    transport = paramiko.Transport((HOST, server.port))
    key = paramiko.Ed25519Key.from_private_key(
        io.StringIO(server.user_key.export_private_key().decode())
    )
    transport.connect(username=server.access().user or "", pkey=key)
    return transport


async def appears(path: Path, *, within_s: float) -> bool:
    """Wait for a file, in a process of its own."""
    text = 'while [ ! -e "$0" ]; do read -t 0.05 -r _ < <(:) || :; sleep 0.05; done'
    waiting = await asyncio.create_subprocess_exec("bash", "-c", text, str(path))
    try:
        async with asyncio.timeout(within_s):
            await waiting.wait()
    except TimeoutError:
        waiting.kill()
        await waiting.wait()
        return False
    return True


async def test_a_changed_host_key_is_not_taken_for_a_router_that_is_offline(
    server: RealServer,
) -> None:
    """The usual libraries put both into one timeout exception."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    known = " ".join(other.export_public_key().decode().split()[:2])
    async with router_of(server, server.access(known_key=known)) as router:
        with pytest.raises(MeasurementError) as caught:
            await router.connect(deadline=soon())
    assert caught.value.failure.kind is FailureKind.HOST_KEY_CHANGED
    assert other.get_fingerprint() in caught.value.failure.detail
    shown = asyncssh.import_public_key(server.known_key).get_fingerprint()
    assert shown in caught.value.failure.detail


async def test_a_server_with_old_algorithms_only_is_refused_in_words(tmp_path: Path) -> None:
    """A router of 2010 is not offline, and SHA-1 is not switched on in silence."""
    async with (
        real_server("openssh", tmp_path, options=OLD_OPENSSH) as old,
        router_of(old) as router,
    ):
        with pytest.raises(MeasurementError) as caught:
            await router.connect(deadline=soon())
    assert caught.value.failure.kind is FailureKind.ALGORITHM_MISMATCH
    assert "allow legacy algorithms" in (caught.value.failure.next_step or "")


@pytest.mark.parametrize("option", sorted(OLD_OPENSSH))
async def test_each_old_algorithm_alone_is_enough_to_be_refused(
    tmp_path: Path, option: str
) -> None:
    """Key exchange, host key, cipher and integrity are agreed upon one by one."""
    options = {option: OLD_OPENSSH[option]}
    async with (
        real_server("openssh", tmp_path, options=options) as old,
        router_of(old) as router,
    ):
        with pytest.raises(MeasurementError) as caught:
            await router.connect(deadline=soon())
    assert caught.value.failure.kind is FailureKind.ALGORITHM_MISMATCH


async def test_old_algorithms_that_were_allowed_work_and_are_named(tmp_path: Path) -> None:
    """Who allows them for a router learns from each run that they were needed."""
    recorder = RunRecorder(CLOCK)
    async with (
        real_server("openssh", tmp_path, options=OLD_OPENSSH) as old,
        router_of(old, recorder=recorder, legacy=True) as router,
    ):
        (answer,) = await router.ask([Command(text="echo hi", label="hi")], deadline=soon())
        used = router.legacy_in_use
    assert answer.output == "hi\n"
    assert set(used) == set(OLD_OPENSSH.values())
    ((target, names),) = legacy_logins(recorder.trace(start_s=0))
    assert target == f"{HOST}:{old.port}"
    assert set(names.split(", ")) == set(OLD_OPENSSH.values())


async def test_a_modern_server_uses_no_old_algorithm_where_they_are_allowed(
    server: RealServer,
) -> None:
    """Allowing them must not weaken what does not need them."""
    recorder = RunRecorder(CLOCK)
    async with router_of(server, recorder=recorder, legacy=True) as router:
        await router.connect(deadline=soon())
        assert router.legacy_in_use == ()
    assert legacy_logins(recorder.trace(start_s=0)) == ()


async def test_output_that_contains_the_prompt_is_only_output(server: RealServer) -> None:
    """A shell that is read by its prompt gives an empty answer and shifts all later ones."""
    prompts = Command(text=f"printf '%s\\n%s' '{PROMPT}' '{PROMPT}'", label="prompts")
    after = Command(text="echo after", label="after")
    async with router_of(server) as router:
        first = await router.ask([prompts, after], deadline=soon())
        second = await router.ask([after], deadline=soon())
    assert [one.output for one in (*first, *second)] == [
        f"{PROMPT}\n{PROMPT}",
        "after\n",
        "after\n",
    ]


async def test_a_change_of_folder_does_not_desynchronise(server: RealServer) -> None:
    """It changes the prompt, by which others find their answers; here each command has its own."""
    commands = [
        Command(text="cd / && pwd", label="cd"),
        Command(text="pwd", label="pwd"),
    ]
    async with router_of(server) as router:
        answers = await router.ask(commands, deadline=soon())
    assert answers[0].output == "/\n"
    assert answers[1].output != "/\n"


@pytest.mark.parametrize("length", [500, 6_500, 8_999, 9_001, 60_000])
async def test_a_command_of_any_length_arrives_whole(server: RealServer, length: int) -> None:
    """Terminals lose what is longer than 500 characters, dropbear what is over 9,000 bytes."""
    text = f"printf %s {'x' * length} | wc -c"
    async with router_of(server) as router:
        (looked,) = await router.ask([Command(text=text, label="long")], deadline=soon())
    async with control_of(server) as control:
        changed = await control.exec_once(text, label="long", limit_s=10.0, deadline=soon())
    assert looked.output.strip() == str(length)
    assert changed.stdout.strip() == str(length).encode()


def test_dropbear_drops_a_connection_over_9000_bytes(tmp_path: Path) -> None:
    """This is why long commands go to standard input: the trap is still there."""

    async def shown() -> None:
        async with real_server("dropbear", tmp_path) as server:
            await asyncio.to_thread(drop, server)

    def drop(server: RealServer) -> None:
        transport = raw_transport(server)
        try:
            channel = transport.open_session(timeout=5)
            channel.exec_command(b"true " + b"x" * (LIMIT_OF_DROPBEAR - 5))
            assert channel.recv_exit_status() == 0
            channel = transport.open_session(timeout=5)
            with pytest.raises((paramiko.SSHException, EOFError, OSError)):
                channel.exec_command(b"true " + b"x" * (LIMIT_OF_DROPBEAR - 4))
        finally:
            transport.close()

    asyncio.run(shown())


async def test_a_timer_that_was_started_detached_survives_the_connection(
    server: RealServer,
) -> None:
    """The router's own way back: if we die, or our path does, it goes off all the same."""
    done = server.home / "went-off"
    text = f"( sleep 0.5; touch {done} ) </dev/null >/dev/null 2>&1 & echo $!"
    async with (
        relaying(server.port) as relay,
        control_of(server, server.access(port=relay.port)) as control,
    ):
        answer = await control.exec_once(text, label="timer", limit_s=5.0, deadline=soon())
        relay.cut()
    assert answer.stdout.strip().isdigit()
    assert await appears(done, within_s=5.0)


async def test_a_timer_that_was_started_in_a_terminal_dies_with_it(server: RealServer) -> None:
    """This is why nothing here ever asks for a terminal: the trap is still there."""
    done, begun = server.home / "went-off", server.home / "begun"

    def start() -> None:
        transport = raw_transport(server)
        channel = transport.open_session(timeout=5)
        channel.get_pty()
        channel.exec_command(f"( touch {begun}; sleep 1; touch {done} ) & wait".encode())
        while not begun.exists():
            pass
        transport.close()

    await asyncio.to_thread(start)
    assert not await appears(done, within_s=2.0)


async def test_channels_one_after_the_other_are_never_opened_too_early(
    dropbear: RealServer,
) -> None:
    """Dropbear closes a channel that is opened before the exit status of the last one."""
    async with control_of(dropbear) as control:
        for number in range(100):
            answer = await control.exec_once(
                f"echo {number}", label="x", limit_s=5.0, deadline=soon()
            )
            assert answer.stdout == f"{number}\n".encode()


async def test_many_questions_at_once_open_one_connection(dropbear: RealServer) -> None:
    """Dropbear allows 5 connections that are not logged in yet, for each address."""
    commands = [Command(text=f"echo {number}", label=str(number)) for number in range(20)]
    async with relaying(dropbear.port) as relay:
        access = dropbear.access(port=relay.port)
        async with router_of(dropbear, access) as router:
            answers = await asyncio.gather(
                *(router.ask([command], deadline=soon()) for command in commands)
            )
    assert [one[0].output for one in answers] == [f"{number}\n" for number in range(20)]
    assert relay.connections == 1


async def test_a_router_with_too_many_open_logins_closes_and_is_not_offline(
    dropbear: RealServer,
) -> None:
    """Somebody else's half-open logins are told as a closed handshake, and pass."""
    held: list[socket.socket] = []
    try:
        while len(held) < UNAUTHENTICATED_OF_DROPBEAR:
            one = await asyncio.to_thread(socket.create_connection, (HOST, dropbear.port))
            # Without a greeting dropbear still counts whoever was there before.
            if await asyncio.to_thread(one.recv, 100):
                held.append(one)
            else:
                one.close()
        async with control_of(dropbear) as control:
            with pytest.raises(MeasurementError) as caught:
                await control.fresh(deadline=soon(5.0))
    finally:
        for one in held:
            one.close()
    assert (caught.value.operation, caught.value.failure.kind) == (
        "ssh.handshake",
        FailureKind.CLOSED,
    )
    async with control_of(dropbear) as control:
        await let_in(control)


async def let_in(control: SshControl) -> None:
    """Try until the server has noticed that the others are gone."""
    async with asyncio.timeout(10):
        while True:
            try:
                await control.fresh(deadline=soon(5.0))
            except MeasurementError:
                continue
            return


async def test_secrets_arrive_exactly_and_both_outputs_apart(server: RealServer) -> None:
    """Every character that a passphrase may have, over each of the two servers."""
    async with control_of(server) as control:
        answer = await control.exec_once(
            "cat; echo wrong >&2; exit 9",
            label="x",
            stdin=SECRET,
            limit_s=5.0,
            deadline=soon(),
        )
    assert (answer.stdout, answer.stderr, answer.exit_status) == (SECRET, b"wrong\n", 9)


async def test_a_command_with_input_is_done_whole_or_not_at_all_wherever_it_is_cut(
    server: RealServer,
) -> None:
    """Of a real server too, and what we say of it is never less than what has happened."""
    told: dict[int, str] = {}
    async with (
        relaying(server.port) as relay,
        control_of(server, server.access(port=relay.port)) as control,
    ):
        for sent in (0, 100, 400, 700, 1_000, 5_000, 20_000, 30_600, 31_000, 40_000):
            await let_in(control)
            relay.cut_after(sent=sent)
            place = server.home / f"{sent}"
            text = f"cat > {place}.part; mv {place}.part {place}.set"
            try:
                await control.exec_once(
                    text, label="x", stdin=b"z" * 30_000, limit_s=2.0, deadline=soon()
                )
                told[sent] = "done"
            except ChangeError as error:
                told[sent] = "maybe" if error.may_have_happened else "not"
        await let_in(control)
        await control.exec_once("sleep 0.2", label="settle", limit_s=2.0, deadline=soon())
    sizes = sizes_in(server.home)
    assert {"not", "done"} <= set(told.values())
    assert set(sizes.values()) == {30_000}
    assert {sent for sent, word in told.items() if word == "done"} <= set(sizes)
    assert not {sent for sent, word in told.items() if word == "not"} & set(sizes)


def sizes_in(folder: Path) -> dict[int, int]:
    """Give the sizes of what was set."""
    return {int(one.stem): one.stat().st_size for one in folder.glob("*.set")}


def test_a_server_ends_the_input_of_a_command_whose_connection_is_cut(tmp_path: Path) -> None:
    """This is why input is taken whole before anything runs: the trap is still there."""

    async def shown() -> None:
        async with real_server("dropbear", tmp_path) as server:
            await asyncio.to_thread(cut, server)
            assert await appears(server.home / "password", within_s=5.0)
        assert (server.home / "password").read_bytes() == b"half of a pass"

    def cut(server: RealServer) -> None:
        transport = raw_transport(server)
        channel = transport.open_session(timeout=5)
        place = server.home / "password"
        channel.exec_command(f"cat > {place}.part; mv {place}.part {place}".encode())
        channel.sendall(b"half of a pass")
        while not list(Path(server.home).glob("password.part")) or not (
            Path(f"{place}.part").stat().st_size
        ):
            pass
        transport.close()

    asyncio.run(shown())
