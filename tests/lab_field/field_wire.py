"""A wire for tests: a switch with operator, stranger and laptop, in network namespaces."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED: Final = {
    "ip": "iproute2",
    "ethtool": "ethtool",
    "nft": "nftables",
    "iperf3": "iperf3",
    "dnsmasq": "dnsmasq-base",
    "pppoe-server": "pppoe",
    "lldpd": "lldpd",
    "radvd": "radvd",
    "tshark": "tshark",
    "setpriv": "util-linux",
    "sudo": "sudo",
    "tcpdump": "tcpdump",
}
"""Programs by the Debian package that brings them."""
MACS: Final = {
    "operator": "02:00:5e:40:00:01",
    "stranger": "02:00:5e:40:00:02",
    "laptop": "02:00:5e:40:00:03",
}
IP: Final = "/usr/sbin/ip"
ETC_NETNS: Final = Path("/etc/netns")
LIMIT_S: Final = 120
AS_USUAL: Final = ("chrt", "--other", "0")
"""A laptop and servers that share their processors with nobody, whatever runs beside the lab."""
REFERENCE: Final = "203.0.113.80"
OUTSIDE: Final = "203.0.113.53"
NOBODY: Final = "203.0.113.99"
CONFIG: Final = f"""\
inventory: {{kind: file, path: inventory.yaml}}
resolver: {{address: {REFERENCE}}}
reference: {{host: reference.example, url: "http://reference.example/", address: REFERENCE}}
elsewhere: {{name: another resolver, resolver: {OUTSIDE}}}
"""
PAGE: Final = "status: 200, text: well"
INVENTORY: Final = (
    "nodes: {nodes}\n"
    "subscribers:\n  - {{id: sub-1, technology: ethernet, service: {service}{about}}}\n"
)


@dataclass
class Wire:
    """One switch, and who hangs on it; everything started here is ended with it.

    `more` is of the configuration's part `field`, `about` of the subscriber's entry,
    `nodes` are the inventory's, `reference` is the address that is pinged and traced, `page` says
    what is known of its page.
    """

    name: str
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    more: str = ""
    about: str = ""
    nodes: str = "{}"
    reference: str = REFERENCE
    page: str = PAGE

    def space(self, host: str) -> str:
        """Give the namespace of a host."""
        return f"cpf-{self.name}-{host}"

    def add(self, host: str) -> None:
        """Make a host that does not hang on the switch."""
        _ip("netns", "add", self.space(host))
        self.added.append(host)

    def run(self, host: str, *words: str, text: str | None = None) -> str:
        """Run a command in a host, and give what it prints."""
        done = subprocess.run(  # noqa: S603 - our own words
            [IP, "netns", "exec", self.space(host), *words],
            input=text,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    def start(self, host: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a server in a host."""
        with (self.folder / f"{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own words
                [*AS_USUAL, IP, "netns", "exec", self.space(host), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def awaited(self, host: str, place: str) -> None:
        """Wait until a host listens for TCP at an address and port."""
        ends_s = time.monotonic() + LIMIT_S
        while not self.run(host, "ss", "-Hltn", "src", place):
            assert time.monotonic() < ends_s
            time.sleep(0.05)

    def dnsmasq(
        self, host: str, address: str, first: str, *more: str, interface: str = "eth0"
    ) -> subprocess.Popen[bytes]:
        """Let a host give out addresses from `address`."""
        self.run(host, "ip", "addr", "add", f"{address}/24", "dev", interface)
        last = first.rpartition(".")[0] + ".99"
        return self.start(
            host,
            *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--no-ping"),
            *(f"--interface={interface}", "--bind-interfaces", f"--dhcp-range={first},{last},1h"),
            *(f"--dhcp-option=6,{REFERENCE}", f"--dhcp-leasefile={self.folder}/{host}.leases"),
            f"--pid-file={self.folder}/{host}.pid",
            *more,
        )

    def ends(self, server: subprocess.Popen[bytes]) -> None:
        """End one server that was started here."""
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        self.started.remove(server)

    def resolves_by(self, host: str, address: str) -> None:
        """Let a host's own system resolve names by a resolver (ip-netns(8): /etc/netns)."""
        place = ETC_NETNS / self.space(host)
        place.mkdir(parents=True)
        (place / "resolv.conf").write_text(f"nameserver {address}\n", encoding="ascii")

    def moved(self, server: subprocess.Popen[bytes], address: str, first: str) -> None:
        """Take the laptop's cable to another network, whose addresses the operator gives out."""
        self.ends(server)
        for host in ("laptop", "operator"):
            self.run(host, "ip", "addr", "flush", "dev", "eth0")
        self.dnsmasq("operator", address, first)
        self.laptop_takes(first, address)

    def world(self, host: str) -> None:
        """Let a host be the way to the operator's resolver and reference."""
        for address in (REFERENCE, OUTSIDE, NOBODY):
            self.run(host, "ip", "addr", "add", f"{address}/32", "dev", "lo")
        for address in (REFERENCE, OUTSIDE):
            self.start(
                host,
                *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv"),
                *("--no-hosts", f"--listen-address={address}", "--bind-interfaces"),
                *(f"--host-record=reference.example,{REFERENCE}", "--local=/example/"),
                f"--pid-file={self.folder}/{host}-{address}.names",
            )
        pages = self.folder / "pages"
        pages.mkdir()
        (pages / "index.html").write_text("well", encoding="utf-8")
        self.start(
            host,
            *(sys.executable, "-m", "http.server", "80", "--bind", REFERENCE),
            *("--directory", str(pages)),
        )
        self.awaited(host, f"{REFERENCE}:80")

    def laptop_takes(self, address: str, gateway: str) -> None:
        """Give the laptop an address and a way out, as its DHCP client would."""
        self.run("laptop", "ip", "addr", "add", f"{address}/24", "dev", "eth0")
        self.run("laptop", "ip", "route", "add", "default", "via", gateway)

    def pppoe(self, host: str, name: str) -> None:
        """Let a host be a PPPoE concentrator; its sessions need PPP in this kernel."""
        self.start(host, "pppoe-server", "-F", "-I", "eth0", "-C", name, "-S", "internet")

    def session(self, user: str, password: str) -> None:
        """Let the inventory name what the line's session is opened with."""
        secrets = self.folder / "secrets.yaml"
        secrets.write_text(f"session: {password}\n", encoding="utf-8")
        secrets.chmod(0o600)
        self.about = f'session: {{user: {user}, credential: "file:secrets.yaml#session"}}'

    def command(self, *words: str, service: str = "{}") -> tuple[str, ...]:
        """Configure the laptop, and give the words of a check as a technician would run it."""
        asked = f"nobody: {NOBODY}, page: {{{self.page}}}"
        part = ", ".join(filter(None, (asked, self.more)))
        text = CONFIG.replace("REFERENCE", f'"{self.reference}"') + f"field: {{{part}}}\n"
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")
        about = f", {self.about}" if self.about else ""
        inventory = INVENTORY.format(service=service, about=about, nodes=self.nodes)
        (self.folder / "inventory.yaml").write_text(inventory, encoding="utf-8")
        return (
            *("env", f"HOME={self.folder}", f"XDG_DATA_HOME={self.folder}"),
            *(sys.executable, "-m", "cpe_diag", "--config", f"{self.folder}/config.yaml"),
            *("field", "check", "-s", "sub-1", "--port", "eth0", "--json", *words),
        )

    def check(
        self, *words: str, service: str = "{}", within: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Run a check within another command, if any, and give its document."""
        told = self.command(*words, service=service)
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [*AS_USUAL, IP, "netns", "exec", self.space("laptop"), *within, *told],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.stdout, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document


@contextmanager
def plugged(name: str, folder: Path) -> Iterator[Wire]:
    """Give a wire on which nobody answers yet, and take it down again.

    Args:
        name: part of the names of its namespaces.
        folder: for files of the servers.

    Yields:
        The wire.
    """
    made = Wire(name, folder)
    try:
        for host in ("switch", *MACS):
            _ip("netns", "add", made.space(host))
        made.run("switch", "ip", "link", "add", "br0", "type", "bridge", "forward_delay", "0")
        made.run("switch", "ip", "link", "set", "br0", "up")
        for host, mac in MACS.items():
            made.run(
                "switch",
                *("ip", "link", "add", host, "type", "veth", "peer", "name", "eth0"),
                *("address", mac, "netns", made.space(host)),
            )
            made.run("switch", "ip", "link", "set", host, "master", "br0", "up")
            made.run(host, "ip", "link", "set", "eth0", "up")
            made.run(host, "ip", "link", "set", "lo", "up")
        made.run("laptop", "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")  # as systemd
        yield made
    finally:
        for process in made.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for host in ("switch", *MACS, *made.added):
            _ip("netns", "del", made.space(host))
            shutil.rmtree(ETC_NETNS / made.space(host), ignore_errors=True)


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True)  # noqa: S603 - our own words
