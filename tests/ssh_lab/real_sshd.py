"""Real dropbear and OpenSSH servers for tests, on a high port of loopback.

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncssh
import pytest

from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.testing.lists import FakeCredentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

HOST: Final = "127.0.0.1"
SERVERS: Final = ("dropbear", "openssh")

OLD_OPENSSH: Final[Mapping[str, str]] = {
    "KexAlgorithms": "diffie-hellman-group14-sha1",
    "HostKeyAlgorithms": "ssh-rsa",
    "Ciphers": "aes128-cbc",
    "MACs": "hmac-sha1",
}
"""sshd_config(5): what a router of 2010 offers, and nothing newer."""

# mount(8): a view of its own of /etc/passwd and /run for one server.
_NAMESPACE: Final = (
    'mount --bind "$0" /etc/passwd && mount -t tmpfs none /run && mkdir -m 755 /run/sshd'
    ' && exec "$@"'
)


@dataclass(frozen=True)
class RealServer:
    """A server that runs: where, which host key it has, and which key logs in."""

    name: str
    port: int
    known_key: str
    home: Path
    user_key: asyncssh.SSHKey = field(repr=False)

    @property
    def credentials(self) -> FakeCredentials:
        """The private key, by the reference `key`."""
        return FakeCredentials(secrets={"key": self.user_key.export_private_key().decode()})

    def access(self, *, port: int | None = None, known_key: str | None = None) -> RouterAccess:
        """Say how to log in."""
        return RouterAccess(
            address=HOST,
            port=self.port if port is None else port,
            platform="openwrt",
            user=getpass.getuser(),
            credential="key",
            known_key=self.known_key if known_key is None else known_key,
        )


@asynccontextmanager
async def real_server(
    name: str, folder: Path, *, options: Mapping[str, str] | None = None, port: int = 0
) -> AsyncIterator[RealServer]:
    """Run dropbear or OpenSSH until the block is left; skips where it is not installed.

    Args:
        name: one of `SERVERS`.
        folder: of the test, becomes the home of the user.
        options: further lines of OpenSSH's configuration.
        port: where to listen; 0: any.

    Yields:
        The server.
    """
    os.chmod(folder, 0o700)  # noqa: PTH101 - pathlib would be taken for slow I/O
    user = asyncssh.generate_private_key("ssh-ed25519")
    port = port or _free_port()
    if name == "openssh":
        command, known = _openssh(folder, user, port, options or {})
    else:
        command, known = await _dropbear(folder, user, port)
    server = await asyncio.create_subprocess_exec(
        *_apart(folder, command), stderr=asyncio.subprocess.DEVNULL
    )
    ended = asyncio.ensure_future(server.wait())
    try:
        async with asyncio.timeout(10):
            while not await _answers(port):
                assert not ended.done(), f"{command} ended with status {server.returncode}"
        yield RealServer(name=name, port=port, known_key=known, home=folder, user_key=user)
    finally:
        if not ended.done():
            server.terminate()
        await ended


def _openssh(
    folder: Path, user: asyncssh.SSHKey, port: int, options: Mapping[str, str]
) -> tuple[list[str], str]:
    program = shutil.which("sshd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("there is no sshd here (Debian package openssh-server)")
    old = options.get("HostKeyAlgorithms") == "ssh-rsa"
    host = asyncssh.generate_private_key("ssh-rsa" if old else "ssh-ed25519")
    (folder / "host").unlink(missing_ok=True)
    host.write_private_key(folder / "host")
    (folder / "host").chmod(0o600)
    user.write_public_key(folder / "allowed")
    lines = {
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "allowed",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "ListenAddress": HOST,
        "Port": port,
        **options,
    }
    (folder / "config").write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
    command = [program, "-D", "-e", "-f", str(folder / "config")]
    return command, " ".join(host.export_public_key().decode().split()[:2])


async def _dropbear(folder: Path, user: asyncssh.SSHKey, port: int) -> tuple[list[str], str]:
    program = shutil.which("dropbear", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    maker = shutil.which("dropbearkey", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None or maker is None:
        pytest.skip("there is no dropbear here (Debian package dropbear-bin)")
    if os.geteuid() != 0:
        pytest.skip("dropbear reads only a real home; as root it is given one of the test")
    (folder / ".ssh").mkdir(mode=0o700, exist_ok=True)
    user.write_public_key(folder / ".ssh" / "authorized_keys")
    (folder / ".ssh" / "authorized_keys").chmod(0o600)
    (folder / "host").unlink(missing_ok=True)
    made = await asyncio.create_subprocess_exec(
        maker, "-t", "ed25519", "-f", str(folder / "host"), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await made.communicate()
    known = next(line for line in output.decode().splitlines() if line.startswith("ssh-ed25519"))
    command = [program, "-F", "-E", "-r", str(folder / "host"), "-p", f"{HOST}:{port}"]
    return [*command, "-P", str(folder / "pid")], " ".join(known.split()[:2])


def _apart(folder: Path, command: list[str]) -> list[str]:
    """Give the command that runs a server with a root of the test, whose home is `folder`."""
    if os.geteuid() != 0:
        return command
    passwd = folder / "passwd"
    sshd = "sshd:x:65534:65534::/nonexistent:/usr/sbin/nologin"
    passwd.write_text(f"root:x:0:0:root:{folder}:/bin/sh\n{sshd}\n")
    return ["unshare", "-m", "sh", "-c", _NAMESPACE, str(passwd), *command]


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])
