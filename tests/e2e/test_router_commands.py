"""`cpe-diag wifi` and `router` over a real lab and real SSH: consent, proof, no stranding."""

from __future__ import annotations

import hashlib
import json
import signal
from typing import TYPE_CHECKING

import pytest
from lab_home import home_of
from second_line import BAD_INPUT, FAILED, PROVEN, REFUSED, ROLLED_BACK, Second

from cpe_diag.lab.openwrt.change_commands import lab_image

if TYPE_CHECKING:
    from pathlib import Path

    from lab_home import Home
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

PASSWORD = "p ss'w\"$rd`#;\\x"


@pytest.fixture
def second(lab: RunningLab, tmp_path: Path) -> Second:
    """Give somebody who looks after sub-1001."""
    return Second(lab=lab, place=tmp_path, subscriber="sub-1001")


@pytest.fixture
def wired(lab: RunningLab, tmp_path: Path) -> Second:
    """Give somebody who looks after a home on Ethernet, whose line a restart does not shake."""
    return Second(lab=lab, place=tmp_path, subscriber="sub-3004")


@pytest.fixture
def home(lab: RunningLab, second: Second) -> Home:
    """Give the home of their customer."""
    return home_of(lab, second.subscriber)


async def names_on_air(home: Home) -> set[str]:
    """Ask the router itself which names it sends."""
    said = await home.ssh("iwinfo")
    return {line.split('ESSID: "')[1][:-1] for line in said.splitlines() if 'ESSID: "' in line}


async def test_a_name_is_changed_with_consent_and_not_without(second: Second, home: Home) -> None:
    """The plan alone changes nothing; a consent to it does exactly that, once."""
    wish = ("wifi", "set-ssid", 'Café "x" $HOME')
    document = second.plan(*wish)
    digest = document["digest"]
    before = await names_on_air(home)
    status, _said, errors = second.run(*wish, "-s", second.subscriber, "--confirm", digest)
    assert (status, await names_on_air(home)) == (REFUSED, before)
    assert "has not consented" in errors
    second.consent(document)
    status, said, _errors = second.run(*wish, "-s", second.subscriber, "--confirm", digest)
    assert status == PROVEN
    assert said.startswith("PROVEN")
    assert await names_on_air(home) == {'Café "x" $HOME'}
    assert 'Café "x" $HOME' in await home.ssh("cat /etc/config/wireless")
    status, said, _errors = second.run(*wish, "-s", second.subscriber, "--confirm", digest)
    assert (status, "there is nothing to change" in said) == (PROVEN, True)
    assert second.do("wifi", "set-ssid", "Home-1001")[0] == PROVEN


async def test_one_changed_command_voids_the_consent(second: Second, home: Home) -> None:
    """Consent is to a digest: to this name and to no other."""
    second.consent(second.plan("wifi", "set-ssid", "Agreed"))
    other = second.plan("wifi", "set-ssid", "Other")
    before = await names_on_air(home)
    status, _said, errors = second.run(
        *("wifi", "set-ssid", "Other", "-s", second.subscriber, "--confirm", other["digest"])
    )
    assert status == REFUSED
    assert "another plan" in errors
    assert await names_on_air(home) == before


async def test_a_password_reaches_the_air_and_nothing_else(second: Second, home: Home) -> None:
    """Typed by the customer, compared by the router, kept nowhere on our side."""
    status, said, errors = second.do("wifi", "set-password", "--typed", typed=f"{PASSWORD}\n")
    assert status == PROVEN, errors
    conf = await home.ssh("cat /var/run/hostapd-phy0.conf /var/run/hostapd-phy1.conf")
    assert conf.count(f"wpa_passphrase={PASSWORD}\n") == 2
    assert PASSWORD not in said + errors
    kept = [path for path in second.place.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        content = path.read_bytes()
        assert PASSWORD.encode() not in content, path
        assert json.dumps(PASSWORD)[1:-1].encode() not in content, path


async def test_a_password_that_wpa2_forbids_is_refused_before_anything_is_sent(
    second: Second, home: Home
) -> None:
    """OpenWrt would take it with success and switch the radio off."""
    before = await home.ssh("uci changes; cat /var/run/hostapd-phy0.conf")
    status, _said, errors = second.do("wifi", "set-password", "--typed", typed="short\n")
    assert status == REFUSED
    assert "5 characters" in errors
    assert "short" not in errors.replace("--typed", "")
    assert await home.ssh("uci changes; cat /var/run/hostapd-phy0.conf") == before


async def test_one_band_is_switched_off_and_on(second: Second, home: Home) -> None:
    """Per band; what is read is the radio on air, not its setting."""
    status, said, _errors = second.do("wifi", "disable", "--band", "2g")
    assert status == PROVEN, said
    assert "phy0-ap0" not in await home.ssh("iwinfo")
    assert "phy1-ap0" in await home.ssh("iwinfo")
    assert second.do("wifi", "enable", "--band", "2g")[0] == PROVEN
    assert "phy0-ap0" in await home.ssh("iwinfo")


async def test_a_channel_that_the_band_does_not_have_is_refused(
    second: Second, home: Home
) -> None:
    """OpenWrt would commit it and be dark."""
    before = await home.ssh("cat /etc/config/wireless")
    status, _said, errors = second.run(
        *("wifi", "set-channel", "200", "-s", second.subscriber, "--band", "5g", "--dry-run")
    )
    assert status == BAD_INPUT
    assert "channel 200 is none of 5g" in errors
    assert await home.ssh("cat /etc/config/wireless") == before


async def test_a_restart_is_proven_by_the_boot_id(lab: RunningLab, wired: Second) -> None:
    """Not by the command that returned."""
    home = home_of(lab, wired.subscriber)
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = await home.ssh(boot)
    status, said, errors = wired.do("router", "reboot")
    assert status == PROVEN, said + errors
    assert await home.ssh(boot) != before


async def test_firmware_is_checked_before_and_proven_after(
    lab: RunningLab, wired: Second, tmp_path: Path
) -> None:
    """Size, SHA-256 and model first; then the version that the router says."""
    home = home_of(lab, wired.subscriber)
    image = tmp_path / "image.bin"
    image.write_bytes(lab_image("lab,cpe-1", "24.10.9"))
    sha256 = hashlib.sha256(image.read_bytes()).hexdigest()
    wish = ("router", "install-firmware", str(image), "--version", "24.10.9")
    model = ("--model", "Lab CPE-1")
    status, _said, errors = wired.run(
        *(*wish, *model, "--sha256", "0" * 64, "-s", wired.subscriber, "--dry-run")
    )
    assert (status, sha256 in errors) == (BAD_INPUT, True)
    status, said, errors = wired.run(
        *(*wish, "--model", "Other", "-s", wired.subscriber, "--dry-run")
    )
    assert status == REFUSED
    assert "the image is for Other" in said + errors
    status, said, errors = wired.do(*wish, *model, "--sha256", sha256)
    assert status == PROVEN, said + errors
    assert "24.10.9" in await home.ssh("cat /etc/openwrt_release")


async def test_an_image_for_another_board_changes_nothing(
    lab: RunningLab, wired: Second, tmp_path: Path
) -> None:
    """`sysupgrade -T` says so before anything is flashed."""
    home = home_of(lab, wired.subscriber)
    image = tmp_path / "image.bin"
    image.write_bytes(lab_image("other,board", "99.0"))
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = await home.ssh(boot)
    status, said, errors = wired.do(
        *("router", "install-firmware", str(image), "--version", "99.0", "--model", "Lab CPE-1")
    )
    assert status == FAILED, said + errors
    assert "sysupgrade -T" in said
    assert await home.ssh(boot) == before


async def test_a_reset_router_is_online_again_with_its_service_settings(
    lab: RunningLab, tmp_path: Path
) -> None:
    """PPPoE user, Wi-Fi name and the operator's way in are there; what was added is gone."""
    second = Second(lab=lab, place=tmp_path, subscriber="sub-1008")
    home = home_of(lab, second.subscriber)
    name = await names_on_air(home)
    await home.ssh("uci set system.cfg01e48a.hostname=Meddled; uci commit system; true")
    status, said, errors = second.do("router", "factory-reset")
    assert status == PROVEN, said + errors
    assert await names_on_air(home) == name
    assert "Meddled" not in await home.ssh("cat /etc/config/system")


async def test_the_copy_from_before_a_change_is_put_back(second: Second, home: Home) -> None:
    """A customer who changes their mind gets exactly what they had."""
    before = await home.ssh("cat /etc/config/wireless")
    document = second.plan("wifi", "set-ssid", "Regretted")
    digest = second.consent(document)
    status, said, _errors = second.run(
        *("wifi", "set-ssid", "Regretted", "-s", second.subscriber, "--confirm", digest, "--json")
    )
    assert status == PROVEN
    action = json.loads(said)["outcome"]["id"]
    assert second.do("router", "restore", action)[0] == PROVEN
    assert await home.ssh("cat /etc/config/wireless") == before


async def test_killed_after_the_change_was_made_the_router_goes_back_and_is_told_so(
    second: Second, home: Home
) -> None:
    """A real process, a real SIGKILL, a real timer on the router; then `recover`."""
    before = await home.ssh("cat /etc/config/wireless"), await names_on_air(home)
    wish = ("wifi", "set-ssid", "Stranded")
    digest = second.consent(second.plan(*wish))
    second.struck(wish, digest, '"words": "apply: done"', signal.SIGKILL)
    status, said, _errors = second.run("router", "unfinished")
    assert "wifi.set_ssid" in said
    action = said.split()[0]
    refused, plan_said, plan_errors = second.run(*wish, "-s", second.subscriber, "--dry-run")
    assert refused == REFUSED
    assert "cpe-diag router recover" in plan_said + plan_errors
    status, said, errors = second.run("router", "recover", action)
    assert status == ROLLED_BACK, said + errors
    assert (await home.ssh("cat /etc/config/wireless"), await names_on_air(home)) == before
    assert "known end" in second.run("router", "unfinished")[1]


async def test_interrupted_it_goes_back_before_it_ends(second: Second, home: Home) -> None:
    """Ctrl-C is a safe point, not a stranded customer."""
    before = await names_on_air(home)
    wish = ("wifi", "set-ssid", "Interrupted")
    digest = second.consent(second.plan(*wish))
    errors = second.struck(wish, digest, '"said": "apply"', signal.SIGINT)
    assert "rolled_back" in errors, errors
    assert await names_on_air(home) == before


async def test_a_change_of_a_router_that_is_gone_is_closed_on_somebody_s_word(
    second: Second, home: Home
) -> None:
    """A router that was exchanged would else be locked for good; who closed it is recorded."""
    wish = ("wifi", "set-ssid", "Gone")
    digest = second.consent(second.plan(*wish))
    second.struck(wish, digest, '"words": "apply: done"', signal.SIGKILL)
    action = second.run("router", "unfinished")[1].split()[0]
    assert second.run("router", "close", action)[0] == BAD_INPUT
    status, said, errors = second.run("router", "close", action, "--because", "it was exchanged")
    assert (status, "closed by hand by trainee" in said) == (PROVEN, True), errors
    assert "known end" in second.run("router", "unfinished")[1]
    again = second.run("router", "close", action, "--because", "twice")
    assert (again[0], "has ended" in again[2]) == (REFUSED, True)
    assert "it was exchanged" in second.run("audit", "show")[1]
    await home.ssh("wifi reload; uci revert wireless; wifi reload; true")
