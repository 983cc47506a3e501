"""What the node's agent tells beyond what net-snmp knows of Linux: `node_objects.py FOLDER`.

snmpd starts it (pass_persist, snmpd.conf(5)), once for each part of the tree that it is asked for.
It tells what is: bridge ports, learned addresses and VLANs from the kernel's bridges, damaged
frames from the counters of nft. A bridge is a VLAN: br0 the service's, vlanN another; the number
of a bridge port is its ifIndex. A port of which a file FOLDER/half_duplex holds the name says that
it runs at half duplex; a veth cannot. Setting a port's VLAN moves it to that bridge.
The standard library alone, so that any Python runs it.
"""

from __future__ import annotations

import bisect
import contextlib
import json
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Oid = tuple[int, ...]

SERVICE_VLAN, SERVICE_BRIDGE, OTHER = 100, "br0", "vlan"
DAMAGE = ("nft", "-j", "list", "counters", "table", "netdev", "damage")
"""Counters named PORT_KIND; what they count is lost."""
BATCH = ("ip", "-batch", "-")
ENTRY = struct.Struct("=6sBBIBBH")
"""linux/if_bridge.h, struct __fdb_entry: address, port, is_local, age, high byte of the port."""
HALF, FULL = 2, 3
DEVICES = Path("/sys/class/net")
FRESH_S = 0.2
"""For so long what was read is told: one question of a manager asks for many objects."""

# IF-MIB ifInErrors; EtherLike-MIB dot3StatsEntry: dot3StatsAlignmentErrors, dot3StatsFCSErrors,
# dot3StatsLateCollisions, dot3StatsDuplexStatus.
IF_IN_ERRORS: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 14)
DOT3: Oid = (1, 3, 6, 1, 2, 1, 10, 7, 2, 1)
ALIGNMENT, FCS, LATE, DUPLEX = (*DOT3, 2), (*DOT3, 3), (*DOT3, 8), (*DOT3, 19)
# BRIDGE-MIB dot1dBasePortIfIndex, dot1dTpFdbPort; Q-BRIDGE-MIB dot1qTpFdbPort, dot1qPvid.
BRIDGE: Oid = (1, 3, 6, 1, 2, 1, 17)
BASE_PORT_IF_INDEX, FDB_PORT = (*BRIDGE, 1, 4, 1, 2), (*BRIDGE, 4, 3, 1, 2)
VLAN_FDB_PORT, PVID = (*BRIDGE, 7, 1, 2, 2, 1, 2), (*BRIDGE, 7, 1, 4, 5, 1, 1)
PARTS = (IF_IN_ERRORS, DOT3, BRIDGE)
"""What snmpd is to ask of us."""


class Port(NamedTuple):
    """A device of the node, and the bridge that it is a port of, if it is."""

    name: str
    if_index: int
    errors: int
    bridge: str
    number: int
    """Within its bridge, as the kernel counts."""


def ports(devices: Path) -> list[Port]:
    """Read the node's devices."""
    found = []
    for path in devices.iterdir():
        member = (path / "master").exists()
        found.append(
            Port(
                name=path.name,
                if_index=int((path / "ifindex").read_text()),
                errors=int((path / "statistics/rx_errors").read_text()),
                bridge=(path / "master").resolve().name if member else "",
                number=int((path / "brport/port_no").read_text(), 16) if member else 0,
            )
        )
    return found


def vlan_of(bridge: str) -> int:
    """Tell which VLAN a bridge is."""
    return SERVICE_VLAN if bridge == SERVICE_BRIDGE else int(bridge.removeprefix(OTHER))


def learned(entries: bytes) -> Iterator[tuple[bytes, int]]:
    """Give address and port number of what a bridge has learned (brforward of sysfs)."""
    for address, low, local, _, high, _, _ in ENTRY.iter_unpack(entries):
        if not local:
            yield address, high << 8 | low


def damaged(listed: str) -> dict[str, int]:
    """Read how many frames each counter has counted."""
    told = json.loads(listed or "{}").get("nftables", [])
    counters = [one["counter"] for one in told if "counter" in one]
    return {one["name"]: one["packets"] for one in counters}


def objects(devices: Path, damage: dict[str, int], half: frozenset[str]) -> dict[Oid, str]:
    """Give every object with its type and value, as pass_persist writes them."""
    told: dict[Oid, str] = {}
    seen = ports(devices)
    for port in seen:
        row = (port.if_index,)
        alignment, fcs, late = (
            damage.get(f"{port.name}_{kind}", 0) for kind in ("alignment", "fcs", "late")
        )
        told[IF_IN_ERRORS + row] = f"counter\n{port.errors + alignment + fcs}"
        told[ALIGNMENT + row] = f"counter\n{alignment}"
        told[FCS + row] = f"counter\n{port.errors + fcs}"
        told[LATE + row] = f"counter\n{late}"
        told[DUPLEX + row] = f"integer\n{HALF if port.name in half else FULL}"
        if port.bridge:
            told[BASE_PORT_IF_INDEX + row] = f"integer\n{port.if_index}"
            told[PVID + row] = f"gauge\n{vlan_of(port.bridge)}"
    numbered = {(port.bridge, port.number): port.if_index for port in seen}
    for bridge in {port.bridge for port in seen} - {""}:
        for address, number in learned((devices / bridge / "brforward").read_bytes()):
            told[FDB_PORT + tuple(address)] = f"integer\n{numbered[bridge, number]}"
            row = (vlan_of(bridge), *address)
            told[VLAN_FDB_PORT + row] = f"integer\n{numbered[bridge, number]}"
    return told


def move(name: str, vlan: int) -> None:
    """Put a port into a VLAN; that of nobody else is made."""
    bridge = SERVICE_BRIDGE if vlan == SERVICE_VLAN else f"{OTHER}{vlan}"
    lines = [f"link set dev {name} master {bridge}"]
    lines += [f"link set dev {name} type bridge_slave isolated on"]
    if not (DEVICES / bridge).exists():
        made = [f"link add {bridge} type bridge forward_delay 0", f"link set dev {bridge} up"]
        lines = made + lines
    subprocess.run(BATCH, input="\n".join(lines), text=True, check=True)  # noqa: S603 - ours


def look(folder: Path) -> dict[Oid, str]:
    """Give every object as it is now."""
    half: frozenset[str] = frozenset()
    with contextlib.suppress(FileNotFoundError):
        half = frozenset((folder / "half_duplex").read_text().split())
    listed = subprocess.run(DAMAGE, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return objects(DEVICES, damaged(listed.stdout), half)


def parsed(written: str) -> Oid:
    """Read an OID as snmpd writes it."""
    return tuple(int(part) for part in written.strip().strip(".").split("."))


def change(oid: Oid, value: str) -> str:
    """Set an object; `value` is its type and what is to be set."""
    names = {port.if_index: port.name for port in ports(DEVICES) if port.bridge}
    if oid[:-1] != PVID or oid[-1] not in names:
        return "not-writable"
    move(names[oid[-1]], int(value.split()[1]))
    return "DONE"


def tell(verb: str, oid: Oid, told: dict[Oid, str]) -> str:
    """Answer `get`, or `getnext`."""
    if verb == "getnext":
        order = sorted(told)
        place = bisect.bisect_right(order, oid)
        if place == len(order):
            return "NONE"
        oid = order[place]
    return f".{'.'.join(map(str, oid))}\n{told[oid]}" if oid in told else "NONE"


def main(folder: Path) -> None:
    """Serve until snmpd goes."""
    told: dict[Oid, str] = {}
    old_at = 0.0
    while verb := sys.stdin.readline().strip():
        if verb == "PING":
            said = "PONG"
        elif verb == "set":
            said, old_at = change(parsed(sys.stdin.readline()), sys.stdin.readline()), 0.0
        else:
            if time.monotonic() > old_at:
                told, old_at = look(folder), time.monotonic() + FRESH_S
            said = tell(verb, parsed(sys.stdin.readline()), told)
        print(said, flush=True)  # noqa: T201 - snmpd reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]))
