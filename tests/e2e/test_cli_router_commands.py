"""`cpe-diag wifi` on routers that are no POSIX shells: the plan, the consent, the change, SSH."""

from __future__ import annotations

import asyncio
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml
from second_line import BAD_INPUT, PROVEN, Second

from cpe_diag.lab.files import CONFIG_FILE, INVENTORY_FILE
from cpe_diag.lab.keenetic.device import Keenetic
from cpe_diag.lab.routeros.device import Device
from cpe_diag.lab.routeros.ssh_server import RouterOsServer
from cpe_diag.lab.typed_shell import TypedServer
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

SUBSCRIBER = "sub-1001"
USER, PASSWORD = "operator", "router-password-of-test"
NAME = "Cafe 'x' $HOME"


@contextmanager
def serving(server: TypedServer | RouterOsServer) -> Iterator[None]:
    """Run a router in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def second_of(
    lab: RunningLab, tmp_path: Path, server: TypedServer | RouterOsServer, platform: str
) -> Second:
    """Give somebody whose customer has that router."""
    folder = tmp_path / "other"
    shutil.copytree(lab.folder, folder)
    inventory = folder / INVENTORY_FILE
    document = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    secret = folder / "router-secret.yaml"
    secret.write_text(f"router: {PASSWORD}\n", encoding="utf-8")
    secret.chmod(0o600)
    (entry,) = (one for one in document["subscribers"] if one["id"] == SUBSCRIBER)
    entry.pop("router_mac", None)
    entry["router"] = {
        "address": "127.0.0.1",
        "port": server.port,
        "platform": platform,
        "user": USER,
        "credential": f"file:{secret}#router",
        "known_key": server.known_key,
    }
    inventory.write_text(yaml.safe_dump(document), encoding="utf-8")
    return Second(lab=lab, place=tmp_path, subscriber=SUBSCRIBER).with_config(folder / CONFIG_FILE)


def test_a_keenetic_is_changed_from_the_command_line(lab: RunningLab, tmp_path: Path) -> None:
    """And a name that its command line cannot carry is refused before anything is typed."""
    clock = SystemClock()
    device = Keenetic(now=clock.monotonic, booted_at=clock.monotonic() - 3600)
    server = TypedServer(device, user=USER, password=PASSWORD)
    with serving(server):
        second = second_of(lab, tmp_path, server, "keenetic_ndms")
        status, said, errors = second.do("wifi", "set-ssid", NAME, "--network", "Home 41")
        assert status == PROVEN, said + errors
        assert device.saved["WifiMaster1/AccessPoint0"].ssid == NAME
        assert device.reboot_at is None
        status, _said, errors = second.run(
            "wifi", "set-ssid", 'a"b', "-s", SUBSCRIBER, "--dry-run"
        )
        assert (status, "Keenetic" in errors) == (BAD_INPUT, True)
    assert not any('a"b' in line for line in server.typed)


def test_a_mikrotik_is_changed_from_the_command_line(lab: RunningLab, tmp_path: Path) -> None:
    """Every character arrives; the scheduler entry is kept, and the copy gone."""
    clock = SystemClock()
    device = Device(now=clock.monotonic, package="wifi", booted_at=clock.monotonic() - 3600)
    server = RouterOsServer(device, user=USER, password=PASSWORD)
    with serving(server):
        second = second_of(lab, tmp_path, server, "mikrotik_routeros")
        name = 'Café "x" $HOME'
        status, said, errors = second.do("wifi", "set-ssid", name, "--network", "Home 41")
        assert status == PROVEN, said + errors
    items = device.menus["interface", "wifi"]
    assert [one.get("configuration.ssid") for one in items[:2]] == [name, name]
