"""The CSV inventory: foreign titles, foreign words, and the place of every wrong cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError, FailureKind, InventoryError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.postal_address import address_asked
from cpe_diag.domain.subscriber import ModemAccess, NodePort, Technology
from cpe_diag.store.inventory_csv import CsvInventory, CsvSettings
from cpe_diag.testing.conformance import check_inventory

if TYPE_CHECKING:
    from pathlib import Path

NODES = "name;ip;snmp\nan-1;192.0.2.1;2c\nan-2;192.0.2.2;2c\n"
SUBSCRIBERS = """\
Kundennr;DSLAM;Port;Technik;Bandbreite;MAC;WLAN
K-100;an-1;0/1/1;FTTC;100000000;0200.5e00.1001;Home|Guest
K-101;an-1;0/1/2;;;;
"K
102";an-2;0/1/3;FTTC;;;
K-103;an-9;0/1/4;Satellit;fast;12;
"""


def inventory(tmp_path: Path, subscribers: str = SUBSCRIBERS, nodes: str = NODES) -> CsvInventory:
    """Write both files and configure their columns."""
    (tmp_path / "subscribers.csv").write_text(subscribers, encoding="utf-8-sig")
    (tmp_path / "nodes.csv").write_text(nodes, encoding="utf-8")
    return CsvInventory(
        CsvSettings(
            subscribers=tmp_path / "subscribers.csv",
            nodes=tmp_path / "nodes.csv",
            delimiter=";",
            columns={
                "id": "Kundennr",
                "node": "DSLAM",
                "port": "Port",
                "technology": "Technik",
                "down_bps": "Bandbreite",
                "router_mac": "MAC",
                "ssids": "WLAN",
            },
            node_columns={"id": "name", "address": "ip", "version": "snmp"},
            defaults={
                "router_address": "router-{id}.example.net",
                "router_credential": "file:secrets.yaml#router_{id}",
            },
            values={"technology": {"FTTC": "vdsl2"}},
        )
    )


def test_the_csv_inventory_is_an_inventory(tmp_path: Path) -> None:
    """A run relies on no more than the door promises."""
    check_inventory(inventory(tmp_path), known="K-100", unknown="K-000")


def test_foreign_titles_and_words_become_a_subscriber(tmp_path: Path) -> None:
    """Nobody renames the columns of an export for our sake."""
    found = inventory(tmp_path).subscriber("K-100")
    assert found.node is not None
    assert found.node.snmp.address == "192.0.2.1"
    assert found.technology is Technology.VDSL2
    assert found.service.down_bps == 100_000_000
    assert found.router_mac == "02:00:5e:00:10:01"
    assert found.ssids == ("Home", "Guest")
    assert found.router is not None
    assert found.router.address == "router-K-100.example.net"
    assert found.router.credential == "file:secrets.yaml#router_K-100"


def test_an_empty_cell_is_known_to_be_missing(tmp_path: Path) -> None:
    """An empty rate is no rate of 0."""
    found = inventory(tmp_path).subscriber("K-101")
    assert found.technology == Missing(why=FailureKind.NOT_CONFIGURED)
    assert found.service.down_bps == Missing(why=FailureKind.NOT_CONFIGURED)
    assert found.ssids == Missing(why=FailureKind.NOT_CONFIGURED)


def test_a_wrong_row_names_every_wrong_cell_by_line_and_column(tmp_path: Path) -> None:
    """A cell among a million is found only by its place; rows above may span lines."""
    with pytest.raises(DefinitionError) as caught:
        inventory(tmp_path).subscriber("K-103")
    faults = {(fault.line, fault.column): fault.message for fault in caught.value.faults}
    assert set(faults) == {(6, 2), (6, 4), (6, 5), (6, 6)}
    assert "no node is named 'an-9'; near: an-" in faults[6, 2]
    assert faults[6, 4].startswith("Technik: expected one of ethernet, vdsl2, adsl")


def test_a_wrong_row_does_not_stand_in_the_way_of_others(tmp_path: Path) -> None:
    """One bad row among 100,000 must not stop the work; `check` lists them all."""
    broken = SUBSCRIBERS + "K-104;an-1\nK-101;an-1;;;;;\n"
    assert inventory(tmp_path, broken).subscriber("K-100").id == "K-100"
    faults = inventory(tmp_path, broken).check()
    assert {fault.line for fault in faults} == {6, 7, 8}
    assert any("2 cells" in fault.message for fault in faults)
    assert any("'K-101' is here twice; first in line 3" in fault.message for fault in faults)


def test_a_subscriber_who_is_there_twice_is_not_guessed(tmp_path: Path) -> None:
    """The wrong row of the two would be another home."""
    with pytest.raises(DefinitionError, match="is here 2 times"):
        inventory(tmp_path, SUBSCRIBERS + "K-100;an-2;0/1/9;;;;\n").subscriber("K-100")


def test_an_unknown_subscriber_is_named_with_its_near_matches(tmp_path: Path) -> None:
    """One digit is easily mistyped with a caller on the phone."""
    with pytest.raises(
        InventoryError, match=r"subscribers\.csv: no subscriber 'K-110'.*near: K-1"
    ):
        inventory(tmp_path).subscriber("K-110")


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    """A wrong delimiter shows itself in the same way."""
    with pytest.raises(DefinitionError, match="no column is titled 'Kundennr'; found 'Kundennr,"):
        inventory(tmp_path, SUBSCRIBERS.replace(";", ",")).subscriber("K-100")


def test_the_ports_of_a_node_are_those_of_its_subscribers(tmp_path: Path) -> None:
    """Controls are taken from ports that somebody pays for."""
    assert inventory(tmp_path).ports_of_node("an-1") == (
        NodePort(port="0/1/1", in_service=True, subscriber="K-100"),
        NodePort(port="0/1/2", in_service=True, subscriber="K-101"),
    )


def test_a_row_that_is_too_short_is_no_port(tmp_path: Path) -> None:
    """An export that was cut in the middle of a row."""
    cut = "Kundennr;DSLAM;Port;Technik;Bandbreite;MAC;WLAN\nK-1;an-1; 0/1/1 ;;\nK-2;an-1\n"
    assert inventory(tmp_path, cut).ports_of_node("an-1") == (
        NodePort(port="0/1/1", in_service=True, subscriber="K-1"),
    )


def test_whoever_asks_for_all_nodes_has_their_ports_in_one_pass(tmp_path: Path) -> None:
    """A sweep of many nodes must not read a file of all subscribers for each."""
    held = inventory(tmp_path)
    first, second = held.nodes()
    assert len(held.ports_of_node(first.id)) == 2
    held.settings.subscribers.unlink()
    assert [port.subscriber for port in held.ports_of_node(second.id)] == ["K\n102"]


def test_a_field_that_does_not_exist_is_refused_in_the_settings(tmp_path: Path) -> None:
    """A mapping that is silently ignored would leave a field missing for ever."""
    with pytest.raises(DefinitionError, match="no field is named 'prot'"):
        CsvInventory(CsvSettings(subscribers=tmp_path, columns={"prot": "Port"}))
    with pytest.raises(DefinitionError, match="delimiter: expected one character"):
        CsvInventory(CsvSettings(subscribers=tmp_path, delimiter=";;"))


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b'id,port\na,"1\n', DefinitionError, "this is no CSV"),
        (b"id,port\n\xe9,1\n", InventoryError, "no UTF-8"),
        (b"", DefinitionError, "no column is titled 'id'; found nothing"),
    ],
    ids=["open quote", "other encoding", "empty"],
)
def test_a_broken_file_is_named(
    tmp_path: Path, content: bytes, error: type[Exception], words: str
) -> None:
    """Exports break in the middle."""
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        CsvInventory(CsvSettings(subscribers=path)).subscriber("a")
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path in the configuration is the first thing to look at."""
    with pytest.raises(InventoryError, match=r"gone\.csv: the inventory cannot be read"):
        CsvInventory(CsvSettings(subscribers=tmp_path / "gone.csv")).subscriber("a")


def test_a_secret_in_a_cell_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """Exports often hold the password itself; it must not get into messages."""
    (tmp_path / "subscribers.csv").write_text(
        "id,router_address,router_credential\n1,192.0.2.1,hunter2:x\n", encoding="utf-8"
    )
    written = CsvInventory(CsvSettings(subscribers=tmp_path / "subscribers.csv"))
    with pytest.raises(DefinitionError, match="a reference to a secret") as caught:
        written.subscriber("1")
    assert "hunter2" not in str(caught.value)


def test_the_titles_of_a_file_that_is_no_table_are_shortened(tmp_path: Path) -> None:
    """A message of a megabyte is none."""
    with pytest.raises(DefinitionError, match="no column") as caught:
        inventory(tmp_path, subscribers="[" * 100_000).subscriber("K-100")
    assert len(str(caught.value)) < 20_000


def test_one_default_lets_every_modem_be_asked(tmp_path: Path) -> None:
    """Modems of one operator share a community, and the CMTS tells their addresses."""
    held = inventory(tmp_path)
    defaults = {**held.settings.defaults, "modem_credential": "env:MODEM"}
    modem = CsvInventory(replace(held.settings, defaults=defaults)).subscriber("K-101").modem
    assert modem == ModemAccess(address=None, port=161, version="2c", credential="env:MODEM")
    assert held.subscriber("K-101").modem is None


def test_all_nodes_stand_in_the_order_of_their_file(tmp_path: Path) -> None:
    """A sweep of the network needs them; without a file of nodes there are none."""
    held = inventory(tmp_path)
    assert [node.id for node in held.nodes()] == ["an-1", "an-2"]
    assert CsvInventory(replace(held.settings, nodes=None, node_columns={})).nodes() == ()


def test_a_node_that_is_not_there_is_named_with_its_near_matches(tmp_path: Path) -> None:
    """Names of nodes are mistyped as often as those of subscribers."""
    with pytest.raises(InventoryError, match=r"no node is named 'an-3'; near: an-"):
        inventory(tmp_path).node("an-3")


@pytest.mark.parametrize("name", ["K-100", "K-101", "K 102", "K\n102", "K-103", "K-000", ""])
def test_many_questions_are_answered_as_one_is(tmp_path: Path, name: str) -> None:
    """A worker reads the file once, and hears of the same faults in the same lines."""
    one = inventory(tmp_path, f"{SUBSCRIBERS}K-101;an-2;0/1/9;;;;\n")
    many = CsvInventory(one.settings, many=True)

    def said(held: CsvInventory) -> object:
        try:
            return held.subscriber(name)
        except (InventoryError, DefinitionError) as error:
            return str(error)

    for _ in range(2):
        assert said(many) == said(one)
    assert many.ports_of_node("an-1") == one.ports_of_node("an-1")
    assert many.nodes() == one.nodes()


def test_a_subscriber_is_found_by_telephone_number(tmp_path: Path) -> None:
    """The export has a column of them, in as many spellings as people; where it has none, none."""
    (tmp_path / "s.csv").write_text(
        "id,phone\nK-1,+372 5123 4567\nK-2,\nK-3,051 234 567\nK-4,none\n", encoding="utf-8"
    )
    held = CsvInventory(CsvSettings(subscribers=tmp_path / "s.csv"))
    assert held.with_phone("51234567") == ("K-1", "K-3")
    assert inventory(tmp_path).with_phone("51234567") == ()


@pytest.mark.parametrize("many", [False, True])
def test_a_subscriber_is_found_by_postal_address(tmp_path: Path, *, many: bool) -> None:
    """However it is said; a row without one is none."""
    path = tmp_path / "found.csv"
    path.write_text('id,postal_address\nK-1,"Lai 10, Linn"\nK-2,\nK-3,Sõle 1\n', encoding="utf-8")
    held = CsvInventory(CsvSettings(subscribers=path), many=many)
    asked = address_asked("sole 1")
    assert asked is not None
    assert held.at_postal_address(asked, 20) == ("K-3",)
    assert held.postal_address("K-1") == "Lai 10, Linn"
    assert held.postal_address("K-2") is None
