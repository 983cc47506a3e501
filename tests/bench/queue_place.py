"""Where the runs of `make bench-queue` take place: an inventory of many, a playbook, a store."""

from __future__ import annotations

import csv
import os
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from queue_doors import PORTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLAYBOOK: Final = "bench_line"
_PLAYBOOK: Final = """
playbook: bench_line
title: A line, for the bench
description: Six steps that ask the node, find the router silent, and judge.
symptom: no_internet
steps:
  - ask: affected
    question: Does it affect all devices, or only one?
    choices: {all_devices: All devices, one_device: Only one device}
    default: all_devices
  - id: port
    probe: [port_state, siblings, neighbour_ports]
    limit: 5s
  - id: router
    probe: [router_reachability, router_wan]
    limit: 5s
  - judge
  - id: settings
    probe: [port_settings, learned_macs]
    limit: 5s
  - route: verdict
"""
_NODES: Final = ("id", "address", "credential", "driver")
_SUBSCRIBERS: Final = (
    "id",
    "node",
    "port",
    "technology",
    "router_address",
    "router_platform",
    "router_user",
    "router_credential",
)
STORE, INVENTORY, KEY = "BENCH_STORE_URL", "BENCH_INVENTORY_URL", "BENCH_AUDIT_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder with an inventory and a configuration."""

    folder: Path
    subscribers: int

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.yaml"

    def environment(self, store: str) -> Mapping[str, str]:
        """Give what processes need that work on the store at a URL."""
        return {
            **os.environ,
            STORE: store,
            INVENTORY: f"sqlite:///{self.folder / 'crm.db'}",
            KEY: "11" * 32,
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "data"),
        }

    def some(self, count: int, seed: int) -> list[str]:
        """Choose subscribers at random, each once."""
        chosen = random.Random(seed).sample(range(self.subscribers), count)  # noqa: S311 - no secret
        return [name(number) for number in chosen]


def name(number: int) -> str:
    """Give a subscriber's id."""
    return f"sub-{number:06}"


def placed(folder: Path, kind: str, subscribers: int) -> Place:
    """Write an inventory of a kind (`sql`, `csv`) and the configuration that names it."""
    nodes = [
        (f"an-{number:04}", "192.0.2.10", "env:BENCH_SNMP", "generic_ifmib")
        for number in range(-(-subscribers // PORTS))
    ]
    rows = [
        (
            name(number),
            f"an-{number // PORTS:04}",
            f"ge-0/0/{number % PORTS + 1}",
            "ethernet",
            f"198.18.{number // 250 % 256}.{number % 250 + 1}",
            "openwrt",
            "root",
            "env:BENCH_ROUTER",
        )
        for number in range(subscribers)
    ]
    part = (_sql if kind == "sql" else _csv)(folder, nodes, rows)
    playbooks = folder / "playbooks"
    playbooks.mkdir()
    (playbooks / f"{PLAYBOOK}.yaml").write_text(_PLAYBOOK, encoding="utf-8")
    said = {
        "inventory": part,
        "store": {"url": f"env:{STORE}", "audit_key": f"env:{KEY}"},
        "playbook_folders": [str(playbooks)],
        "icmp": False,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    return Place(folder=folder, subscribers=subscribers)


def _sql(
    folder: Path, nodes: Sequence[tuple[str, ...]], rows: Sequence[tuple[str, ...]]
) -> dict[str, object]:
    with closing(sqlite3.connect(folder / "crm.db")) as database, database:
        for table, columns, held in (("nodes", _NODES, nodes), ("subs", _SUBSCRIBERS, rows)):
            database.execute(
                f"CREATE TABLE {table} ({columns[0]} PRIMARY KEY, {', '.join(columns[1:])})"
            )
            places = ", ".join("?" * len(columns))
            database.executemany(f"INSERT INTO {table} VALUES ({places})", held)  # noqa: S608 - ours
        database.execute("CREATE INDEX by_node ON subs (node)")
    return {
        "kind": "sql",
        "url": f"env:{INVENTORY}",
        "query": "SELECT * FROM subs WHERE id = :subscriber_id",
        "node_query": "SELECT * FROM nodes WHERE id = :node",
        "ports_query": "SELECT port FROM subs WHERE node = :node",
    }


def _csv(
    folder: Path, nodes: Sequence[tuple[str, ...]], rows: Sequence[tuple[str, ...]]
) -> dict[str, object]:
    for file, columns, held in (("nodes", _NODES, nodes), ("subs", _SUBSCRIBERS, rows)):
        with (folder / f"{file}.csv").open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened).writerows([columns, *held])
    return {"kind": "csv", "path": "subs.csv", "nodes": "nodes.csv"}
