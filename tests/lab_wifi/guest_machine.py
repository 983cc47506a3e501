"""The lab's virtual router as a running machine: started from a snapshot, driven from outside."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from debian_packages import LabMissingError
from guest_image import loader

if TYPE_CHECKING:
    from types import TracebackType

USER: Final = "root"
PASSWORD: Final = "lab-router-1"
MEMORY_MB: Final = 256
STARTED_WITHIN_S: Final = 600.0
"""Plain emulation on a busy machine is slow; it took 8 s on an idle one."""
ANSWERS_WITHIN_S: Final = 60.0
SNAPSHOT: Final = "ready"
KERNEL_WORDS: Final = ("console=ttyS0", "quiet", "random.trust_cpu=on", "panic=5")
OF_A_ROUTER: Final = (
    "-netdev", "user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:0-:22",
    "-device", "virtio-net-pci,netdev=n,romfile=",
)  # fmt: skip
"""Its network: port 22 is on 127.0.0.1, and nothing of it reaches the world."""
_FORWARD: Final = re.compile(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command in the guest printed (both streams), and how it ended."""

    text: str
    status: int


@dataclass(slots=True, kw_only=True)
class Machine:
    """One virtual router: a context manager; each has a disk of its own.

    `ssh_port` is on 127.0.0.1. `guest` runs a command in it by a serial line, which works whatever
    becomes of its network; `monitor` talks to the emulator. `network` are the emulator's words for
    its network cards, `kernel_words` tell the guest what to be, `within` is the beginning of a
    command, for a machine that is started in a network namespace.
    """

    image: Path
    disk: Path
    from_snapshot: bool = True
    network: tuple[str, ...] = OF_A_ROUTER
    kernel_words: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    ssh_port: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _serial: socket.socket | None = None
    _qmp: socket.socket | None = None
    _rest: dict[str, bytes] = field(default_factory=dict)
    _asked: int = 0

    def __enter__(self) -> Self:
        """Start it; from the snapshot it has come up already."""
        root = self.image.parent / "root"
        serial, qmp = self.disk.with_suffix(".serial"), self.disk.with_suffix(".qmp")
        command = (
            # It ends with us, also where we are killed.
            *(*self.within, "setpriv", "--pdeathsig", "KILL"),
            *loader(root), str(root / "usr/bin/qemu-system-x86_64"),
            "-L", str(root / "usr/share/qemu"), "-L", str(root / "usr/share/seabios"),
            "-accel", "tcg,tb-size=128", "-cpu", "max", "-m", str(MEMORY_MB), "-smp", "1",
            "-nodefaults", "-no-user-config", "-display", "none",
            "-kernel", str(self.image / "vmlinux"), "-initrd", str(self.image / "initramfs"),
            "-append", " ".join((*KERNEL_WORDS, *self.kernel_words)),
            "-drive", f"file={self.disk},if=virtio,format=qcow2,cache=unsafe",
            *self.network,
            "-serial", f"file:{self.disk.with_suffix('.console')}",
            "-serial", f"unix:{serial},server=on,wait=off",
            "-qmp", f"unix:{qmp},server=on,wait=off",
            *(("-loadvm", SNAPSHOT) if self.from_snapshot else ()),
        )  # fmt: skip
        self._process = subprocess.Popen(  # noqa: S603 - a program of the packages
            command,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "QEMU_MODULE_DIR": str(root / "usr/lib/x86_64-linux-gnu/qemu")},
        )
        try:
            self._qmp = self._connected(qmp)
            self._qmp_line()
            self._command("qmp_capabilities")
            self._serial = self._connected(serial)
            self._wait_for_guest()
            if self.network == OF_A_ROUTER:
                self.ssh_port = self._forwarded_port()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Stop it at once."""
        for one in (self._serial, self._qmp):
            if one is not None:
                one.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _connected(self, path: Path) -> socket.socket:
        end = time.monotonic() + STARTED_WITHIN_S
        while True:
            found = socket.socket(socket.AF_UNIX)
            try:
                found.connect(str(path))
            except OSError:
                found.close()
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > end:
                    raise LabMissingError("qemu-system-x86_64 did not start") from None
                time.sleep(0.02)
            else:
                return found

    def _forwarded_port(self) -> int:
        match = _FORWARD.search(self.monitor("info usernet"))
        if match is None:
            raise LabMissingError("the emulator forwards no port to the router")
        return int(match[1])

    def _wait_for_guest(self) -> None:
        """Set the clock; what is said before the guest listens is lost, so it is said again."""
        end = time.monotonic() + STARTED_WITHIN_S
        patience_s = 1.0
        while True:
            try:
                self.guest(f"date -s @{int(time.time())} >/dev/null", within_s=patience_s)
            except TimeoutError:
                if time.monotonic() > end:
                    raise
                # A busy machine may take longer than that for every answer.
                patience_s *= 1.5
            else:
                return

    def guest(
        self, script: str, *, namespace: str = "router", within_s: float = ANSWERS_WITHIN_S
    ) -> Said:
        """Run a shell script in the guest.

        Args:
            script: for busybox's shell.
            namespace: `router`, or a network namespace: `isp`, `lan1`, `sta1`, `sta2`; of the home
                lab `bng`, `access`, `tv`, `pc`, `phone`, `tablet`, `neighbour1` to `neighbour3`.
            within_s: how long it may take.

        Returns:
            What it printed, and its status.

        Raises:
            TimeoutError: no answer within that time.
        """
        assert self._serial is not None
        self._asked += 1
        number = f"{os.getpid()}-{self._asked}"
        code = base64.b64encode(script.encode()).decode()
        self._serial.sendall(f"{number} {namespace} {code}\n".encode())
        end = time.monotonic() + within_s
        while True:
            words = self._line("serial", self._serial, end).decode("ascii", "replace").split()
            if words[:1] == [f"={number}"]:
                text = base64.b64decode(words[2]) if len(words) > 2 else b""
                return Said(text=text.decode("utf-8", "replace"), status=int(words[1]))

    def _line(self, name: str, connection: socket.socket, end: float) -> bytes:
        rest = self._rest.get(name, b"")
        while b"\n" not in rest:
            connection.settimeout(max(0.01, end - time.monotonic()))
            more = connection.recv(65536)
            if not more:
                raise TimeoutError(f"the virtual router's {name} line is closed")
            rest += more
        line, self._rest[name] = rest.split(b"\n", 1)
        return line

    def _qmp_line(self) -> dict[str, object]:
        assert self._qmp is not None
        line = self._line("qmp", self._qmp, time.monotonic() + STARTED_WITHIN_S)
        value: dict[str, object] = json.loads(line)
        return value

    def _command(self, name: str, **arguments: object) -> object:
        assert self._qmp is not None
        request = json.dumps({"execute": name, "arguments": arguments})
        self._qmp.sendall(request.encode() + b"\n")
        while True:
            reply = self._qmp_line()
            if "error" in reply:
                raise RuntimeError(str(reply["error"]))
            if "return" in reply:
                return reply["return"]

    def monitor(self, command: str) -> str:
        """Give the emulator a command of its human monitor, such as `info usernet`.

        Raises:
            RuntimeError: it says that the command failed.
        """
        said = str(self._command("human-monitor-command", **{"command-line": command}))
        if said.startswith("Error"):
            raise RuntimeError(said)
        return said

    def power_cut(self) -> None:
        """Reset it as a power cut does, and wait until it starts again.

        What was not written to the disk is gone.
        """
        boot = self.boot_id()
        self._command("system_reset")
        self.wait_for_boot_after(boot)

    def boot_id(self) -> str:
        """Give what Linux calls this start of the machine."""
        return self.guest("cat /proc/sys/kernel/random/boot_id").text.strip()

    def wait_for_boot_after(self, boot: str) -> None:
        """Wait until the guest listens again after another start than that.

        Raises:
            TimeoutError: it did not.
        """
        end = time.monotonic() + STARTED_WITHIN_S
        while True:
            self._wait_for_guest()
            if self.boot_id() != boot:
                return
            if time.monotonic() > end:
                raise TimeoutError("the virtual router did not start again")
            time.sleep(0.2)

    def wait_for_air(self) -> None:
        """Wait until its radios are on air."""
        for interface in ("wlan0", "wlan1"):
            self.wait_until(f"hostapd_cli -i {interface} status | grep -q state=ENABLED")

    def wait_until(
        self, script: str, *, namespace: str = "router", within_s: float = ANSWERS_WITHIN_S
    ) -> float:
        """Wait until a script in the guest succeeds.

        Returns:
            After how many seconds it did.

        Raises:
            TimeoutError: it did not in that time; the last words are in the message.
        """
        began = time.monotonic()
        while True:
            said = self.guest(script, namespace=namespace)
            took = time.monotonic() - began
            if said.status == 0:
                return took
            if took > within_s:
                raise TimeoutError(f"not within {within_s:g} s: {script}: {said.text[-300:]}")
            time.sleep(0.1)
