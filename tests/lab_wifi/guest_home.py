"""The home lab in the virtual machine: PPPoE, VLANs, radios and delay, judged by the real agent.

The machine holds access node, BNG and home; desk, resolver, reference and platforms are network
namespaces of the home lab's kind outside, joined to it by two taps. So ping, SNMP, SSH, DNS and
HTTP of the agent go through the machine as they would through an operator's network.
"""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import yaml
from guest_faults import complaint
from guest_machine import PASSWORD, USER, Machine, Said
from made_image import HOME, HOME_WORDS, made_image

from cpe_diag.lab.files import CONFIG_FILE, INVENTORY_FILE, KNOWN_HOSTS_FILE
from cpe_diag.lab.home import files, layout, namespaces, network
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.document import agent
from cpe_diag.lab.home.needs import HomeLabError, check
from cpe_diag.lab.inventory import SECRETS_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from cpe_diag.lab.home.faults import HomeFault, Step

BUILD: Final = Path(__file__).with_name("outside.sh")
OUTSIDE: Final = ("noc",)
"""Where steps of a fault run outside of the machine."""
TAPS: Final = tuple(
    word
    for name in ("core", "inet")
    for word in (
        *("-netdev", f"tap,id={name},ifname=tap-{name},script=no,downscript=no"),
        *("-device", f"virtio-net-pci,netdev={name},romfile="),
    )
)
MANAGED_AT: Final = "192.0.2.11"
"""The router's address in the VLAN that it is managed in, as operators with TR-069 have one."""
SERVICE_VLAN: Final = 35
SERVICE_BPS: Final = 2_000_000
"""No more can be sold: an emulated processor carries some 8 Mbit/s, on a busy machine less."""
SNMP_READ: Final = "lab-read"
SNMP_WRITE: Final = "lab-write"
VISITED_WITHIN_S: Final = 300.0
STEP_S: Final = 300.0
"""Plain emulation on a busy machine is slow."""


def port(line: layout.Line) -> str:
    """Name a port as the operator does; the number is ifIndex and bridge port."""
    return f"ge-0/0/{line.if_index}"


@dataclass(slots=True)
class GuestHome:
    """A home in the virtual machine that is up: a context manager, by the name of its copy.

    `reset` brings back the clean state in about a second; `ask` gives the words that run the
    agent from the operator's desk.
    """

    name: str
    machine: Machine = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        """Build what lies outside, start the machine from its snapshot, wait for its devices."""
        check()
        image = made_image()
        network.check_name(self.name)
        if self.name in network.copies():
            raise HomeLabError(f"{self.name} is there already")
        folder = self.folder
        self._open.callback(network.down, self.name)
        try:
            folder.mkdir(parents=True, mode=0o700)
            files.write_folder(folder)
            wire = self._build()
            disk = folder / "disk.qcow2"
            shutil.copyfile(image / HOME, disk)
            self.machine = self._open.enter_context(
                Machine(
                    image=image,
                    disk=disk,
                    network=TAPS,
                    kernel_words=HOME_WORDS,
                    within=("ip", "netns", "exec", wire),
                )
            )
            self._write()
            self._settle()
            self.machine.monitor("savevm clean")
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Take it down."""
        self._open.close()

    def _build(self) -> str:
        """Build what lies outside; gives the namespace where the machine's wires end."""
        prefix = namespaces.full_name(self.name, "")[:-1]
        # If we are killed, so is the script.
        command = ["setpriv", "--pdeathsig", "KILL", "sh", str(BUILD)]
        done = call([*command, prefix, str(self.folder), sys.executable])
        if done.returncode:
            raise HomeLabError(f"building it failed: {done.stderr.strip()[-300:]}")
        return f"{prefix}-wire"

    @property
    def folder(self) -> Path:
        """Give the folder of this copy."""
        return network.folder_of(self.name)

    def _write(self) -> None:
        """Write what is other than in the home lab: secrets, inventory, what the router trusts."""
        key = self.machine.guest(
            "dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | grep ^ssh"
        ).text.split()
        # Here lines are given their addresses by PPPoE; there is no DHCP server to ask.
        config = {name: part for name, part in files.config().items() if name != "dhcp"}
        held = {"snmp_read": SNMP_READ, "snmp_write": SNMP_WRITE, "router": PASSWORD}
        for path, document in (
            (SECRETS_FILE, held),
            (INVENTORY_FILE, inventory(" ".join(key[:2]))),
            (CONFIG_FILE, config),
        ):
            (self.folder / path).write_text(yaml.safe_dump(document, sort_keys=False))
            (self.folder / path).chmod(0o600)
        (self.folder / KNOWN_HOSTS_FILE).write_text("")
        authority = (self.folder / files.CA_FILE).read_text()
        self.machine.guest(f"cat >/etc/ssl/certs/ca-certificates.crt <<'END'\n{authority}END\n")

    def _settle(self) -> None:
        """Wait until every device has seen the page."""
        self.machine.guest("rm -f /run/*.visit")
        for device in DEVICES:
            self.machine.wait_until(f"grep -qs 200 /run/{device}.visit", within_s=VISITED_WITHIN_S)

    def reset(self) -> float:
        """Bring back the clean state; gives the seconds that it took."""
        began = time.monotonic()
        self._write_inventory_anew()
        self.machine.monitor("loadvm clean")
        self.machine.guest(f"date -s @{int(time.time())} >/dev/null")
        return time.monotonic() - began

    def _write_inventory_anew(self) -> None:
        path = self.folder / INVENTORY_FILE
        document = yaml.safe_load(path.read_text())
        key = document["subscribers"][0]["router"]["known_key"]
        path.write_text(yaml.safe_dump(inventory(key), sort_keys=False))

    def set_fault(self, fault: HomeFault) -> float:
        """Cause a fault; gives the seconds that it took until it was felt.

        Raises:
            HomeLabError: a step of it failed.
        """
        return self._run(fault.inject)

    def clear_fault(self, fault: HomeFault) -> float:
        """Take a fault back; `reset` is quicker and surer.

        Raises:
            HomeLabError: a step failed.
        """
        return self._run(fault.clear)

    def is_felt(self, fault: HomeFault) -> bool:
        """Look with plain tools whether a fault is felt now."""
        return all(self._done(step).status == 0 for step in fault.felt)

    def _run(self, steps: Sequence[Step]) -> float:
        began = time.monotonic()
        for step in steps:
            said = self._done(step)
            if said.status:
                raise HomeLabError(f"in {step.at}: {said.text.strip()[-300:] or said.status}")
        return time.monotonic() - began

    def _done(self, step: Step) -> Said:
        if step.at not in OUTSIDE:
            return self.machine.guest(f"set -eu\n{step.run}", namespace=step.at, within_s=STEP_S)
        done = call(
            [*namespaces.entering(self.name, step.at), "sh", "-eu", "-c", step.run],
            extra={"FOLDER": str(self.folder)},
        )
        return Said(text=done.stderr, status=done.returncode)

    def ask(self, fault: HomeFault) -> list[str]:
        """Give the whole command that asks the agent as this caller would."""
        return [*agent(self.name), *complaint(fault)]


def inventory(known_key: str) -> dict[str, object]:
    """Give the operator's inventory of this access node and home."""
    service = {
        "down_bps": SERVICE_BPS,
        "up_bps": SERVICE_BPS,
        "wan": "pppoe",
        "vlan": SERVICE_VLAN,
        "account": "active",
    }
    subscribers: list[dict[str, object]] = [
        {
            "id": line.subscriber,
            "node": layout.NODE_ID,
            "port": port(line),
            "technology": "ethernet",
            "service": dict(service),
            "router_mac": line.mac,
        }
        for line in layout.LINES
    ]
    subscribers[0]["ssids"] = ["LabHome"]
    subscribers[0]["router"] = {
        "address": MANAGED_AT,
        "port": layout.SSH_PORT,
        "platform": "linux_hostapd",
        "user": USER,
        "credential": files.credential("router"),
        "known_key": known_key,
    }
    node = {
        "address": layout.NODE,
        "version": "2c",
        "credential": files.credential("snmp_read"),
        "write_credential": files.credential("snmp_write"),
        "driver": "generic_ifmib",
        "uplinks": [f"ge-0/0/{layout.UPLINK_IF_INDEX}"],
        "system_name": layout.NODE_ID,
    }
    return {"nodes": {layout.NODE_ID: node}, "subscribers": subscribers}


DEVICES: Final = ("tv", "pc", "phone", "tablet")
