"""The script that changes copies of hostapd's files on plain Linux, run by the shells of routers.

What it does on air is proven by `make lab-wifi`; here is what it writes.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.load import load_router_driver

if TYPE_CHECKING:
    from pathlib import Path

CONF = """\
# a comment with ssid=in it
ssid=Before interface
interface=wlan1
bridge=br-lan
hw_mode=a
channel=36
ht_capab=[HT40+][SHORT-GI-20]
vht_oper_chwidth=1
vht_oper_centr_freq_seg0_idx=42
wpa=2
wpa_passphrase=old password 1

bss=wlan1-guest
bridge=br-guest
ssid=Guests
wpa=2
wpa_key_mgmt=WPA-PSK SAE
wpa_passphrase=guests only
sae_password=guests only
"""
SHELLS = [
    words
    for words in (("dash",), ("bash",), ("busybox", "sh"), ("sh",))
    if shutil.which(words[0]) is not None
]


def changed(
    folder: Path, shell: tuple[str, ...], *verb: str, stdin: str = "", conf: str = CONF
) -> tuple[str, int]:
    """Run one verb of the script on a copy; give the copy afterwards, and the status."""
    revert = load_router_driver("linux_hostapd").revert
    assert revert is not None
    base = folder / "a1"
    text = revert.arm[0].stdin.replace("/run/cpe_diag/{id}", str(base))
    (folder / "a1.sh").write_text(text.replace("{window_s}", "1"), encoding="utf-8")
    copies = folder / "a1.d"
    copies.mkdir(exist_ok=True)
    (copies / "1").write_text(conf, encoding="utf-8")
    (copies / "1.path").write_text("/etc/hostapd/wlan1.conf\n", encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - a shell of this machine
        (*shell, str(folder / "a1.sh"), *verb), input=stdin.encode(), check=False
    )
    return (copies / "1").read_text(encoding="utf-8"), done.returncode


shells = pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])


@shells
def test_a_name_takes_the_place_of_its_own_network_only(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    """Guests keep theirs, and a comment is none."""
    name = "Café \"x\" $HOME 'q' `id` \\"
    said, status = changed(tmp_path, shell, "set_ssid", "wlan1", stdin=f"{name}\n")
    assert status == 0
    lines = said.splitlines()
    assert [one for one in lines if one.startswith("ssid=")] == [f"ssid={name}", "ssid=Guests"]
    assert lines[0] == "# a comment with ssid=in it"


@shells
@pytest.mark.parametrize(
    ("password", "line"),
    [
        ("  blanks around  ", "wpa_passphrase=  blanks around  "),
        ("-n \\t %s $x `y`", "wpa_passphrase=-n \\t %s $x `y`"),
        (
            "0123456789abcdefABCDEF9876543210" * 2,
            "wpa_psk=" + "0123456789abcdefABCDEF9876543210" * 2,
        ),
    ],
)
def test_a_password_arrives_exactly(
    tmp_path: Path, shell: tuple[str, ...], password: str, line: str
) -> None:
    """Of the guests' network as well, where WPA3 had one of its own."""
    said, status = changed(tmp_path, shell, "set_password", "wlan1-guest", stdin=f"{password}\n")
    assert status == 0
    assert line in said.splitlines()
    assert "guests only" not in said
    assert "wpa_passphrase=old password 1" in said


@shells
@pytest.mark.parametrize(
    "conf",
    [
        CONF.replace("wpa_passphrase", "#wpa_passphrase").replace("sae_password", "#"),
        CONF + "wpa_psk_file=/etc/hostapd/devices\n",
    ],
    ids=["no password", "passwords of single devices"],
)
def test_a_network_without_one_password_is_refused(
    tmp_path: Path, shell: tuple[str, ...], conf: str
) -> None:
    """A line that nobody reads would be taken for a changed password."""
    _said, status = changed(
        tmp_path, shell, "set_password", "wlan1", stdin="new password\n", conf=conf
    )
    assert status != 0


@shells
def test_a_network_that_no_file_has_is_refused(tmp_path: Path, shell: tuple[str, ...]) -> None:
    """Nothing is written."""
    said, status = changed(tmp_path, shell, "set_ssid", "wlan7", stdin="x\n")
    assert (said, status != 0) == (CONF, True)


@shells
@pytest.mark.parametrize(
    ("channel", "capability", "middle"),
    [
        ("40", "HT40-", "42"),
        ("44", "HT40+", "42"),
        ("64", "HT40-", "58"),
        ("100", "HT40+", "106"),
        ("132", "HT40+", "138"),
        ("149", "HT40+", "155"),
        ("161", "HT40-", "155"),
    ],
)
def test_the_second_half_and_the_middle_move_with_the_channel(
    tmp_path: Path, shell: tuple[str, ...], channel: str, capability: str, middle: str
) -> None:
    """IEEE 802.11-2020, annex E: hostapd refuses to start on a pair that is none."""
    said, status = changed(tmp_path, shell, "set_channel", "wlan1", channel)
    assert status == 0
    lines = said.splitlines()
    assert f"channel={channel}" in lines
    assert "channel=36" not in lines
    assert f"ht_capab=[{capability}][SHORT-GI-20]" in lines
    assert f"vht_oper_centr_freq_seg0_idx={middle}" in lines
    assert sum(one.startswith("vht_oper_centr_freq_seg0_idx=") for one in lines) == 1


@shells
def test_the_middle_of_160_mhz_moves_as_well(tmp_path: Path, shell: tuple[str, ...]) -> None:
    """Channels 100 to 128 have it at 114."""
    conf = CONF.replace("vht_oper_chwidth=1", "vht_oper_chwidth=2")
    said, _status = changed(tmp_path, shell, "set_channel", "wlan1", "116", conf=conf)
    assert "vht_oper_centr_freq_seg0_idx=114" in said.splitlines()


@shells
def test_an_automatic_channel_is_refused(tmp_path: Path, shell: tuple[str, ...]) -> None:
    """Not every driver can choose one, and hostapd would leave the radio off."""
    said, status = changed(tmp_path, shell, "set_channel", "wlan1", "auto")
    assert (said, status != 0) == (CONF, True)


@shells
def test_a_radio_is_switched_off_with_all_its_networks_and_on_again(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    """Else the guests' network alone would come up at the next start."""
    off, _ = changed(tmp_path, shell, "set_enabled", "wlan1", "off")
    assert off.count("start_disabled=1\n") == 2
    on, _ = changed(tmp_path, shell, "set_enabled", "wlan1", "on", conf=off)
    assert on == CONF


@shells
@pytest.mark.parametrize(
    ("copy", "taken"),
    [
        (f"#cpe_diag /etc/hostapd/wlan1.conf\n{CONF}#cpe_diag end\n", True),
        (f"#cpe_diag /etc/hostapd/wlan1.conf\n{CONF}", False),
        (f"#cpe_diag /etc/shadow\n{CONF}#cpe_diag end\n", False),
        ("", False),
    ],
    ids=["whole", "cut", "of another file", "empty"],
)
def test_only_a_whole_copy_of_the_same_files_is_restored(
    tmp_path: Path, shell: tuple[str, ...], copy: str, *, taken: bool
) -> None:
    """Half a file would leave the radio off, and another path could be anything."""
    said, status = changed(tmp_path, shell, "restore", stdin=copy, conf="interface=wlan1\n")
    assert (said == CONF, status == 0) == (taken, taken)


@shells
def test_the_script_has_no_fault_that_a_shell_sees(tmp_path: Path, shell: tuple[str, ...]) -> None:
    """`sh -n` reads all of it, also what no test runs."""
    changed(tmp_path, shell, "true")
    done = subprocess.run(  # noqa: S603 - a shell of this machine
        (*shell, "-n", str(tmp_path / "a1.sh")), check=False, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
