"""The lab's routers of other makes, read over real SSH."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext
from cpe_diag.driver_kit.router_detect import is_platform
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.build import build_world
from cpe_diag.lab.openwrt.ssh_server import RouterServer
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh import SshRouter
from tests.unit.lab_makes.conftest import FACES

# Long enough for a busy machine; a test that waits for it fails.
PATIENCE_S = 20.0


@pytest.mark.parametrize("name", FACES)
async def test_a_router_is_read_over_ssh(name: str) -> None:
    """It says what it is, and the driver reads it through the real door."""
    clock = SystemClock()
    world = build_world(1, 0.0, block="127.83.4")
    home = next(one for one in world.routers.values() if one.wan_protocol == "dhcp")
    server = RouterServer(FACES[name])
    await server.start(world, home, listen_address=home.address)
    driver = load_router_driver(name)
    assert driver.detect is not None
    router = SshRouter(
        RouterAccess(
            address=home.address,
            port=home.tcp_port,
            platform=name,
            user="root",
            credential="password",
            known_key=home.host_key_openssh,
        ),
        credentials=FakeCredentials(secrets={"password": home.password}),
        clock=clock,
        recorder=RunRecorder(clock, redact=lambda _device, _question, text: text),
    )
    try:
        until = clock.monotonic() + PATIENCE_S
        (said,) = await router.ask(driver.detect.commands, deadline=until)
        assert is_platform(driver.detect, (said,))
        for question_id, kind in (("router_system", RouterSystem), ("router_wifi", WifiStatus)):
            question = driver.questions[question_id]
            asked = tuple(replace(one, limit_s=PATIENCE_S) for one in fill(question))
            answers = await router.ask(asked, deadline=until)
            context = ReadingContext(at=datetime.now(UTC))
            assert isinstance(question.reader(answers, context), kind)
    finally:
        await router.close()
        await server.stop()
