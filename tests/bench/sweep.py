"""`make bench-sweep`: a sweep of 20 nodes with 1,000 ports each, beside net-snmp on the same work.

The nodes are `fast_agent`s in a process of their own: they answer serially, half a millisecond of
work for each request, and each answer is on its way for the round trip. The wire limit is what two
requests in flight at each node need at least: requests / 2 x round trip, for all nodes at once.
Our sweep runs twice: as the command's own engine in this process, and as a whole command with
its start and an inventory file of 20,000 subscribers. net-snmp's `snmpbulkwalk -Cr50` reads the
same columns, one process for each node and column, as many at a time as we have in flight.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fast_agent import COMMUNITY

from cpe_diag.domain.sweep import PortMark
from cpe_diag.wiring.config import read
from cpe_diag.wiring.outages import SweepWish, prepare_sweep, run_sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.sweep import Sweep

RTT_MS: Final = 30
SERVICE_MS: Final = 0.5
NODES: Final = 20
PORTS: Final = 1_000
DOWN: Final = 60
RUNS: Final = 5
IN_FLIGHT: Final = 2
RATIO_LIMIT: Final = 3.0
COLUMNS: Final = ("1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.9")
"""ifOperStatus and ifLastChange (RFC 2863): what our sweep walks; of ports that are down it asks
ifAdminStatus one by one."""
FAULT_FOUND: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One way to do the work: seconds of several runs, requests, octets on the wire, CPU."""

    what: str
    seconds: tuple[float, ...]
    cpu_s: float
    requests: int
    octets: int
    wire_limit_s: float

    @property
    def median_s(self) -> float:
        """The middle one of the runs."""
        return statistics.median(self.seconds)

    @property
    def ratio(self) -> float:
        """How often the wire limit it took."""
        return self.median_s / self.wire_limit_s

    def line(self) -> str:
        """Write the figures on one line."""
        return (
            f"{self.what:34} {self.median_s:7.3f} s ({min(self.seconds):.3f} to"
            f" {max(self.seconds):.3f})  {self.requests:6} requests  {self.octets / 1e6:6.2f} MB"
            f"  CPU {self.cpu_s:6.2f} s  {self.ratio:5.2f} x wire limit of"
            f" {self.wire_limit_s:.3f} s"
        )


class Agents:
    """The access nodes, in a process of their own."""

    def __init__(self) -> None:
        """Start them."""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [
                *(sys.executable, str(Path(__file__).with_name("fast_agent.py"))),
                *("--nodes", str(NODES), "--ports", str(PORTS), "--down", str(DOWN)),
                *("--rtt-ms", str(RTT_MS), "--service-ms", str(SERVICE_MS)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ports: list[int] = json.loads(self._read())

    def counts(self) -> tuple[int, int]:
        """Give how many requests they had, and octets of requests and answers, since the last."""
        assert self._process.stdin is not None
        self._process.stdin.write("count\n")
        self._process.stdin.flush()
        requests, octets = json.loads(self._read())
        return requests, octets

    def close(self) -> None:
        """End them."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def inventory(folder: Path, ports: list[int]) -> Path:
    """Write a configuration and an inventory of all ports; gives the configuration."""
    (folder / "nodes.csv").write_text(
        "id,address,port,version,credential,driver\n"
        + "".join(
            f"n-{number:02},127.0.0.1,{port},2c,env:BENCH_SNMP,generic_ifmib\n"
            for number, port in enumerate(ports)
        ),
        encoding="utf-8",
    )
    (folder / "subscribers.csv").write_text(
        "id,node,port,technology\n"
        + "".join(
            f"s-{number:02}-{port:04},n-{number:02},0/1/{port},ethernet\n"
            for number in range(len(ports))
            for port in range(1, PORTS + 1)
        ),
        encoding="utf-8",
    )
    config = folder / "config.yaml"
    config.write_text(
        "inventory: {kind: csv, path: subscribers.csv, nodes: nodes.csv}\n", encoding="utf-8"
    )
    return config


def ours(config: Path, agents: Agents) -> Figure:
    """Sweep with the engine of the command, in this process."""
    prepared = prepare_sweep(read(config, "the bench"), SweepWish(nodes=()))
    taken, cpu, requests, octets = [], [], 0, 0
    for number in range(RUNS + 1):
        agents.counts()
        began, cpu_began = time.perf_counter(), time.process_time()
        swept = run_sweep(prepared, lambda _: None)
        took, cpu_took = time.perf_counter() - began, time.process_time() - cpu_began
        _check(swept)
        requests, octets = agents.counts()
        if number:
            taken.append(took)
            cpu.append(cpu_took)
    return _figure("cpe_diag, the sweep", taken, statistics.median(cpu), requests, octets)


def command(config: Path, agents: Agents) -> Figure:
    """Sweep as a whole command, with process start, inventory and report."""
    arguments = [
        *(sys.executable, "-m", "cpe_diag", "--config", str(config)),
        *("outage", "--all-nodes", "--json"),
    ]
    taken, cpu, requests, octets = [], [], 0, 0
    for number in range(RUNS + 1):
        agents.counts()
        began, cpu_began = time.perf_counter(), _children_cpu_s()
        done = subprocess.run(arguments, capture_output=True, check=False, timeout=120)  # noqa: S603 - our own interpreter
        took, cpu_took = time.perf_counter() - began, _children_cpu_s() - cpu_began
        if done.returncode != FAULT_FOUND:
            raise SystemExit(f"exit {done.returncode}: {done.stderr.decode()}")
        requests, octets = agents.counts()
        if number:
            taken.append(took)
            cpu.append(cpu_took)
    return _figure(
        "cpe-diag outage, whole command", taken, statistics.median(cpu), requests, octets
    )


def netsnmp(agents: Agents) -> Figure | None:
    """Read the same columns with net-snmp, two processes at each node at a time."""
    if shutil.which("snmpbulkwalk") is None:
        return None
    taken, cpu, requests, octets = [], [], 0, 0
    for number in range(RUNS + 1):
        agents.counts()
        began, cpu_began = time.perf_counter(), _children_cpu_s()
        asyncio.run(_walk_all(agents.ports))
        took, cpu_took = time.perf_counter() - began, _children_cpu_s() - cpu_began
        requests, octets = agents.counts()
        if number:
            taken.append(took)
            cpu.append(cpu_took)
    return _figure("net-snmp, snmpbulkwalk -Cr50", taken, statistics.median(cpu), requests, octets)


async def _walk_all(ports: list[int]) -> None:
    async with asyncio.TaskGroup() as group:
        for port in ports:
            for column in COLUMNS:
                group.create_task(_walk(port, column))


async def _walk(port: int, column: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *("snmpbulkwalk", "-v2c", "-c", COMMUNITY, "-m", "", "-On", "-Cr50"),
        *(f"127.0.0.1:{port}", column),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    rows = out.count(b"\n")
    if rows != PORTS:
        msg = f"snmpbulkwalk gave {rows} rows of {column}, not {PORTS}"
        raise ValueError(msg)


def _check(swept: Sweep) -> None:
    """A quick answer that is wrong would be worth nothing."""
    for node in swept.nodes:
        if node.failure is not None:
            raise SystemExit(f"{node.node}: {node.failure}")
        if (node.count(PortMark.AFFECTED), node.count(PortMark.UP)) != (DOWN, PORTS - DOWN):
            raise SystemExit(f"{node.node}: {len(node.ports)} ports, {node.outages}")


def _figure(what: str, taken: list[float], cpu_s: float, requests: int, octets: int) -> Figure:
    return Figure(
        what=what,
        seconds=tuple(taken),
        cpu_s=cpu_s,
        requests=requests,
        octets=octets,
        wire_limit_s=requests / NODES / IN_FLIGHT * RTT_MS / 1000,
    )


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, print, write; fail when the limit is passed."""
    os.environ["BENCH_SNMP"] = COMMUNITY
    agents = Agents()
    try:
        with tempfile.TemporaryDirectory(prefix="cpe-diag-bench-") as folder:
            config = inventory(Path(folder), agents.ports)
            figures = list(_all(config, agents))
    finally:
        agents.close()
    head = (
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {NODES} nodes with {PORTS}"
        f" ports, {DOWN} of them down, round trip {RTT_MS} ms, medians of {RUNS} runs"
    )
    lines = [head, "", *(figure.line() for figure in figures)]
    print("\n".join(lines))  # noqa: T201 - a script
    results = Path("bench-results")
    results.mkdir(exist_ok=True)
    (results / "sweep.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
    (results / "sweep.json").write_text(
        json.dumps({"head": head, "rows": rows}, indent=2), encoding="utf-8"
    )
    if figures[0].ratio > RATIO_LIMIT:
        raise SystemExit(f"the sweep took {figures[0].ratio:.2f} times the wire limit")


def _all(config: Path, agents: Agents) -> Iterator[Figure]:
    yield ours(config, agents)
    yield command(config, agents)
    beside = netsnmp(agents)
    if beside is None:
        print("net-snmp's command-line tools (Debian package snmp) are not here")  # noqa: T201 - a script
    else:
        yield beside


if __name__ == "__main__":
    main()
