"""Records what the virtual router really answers to the questions of `linux_hostapd`.

Run by hand after a question has changed: `python tests/lab_wifi/record.py`; read the diff.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guest_machine import Machine
from made_image import made_image
from stations import stations

from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.load import load_router_driver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.ports import Command

TARGET: Final = Path(__file__).parents[1] / "recordings" / "linux_hostapd" / "debian_12"
DRIVER: Final = load_router_driver("linux_hostapd")


def record(machine: Machine, name: str, commands: Sequence[Command]) -> None:
    """Write down each command's label and answer."""
    text = ""
    for command in commands:
        said = machine.guest(command.text)
        text += f"$ {command.label} -> {said.status}\n{said.text}"
    (TARGET / f"{name}.txt").write_text(text)


def asked(machine: Machine, name: str, question: str, **parameters: str) -> None:
    """Record one question."""
    record(machine, name, fill(DRIVER.questions[question], **parameters))


def main() -> None:
    """Bring the router into each state, and record."""
    TARGET.mkdir(parents=True, exist_ok=True)
    image = made_image()
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk.qcow2"
        shutil.copyfile(image / "disk.qcow2", disk)
        with Machine(image=image, disk=disk) as machine:
            record_healthy(machine)
            record_faults(machine)


def record_healthy(machine: Machine) -> None:
    """Record a healthy home: one device with the password, one without, one with a cable."""
    # What the kernel said while it started is long and tells nothing of a home.
    machine.guest("killall klogd syslogd; sleep 1; syslogd -C64")
    right, wrong = stations(machine)
    right.join("LabHome", "old password 1")
    right.get_address()
    machine.guest("udhcpc -f -q -n -i eth0 -s /lab/udhcpc-device", namespace="lan1")
    machine.guest("ping -c 2 192.168.1.1", namespace="sta1")
    wrong.join("LabHome", "old password 2")
    wrong.serve("Next door", channel=11)
    machine.guest("/etc/init.d/udhcpc restart; sleep 3")
    detect = DRIVER.detect
    assert detect is not None
    record(machine, "detect", detect.commands)
    for name, question in (
        ("system", "router_system"),
        ("wan", "router_wan"),
        ("lan", "router_lan"),
        ("wifi", "router_wifi"),
        ("stations", "wifi_clients"),
        ("air", "air_scan"),
    ):
        asked(machine, name, question)
    right.leave()
    time.sleep(1)
    asked(machine, "log", "router_log")
    pings = fill(DRIVER.questions["ping"], target="198.51.100.1")[:1]
    record(machine, "ping", pings)
    lost = fill(DRIVER.questions["ping"], target="198.51.100.77")[:1]
    record(machine, "ping_lost", lost)
    for name, host in (("name", "www.example.com"), ("no_name", "nothere.example.com")):
        asked(machine, name, "dns_direct", target=host, server="198.51.100.1")
    for name, url in (
        ("page", "http://www.example.com/"),
        ("page_missing", "http://www.example.com/nothing"),
        ("page_no_name", "http://nothere.example.com/"),
        ("page_refused", "http://192.0.2.1:81/"),
    ):
        asked(machine, name, "http", target=url)


def record_faults(machine: Machine) -> None:
    """Record faults: names of another form, radios off, the line down, dnsmasq dead."""
    machine.guest(
        "cd /etc/hostapd; sed -i 's/^ssid=.*/ssid=Caf\u00e9 \"x\" \\\\ y/' hostapd.conf; "
        "kill -HUP $(pidof hostapd); sleep 1"
    )
    asked(machine, "wifi_odd_name", "router_wifi")
    machine.guest("hostapd_cli -i wlan1 disable; sleep 1")
    asked(machine, "wifi_disabled", "router_wifi")
    machine.guest(
        "sed -i 1istart_disabled=1 /etc/hostapd/wlan1.conf; /etc/init.d/hostapd stop; sleep 1; "
        "/etc/init.d/hostapd start; sleep 8"
    )
    asked(machine, "wifi_start_disabled", "router_wifi")
    machine.guest("/etc/init.d/hostapd stop; sleep 1")
    asked(machine, "wifi_dead", "router_wifi")
    machine.guest("/etc/init.d/dnsmasq stop; sleep 1")
    asked(machine, "lan_no_dnsmasq", "router_lan")
    asked(machine, "forwarder_down", "dns_forwarder", target="www.example.com")
    machine.guest("ip link set port0 down; sleep 1", namespace="isp")
    asked(machine, "wan_no_carrier", "router_wan")
    machine.guest("/etc/init.d/udhcpc stop; ip -4 addr flush dev wan0; sleep 1")
    asked(machine, "wan_down", "router_wan")
    lost = fill(DRIVER.questions["ping"], target="198.51.100.1")[:1]
    record(machine, "ping_no_way", lost)


if __name__ == "__main__":
    main()
