"""The commands that change routers, in the shell that those routers have: ash of busybox.

Programs of the router are stand-ins that keep files; its folders lie in a temporary one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.testing.router_story import PASSWORD, SSID
from tests.unit.drivers.busybox_router import BUSYBOX, CFG, HARD, NVRAM, Router, home_router

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(BUSYBOX is None, reason="busybox is not installed here")


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Make a router with one radio and a guest network."""
    return home_router(tmp_path)


@pytest.mark.parametrize("value", [SSID, PASSWORD, HARD, "  blanks at its ends  "])
@pytest.mark.parametrize(
    ("action", "slot", "name"),
    [("wifi.set_ssid", "ssid", "wl0_ssid"), ("wifi.set_password", "password", "wl0_wpa_psk")],
)
def test_asuswrt_gets_every_character(
    router: Router, action: str, slot: str, name: str, value: str
) -> None:
    """Through a file in the plain form, and no program's arguments ever hold it."""
    spec = load_router_driver("asuswrt").actions[action]
    router.run(spec.apply[0], settings="wl0", **{slot: value})
    assert router.variables()[name] == value
    assert repr(value)[1:-1] not in (router.folder / "seen").read_text()
    assert not (router.folder / "tmp" / "cpe_diag" / "set").exists()
    for check in spec.check:
        assert router.run(check, settings="wl0", password=value) == "yes\n"
        assert router.run(check, settings="wl0", password=f"{value}x") == ""


def test_asuswrt_keeps_old_values_as_they_are_and_puts_them_back(router: Router) -> None:
    """What the revert holds is what nvram held, to the last blank."""
    driver = load_router_driver("asuswrt")
    assert driver.revert is not None
    before = router.variables()
    router.run(driver.revert.arm[0], id="a1", window_s="30")
    assert router.run(driver.revert.state[0], id="a1") == "armed\n"
    router.run(driver.actions["wifi.set_ssid"].apply[0], settings="wl0", ssid=SSID)
    router.run(driver.revert.back[0], id="a1")
    assert router.run(driver.revert.state[0], id="a1") == "fired\n"
    after = router.variables()
    assert {name: after[name] for name in before} == before
    router.end_timer("a1")


@pytest.mark.parametrize(
    ("before", "channel", "after"),
    [
        ("6 (0x1006)", "11", "11"),
        ("6l (0x1904)", "11", "11u"),
        ("11u (0x1a09)", "1", "1l"),
        ("36/80 (0xe02a)", "149", "149/80"),
        ("36l (0xd926)", "40", "40u"),
        ("40u (0xda26)", "149", "149l"),
    ],
)
def test_asuswrt_keeps_the_width_of_a_radio(
    router: Router, before: str, channel: str, after: str
) -> None:
    """A channel is set in the form of the one that is on air."""
    router.program("bin/wl", f"#!/bin/sh\necho '{before}'\n")
    apply = load_router_driver("asuswrt").actions["wifi.set_channel"].apply[0]
    router.run(apply, radio="wl0", channel=channel)
    assert router.variables()["wl0_chanspec"] == after


def test_a_kept_copy_goes_back_to_asuswrt_as_it_was(router: Router) -> None:
    """Backup and restore agree on the form."""
    spec = load_router_driver("asuswrt").actions["router.restore_backup"]
    before = router.variables()
    copy = router.run(spec.backup[0])
    router.variable("wl0_ssid", "Meddled")
    router.variable("wl0.1_wpa_psk", "meddled")
    done = router.shell(router.placed(spec.apply[0].run), copy)
    assert done.returncode == 0, done.stderr
    after = router.variables()
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    ("action", "name"), [("wifi.set_enabled", "wl0_radio"), ("wifi.set_channel", "wl0_chanspec")]
)
def test_asuswrt_changes_nothing_where_it_could_not_go_back(
    router: Router, action: str, name: str
) -> None:
    """A firmware whose nvram knows no restore keeps what it has."""
    router.program("bin/nvram", NVRAM.replace('"restore"', '"other"'))
    router.variable(name, "6")
    command = load_router_driver("asuswrt").actions[action].apply[0]
    stdin = command.stdin.replace("{radio}", "wl0").replace("{state}", "0")
    done = router.shell(router.placed(command.run), stdin.replace("{channel}", "11"))
    assert done.returncode == 1
    assert router.variables()[name] == "6"


def test_airos_leaves_a_hook_of_somebody_else_alone(router: Router) -> None:
    """Nothing is armed, so nothing is changed."""
    hook = router.folder / "etc" / "persistent" / "rc.poststart"
    hook.parent.mkdir()
    hook.write_text("mine\n")
    revert = load_router_driver("ubiquiti_airos").revert
    assert revert is not None
    done = router.shell(router.placed(revert.arm[0].run), "")
    assert (done.returncode, hook.read_text()) == (1, "mine\n")
    assert "rc.poststart" in done.stdout


@pytest.mark.parametrize("value", [SSID, PASSWORD, HARD, "  blanks at its ends  "])
def test_ddwrt_gets_every_character(router: Router, value: str) -> None:
    """One record with a zero at its end is written to the device."""
    spec = load_router_driver("ddwrt").actions["wifi.set_password"]
    router.variable("wl0_wpa_psk", value)
    router.run(spec.apply[0], settings="wl0", password=value)
    assert (router.folder / "device").read_text() == f"wl0_wpa_psk={value}\0"
    assert repr(value)[1:-1] not in (router.folder / "seen").read_text()


def test_ddwrt_refuses_to_arm_what_it_could_not_put_back(router: Router) -> None:
    """A name with a line feed would be cut by the revert: nothing is changed then."""
    revert = load_router_driver("ddwrt").revert
    assert revert is not None
    router.run(revert.arm[0], id="a1", window_s="1")
    router.variable("wl0_ssid", "two\nlines")
    text = revert.arm[0].run.replace("{id}", "a2")
    assert router.shell(router.placed(text), "").returncode == 1


@pytest.mark.parametrize("value", [SSID, PASSWORD, HARD, "  blanks at its ends  "])
@pytest.mark.parametrize(
    ("action", "slot", "names"),
    [
        ("wifi.set_ssid", "ssid", ("aaa.1.ssid", "wireless.1.ssid")),
        ("wifi.set_password", "password", ("aaa.1.wpa.psk",)),
    ],
)
def test_airos_gets_every_character_and_nothing_else_changes(
    router: Router, action: str, slot: str, names: tuple[str, ...], value: str
) -> None:
    """Line by line: those of the network, and no other line of system.cfg."""
    spec = load_router_driver("ubiquiti_airos").actions[action]
    router.run(spec.apply[0], settings="1", **{slot: value})
    wanted = CFG
    for name in names:
        old = next(line for line in CFG.splitlines() if line.startswith(f"{name}="))
        wanted = wanted.replace(f"{old}\n", f"{name}={value}\n", 1)
    assert (router.folder / "tmp" / "system.cfg").read_text() == wanted
    for check in spec.check:
        assert router.run(check, settings="1", password=value) == "yes\n"
        assert router.run(check, settings="1", password=f"{value}x") == ""


def test_airos_has_the_channel_in_mhz_and_goes_back(router: Router) -> None:
    """And the revert puts the whole file back, then takes itself away."""
    driver = load_router_driver("ubiquiti_airos")
    assert driver.revert is not None
    cfg = router.folder / "tmp" / "system.cfg"
    router.run(driver.revert.arm[0], id="a1", window_s="30")
    assert (router.folder / "etc" / "persistent" / "rc.poststart").exists()
    apply = driver.actions["wifi.set_channel"].apply[0]
    router.run(apply, radio="1", channel="11")
    assert "radio.1.freq=2462\n" in cfg.read_text()
    router.run(apply, radio="1", channel="36")
    assert "radio.1.freq=5180\n" in cfg.read_text()
    router.run(driver.revert.back[0], id="a1")
    assert cfg.read_text() == CFG
    assert not list((router.folder / "etc" / "persistent").iterdir())
    router.end_timer("a1")


def test_a_kept_copy_goes_back_to_airos_as_it_was(router: Router) -> None:
    """Only the lines that it names change."""
    spec = load_router_driver("ubiquiti_airos").actions["router.restore_backup"]
    cfg = router.folder / "tmp" / "system.cfg"
    copy = router.run(spec.backup[0])
    assert "netmode" not in copy
    cfg.write_text(CFG.replace("Old \\x41", "Meddled").replace("2437", "2462"))
    done = router.shell(router.placed(spec.apply[0].run), copy)
    assert done.returncode == 0, done.stderr
    assert cfg.read_text() == CFG
