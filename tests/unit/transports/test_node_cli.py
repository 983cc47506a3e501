"""The command line of a node, over a real SSH server that behaves as equipment does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from dslam_cli import LOG, NAME, PASSWORD, USER, Dslam, serve_dslam

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.subscriber import AccessNode, CliAccess, SnmpAccess
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import ShellLine
from cpe_diag.testing import conformance_changes
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.node_cli import NodeCli

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONFIG = ShellLine(text="config")
INTERFACE = ShellLine(text="interface gpon 0/1")
RESET = ShellLine(text="ont reset 3 4", expect=r"\(y/n\)\[n\]:", send="y")
BOARDS = "".join(f"  {slot}       H802GPBD   Normal\n" for slot in range(11))


def cli_of(  # noqa: PLR0913 - one for each thing that may be wrong
    node: Dslam,
    *,
    user: str = USER,
    password: str = PASSWORD,
    known_key: str | None = None,
    platform: str | None = "huawei_smartax",
    port: int = 0,
    configured: bool = True,
) -> NodeCli:
    """Open the door to a node."""
    access = CliAccess(
        address="127.0.0.1",
        port=port or node.port,
        user=user,
        credential="env:CLI",
        known_key=known_key or node.host_key,
    )
    clock = SystemClock()
    return NodeCli(
        AccessNode(
            id="olt-1",
            snmp=SnmpAccess(address="127.0.0.1", port=161, version="2c", credential=None),
            driver=None,
            cli=access if configured else None,
        ),
        platform=platform,
        credentials=FakeCredentials(secrets={"env:CLI": password}),
        clock=clock,
        recorder=RunRecorder(clock),
    )


@asynccontextmanager
async def running(node: Dslam) -> AsyncIterator[Dslam]:
    """Keep a node running."""
    async for one in serve_dslam(node):
        yield one


def soon(seconds: float = 20.0) -> float:
    """Give a deadline."""
    return SystemClock().monotonic() + seconds


@pytest.mark.parametrize("cooked", [False, True], ids=["raw", "cooked"])
@pytest.mark.parametrize("paging", [False, True], ids=["whole", "pages"])
async def test_every_line_gets_its_own_whole_answer(*, cooked: bool, paging: bool) -> None:
    """Prompts within answers, pages, questions, other modes: nothing shifts the answers."""
    async with running(Dslam(cooked=cooked, paging=paging)) as node:
        cli = cli_of(node)
        config, interface = f"{NAME}(config)#", f"{NAME}(config-if-gpon-0/1)#"
        lines = [
            (ShellLine(text="enable"), ""),
            (CONFIG, ""),
            (ShellLine(text="display log"), LOG.format(prompt=config)),
            (ShellLine(text="display board"), BOARDS),
            (INTERFACE, ""),
            (RESET, "Are you sure to reset the ONT(s)? (y/n)[n]:y\n"),
            (ShellLine(text="display log"), LOG.format(prompt=interface)),
            (ShellLine(text="display board"), BOARDS),
        ]
        try:
            await conformance_changes.check_node_shell(cli, SystemClock(), lines=lines)
        finally:
            await cli.close()
        assert node.resets == ["3/4"]
        assert [line for line in node.entered if line.startswith("ont")] == ["ont reset 3 4"]


async def test_slow_answers_do_not_shift(tmp_path: object) -> None:
    """A node under load answers each line late."""
    del tmp_path
    async with running(Dslam(answer_delay_s=0.5)) as node:
        cli = cli_of(node)
        try:
            lines = [(CONFIG, ""), (ShellLine(text="display board"), BOARDS), (INTERFACE, "")]
            await conformance_changes.check_node_shell(cli, SystemClock(), lines=lines)
        finally:
            await cli.close()


async def test_a_line_that_is_never_answered_may_have_happened() -> None:
    """It was entered; whoever asks has to look."""
    async with running(Dslam(hang_on="ont reset 3 4")) as node:
        cli = cli_of(node)
        await cli.enter(CONFIG, deadline=soon())
        error = await conformance_changes.check_not_changed(
            cli.enter(RESET, deadline=soon(1.5)), may_have_happened=True
        )
        assert error.failure.kind is FailureKind.SILENT
        assert error.operation == "shell.enter"
        await cli.close()


async def test_a_session_that_ends_in_the_middle_may_have_happened() -> None:
    """A node that restarts itself says no more."""
    async with running(Dslam(die_on="ont reset 3 4")) as node:
        cli = cli_of(node)
        await cli.enter(CONFIG, deadline=soon())
        error = await conformance_changes.check_not_changed(
            cli.enter(RESET, deadline=soon()), may_have_happened=True
        )
        assert error.failure.kind is FailureKind.CLOSED


async def test_a_question_that_nobody_expected_is_left_unanswered() -> None:
    """The default of an unknown question may be the worse choice."""
    async with running(Dslam()) as node:
        cli = cli_of(node)
        await cli.enter(CONFIG, deadline=soon())
        error = await conformance_changes.check_not_changed(
            cli.enter(ShellLine(text="ont delete 3 4"), deadline=soon()), may_have_happened=True
        )
        assert error.failure.kind is FailureKind.UNPARSEABLE
        assert "Are you sure" in error.failure.detail
        assert node.entered == ["config", "ont delete 3 4"]


@pytest.mark.parametrize(
    ("line", "words"), [("frobnicate", "% Unknown command"), ("ont fail", "Failure: The ONT")]
)
async def test_a_line_that_the_node_does_not_take_has_not_happened(line: str, words: str) -> None:
    """The next line of an action must not follow it in a wrong mode."""
    async with running(Dslam()) as node:
        cli = cli_of(node)
        error = await conformance_changes.check_not_changed(
            cli.enter(ShellLine(text=line), deadline=soon()), may_have_happened=False
        )
        assert error.failure.kind is FailureKind.DEVICE_ERROR
        assert words in error.failure.detail


async def test_another_host_key_is_no_silent_node() -> None:
    """Netmiko alone would log in to anybody, or call it a timeout."""
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJSw1Hk1l5sN0sR0Zl1m8d8mGQyqUuFq2M8gJ3k5b7cd"
    async with running(Dslam()) as node:
        error = await conformance_changes.check_not_changed(
            cli_of(node, known_key=other).enter(CONFIG, deadline=soon()), may_have_happened=False
        )
        assert error.failure.kind is FailureKind.HOST_KEY_CHANGED
        assert node.entered == []


async def test_a_wrong_password_changes_nothing_and_is_not_shown() -> None:
    """A refusal is told as that."""
    async with running(Dslam()) as node:
        error = await conformance_changes.check_not_changed(
            cli_of(node, password="wrong-secret").enter(CONFIG, deadline=soon()),
            may_have_happened=False,
        )
        assert error.failure.kind is FailureKind.AUTH_REFUSED
        assert "wrong-secret" not in str(error)


async def test_what_is_not_configured_is_named() -> None:
    """Nothing is sent, and the inventory's gap is in the words."""
    node = Dslam(port=1, host_key="ssh-ed25519 AAAA")
    for cli, words in (
        (cli_of(node, configured=False), "cli_user"),
        (cli_of(node, platform=None), "cli_platform"),
    ):
        error = await conformance_changes.check_not_changed(
            cli.enter(CONFIG, deadline=soon()), may_have_happened=False
        )
        assert error.failure.kind is FailureKind.NOT_CONFIGURED
        assert words in error.failure.detail


async def test_a_platform_that_netmiko_does_not_know_is_named() -> None:
    """A typing error in a driver is no fault of the node."""
    async with running(Dslam()) as node:
        error = await conformance_changes.check_not_changed(
            cli_of(node, platform="hauwei").enter(CONFIG, deadline=soon()),
            may_have_happened=False,
        )
        assert error.failure.kind is FailureKind.NOT_CONFIGURED
        assert "hauwei" in error.failure.detail


async def test_nobody_listening_is_refused(closed_port: int) -> None:
    """As for home routers."""
    node = Dslam(port=closed_port, host_key="ssh-ed25519 AAAA")
    error = await conformance_changes.check_not_changed(
        cli_of(node).enter(CONFIG, deadline=soon()), may_have_happened=False
    )
    assert (error.failure.kind, error.operation) == (FailureKind.REFUSED, "ssh.connect")


async def test_a_cancelled_line_ends_its_connection() -> None:
    """A thread that goes on reading would take the next session's words."""
    async with running(Dslam(hang_on="display board")) as node:
        cli = cli_of(node)
        await cli.enter(CONFIG, deadline=soon())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await cli.enter(ShellLine(text="display board"), deadline=soon())
        node.hang_on = ""
        assert await cli.enter(ShellLine(text="display board"), deadline=soon()) == BOARDS
        await cli.close()


async def test_a_line_that_cannot_be_typed_is_a_bug() -> None:
    """Control characters are keys, and keys are commands."""
    cli = cli_of(Dslam(port=1, host_key="ssh-ed25519 AAAA"))
    for text in ("", "a\nb", "a\x03", "x" * 300, "ünicode"):
        with pytest.raises(ValueError, match=r"cannot be typed|characters"):
            await cli.enter(ShellLine(text=text), deadline=soon())
