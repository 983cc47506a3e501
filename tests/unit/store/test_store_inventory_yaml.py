"""The YAML inventory: what is missing is known to be missing, what is wrong has a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from cpe_diag.domain.failures import DefinitionError, FailureKind, InventoryError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.postal_address import address_asked
from cpe_diag.domain.subscriber import (
    AccessNode,
    CliAccess,
    ModemAccess,
    NodePort,
    RouterAccess,
    Service,
    SessionAccess,
    SnmpAccess,
    Subscriber,
    Technology,
    WanProtocol,
)
from cpe_diag.store.inventory_schema import INVENTORY_SCHEMA
from cpe_diag.store.inventory_yaml import YamlInventory
from cpe_diag.testing.conformance import check_inventory

if TYPE_CHECKING:
    from pathlib import Path

NOT_SAID = Missing(why=FailureKind.NOT_CONFIGURED)

GOOD = """\
nodes:
  an-vdsl: {address: 127.9.1.1, port: 40161, version: "2c", credential: "file:s.yaml#snmp",
            driver: generic_dsl, write_credential: "env:SNMP_WRITE", uplinks: ["0/1/49"],
            system_name: an-vdsl.example, cli_user: noc, cli_credential: "env:CLI"}
  an-eth:
    address: 127.9.1.2
    version: "3"
    user: cpe_diag
    credential: "env:SNMP_V3"
subscribers:
  - id: sub-1001
    node: an-vdsl
    port: "0/1/1"
    technology: vdsl2
    service: {down_bps: 100000000, up_bps: 40000000, vlan: 1001, wan: ipoe, profile: V100}
    router: {address: 127.9.1.101, port: 40222, platform: openwrt, user: root,
             credential: "file:s.yaml#router_sub-1001"}
    router_mac: "02:00:5E:00:10:01"
    ssids: [Home-1001]
    language: en
    ont_serial: HWTC1A2B3C4D
    splitter: SP-7
  - id: sub-1002
    node: an-vdsl
    port: "0/1/2"
  - id: no
"""


def inventory(tmp_path: Path, text: str) -> YamlInventory:
    """Write an inventory file."""
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return YamlInventory(path)


def test_the_yaml_inventory_is_an_inventory(tmp_path: Path) -> None:
    """A run relies on no more than the door promises."""
    check_inventory(inventory(tmp_path, GOOD), known="sub-1001", unknown="sub-9999")


def test_a_full_entry_gives_a_full_subscriber(tmp_path: Path) -> None:
    """Every field of the file reaches the run."""
    assert inventory(tmp_path, GOOD).subscriber("sub-1001") == Subscriber(
        id="sub-1001",
        node=AccessNode(
            id="an-vdsl",
            snmp=SnmpAccess(
                address="127.9.1.1",
                port=40161,
                version="2c",
                credential="file:s.yaml#snmp",
                write_credential="env:SNMP_WRITE",
            ),
            driver="generic_dsl",
            uplinks=("0/1/49",),
            system_name="an-vdsl.example",
            cli=CliAccess(address="127.9.1.1", port=22, user="noc", credential="env:CLI"),
        ),
        port="0/1/1",
        technology=Technology.VDSL2,
        service=Service(
            down_bps=100_000_000,
            up_bps=40_000_000,
            vlan=1001,
            wan=WanProtocol.IPOE,
            profile="V100",
        ),
        router=RouterAccess(
            address="127.9.1.101",
            port=40222,
            platform="openwrt",
            user="root",
            credential="file:s.yaml#router_sub-1001",
        ),
        router_mac="02:00:5e:00:10:01",
        ssids=("Home-1001",),
        language="en",
        ont_serial="HWTC1A2B3C4D",
        splitter="SP-7",
    )


def test_the_ports_of_a_node_say_who_shares_what(tmp_path: Path) -> None:
    """Who hangs on the same splitter decides whether a fault is one home's or the street's."""
    ports = inventory(tmp_path, GOOD).ports_of_node("an-vdsl")
    assert ports == (
        NodePort(
            port="0/1/1",
            in_service=True,
            subscriber="sub-1001",
            splitter="SP-7",
            address="127.9.1.101",
        ),
        NodePort(port="0/1/2", in_service=True, subscriber="sub-1002", splitter=None),
    )
    assert inventory(tmp_path, GOOD).ports_of_node("an-eth") == ()


def test_only_the_id_is_required_and_the_rest_is_known_to_be_missing(tmp_path: Path) -> None:
    """Nothing is guessed; and YAML 1.2 keeps the id `no` a word."""
    assert inventory(tmp_path, GOOD).subscriber("no") == Subscriber(
        id="no",
        node=None,
        port=NOT_SAID,
        technology=NOT_SAID,
        service=Service(down_bps=NOT_SAID, up_bps=NOT_SAID, vlan=NOT_SAID, wan=NOT_SAID),
        router=None,
        router_mac=NOT_SAID,
        ssids=NOT_SAID,
        language=NOT_SAID,
    )


def test_ports_have_their_standard_numbers_where_none_is_said(tmp_path: Path) -> None:
    """SNMP listens on 161 and SSH on 22."""
    text = (
        "nodes: {n: {address: 192.0.2.1}}\n"
        "subscribers: [{id: a, node: n, router: {address: 192.0.2.9}}]\n"
    )
    found = inventory(tmp_path, text).subscriber("a")
    assert found.node is not None
    assert found.router is not None
    assert (found.node.snmp.port, found.node.snmp.version, found.router.port) == (161, "2c", 22)
    told = (found.router.platform, found.router.user, found.router.credential)
    assert told == (None, None, None)


def test_a_router_may_be_so_old_that_legacy_algorithms_are_allowed(tmp_path: Path) -> None:
    """It is said for one router; the others keep what is safe."""
    text = (
        "subscribers:\n"
        "  - {id: a, router: {address: 192.0.2.8, legacy_algorithms: true}}\n"
        "  - {id: b, router: {address: 192.0.2.9}}\n"
    )
    routers = [inventory(tmp_path, text).subscriber(one).router for one in ("a", "b")]
    assert [one is not None and one.legacy_algorithms for one in routers] == [True, False]


def test_an_unknown_subscriber_is_named_with_its_near_matches(tmp_path: Path) -> None:
    """One digit is easily mistyped with a caller on the phone."""
    with pytest.raises(InventoryError) as caught:
        inventory(tmp_path, GOOD).subscriber("sub-1011")
    message = str(caught.value)
    assert str(tmp_path / "inventory.yaml") in message
    assert "no subscriber 'sub-1011' among 3" in message
    assert "near: sub-1001" in message


def test_every_fault_of_a_file_comes_at_once_with_its_place(tmp_path: Path) -> None:
    """Mending a file one message at a time takes an afternoon."""
    text = (
        "nodes:\n"
        "  an-vdsl: {address: 192.0.2.1, version: '4'}\n"
        "  an-eth: {address: 192.0.2.2, version: '3'}\n"
        "subscribers:\n"
        "  - id: a\n"
        "    technology: fibre\n"
        "    service: {vlan: 5000}\n"
        "    router: {adress: 192.0.2.9}\n"
        "    router_mac: nonsense\n"
        "  - node: an-vdsl\n"
    )
    with pytest.raises(DefinitionError) as caught:
        inventory(tmp_path, text).subscriber("a")
    lines = [fault.line for fault in caught.value.faults]
    assert lines == sorted(line for line in lines if line is not None)
    assert set(lines) == {2, 3, 6, 7, 8, 9, 10}
    assert all(fault.column for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "nodes: {an-vdsl: {address: x}}\nsubscribers:\n  - id: a\n    node: an-vdls\n",
            4,
            "no node is named 'an-vdls'; near: an-vdsl",
        ),
        ("subscribers:\n  - id: a\n  - id: b\n  - id: a\n", 4, "'a' is here twice"),
        ("subscribers:\n  - {id: 7}\n  - {id: '7'}\n", 3, "'7' is here twice"),
    ],
    ids=["unknown node", "twice", "twice as number and text"],
)
def test_what_no_schema_can_see_is_a_fault_too(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    """A subscriber with another's node would be diagnosed on the wrong port."""
    with pytest.raises(DefinitionError) as caught:
        inventory(tmp_path, text).subscriber("a")
    (fault,) = caught.value.faults
    assert fault.line == line
    assert words in fault.message


def test_a_secret_in_the_place_of_a_reference_is_refused(tmp_path: Path) -> None:
    """Configuration refers to secrets, never holds them; and the fault does not repeat it."""
    text = "nodes: {n: {address: x, credential: hunter2}}\nsubscribers: [{id: a}]\n"
    with pytest.raises(DefinitionError, match="a reference to a secret") as caught:
        inventory(tmp_path, text).subscriber("a")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path in the configuration is the first thing to look at."""
    with pytest.raises(InventoryError, match=r"gone\.yaml.*cannot be read"):
        YamlInventory(tmp_path / "gone.yaml").subscriber("a")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """An export in another encoding would give wrong names."""
    path = tmp_path / "inventory.yaml"
    path.write_bytes(b"subscribers: [{id: \xe9}]")
    with pytest.raises(InventoryError, match="no UTF-8 text"):
        YamlInventory(path).subscriber("a")


def test_the_published_schema_is_right(tmp_path: Path) -> None:
    """Editors use it to complete and to check."""
    del tmp_path
    Draft202012Validator.check_schema(dict(INVENTORY_SCHEMA))


def test_a_modem_is_asked_where_the_inventory_has_its_credential(tmp_path: Path) -> None:
    """Its address is the CMTS's to tell, unless it stands here."""
    text = GOOD.replace(
        "  - id: no\n",
        "  - id: short\n    modem: {credential: 'env:MODEM'}\n"
        "  - id: long\n    modem: {credential: 'env:M', address: 192.0.2.7, port: 1161,\n"
        "      version: 3, user: noc, auth_protocol: sha1, priv_protocol: aes256,\n"
        "      driver: acme}\n"
        "  - id: no\n",
    )
    held = inventory(tmp_path, text)
    assert held.subscriber("short").modem == ModemAccess(
        address=None, port=161, version="2c", credential="env:MODEM"
    )
    assert held.subscriber("long").modem == ModemAccess(
        address="192.0.2.7",
        port=1161,
        version="3",
        credential="env:M",
        user="noc",
        auth_protocol="sha1",
        priv_protocol="aes256",
        driver="acme",
    )
    assert held.subscriber("no").modem is None


@pytest.mark.parametrize(
    ("modem", "words"),
    [
        ("{address: 192.0.2.7}", "credential"),
        ("{credential: c0mmun1ty}", "env:NAME"),
        ("{credential: 'env:M', version: 3}", "user"),
        ("{credential: 'env:M', version: 1}", "2c"),
        ("{credential: 'env:M', community: x}", "community"),
    ],
)
def test_a_wrong_modem_is_named_with_its_place(tmp_path: Path, modem: str, words: str) -> None:
    """Without a credential nobody may ask; what is no reference may be the secret itself."""
    held = inventory(tmp_path, f"subscribers:\n  - id: a\n    modem: {modem}\n")
    with pytest.raises(DefinitionError) as caught:
        held.subscriber("a")
    assert words in str(caught.value)
    assert "inventory.yaml:3:" in str(caught.value)
    assert "c0mmun1ty" not in str(caught.value)


def test_a_session_is_opened_where_the_inventory_has_its_login(tmp_path: Path) -> None:
    """A name alone, or a password in the place of a reference, opens none; the name is hidden."""
    text = (
        "subscribers:\n  - id: a\n    session: {user: anna, credential: 'env:ANNA'}\n  - id: b\n"
    )
    held = inventory(tmp_path, text)
    assert held.subscriber("a").session == SessionAccess(user="anna", credential="env:ANNA")
    assert "anna" not in repr(held.subscriber("a"))
    assert held.subscriber("b").session is None
    for wrong in ("{user: anna}", "{user: anna, credential: hunter2}"):
        with pytest.raises(DefinitionError) as told:
            inventory(
                tmp_path, text.replace("{user: anna, credential: 'env:ANNA'}", wrong)
            ).nodes()
        assert "hunter2" not in str(told.value)


def test_all_nodes_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    """A sweep of the network needs them, with subscribers or without."""
    assert [node.id for node in inventory(tmp_path, GOOD).nodes()] == ["an-vdsl", "an-eth"]
    assert inventory(tmp_path, "subscribers: []\n").nodes() == ()


def test_a_node_that_is_not_there_is_named_with_its_near_matches(tmp_path: Path) -> None:
    """Names of nodes are mistyped as often as those of subscribers."""
    with pytest.raises(InventoryError, match="no node is named 'an-vdsi'; near: an-vdsl"):
        inventory(tmp_path, GOOD).node("an-vdsi")


def test_a_subscriber_is_found_by_telephone_number_and_does_not_carry_it(tmp_path: Path) -> None:
    """What a run keeps of a subscriber goes into bundles; a number has no business there."""
    text = GOOD.replace("    language: en\n", '    language: en\n    phone: "+372 5123 4567"\n')
    held = inventory(tmp_path, text)
    assert held.with_phone("51234567") == ("sub-1001",)
    assert held.with_phone("51234568") == ()
    assert "5123" not in repr(held.subscriber("sub-1001"))


def test_a_subscriber_is_found_by_postal_address_and_does_not_carry_it(tmp_path: Path) -> None:
    """The inventory alone holds it: a run keeps a subscriber, and none of where they live."""
    text = GOOD.replace("    language: en\n", "    language: en\n    postal_address: Sõle 10-3\n")
    held = inventory(tmp_path, text)
    asked, other = address_asked("10 sole"), address_asked("Sõle 1")
    assert asked is not None
    assert other is not None
    assert held.at_postal_address(asked, 20) == ("sub-1001",)
    assert held.at_postal_address(other, 20) == ()
    assert held.postal_address("sub-1001") == "Sõle 10-3"
    assert "Sõle" not in repr(held.subscriber("sub-1001"))
