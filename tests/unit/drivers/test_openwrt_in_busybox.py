"""OpenWrt's commands of a change in the shell that it has: ash of busybox, with real timers."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.quoting import QUOTINGS
from cpe_diag.testing.router_story import PASSWORD, SSID
from tests.unit.drivers.busybox_router import BUSYBOX, HARD, Router

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router_action_spec import RevertSpec

pytestmark = pytest.mark.skipif(BUSYBOX is None, reason="busybox is not installed here")

ID = "a1"
UCI = (
    '#!/bin/sh\necho "uci $*" >> {folder}/seen\n[ "$1" = batch ] && cat >> {folder}/batch\ntrue\n'
)
WIFI = '#!/bin/sh\necho "wifi $*" >> {folder}/seen\n'
FIRES_WITHIN_S = 20.0


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Make a router whose `uci` and `wifi` write down what they were asked for."""
    made = Router(tmp_path)
    made.program("bin/uci", UCI)
    made.program("bin/wifi", WIFI)
    made.program("bin/start-stop-daemon", '#!/bin/sh\nexec busybox start-stop-daemon "$@"\n')
    (tmp_path / "tmp").mkdir()
    return made


@pytest.fixture
def revert() -> RevertSpec:
    """Give how OpenWrt goes back by itself."""
    found = load_router_driver("openwrt").revert
    assert found is not None
    return found


def seen(router: Router) -> list[str]:
    """Give what the programs were asked for."""
    file = router.folder / "seen"
    return file.read_text().splitlines() if file.exists() else []


def state(router: Router, revert: RevertSpec) -> str:
    """Ask how far the revert is."""
    return router.run(revert.state[0], id=ID).strip()


def time_is_up(router: Router) -> None:
    """End the timer's waiting, and wait for what it does then."""
    timer = (router.folder / "tmp" / "cpe_diag" / f"{ID}.pid").read_text().strip()
    for task in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, parent = task.read_text().split()[1], task.read_text().split()[3]
            if (name, parent) == ("(sleep)", timer):
                os.kill(int(task.parent.name), signal.SIGTERM)
    ends = time.monotonic() + FIRES_WITHIN_S
    while Path(f"/proc/{timer}").exists():
        assert time.monotonic() < ends, "the timer waits"
        time.sleep(0.02)


def test_an_armed_revert_fires_by_itself_when_nobody_confirms(
    router: Router, revert: RevertSpec
) -> None:
    """A real process, started without a terminal, that outlives the shell that started it."""
    assert state(router, revert) == "none"
    router.run(revert.arm[0], id=ID, window_s="1")
    assert state(router, revert) == "armed"
    ends = time.monotonic() + FIRES_WITHIN_S
    while "wifi reload" not in seen(router):
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert state(router, revert) == "fired"
    assert seen(router) == ["uci revert wireless", "wifi reload"]
    text = router.placed(revert.keep[0].run).replace("{id}", ID)
    assert router.shell(text, "").returncode != 0
    assert "uci commit wireless" not in seen(router)


def test_a_confirmed_change_is_kept_and_the_timer_does_nothing_more(
    router: Router, revert: RevertSpec
) -> None:
    """Of the two that rename one file, one wins."""
    router.run(revert.arm[0], id=ID, window_s="600")
    router.run(revert.keep[0], id=ID)
    assert state(router, revert) == "kept"
    router.run(revert.keep[0], id=ID)
    time_is_up(router)
    assert seen(router) == ["uci commit wireless"] * 2
    assert state(router, revert) == "kept"


def test_going_back_at_once_takes_the_right_to_confirm(router: Router, revert: RevertSpec) -> None:
    """Whoever wants to keep it afterwards is told that it is too late."""
    router.run(revert.arm[0], id=ID, window_s="60")
    router.run(revert.back[0], id=ID)
    assert state(router, revert) == "fired"
    text = router.placed(revert.keep[0].run).replace("{id}", ID)
    assert router.shell(text, "").returncode != 0
    router.end_timer(ID)


@pytest.mark.parametrize("value", [SSID, PASSWORD, HARD, "  blanks at its ends  ", "🙂 #;"])
def test_a_value_in_uci_s_form_is_one_word_to_a_shell(router: Router, value: str) -> None:
    """`uci batch` reads words as a shell does (recording uci_wifi_changes, part F)."""
    said = router.shell(f"printf '%s' {QUOTINGS['uci'](value)}", "")
    assert said.stdout == value


@pytest.mark.parametrize("value", [PASSWORD, "  blanks  at its ends  ", "a" * 64, "*?[x]\\"])
def test_the_router_compares_a_password_exactly_and_shows_it_to_nobody(
    router: Router, value: str
) -> None:
    """Only what hostapd has loaded for this very network counts, to the last blank."""
    check = load_router_driver("openwrt").actions["wifi.set_password"].check[0]
    conf = router.folder / "var" / "run" / "hostapd-phy0.conf"
    conf.parent.mkdir(parents=True)
    key = "wpa_psk" if len(value) == 64 else "wpa_passphrase"
    conf.write_text(
        f"interface=phy0-ap0\nssid=One\n{key}={value}\nbss=phy0-ap1\nwpa_passphrase=of guests\n"
    )

    def compared(interface: str, password: str) -> str:
        text = check.run.replace("/var/run/", f"{router.folder}/var/run/")
        done = router.shell(text.replace("{interface}", interface), f"{password}\n")
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert compared("phy0-ap0", value) == "yes\n"
    assert compared("phy0-ap0", f"{value}x") == ""
    assert compared("phy0-ap0", value[:-1]) == ""
    assert compared("phy0-ap1", value) == ""
    assert compared("phy0-ap0", "of guests") == ""
