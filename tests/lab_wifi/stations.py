"""Devices with Wi-Fi in the lab: what their own wpa_supplicant says is the proof of a change."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guest_machine import Machine

CHANNELS: Final = {1: 2412, 6: 2437, 11: 2462, 36: 5180, 40: 5200, 44: 5220}
"""IEEE 802.11, clause 17.3.8.4 and 15.4.4.3: the centre frequencies, in MHz."""
JOINED_WITHIN_S: Final = 40.0
HEX_KEY_LENGTH: Final = 64


def key_of(password: str, ssid: str) -> str:
    """Give the key that a password makes (IEEE 802.11-2020, annex J.4.1).

    wpa_supplicant's own file cannot hold every password: `#` after a quote begins a comment.
    """
    return hashlib.pbkdf2_hmac("sha1", password.encode(), ssid.encode(), 4096, 32).hex()


class Joining(StrEnum):
    """How an attempt to join ended, in the words of wpa_supplicant's log."""

    CONNECTED = "CTRL-EVENT-CONNECTED"
    WRONG_KEY = "reason=WRONG_KEY"
    NOT_FOUND = "no such network on air"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One device: `sta1` with wlan2 or `sta2` with wlan3."""

    machine: Machine
    namespace: str
    interface: str

    def join(
        self, ssid: str, password: str, *, channel: int = 6, patience_s: float = 8.0
    ) -> tuple[Joining, float]:
        """Try to join a network.

        Args:
            ssid: of the network, exactly.
            password: 8 to 63 characters, or 64 hexadecimal digits for the key itself.
            channel: where to look; looking everywhere takes seconds.
            patience_s: how long nothing at all must be heard of it to be NOT_FOUND.

        Returns:
            The end, and after how many seconds.

        Raises:
            TimeoutError: something was heard, and there was no end.
        """
        key = password if len(password) == HEX_KEY_LENGTH else key_of(password, ssid)
        lines = (
            f"ctrl_interface=/run/wpa-{self.namespace}",
            "network={",
            f" ssid={ssid.encode().hex()}",
            f" psk={key}",
            f" scan_freq={CHANNELS[channel]}",
            "}",
        )
        self._write(f"/run/{self.namespace}.conf", "\n".join(lines) + "\n")
        self.leave()
        began = time.monotonic()
        self._start()
        while True:
            log = self.log()
            took = time.monotonic() - began
            for end in (Joining.CONNECTED, Joining.WRONG_KEY):
                if end in log:
                    return end, took
            if took > patience_s and "Trying to" not in log:
                return Joining.NOT_FOUND, took
            if took > JOINED_WITHIN_S:
                raise TimeoutError(log)
            time.sleep(0.2)

    def serve(self, ssid: str, *, channel: int) -> None:
        """Be somebody else's access point, as of the flat next door."""
        lines = (
            "network={",
            " mode=2",
            f" ssid={ssid.encode().hex()}",
            f" frequency={CHANNELS[channel]}",
            " key_mgmt=WPA-PSK",
            " proto=RSN",
            " pairwise=CCMP",
            ' psk="of the flat next door"',
            "}",
        )
        self._write(f"/run/{self.namespace}.conf", "\n".join(lines) + "\n")
        self.leave()
        self._start()
        self.machine.wait_until(f"grep -q AP-ENABLED /run/{self.namespace}.log")

    def leave(self) -> None:
        """Stop trying, or leave the network, and wait until that is done."""
        self.machine.guest(
            f"p=$(cat /run/{self.namespace}.pid 2>/dev/null) && kill $p && "
            f"while kill -0 $p 2>/dev/null; do sleep 0.05; done; "
            f"rm -f /run/{self.namespace}.log /run/{self.namespace}.pid",
            namespace=self.namespace,
        )

    def log(self) -> str:
        """Give what its wpa_supplicant has said since it began to join."""
        return self.machine.guest(f"cat /run/{self.namespace}.log", namespace=self.namespace).text

    def get_address(self) -> str:
        """Ask the router for an address; empty where none is given."""
        return self.machine.guest(
            f"busybox udhcpc -f -q -n -t 6 -T 1 -i {self.interface} -s /lab/udhcpc-device "
            f">/dev/null 2>&1; ip -4 -br addr show dev {self.interface} | awk '{{print $3}}'",
            namespace=self.namespace,
        ).text.strip()

    def heard(self, *channels: int) -> dict[str, str]:
        """Listen to channels: the SSID of each network that is heard, by its address."""
        frequencies = " ".join(str(CHANNELS[channel]) for channel in channels)
        said = self.machine.guest(
            f"ip link set {self.interface} up; "
            f"iw dev {self.interface} scan flush freq {frequencies}",
            namespace=self.namespace,
        )
        assert said.status == 0, said.text
        found: dict[str, str] = {}
        for line in said.text.splitlines():
            if line.startswith("BSS "):
                bssid = line[4:21]
            elif line.startswith("\tSSID: "):
                found[bssid] = line.removeprefix("\tSSID: ")
        return found

    def _start(self) -> None:
        started = self.machine.guest(
            f"wpa_supplicant -B -i {self.interface} -c /run/{self.namespace}.conf "
            f"-P /run/{self.namespace}.pid -f /run/{self.namespace}.log",
            namespace=self.namespace,
        )
        assert started.status == 0, started.text

    def _write(self, path: str, text: str) -> None:
        said = self.machine.guest(f"cat >{path} <<'end of file'\n{text}end of file\n")
        assert said.status == 0, said.text


def stations(machine: Machine) -> tuple[Station, Station]:
    """Give the two stations of the lab."""
    return (
        Station(machine=machine, namespace="sta1", interface="wlan2"),
        Station(machine=machine, namespace="sta2", interface="wlan3"),
    )
