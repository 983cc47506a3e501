"""The same questions to real dropbear and OpenSSH servers, on a high port of loopback.

As root they run in a mount namespace of their own, with an /etc/passwd of the test: nothing of
the machine is touched. OpenSSH also runs without privileges; dropbear needs them here, because
it reads only the real home of a user.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Command
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.real_sshd

HOST = "127.0.0.1"
CLOCK = SystemClock()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


# mount(8): a view of its own of /etc/passwd and /run for one server.
NAMESPACE = (
    'mount --bind "$0" /etc/passwd && mount -t tmpfs none /run && mkdir -m 755 /run/sshd'
    ' && exec "$@"'
)


def apart(folder: Path, command: list[str]) -> list[str]:
    """Give the command that runs a server with a root of the test, whose home is `folder`."""
    if os.geteuid() != 0:
        return command
    passwd = folder / "passwd"
    sshd = "sshd:x:65534:65534::/nonexistent:/usr/sbin/nologin"
    passwd.write_text(f"root:x:0:0:root:{folder}:/bin/sh\n{sshd}\n")
    return ["unshare", "-m", "sh", "-c", NAMESPACE, str(passwd), *command]


@asynccontextmanager
async def serving(command: list[str], port: int) -> AsyncIterator[None]:
    """Run a server until the test is done; its first answer says that it is there."""
    server = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    ended = asyncio.ensure_future(server.wait())
    try:
        async with asyncio.timeout(10):
            while not await answers(port):
                assert not ended.done(), f"{command} ended with status {server.returncode}"
        yield
    finally:
        if not ended.done():
            server.terminate()
        await ended


async def answers(port: int) -> bool:
    """Whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def check_all(port: int, known_key: str, user_key: asyncssh.SSHKey) -> None:
    """Ask in one short and one long batch over one connection."""
    recorder = RunRecorder(CLOCK)
    router = SshRouter(
        RouterAccess(
            address=HOST,
            port=port,
            platform="openwrt",
            user=getpass.getuser(),
            credential="key",
            known_key=known_key,
        ),
        credentials=FakeCredentials(secrets={"key": user_key.export_private_key().decode()}),
        clock=CLOCK,
        recorder=recorder,
    )
    commands = (
        Command(text="echo hi; exit 3", label="hi"),
        Command(text="echo beside", label="beside", beside_others=True),
    )
    long = [Command(text=f"echo {'x' * 3000}{number}", label="long") for number in range(4)]
    deadline = CLOCK.monotonic() + 20
    first = await router.ask(commands, deadline=deadline)
    second = await router.ask(long, deadline=deadline)
    for _ in range(20):
        await router.ask(commands[:1], deadline=deadline)
    await router.close()
    assert [(one.output, one.exit_status) for one in first] == [("hi\n", 3), ("beside\n", 0)]
    assert [one.output for one in second] == [f"{'x' * 3000}{number}\n" for number in range(4)]
    assert [one.failure for one in recorder.trace(start_s=0)] == [None] * 25


async def test_openssh_answers(tmp_path: Path) -> None:
    """The server of many Linux routers; twenty channels one after the other stay in step."""
    program = shutil.which("sshd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("there is no sshd here (Debian package openssh-server)")
    host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    host.write_private_key(tmp_path / "host")
    (tmp_path / "host").chmod(0o600)
    user.write_public_key(tmp_path / "allowed")
    port = free_port()
    options = {
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "allowed",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "ListenAddress": HOST,
        "Port": port,
    }
    (tmp_path / "config").write_text("".join(f"{key} {value}\n" for key, value in options.items()))
    command = [program, "-D", "-e", "-f", str(tmp_path / "config")]
    async with serving(apart(tmp_path, command), port):
        await check_all(port, host.export_public_key().decode(), user)


async def test_dropbear_answers(tmp_path: Path) -> None:
    """OpenWrt's own server; it drops long commands and too early channels."""
    program = shutil.which("dropbear", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    maker = shutil.which("dropbearkey", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None or maker is None:
        pytest.skip("there is no dropbear here (Debian package dropbear-bin)")
    if os.geteuid() != 0:
        pytest.skip("dropbear reads only a real home; as root it is given one of the test")
    os.chmod(tmp_path, 0o700)  # noqa: PTH101 - pathlib would be taken for slow I/O
    user = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / ".ssh").mkdir(mode=0o700)
    user.write_public_key(tmp_path / ".ssh" / "authorized_keys")
    (tmp_path / ".ssh" / "authorized_keys").chmod(0o600)
    made = await asyncio.create_subprocess_exec(
        maker, "-t", "ed25519", "-f", str(tmp_path / "host"), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await made.communicate()
    known = next(line for line in output.decode().splitlines() if line.startswith("ssh-ed25519"))
    port = free_port()
    command = [program, "-F", "-E", "-r", str(tmp_path / "host"), "-p", f"{HOST}:{port}"]
    command += ["-P", str(tmp_path / "pid")]
    async with serving(apart(tmp_path, command), port):
        await check_all(port, known, user)
