"""The SQL inventory: a foreign schema is read with the operator's own queries, and only read."""

from __future__ import annotations

import socket
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import (
    DefinitionError,
    Failure,
    FailureKind,
    InventoryError,
    MeasurementError,
)
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.postal_address import address_asked
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import ModemAccess, NodePort, Technology, WanProtocol
from cpe_diag.store.inventory_sql import SqlInventory, SqlSettings
from cpe_diag.testing.conformance import check_inventory

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.testing.postgres_server import PostgresServer

SCHEMA = """
CREATE TABLE crm_customer (cust_no INTEGER PRIMARY KEY, dslam TEXT, dslam_port TEXT,
                           product TEXT, cpe_ip TEXT, cpe_mac TEXT);
CREATE TABLE product (code TEXT, mbit_down REAL, mbit_up REAL, access TEXT, auth TEXT);
CREATE TABLE dslam (name TEXT, mgmt_ip TEXT, model TEXT);
INSERT INTO product VALUES ('FTTC100', 100.0, 40.0, 'FTTC', 'PPP'), ('ODD', -1, NULL, 'X', 'IP');
INSERT INTO dslam VALUES ('D-7', '192.0.2.7', 'generic_dsl'), ('D-8', NULL, NULL);
INSERT INTO crm_customer VALUES
  (4711, 'D-7', '0/1/1', 'FTTC100', '198.51.100.11', '02005E001001'),
  (4712, 'D-7', '0/1/2', NULL, NULL, NULL),
  (4713, 'D-9', '0/1/3', 'ODD', NULL, NULL),
  (4714, 'D-8', '0/1/4', NULL, NULL, NULL);
"""

SETTINGS = SqlSettings(
    url="env:INVENTORY",
    query=(
        "SELECT c.cust_no, c.dslam, c.dslam_port, c.cpe_ip, c.cpe_mac, p.access, p.auth,"
        " p.mbit_down * 1000000 AS down, p.mbit_up * 1000000 AS up"
        " FROM crm_customer c LEFT JOIN product p ON p.code = c.product"
        " WHERE c.cust_no = :subscriber_id"
    ),
    columns={
        "id": "cust_no",
        "node": "dslam",
        "port": "dslam_port",
        "technology": "access",
        "wan": "auth",
        "down_bps": "down",
        "up_bps": "up",
        "router_address": "cpe_ip",
        "router_mac": "cpe_mac",
    },
    node_query="SELECT mgmt_ip, model FROM dslam WHERE name = :node",
    node_columns={"address": "mgmt_ip", "driver": "model"},
    ports_query=(
        "SELECT dslam_port, product IS NOT NULL AS paid FROM crm_customer"
        " WHERE dslam = :node ORDER BY dslam_port"
    ),
    ports_columns={"port": "dslam_port", "in_service": "paid"},
    near_query="SELECT cust_no FROM crm_customer WHERE cust_no LIKE :beginning",
    defaults={"router_platform": "openwrt", "router_credential": "file:s.yaml#router_{id}"},
    values={"technology": {"FTTC": "vdsl2"}, "wan": {"PPP": "pppoe", "IP": "ipoe"}},
)

NOT_SAID = Missing(why=FailureKind.NOT_CONFIGURED)


class Safe:
    """Resolves one reference and refuses every other."""

    def __init__(self, content: str) -> None:
        """Keep the content behind `env:INVENTORY`."""
        self.content = content

    def resolve(self, reference: str) -> Secret:
        """Give the secret."""
        if reference != "env:INVENTORY":
            failure = Failure(
                kind=FailureKind.NOT_CONFIGURED, where=reference, detail="is not set"
            )
            raise MeasurementError(failure, "credential.resolve")
        return Secret(self.content)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Make the operator's database."""
    path = tmp_path / "crm.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    return path


def inventory(database: Path, settings: SqlSettings = SETTINGS) -> SqlInventory:
    """Open it behind the door."""
    return SqlInventory(settings, Safe(f"sqlite:///{database}"))


def test_the_sql_inventory_is_an_inventory(database: Path) -> None:
    """A run relies on no more than the door promises."""
    check_inventory(inventory(database), known="4711", unknown="9999")


def test_a_foreign_schema_becomes_a_subscriber(database: Path) -> None:
    """Nobody changes a customer database for our sake."""
    found = inventory(database).subscriber("4711")
    assert found.id == "4711"
    assert found.node is not None
    assert (found.node.id, found.node.snmp.address, found.node.driver) == (
        "D-7",
        "192.0.2.7",
        "generic_dsl",
    )
    assert (found.port, found.technology) == ("0/1/1", Technology.VDSL2)
    assert (found.service.down_bps, found.service.up_bps) == (100_000_000, 40_000_000)
    assert found.service.wan is WanProtocol.PPPOE
    assert found.router is not None
    assert (found.router.platform, found.router.credential) == (
        "openwrt",
        "file:s.yaml#router_4711",
    )
    assert found.router_mac == "02:00:5e:00:10:01"


def test_a_modem_comes_from_defaults_and_columns(database: Path) -> None:
    """Its address may be in the database, its credential is the same for all."""
    settings = replace(
        SETTINGS,
        columns={**SETTINGS.columns, "modem_address": "cpe_ip"},
        defaults={**SETTINGS.defaults, "modem_credential": "env:MODEM"},
    )
    assert inventory(database, settings).subscriber("4711").modem == ModemAccess(
        address="198.51.100.11", port=161, version="2c", credential="env:MODEM"
    )
    assert inventory(database).subscriber("4711").modem is None


def test_null_and_unmapped_columns_are_known_to_be_missing(database: Path) -> None:
    """NULL is no zero and no guess."""
    found = inventory(database).subscriber("4712")
    assert found.service.down_bps == NOT_SAID
    assert found.technology == NOT_SAID
    assert found.router_mac == NOT_SAID
    assert found.language == NOT_SAID
    assert found.router is None


def test_the_ports_of_a_node_come_from_the_operators_query(database: Path) -> None:
    """A port that nobody pays for is no control."""
    assert inventory(database).ports_of_node("D-7") == (
        NodePort(port="0/1/1", in_service=True),
        NodePort(port="0/1/2", in_service=False),
    )
    without = replace(SETTINGS, ports_query=None)
    assert inventory(database, without).ports_of_node("D-7") == ()


def test_every_wrong_column_of_a_row_is_named(database: Path) -> None:
    """The words are those of the operator's own query."""
    with pytest.raises(DefinitionError) as caught:
        inventory(database).subscriber("4713")
    messages = [fault.message for fault in caught.value.faults]
    assert len(messages) == 3
    assert any("columns dslam: the node_query gives 0 rows" in one for one in messages)
    assert any("columns access: expected one of" in one for one in messages)
    assert any("columns down: expected a whole number" in one for one in messages)


def test_a_node_without_an_address_is_named(database: Path) -> None:
    """The fault lies in the node's row, not in the subscriber's."""
    with pytest.raises(DefinitionError, match="node_columns mgmt_ip: is required"):
        inventory(database).subscriber("4714")


def test_an_unknown_subscriber_is_named_with_its_near_matches(database: Path) -> None:
    """The inventory is named too, for there may be two."""
    with pytest.raises(InventoryError, match=r"crm\.db: no subscriber '4721'; near: 471"):
        inventory(database).subscriber("4721")


def test_more_than_one_row_is_not_guessed(database: Path) -> None:
    """The wrong row of the two would be another home."""
    settings = replace(SETTINGS, query="SELECT * FROM crm_customer WHERE :subscriber_id != ''")
    with pytest.raises(InventoryError, match="gives 4 rows for '4711', not one"):
        inventory(database, settings).subscriber("4711")


def test_a_missing_column_is_named(database: Path) -> None:
    """A renamed column must not read as a missing value."""
    columns = {**SETTINGS.columns, "port": "dslam_prot"}
    with pytest.raises(DefinitionError, match="no column 'dslam_prot'; found cust_no, dslam"):
        inventory(database, replace(SETTINGS, columns=columns)).subscriber("4711")


def test_an_id_cannot_add_to_the_query(database: Path) -> None:
    """The id comes from a ticket; it is a value and never SQL."""
    with pytest.raises(InventoryError, match="no subscriber"):
        inventory(database).subscriber("4711' OR '1'='1")


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM crm_customer WHERE cust_no = :subscriber_id", "  update x set y = :node"],
)
def test_a_query_that_changes_is_refused_before_anything_is_asked(query: str) -> None:
    """Looking and changing are different things."""
    with pytest.raises(DefinitionError, match="only SELECT"):
        SqlInventory(replace(SETTINGS, query=query, node_query=query), Safe(""))


def test_a_change_behind_a_with_is_refused_by_the_database(database: Path) -> None:
    """The beginning of a query proves little; the transaction itself may only read."""
    query = (
        "WITH x AS (SELECT :subscriber_id AS i)"
        " INSERT INTO dslam SELECT i, i, i FROM x RETURNING i"
    )
    with pytest.raises(InventoryError):
        inventory(database, replace(SETTINGS, query=query)).subscriber("4711")
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM dslam").fetchone() == (2,)


def test_a_database_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    """SQLite would make an empty file, and every subscriber would be unknown."""
    with pytest.raises(InventoryError, match=r"gone\.db: there is no such file"):
        inventory(tmp_path / "gone.db").subscriber("4711")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_query_is_named_without_the_parameters(database: Path) -> None:
    """The database's own words help most."""
    settings = replace(SETTINGS, query="SELECT x FROM nowhere WHERE x = :subscriber_id")
    with pytest.raises(InventoryError, match="query: no such table: nowhere"):
        inventory(database, settings).subscriber("4711")


@pytest.mark.parametrize(
    "url",
    [
        "nosuchdialect://user:hunter2@db/x",
        "hunter2 is no url",
        "sqlite://user:hunter2@/x.db",
        "mysql://user:hunter2@127.0.0.1:1/x",
    ],
)
def test_no_message_holds_the_password_of_the_url(url: str) -> None:
    """Messages go into tickets."""
    with pytest.raises(InventoryError) as caught:
        SqlInventory(SETTINGS, Safe(url)).subscriber("4711")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_that_does_not_answer_is_not_waited_for(postgres: PostgresServer) -> None:
    """A query that waits for a lock, and a server that takes us in and says nothing."""
    slow = replace(SETTINGS, query="SELECT pg_sleep(20), CAST(:subscriber_id AS text)")
    began = time.monotonic()
    with pytest.raises(InventoryError, match="statement timeout"):
        SqlInventory(slow, Safe(postgres.database()), within_s=0.2).subscriber("4711")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://me@127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(InventoryError, match="timeout"):
            SqlInventory(SETTINGS, Safe(url), within_s=0.2).subscriber("4711")
    assert time.monotonic() - began < 15


def test_a_reference_that_cannot_be_resolved_is_named() -> None:
    """The name of the variable is what the engineer must set."""
    with pytest.raises(InventoryError, match="env:OTHER: is not set"):
        SqlInventory(replace(SETTINGS, url="env:OTHER"), Safe("")).subscriber("4711")


def test_all_nodes_come_from_the_operators_query(database: Path) -> None:
    """A sweep of the network needs them; without a query nobody can list them."""
    assert inventory(database).nodes() == ()
    columns = {**SETTINGS.node_columns, "id": "name"}
    query = "SELECT name, mgmt_ip, model FROM dslam WHERE mgmt_ip IS NOT NULL ORDER BY name"
    listing = inventory(database, replace(SETTINGS, nodes_query=query, node_columns=columns))
    assert [(node.id, node.snmp.address) for node in listing.nodes()] == [("D-7", "192.0.2.7")]
    assert listing.node("D-7") == listing.nodes()[0]
    with pytest.raises(InventoryError, match="D-6"):
        listing.node("D-6")


def test_a_row_of_all_nodes_that_is_wrong_is_named(database: Path) -> None:
    """A node without an address would be left out of every sweep without a word."""
    columns = {**SETTINGS.node_columns, "id": "name"}
    query = "SELECT name, mgmt_ip, model FROM dslam"
    listing = inventory(database, replace(SETTINGS, nodes_query=query, node_columns=columns))
    with pytest.raises(DefinitionError, match="mgmt_ip"):
        listing.nodes()


def test_a_subscriber_is_found_by_telephone_number(database: Path) -> None:
    """By the operator's own query, which knows how numbers stand there; without one, nobody."""
    query = "SELECT cust_no FROM crm_customer WHERE cust_no LIKE '%' || :phone"
    asked = replace(SETTINGS, phone_query=query)
    assert inventory(database, asked).with_phone("4712") == ("4712",)
    assert inventory(database).with_phone("4712") == ()
    with pytest.raises(DefinitionError, match="phone_query: does not use :phone"):
        inventory(database, replace(SETTINGS, phone_query="SELECT 1"))


def test_a_subscriber_is_found_by_postal_address(database: Path) -> None:
    """The operator's query finds likely ones; whether it is that house is decided here."""
    query = (
        "SELECT * FROM (SELECT 'a' AS id, 'Sõle 10' AS place UNION SELECT 'b', 'Sõle 1-2')"
        " WHERE :word = 'sole' AND :word2 = '' AND place LIKE '%' || :number || '%'"
    )
    asked, wanted = replace(SETTINGS, postal_address_query=query), address_asked("Sõle 1")
    assert wanted is not None
    assert inventory(database, asked).at_postal_address(wanted, 20) == ("b",)
    assert inventory(database).at_postal_address(wanted, 20) == ()
    one = replace(SETTINGS, postal_address_query="SELECT :word AS id")
    with pytest.raises(DefinitionError, match="expected two columns"):
        inventory(database, one).at_postal_address(wanted, 20)
    with pytest.raises(DefinitionError, match="postal_address_query: does not use :word"):
        inventory(database, replace(SETTINGS, postal_address_query="SELECT 1"))
