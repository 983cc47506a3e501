"""The lab router's SSH server, over real connections."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncssh
import pytest

from cpe_diag.lab.openwrt.ssh_server import LONGEST_COMMAND, RouterServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World
    from tests.unit.lab_openwrt.conftest import LabTime

# Long enough for a busy machine; a test that waits for it fails.
PATIENCE_S = 20.0

# How long a silence has to last here to be one; a refusal or an answer comes at once.
SILENCE_S = 0.3

# A job that lets go of its output, as a revert that is armed on the router does.
ARM = "( sleep 30; echo ran > /tmp/ran ) >/dev/null 2>&1 &"


@pytest.fixture
async def server(world: World, router: HomeRouter) -> AsyncIterator[RouterServer]:
    """Serve the first home's router."""
    made = RouterServer()
    await made.start(world, router, listen_address=router.address)
    yield made
    await made.stop()


@asynccontextmanager
async def connection(
    router: HomeRouter, password: str | None = None
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Connect as the operator does, with the host key checked."""
    known = asyncssh.import_known_hosts(
        f"[{router.address}]:{router.tcp_port} {router.host_key_openssh}\n"
    )
    async with asyncssh.connect(
        router.address,
        router.tcp_port,
        username="root",
        password=router.password if password is None else password,
        known_hosts=known,
        client_keys=None,
        agent_path=None,
        config=None,
    ) as link:
        yield link


async def try_to_connect(router: HomeRouter, password: str | None = None) -> None:
    """Connect and leave."""
    async with connection(router, password):
        pass


@pytest.mark.usefixtures("server")
async def test_a_command_gives_output_errors_and_status(router: HomeRouter) -> None:
    """The three things that an exec channel keeps apart."""
    async with connection(router) as link:
        done = await link.run("echo out; echo err >&2; exit 3")
    assert (done.stdout, done.stderr, done.exit_status) == ("out\n", "err\n", 3)


@pytest.mark.usefixtures("server")
async def test_input_reaches_the_command(router: HomeRouter) -> None:
    """Long batches and secrets travel on the standard input."""
    async with connection(router) as link:
        done = await link.run("sh -s", input="x=5\necho $x\nexit 4\n")
        await link.run("uci batch", input="set system.ntp.enabled='0'\ncommit system\n")
    assert (done.stdout, done.exit_status) == ("5\n", 4)
    assert router.uci["system"]["ntp"]["enabled"] == "0"


@pytest.mark.usefixtures("server")
async def test_only_root_with_the_password_comes_in(router: HomeRouter) -> None:
    """A wrong password is a refusal, and the agent must be able to see one."""
    with pytest.raises(asyncssh.PermissionDenied):
        await try_to_connect(router, password="wrong")
    router.ssh_password_refused = True
    with pytest.raises(asyncssh.PermissionDenied):
        await try_to_connect(router)


@pytest.mark.usefixtures("server")
async def test_a_changed_host_key_is_another_key(router: HomeRouter) -> None:
    """The key that was pinned at the start is not the one that is shown."""
    router.ssh_key_changed = True
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        await try_to_connect(router)


@pytest.mark.usefixtures("server")
async def test_a_command_over_9000_bytes_ends_the_connection(router: HomeRouter) -> None:
    """Dropbear gives up on a longer string, and with it on the connection."""
    async with connection(router) as link:
        fits = f"echo {'x' * (LONGEST_COMMAND - 5)}"
        assert (await link.run(fits)).exit_status == 0
        assert (await link.run(fits + "x")).exit_status is None
        await asyncio.wait_for(link.wait_closed(), PATIENCE_S)


@pytest.mark.usefixtures("server")
async def test_a_cut_answer_has_no_exit_status(router: HomeRouter) -> None:
    """Half an answer must look like half an answer."""
    router.cut_output_after = 10
    async with connection(router) as link:
        done = await link.run("cat /etc/banner")
    assert len(done.stdout or "") == 10
    assert done.exit_status is None


@pytest.mark.usefixtures("server")
async def test_a_job_in_the_background_meets_the_cut_without_a_word(router: HomeRouter) -> None:
    """The lab's own output is for its operator; a fault that was asked for is no news."""
    told: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(str(context["message"])))
    router.cut_output_after = 10
    async with connection(router) as link:
        done = await link.run("cat /etc/banner & cat /etc/banner & wait")
    gc.collect()
    assert len(done.stdout or "") == 10
    assert done.exit_status is None
    assert told == []


@pytest.mark.usefixtures("server")
async def test_garbage_comes_in_place_of_the_banner(router: HomeRouter) -> None:
    """Something answers on the port that is no SSH server."""
    router.ssh_garbage = True
    reader, writer = await asyncio.open_connection(router.address, router.tcp_port)
    seen = await asyncio.wait_for(reader.read(), PATIENCE_S)
    assert seen
    assert b"SSH-" not in seen
    writer.close()


@pytest.mark.parametrize("fault", ["hung", "ssh_hang"])
@pytest.mark.usefixtures("server")
async def test_a_hung_router_accepts_and_says_nothing(router: HomeRouter, fault: str) -> None:
    """The signature of a hung router: the kernel answers and no program does."""
    setattr(router, fault, True)
    reader, writer = await asyncio.open_connection(router.address, router.tcp_port)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), SILENCE_S)
    writer.close()


async def test_a_dark_home_is_silent_and_comes_back(
    server: RouterServer, router: HomeRouter
) -> None:
    """No power is silence, which is neither a refusal nor an accepted connection."""
    router.powered = False
    server.apply()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.open_connection(router.address, router.tcp_port), SILENCE_S)
    router.powered = True
    server.apply()
    async with connection(router) as link:
        assert (await link.run("echo back")).stdout == "back\n"


async def test_a_port_that_is_shut_cuts_the_connection(
    server: RouterServer, world: World, router: HomeRouter
) -> None:
    """What happens on the access node is felt by a session on the router."""
    async with connection(router) as link:
        world.port_of(router).admin_up = False
        server.apply()
        await asyncio.wait_for(link.wait_closed(), PATIENCE_S)


async def test_a_reboot_kills_sessions_then_refuses_then_is_back(
    server: RouterServer, world: World, router: HomeRouter, lab_time: LabTime
) -> None:
    """The whole story, as the agent lives through it after a reboot of its own."""
    boot_id = router.boot_id
    async with connection(router) as link:
        assert (await link.run("reboot")).exit_status == 0
        await lab_time.sleep(1.0)
        await asyncio.wait_for(link.wait_closed(), PATIENCE_S)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(router.address, router.tcp_port)
    await lab_time.sleep(router.reboot_s)
    await lab_time.sleep(max(0.0, world.port_of(router).showtime_at - world.now()))
    server.apply()
    async with connection(router) as link:
        seen = await link.run("cat /proc/sys/kernel/random/boot_id")
    assert str(seen.stdout).strip() != boot_id


@pytest.mark.usefixtures("server")
async def test_a_shell_has_a_prompt(router: HomeRouter) -> None:
    """A technician who logs in by hand gets a shell."""
    async with connection(router) as link, link.create_process() as shell:
        greeting = await asyncio.wait_for(shell.stdout.readuntil(":~# "), PATIENCE_S)
        shell.stdin.write("echo hello\nexit\n")
        rest = await asyncio.wait_for(shell.stdout.read(), PATIENCE_S)
    assert f"root@{router.hostname}" in greeting
    assert rest.startswith("hello\n")


async def test_a_job_that_lets_go_of_its_output_outlives_the_session(
    server: RouterServer, router: HomeRouter, lab_time: LabTime
) -> None:
    """A revert that is armed on the router must run after the connection is gone."""
    del server
    async with connection(router) as link:
        done = await link.run("( sleep 30; echo ran > /tmp/ran ) >/dev/null 2>&1 & echo armed")
        assert done.stdout == "armed\n"
    await lab_time.sleep(31)
    async with connection(router) as link:
        assert (await link.run("cat /tmp/ran")).stdout == "ran\n"


async def test_an_armed_job_outlives_a_lost_link(
    server: RouterServer, world: World, router: HomeRouter, lab_time: LabTime
) -> None:
    """A revert is armed for the very case that our own way to the router is lost."""
    async with connection(router) as link:
        await link.run(ARM)
    world.port_of(router).admin_up = False
    server.apply()
    await lab_time.sleep(31)
    world.port_of(router).admin_up = True
    server.apply()
    async with connection(router) as link:
        assert (await link.run("cat /tmp/ran")).stdout == "ran\n"


async def test_an_armed_job_does_not_outlive_the_power(
    server: RouterServer, router: HomeRouter, lab_time: LabTime
) -> None:
    """What is in memory is gone: nobody may count on it."""
    async with connection(router) as link:
        await link.run(ARM)
    router.powered = False
    server.apply()
    await lab_time.sleep(31)
    router.powered = True
    server.apply()
    async with connection(router) as link:
        assert (await link.run("cat /tmp/ran 2>/dev/null")).exit_status == 1
