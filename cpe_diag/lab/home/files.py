"""What the network's folder holds: secrets, settings of its daemons, configuration, inventory."""

from __future__ import annotations

import secrets
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from cpe_diag.lab.files import (
    CONFIG_FILE,
    INVENTORY_FILE,
    KNOWN_HOSTS_FILE,
    STORE_FILE,
    write_private,
)
from cpe_diag.lab.home import layout, node_objects
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.needs import HomeLabError
from cpe_diag.lab.home.trust import LASTS, Authority
from cpe_diag.lab.inventory import SECRETS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.lab.home.layout import Line, Site

CA_FILE: Final = "ca.pem"
FOLDERS: Final = (
    "log",
    "snmp",
    "root",
    "visits",
    "long_up",
    "etc/router/dropbear",
    "etc/laptop/lab",
    "etc/all/ssl/certs",
)
COPIED: Final = ("ld.so.cache", "os-release")
"""Of the machine's /etc: where libraries are, and which system it is."""

# passwd(5), group(5), nsswitch.conf(5), hosts(5).
PLAIN: Final[Mapping[str, str]] = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
    "group": "root:x:0:\nnogroup:x:65534:\ndip:x:30:\n",
    "shells": "/bin/sh\n",
    "hosts": "127.0.0.1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
    "resolv.conf": "nameserver 127.0.0.1\n",
    # proc(5): a small router at rest.
    "lab/loadavg": "0.08 0.05 0.01 1/62 400\n",
    "lab/meminfo": "MemTotal: 249000 kB\nMemFree: 121000 kB\nMemAvailable: 163000 kB\n"
    "Buffers: 8000 kB\nCached: 41000 kB\n",
}
PAGE_BYTES: Final = 40_000
CONFIG_HEAD: Final = """\
# Written by `cpe-diag lab home up`. Its addresses are reached from the namespace `noc` alone.
"""


def write_folder(folder: Path) -> None:
    """Write all that the network reads, and all that the agent needs to measure it.

    Args:
        folder: where; it is made.

    Raises:
        OSError: a file cannot be written.
        HomeLabError: a key or a password's hash cannot be made.
    """
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    held = {
        "snmp_read": secrets.token_urlsafe(12),
        "snmp_write": secrets.token_urlsafe(12),
        "router": secrets.token_urlsafe(12),
    }
    authority = Authority()
    _write_machines(folder, held["router"], authority)
    for site in layout.SITES:
        _write_site(folder / site.host, site, authority)
    (folder / CA_FILE).write_text(authority.certificate())
    (folder / "bng.conf").write_text(_bng())
    (folder / "prefixes").write_text("".join(f"{one.mac} {one.prefix}\n" for one in layout.LINES))
    (folder / "resolver.conf").write_text(_resolver())
    (folder / "names").write_text(
        "".join(f"{site.name} {site.address6} {site.address}\n" for site in layout.SITES)
    )
    write_private(folder / "snmpd.conf", _snmpd(held, folder))
    _write_yaml(folder / SECRETS_FILE, "", held)
    _write_yaml(folder / INVENTORY_FILE, "", inventory())
    _write_yaml(folder / CONFIG_FILE, CONFIG_HEAD, config())
    write_private(folder / KNOWN_HOSTS_FILE, f"{layout.LINES[0].address} {_host_key(folder)}\n")


def _write_yaml(path: Path, head: str, document: object) -> None:
    write_private(path, head + yaml.safe_dump(document, sort_keys=False))


def _write_machines(folder: Path, password: str, authority: Authority) -> None:
    """Write what the home's machines have below /etc, beside what is the same in every home."""
    shared = folder / "etc/all"
    for name, text in PLAIN.items():
        path = shared / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for name in COPIED:
        shutil.copyfile(Path("/etc") / name, shared / name)
    (shared / "ssl/certs/ca-certificates.crt").write_text(authority.certificate())
    (folder / "etc/laptop/lab/portable").touch()
    hashed = _run(["openssl", "passwd", "-6", "-stdin"], password).strip()
    write_private(folder / "etc/router/shadow", f"root:{hashed}:19000:0:99999:7:::\n")
    key = folder / "etc/router/dropbear/dropbear_ed25519_host_key"
    _run(["dropbearkey", "-t", "ed25519", "-f", str(key)])


def _host_key(folder: Path) -> str:
    """Give the router's host key in OpenSSH's form."""
    key = folder / "etc/router/dropbear/dropbear_ed25519_host_key"
    said = _run(["dropbearkey", "-y", "-f", str(key)])
    line = next(line for line in said.splitlines() if line.startswith("ssh-"))
    return " ".join(line.split()[:2])


def _run(command: list[str], text: str = "") -> str:
    done = call(command, text=text)
    if done.returncode:
        raise HomeLabError(f"{command[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def _write_site(folder: Path, site: Site, authority: Authority) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text(f"<title>{site.name}</title>\n".ljust(PAGE_BYTES, "."))
    write_private(folder / "proper.pem", authority.server(site.name))
    write_private(folder / "expired.pem", authority.server(site.name, age=2 * LASTS))
    write_private(folder / "misnamed.pem", authority.server("parking.example"))
    write_private(folder / "untrusted.pem", Authority("Nobody's CA").server(site.name))
    (folder / "tls.pem").symlink_to("proper.pem")


# dnsmasq(8) and snmpd.conf(5).
def _bng() -> str:
    known = "".join(f"dhcp-host={line.mac},{line.address}\n" for line in layout.LINES)
    return (
        "port=0\ninterface=acc\ninterface=core\nbind-dynamic\nno-ping\nuser=root\npid-file=\n"
        "dhcp-leasefile=/dev/null\nleasefile-ro\ndhcp-authoritative\nlog-dhcp\nlog-facility=-\n"
        "dhcp-range=198.51.100.100,198.51.100.199,255.255.255.0,1h\n"
        "dhcp-option=option:router,198.51.100.1\n"
        f"dhcp-option=option:dns-server,{layout.RESOLVER}\n{known}"
        "enable-ra\ndhcp-range=2001:db8:1::,ra-only\n"
    )


def _resolver() -> str:
    names = "".join(
        f"host-record={site.name},{site.address},{site.address6}\n" for site in layout.SITES
    )
    return (
        "no-resolv\nno-hosts\nuser=root\npid-file=\nlog-facility=-\nbind-dynamic\n"
        f"interface=eth0\nlocal=/example/\n{names}"
    )


def _snmpd(held: Mapping[str, str], folder: Path) -> str:
    return (
        f"agentAddress udp:{layout.NODE}:{layout.SNMP_PORT}\n"
        f"rocommunity {held['snmp_read']} 203.0.113.0/26\n"
        f"rwcommunity {held['snmp_write']} 203.0.113.0/26\n"
        f"sysName {layout.NODE_ID}\nsysDescr Linux bridge of the lab\nsysLocation lab\n"
        + "".join(
            f"pass_persist .{'.'.join(map(str, part))}"
            f" {sys.executable} -I -S {node_objects.__file__} {folder}\n"
            for part in node_objects.PARTS
        )
    )


def config() -> dict[str, object]:
    """Give the agent's configuration."""
    return {
        "inventory": {"kind": "file", "path": INVENTORY_FILE},
        "ssh": {"known_hosts": KNOWN_HOSTS_FILE},
        "resolver": {"address": layout.RESOLVER},
        "reference": {
            "host": layout.REFERENCE.name,
            "address": layout.REFERENCE.address,
            "url": layout.REFERENCE.url,
            "large": layout.LARGE_URL,
        },
        "dhcp": {"server": layout.DHCP_SERVER, "subnet": layout.SUBNET},
        "elsewhere": {
            "name": "another network",
            "proxy": f"http://{layout.REFERENCE.address}:{layout.PROXY_PORT}",
        },
        "platforms": {
            "default": _target(layout.VIDEO),
            layout.VIDEO.host: {**_target(layout.VIDEO), "also": [f"{layout.VIDEO.url}large"]},
            layout.BANK.host: {**_target(layout.BANK), "also": [f"{layout.BANK.url}sign-in"]},
        },
        "store": {"path": STORE_FILE},
        "staff": {"me": "trainee", "members": {"trainee": {"role": "senior"}}},
    }


def _target(site: Site) -> dict[str, object]:
    return {"host": site.name, "address": site.address, "url": site.url}


def inventory() -> dict[str, object]:
    """Give the operator's inventory: the node, the home, the neighbours."""
    return {
        "nodes": {
            layout.NODE_ID: {
                "address": layout.NODE,
                "version": "2c",
                "credential": credential("snmp_read"),
                "write_credential": credential("snmp_write"),
                "driver": "generic_ifmib",
                "uplinks": [f"ifindex:{layout.UPLINK_IF_INDEX}"],
                "system_name": layout.NODE_ID,
            }
        },
        "subscribers": [_subscriber(line) for line in layout.LINES],
    }


def credential(name: str) -> str:
    """Give the reference to a secret of the network."""
    return f"file:{SECRETS_FILE}#{name}"


def _subscriber(line: Line) -> dict[str, object]:
    entry: dict[str, object] = {
        "id": line.subscriber,
        "node": layout.NODE_ID,
        "port": f"ge-0/0/{line.if_index}",
        "technology": "ethernet",
        "service": {
            "down_bps": layout.SERVICE_BPS,
            "up_bps": layout.SERVICE_BPS,
            "wan": "ipoe",
            "vlan": node_objects.SERVICE_VLAN,
        },
        "router_mac": line.mac,
    }
    entry["router"] = {"address": line.address}  # a neighbour's is only pinged
    if line.subscriber == layout.SUBSCRIBER:
        entry["router"] = {
            "address": line.address,
            "port": layout.SSH_PORT,
            "platform": "linux_hostapd",
            "model": layout.ROUTER_MODEL,
            "user": "root",
            "credential": credential("router"),
        }
    return entry
