"""`make bench-access`: what a subscriber check costs on each technology, beside net-snmp.

Requests, bytes and time of the SNMP part of a `no_internet` run against the lab, and the same
questions asked once more, one after the other, with net-snmp's command-line tools, in the same
run and through the same counting relay. The lab adds the round trip; real nodes take longer to
answer than it does, which neither side of the comparison shows.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from bench_rows import Row, finish, row
from udp_relay import UdpRelay

from cpe_diag.domain.trace import WAIT
from cpe_diag.lab.control import LabClient
from cpe_diag.lab.process import lab_process
from cpe_diag.wiring.config import read
from cpe_diag.wiring.runs import RunWish, perform, prepare

if TYPE_CHECKING:
    from cpe_diag.engine.run import RunResult

RTT_MS: Final = 30
RUNS: Final = 5
SNMP_LIMIT: Final = 12
ASKED: Final = re.compile(r"(\d+) rows of ([0-9.]+) after (\S+)")
"""How the transport names a GETBULK in its trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one check took: requests, bytes on the wire to and from the node, seconds."""

    requests: int
    octets: int
    took_s: float


def one_of_each(inventory: dict[str, object]) -> dict[str, dict[str, object]]:
    """Choose a subscriber with a router for each technology of the lab."""
    chosen: dict[str, dict[str, object]] = {}
    subscribers = inventory["subscribers"]
    for entry in subscribers if isinstance(subscribers, list) else []:
        if "router" in entry and "technology" in entry:
            chosen.setdefault(str(entry["technology"]), entry)
    return chosen


def relayed(folder: Path, inventory: dict[str, object]) -> dict[str, UdpRelay]:
    """Put a relay before every node; the inventory points to it, and asks by SNMPv2c."""
    relays = {}
    nodes = inventory["nodes"]
    for name, node in nodes.items() if isinstance(nodes, dict) else ():
        relay = UdpRelay((node["address"], node["port"]))
        relays[name] = relay
        node["address"], node["port"] = relay.address
        node["version"] = "2c"
        node.pop("user", None)
        node["credential"] = "file:secrets.yaml#snmp_read"
    (folder / "inventory.yaml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return relays


def ours(config: Path, subscriber: str, relay: UdpRelay) -> tuple[Cost, RunResult]:
    """Run the playbook once."""
    prepared = prepare(
        read(config, "the lab"), RunWish(playbook="no_internet", subscriber=subscriber)
    )
    relay.reset()
    result = asyncio.run(perform(prepared, on_progress=lambda _: None, ask_caller=lambda _: None))
    asked = [one for one in result.trace if one.operation.startswith("snmp.")]
    waits_s = sum(one.took_s for one in result.trace if one.operation == WAIT)
    took_s = max(one.ended_s for one in asked) - min(one.started_s for one in asked) - waits_s
    return Cost(requests=len(asked), octets=relay.octets, took_s=took_s), result


def commands(result: RunResult, node: str, community: str, where: str) -> list[list[str]]:
    """Write each request of a run to its node as a command of net-snmp."""
    texts = {one.exchange: one.text for one in result.raw_answers if one.device == node}
    access = ["-v2c", "-c", community, "-On", "-t", "5", "-r", "0", where]
    written = []
    for one in result.trace:
        if one.target != node or one.id not in texts:
            continue
        bulk = ASKED.match(one.label)
        if one.operation == "snmp.get":
            oids = [line.split(" = ")[0] for line in texts[one.id].splitlines() if " = " in line]
            written.append(["snmpget", *access, *oids])
        elif bulk:
            start = bulk[2] if bulk[3] == "none" else f"{bulk[2]}{bulk[3]}"
            written.append(["snmpbulkget", "-Cn0", f"-Cr{bulk[1]}", *access, start])
    return written


def theirs(asked: list[list[str]], relay: UdpRelay) -> Cost:
    """Ask the same with net-snmp, one command after the other."""
    relay.reset()
    began = time.perf_counter()
    for command in asked:
        subprocess.run(command, check=True, capture_output=True, timeout=30)  # noqa: S603 - net-snmp
    return Cost(requests=len(asked), octets=relay.octets, took_s=time.perf_counter() - began)


def rows_of(technology: str, mine: list[Cost], net_snmp: list[Cost]) -> list[Row]:
    """Lay the two beside each other."""
    requests = [float(cost.requests) for cost in mine]
    ratios = [a.took_s / b.took_s for a, b in zip(mine, net_snmp, strict=False)]
    rows = [
        row(
            f"{technology}: requests", requests, "", SNMP_LIMIT, "node, and modem where it is one"
        ),
        row(
            f"{technology}: bytes", [float(c.octets) for c in mine], "B", None, "to and from node"
        ),
        row(
            f"{technology}: time", [c.took_s for c in mine], "s", None, "without deliberate waits"
        ),
    ]
    if net_snmp:
        rows += [
            row(
                f"{technology}: net-snmp bytes",
                [float(c.octets) for c in net_snmp],
                "B",
                None,
                f"{net_snmp[0].requests} commands, the same questions to the node",
            ),
            row(
                f"{technology}: net-snmp time", [c.took_s for c in net_snmp], "s", None, "in a row"
            ),
            # A cable modem's own agent is asked by us only: no like against like.
            row(
                f"{technology}: ours / net-snmp",
                ratios,
                "",
                1.0 if mine[0].requests == net_snmp[0].requests else None,
                "time"
                if mine[0].requests == net_snmp[0].requests
                else "time; ours with the modem",
            ),
        ]
    return rows


def main() -> None:
    """Measure, print, write."""
    rows: list[Row] = []
    has_net_snmp = shutil.which("snmpget") is not None
    with tempfile.TemporaryDirectory(prefix="cpe-diag-bench-") as place:
        folder = Path(place) / "lab"
        with lab_process(folder, "--rtt", str(RTT_MS)):
            LabClient(folder).status()
            inventory = yaml.safe_load((folder / "inventory.yaml").read_text(encoding="utf-8"))
            secrets = yaml.safe_load((folder / "secrets.yaml").read_text(encoding="utf-8"))
            relays = relayed(folder, inventory)
            for technology, entry in one_of_each(inventory).items():
                node, subscriber = str(entry["node"]), str(entry["id"])
                relay = relays[node]
                mine, net_snmp = [], []
                for number in range(RUNS + 1):
                    cost, result = ours(folder / "config.yaml", subscriber, relay)
                    where = f"{relay.address[0]}:{relay.address[1]}"
                    asked = commands(result, node, secrets["snmp_read"], where)
                    if number:
                        mine.append(cost)
                        if has_net_snmp:
                            net_snmp.append(theirs(asked, relay))
                rows += rows_of(technology, mine, net_snmp)
            for relay in relays.values():
                relay.close()
    finish("bench-access", f"round trip {RTT_MS} ms, medians of {RUNS} runs", rows)


if __name__ == "__main__":
    main()
