"""A router that breaks the SSH protocol after the key exchange fails as a device, not as a bug."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncssh
import pytest
from asyncssh.packet import Boolean, String, UInt32

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Command
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CLOCK = SystemClock()
USERAUTH_FAILURE = 51  # RFC 4252, section 6
CHANNEL_OPEN_FAILURE = 92  # RFC 4254, section 5.1
NO_TEXT = b"\xff\xfe"  # RFC 3629: these octets never stand in UTF-8


class Nonsense(asyncssh.SSHServer):
    """A server that answers the login, or the channel after it, with names that are no text."""

    def __init__(self, *, at_login: bool) -> None:
        """Say when to answer so."""
        self.at_login = at_login

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Keep the connection."""
        self.connection = conn

    def begin_auth(self, username: str) -> bool:
        """Answer the login, or let everybody in."""
        del username
        if self.at_login:
            self.connection.send_packet(USERAUTH_FAILURE, String(NO_TEXT), Boolean(value=False))
        return self.at_login

    def session_requested(self) -> bool:
        """Answer the channel; 0 is the number that the client gave it."""
        self.connection.send_packet(
            CHANNEL_OPEN_FAILURE, UInt32(0), UInt32(1), String(NO_TEXT), String(b"")
        )
        return False


@asynccontextmanager
async def asking(*, at_login: bool) -> AsyncIterator[SshRouter]:
    """Ask such a server."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    listening = await asyncssh.create_server(
        lambda: Nonsense(at_login=at_login), "127.0.0.1", 0, server_host_keys=[key]
    )
    router = SshRouter(
        RouterAccess(
            address="127.0.0.1",
            port=listening.get_port(),
            platform="openwrt",
            user="root",
            credential="password",
            known_key=key.export_public_key().decode().strip(),
        ),
        credentials=FakeCredentials(secrets={"password": "a-password-of-the-lab"}),
        clock=CLOCK,
        recorder=RunRecorder(CLOCK),
    )
    try:
        yield router
    finally:
        await router.close()
        listening.close()
        await listening.wait_closed()


@pytest.mark.parametrize(
    ("at_login", "operation"), [(True, "ssh.authenticate"), (False, "ssh.exec")]
)
async def test_nonsense_after_the_key_exchange_is_unparseable(
    *, at_login: bool, operation: str
) -> None:
    """It would end the whole run as a bug of ours, and every other answer would be lost."""
    async with asking(at_login=at_login) as router:
        with pytest.raises(MeasurementError) as caught:
            await router.ask([Command(text="true", label="true")], deadline=CLOCK.monotonic() + 5)
    assert (caught.value.operation, caught.value.failure.kind) == (
        operation,
        FailureKind.UNPARSEABLE,
    )
