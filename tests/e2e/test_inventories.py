"""The operator's own inventory: a schema that we never saw, named in a configuration file.

The lab's homes are put into a SQLite database and into CSV files as some operator might keep
them; `cpe-diag run` has to find its way through the configuration alone.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import fork_server
import pytest
import yaml

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

NO_FAULT, BAD_INPUT = 0, 2

DSLAMS: Final = {
    "id": "name",
    "address": "ip",
    "port": "udp",
    "version": "snmp",
    "credential": "secret_ref",
    "user": "v3_user",
    "driver": "kind",
}
CUSTOMERS: Final = {
    "id": "cust_no",
    "node": "dslam",
    "port": "dslam_port",
    "technology": "access_type",
    "wan": "session",
    "router_address": "cpe_ip",
    "router_port": "cpe_ssh",
    "router_credential": "cpe_secret",
}
"""Our fields, and what this operator calls them; he knows no speeds and no languages."""

VALUES: Final = {
    "technology": {
        "FTTC": "vdsl2",
        "ADSL2+": "adsl",
        "LAN": "ethernet",
        "FTTH": "gpon",
        "HFC": "docsis",
    },
    "wan": {"I": "ipoe", "P": "pppoe"},
}
DEFAULTS: Final = {"router_platform": "openwrt", "router_user": "root"}


def _sql(folder: Path, dslams: list[list[Any]], customers: list[list[Any]]) -> dict[str, Any]:
    with closing(sqlite3.connect(folder / "crm.db")) as database, database:
        for table, columns, rows in (
            ("dslams", DSLAMS.values(), dslams),
            ("customers", CUSTOMERS.values(), customers),
        ):
            database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            places = ", ".join("?" * len(columns))
            database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - ours
    return {
        "kind": "sql",
        "url": "env:CRM_URL",
        "query": "SELECT * FROM customers WHERE cust_no = :subscriber_id",
        "node_query": "SELECT * FROM dslams WHERE name = :node",
        "ports_query": "SELECT dslam_port FROM customers WHERE dslam = :node",
        "ports_columns": {"port": "dslam_port"},
        "near_query": "SELECT cust_no FROM customers WHERE cust_no LIKE :beginning",
    }


def _csv(folder: Path, dslams: list[list[Any]], customers: list[list[Any]]) -> dict[str, Any]:
    def write(name: str, titles: Iterable[str], rows: list[list[Any]]) -> None:
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows([titles, *rows])

    write("dslams.csv", DSLAMS.values(), dslams)
    write("customers.csv", CUSTOMERS.values(), customers)
    return {"kind": "csv", "path": "customers.csv", "nodes": "dslams.csv", "delimiter": ";"}


@pytest.fixture(params=[_sql, _csv], ids=["sql", "csv"])
def config(request: pytest.FixtureRequest, lab: RunningLab, tmp_path: Path) -> Path:
    """Write the operator's inventory and a configuration that explains it."""
    ours = yaml.safe_load((lab.folder / "inventory.yaml").read_text())
    his = {
        field: {word: theirs for theirs, word in words.items()} for field, words in VALUES.items()
    }
    dslams = [
        [name, *(node.get(field) for field in list(DSLAMS)[1:])]
        for name, node in ours["nodes"].items()
    ]
    customers = [
        [
            home["id"].removeprefix("sub-"),
            home["node"],
            home["port"],
            his["technology"][home["technology"]],
            his["wan"][home["service"]["wan"]],
            home["router"]["address"],
            home["router"]["port"],
            home["router"]["credential"],
        ]
        for home in ours["subscribers"]
        if "router" in home
    ]
    for name in ("secrets.yaml", "known_hosts"):
        shutil.copy(lab.folder / name, tmp_path / name)
    written = yaml.safe_load(lab.config.read_text())
    written["inventory"] = request.param(tmp_path, dslams, customers) | {
        "columns": CUSTOMERS,
        "node_columns": DSLAMS,
        "values": VALUES,
        "defaults": DEFAULTS,
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(written))
    return file


def _cpe_diag(config: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return fork_server.run(
        ["-m", "cpe_diag", "--config", str(config), *arguments],
        timeout=60,
        env=os.environ | {"CRM_URL": f"sqlite:///{config.with_name('crm.db')}"},
    )


@pytest.mark.parametrize(
    ("customer", "technology"), [("1006", "vdsl2"), ("2006", "adsl"), ("3006", "ethernet")]
)
def test_a_home_is_diagnosed_from_the_operators_own_inventory(
    config: Path, customer: str, technology: str
) -> None:
    """Port, node and router come from it; what it does not say is known to be missing."""
    done = _cpe_diag(config, ["run", "no_internet", "-s", customer, "--json"])
    assert done.returncode == NO_FAULT, done.stderr
    about = json.loads(done.stdout)["about"]
    assert (about["subscriber"], about["technology"]) == (customer, technology)
    shown = _cpe_diag(config, ["subscriber", "show", customer]).stdout
    assert "openwrt at 127." in shown
    assert "(the inventory does not say)" in shown


def test_a_customer_who_is_not_there_is_told_with_near_ones(config: Path) -> None:
    """A transposed digit is the usual mistake."""
    done = _cpe_diag(config, ["run", "no_internet", "-s", "10O6"])
    assert done.returncode == BAD_INPUT
    assert "no subscriber '10O6'" in done.stderr
    assert "1006" in done.stderr


PARTLY_KNOWN: Final = {
    "platform": {"user": "root", "credential": "env:PATH"},
    "user": {"platform": "openwrt", "credential": "env:PATH"},
    "credential": {"platform": "openwrt", "user": "root"},
}


@pytest.mark.parametrize("gap", PARTLY_KNOWN)
def test_a_router_that_is_partly_known_ends_in_a_stated_gap(gap: str, tmp_path: Path) -> None:
    """What the inventory lacks is known to be missing; it stops no run and accuses nobody."""
    router = {"address": "127.0.0.1", "port": 1, **PARTLY_KNOWN[gap]}
    inventory = {"subscribers": [{"id": "4711", "router": router}]}
    (tmp_path / "inventory.yaml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text("icmp: false\ninventory: {kind: file, path: inventory.yaml}\n", "utf-8")
    done = _cpe_diag(config, ["run", "no_internet", "--subscriber", "4711", "--json"])
    document = json.loads(done.stdout)
    assert document["verdict"]["domain"] == "undetermined"
    unknown = {entry["key"]: entry for entry in document["evidence"]["unknowns"]}
    assert unknown["router_system[router]"]["kind"] == "not_configured"
    assert gap in unknown["router_system[router]"]["detail"]
