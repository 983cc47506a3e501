"""Zyxel's routers at ZySH: every answer its own, and the little that it tells."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from cli_homes import CLOCK, NOW, PASSWORD, USER, Home, opened, soon

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers.ifconfig import ifconfig
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.driver_kit.router_detect import is_platform
from cpe_diag.lab.typed_shell import TypedServer
from cpe_diag.lab.zyxel import device as lab
from cpe_diag.lab.zyxel.device import ZyxelRouter
from cpe_diag.ports import Command, CommandAnswer
from cpe_diag.testing import conformance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def home(device: ZyxelRouter) -> AsyncIterator[Home]:
    """Run a router and open its view."""
    server = TypedServer(device, user=USER, password=PASSWORD)
    await server.start()
    try:
        async with opened(server.port, server.known_key, "zyxel_os") as one:
            yield one
    finally:
        await server.stop()


async def test_the_view_keeps_what_every_router_view_keeps() -> None:
    """A line that is not taken is an answer too, and nothing shifts."""
    async with home(ZyxelRouter()) as one:
        answers = [
            (Command(text="cfg lan get", label="lan"), lab.LAN + lab.END, 0),
            (Command(text="cfg lna get", label="no"), "Unknown command: cfg lna get\n", 1),
            (Command(text="cfg lanhosts get", label="hosts"), _trimmed(lab.HOSTS + lab.END), 0),
        ]
        await conformance.check_router_view(one.view, CLOCK, answers=answers)


def _trimmed(text: str) -> str:
    """Leave out blanks at ends of lines, as a terminal's text has none."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


async def test_what_it_tells_is_read() -> None:
    """Its way out, its home."""
    async with home(ZyxelRouter()) as one:
        detect = one.driver.detect
        assert detect is not None
        assert is_platform(detect, await one.view.ask(detect.commands, deadline=soon()))
        wan = await one.read("router_wan")
        assert isinstance(wan, WanStatus)
        assert (wan.up, wan.protocol, wan.device) == (True, "pppoe", "ppp1.1")
        assert (wan.addresses, wan.gateway) == (("198.51.100.41/32",), "192.0.2.1")
        lan = await one.read("router_lan")
        assert isinstance(lan, LanStatus)
        assert (lan.prefix, lan.dhcp_enabled) == ("192.168.1.1/24", True)
        assert isinstance(lan.neighbours, tuple)
        assert [(known.address, known.mac) for known in lan.neighbours] == [
            ("192.168.1.33", "02:00:5e:10:02:05"),
            ("192.168.1.34", "02:00:5e:10:02:06"),
        ]


async def test_a_session_that_is_not_shown_is_not_called_down() -> None:
    """ZySH does not tell a session that is down from one that is not set."""
    async with home(ZyxelRouter(connected=False)) as one:
        with pytest.raises(UnreadableError) as caught:
            await one.read("router_wan")
        assert caught.value.kind is FailureKind.NOT_MEASURED


@pytest.mark.parametrize(
    ("hosts", "kind"),
    [
        (lab.HOSTS, FailureKind.INCOMPLETE),
        (lab.END, FailureKind.UNPARSEABLE),
    ],
)
async def test_a_cut_table_is_no_empty_one(hosts: str, kind: FailureKind) -> None:
    """Nor is an answer without a table."""
    asked = load_router_driver("zyxel_os").questions["router_lan"]
    bridge = "br0       Link encap:Ethernet  HWaddr 02:00:5E:10:00:02\n"
    answers = tuple(
        CommandAnswer(command=command, output=text, exit_status=0)
        for command, text in zip(asked.commands, (bridge, lab.END, hosts), strict=True)
    )
    with pytest.raises(UnreadableError) as caught:
        asked.reader(answers, ReadingContext(at=NOW))
    assert caught.value.kind is kind


def test_a_mask_that_is_none_makes_no_address() -> None:
    """And lines before the first interface belong to nothing."""
    text = "          inet addr:192.0.2.1  Mask:255.0.0.0\neth0      Link encap:Ethernet\n"
    (shown,) = ifconfig(f"{text}          inet addr:192.0.2.1  Mask:255.0.255.0\n")
    assert (shown.name, shown.mac, shown.address) == ("eth0", None, None)
