"""Controls of routers without an exit status, over real SSH: one order, one whole answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from cli_homes import CLOCK, PASSWORD, USER, LabTime, soon

from cpe_diag.domain.failures import ChangeError, FailureKind
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.keenetic.device import Keenetic
from cpe_diag.lab.routeros.device import Device
from cpe_diag.lab.routeros.ssh_server import RouterOsServer
from cpe_diag.lab.typed_shell import TypedServer
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.router_control import router_control

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.transports.router_control import Control


@asynccontextmanager
async def opened(server: TypedServer | RouterOsServer, dialect: str) -> AsyncIterator[Control]:
    """Run a router and open a control of it."""
    await server.start()
    access = RouterAccess(
        address="127.0.0.1",
        port=server.port,
        platform=None,
        user=USER,
        credential="env:ROUTER",
        known_key=server.known_key,
    )
    control = router_control(
        access,
        dialect=dialect,
        credentials=FakeCredentials(secrets={"env:ROUTER": PASSWORD}),
        clock=CLOCK,
        recorder=RunRecorder(CLOCK),
    )
    try:
        yield control
    finally:
        await control.close()
        await server.stop()


def keenetic() -> tuple[Keenetic, TypedServer]:
    """Make a Keenetic and its server."""
    time = LabTime()
    device = Keenetic(now=time.now, booted_at=time.at - 3600)
    return device, TypedServer(device, user=USER, password=PASSWORD)


async def test_lines_are_typed_in_order_and_their_answers_read() -> None:
    """And a connection that was opened anew goes on."""
    device, server = keenetic()
    async with opened(server, "ndms") as control:
        run = "interface WifiMaster0/AccessPoint0 ssid Cafe\nshow version\n=~ ^ +ndm: -> seen"
        answer = await control.exec_once(run, label="ssid", limit_s=8, deadline=soon())
        assert (answer.exit_status, answer.stderr) == (0, b"")
        assert answer.stdout.endswith(b'AccessPoint0": SSID saved.\nseen\n')
        assert await control.fresh(deadline=soon()) > 0
        answer = await control.exec_once(
            "interface WifiMaster0 up", label="up", limit_s=8, deadline=soon()
        )
        assert answer.stdout.endswith(b"interface is up.\n")
    assert device.running["WifiMaster0/AccessPoint0"].ssid == "Cafe"


async def test_nothing_is_typed_after_a_line_that_was_not_taken() -> None:
    """A half change is not finished blindly."""
    device, server = keenetic()
    async with opened(server, "ndms") as control:
        answer = await control.exec_once(
            "interface WifiMaster7 up\nsystem configuration save",
            label="up",
            limit_s=8,
            deadline=soon(),
        )
    assert answer.exit_status == 1
    assert server.typed == ["interface WifiMaster7 up"]
    assert device.saved == device.running


async def test_a_router_that_goes_away_may_have_done_it_and_no_secret_is_told() -> None:
    """The failure names the label, never what was typed."""
    device, server = keenetic()
    starts = device.starts
    async with opened(server, "ndms") as control:
        with pytest.raises(ChangeError) as caught:
            await control.exec_once(
                "interface WifiMaster1/AccessPoint0 authentication wpa-psk verysecret\n"
                "system reboot",
                label="all of it",
                limit_s=8,
                deadline=soon(),
            )
    assert caught.value.may_have_happened
    assert device.starts == starts + 1
    assert "verysecret" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


async def test_what_cannot_be_typed_is_refused_before_anything_is_sent() -> None:
    """Standard input, files, and lines that scroll."""
    _, server = keenetic()
    async with opened(server, "ndms") as control:
        for run, stdin in (("show version", b"x"), ("show " + "x" * 300, b"")):
            with pytest.raises(ChangeError) as caught:
                await control.exec_once(run, label="x", stdin=stdin, limit_s=8, deadline=soon())
            assert caught.value.failure.kind is FailureKind.UNSUPPORTED
            assert not caught.value.may_have_happened
        with pytest.raises(ChangeError):
            await control.exec_stream("x", label="x", pieces=(), limit_s=8, deadline=soon())
    assert not server.typed


@pytest.mark.parametrize(
    ("run", "said", "status"),
    [
        (':put "yes"', b"yes\n", 0),
        (":error no", None, 1),
        (":put ($nothing", None, 1),
    ],
)
async def test_a_routeros_command_has_a_status_of_our_own(
    run: str, said: bytes | None, status: int
) -> None:
    """Its exec channel tells none."""
    time = LabTime()
    device = Device(now=time.now, booted_at=time.at - 3600)
    async with opened(RouterOsServer(device, user=USER, password=PASSWORD), "routeros") as control:
        answer = await control.exec_once(run, label="x", limit_s=8, deadline=soon())
    assert (answer.exit_status != 0) == (status != 0)
    assert said is None or answer.stdout == said


async def test_a_routeros_router_that_goes_away_may_have_done_it() -> None:
    """It restarts, and says nothing."""
    time = LabTime()
    device = Device(now=time.now, booted_at=time.at - 3600)
    async with opened(RouterOsServer(device, user=USER, password=PASSWORD), "routeros") as control:
        with pytest.raises(ChangeError) as caught:
            await control.exec_once("/system reboot", label="x", limit_s=8, deadline=soon())
        assert caught.value.may_have_happened
        with pytest.raises(ChangeError) as caught:
            await control.exec_once(":put 1", label="x", stdin=b"\xff", limit_s=8, deadline=soon())
        assert not caught.value.may_have_happened


async def test_what_a_routeros_command_would_read_is_the_text_of_a_variable() -> None:
    """Octet by octet, and refused where it is longer than a command can be."""
    time = LabTime()
    device = Device(now=time.now, booted_at=time.at - 3600)
    text = '=wifi/a "b" $c\nssid=Caf\u00e9 \\ ?\n'
    async with opened(RouterOsServer(device, user=USER, password=PASSWORD), "routeros") as control:
        answer = await control.exec_stream(
            ":put $upload", label="x", pieces=(text.encode(),), limit_s=8, deadline=soon()
        )
        assert answer.stdout.decode() == f"{text}\n"
        ran = len(device.ran)
        for piece in (b"x" * 10_000, b"\x00"):
            with pytest.raises(ChangeError) as caught:
                await control.exec_stream(
                    ":put $upload", label="x", pieces=(piece,), limit_s=8, deadline=soon()
                )
            assert caught.value.failure.kind is FailureKind.UNSUPPORTED
        assert len(device.ran) == ran
