"""Driver files are found in packages and folders, and every fault has its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.load import (
    check_driver_file,
    detect,
    list_drivers,
    load_access_driver,
    load_driver,
)

OWN = """\
kind: access
title: Acme
extends: generic_ifmib
technologies: [vdsl2]
detect: {sys_object_ids: [1.3.6.1.4.1.32473.7], sys_descr: ['^Acme']}
capabilities:
  port.set_speed: {state: exempt, reason: this node refuses SET}
facts:
  port_speed:
    speed_bps: {oid: '1.3.6.1.4.1.32473.7.1.{if_index}', type: unsigned, unit: bit/s,
                source: ACME-MIB acmeSpeed}
"""


def own_driver(folder: Path, text: str = OWN, name: str = "acme_dslam.yaml") -> Path:
    """Write a driver into a folder of the operator's own."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    """Check a file that is wrong and give its faults without the path."""
    with pytest.raises(DefinitionError) as caught:
        check_driver_file(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_shipped_drivers_are_found_by_their_ids() -> None:
    """The file's stem is the id in inventories and reports."""
    assert {"generic_dsl", "generic_ifmib", "example"} <= {file.id for file in list_drivers()}
    assert "drivers" not in sys.modules


def test_a_driver_says_only_what_differs_from_the_one_it_extends(tmp_path: Path) -> None:
    """A vendor's driver of ten lines stays readable, and inherits every correction."""
    own_driver(tmp_path)
    driver = load_access_driver("acme_dslam", (tmp_path,))
    generic = load_access_driver("generic_ifmib")
    assert [spec.source for spec in driver.groups["port_speed"] if spec.field == "speed_bps"] == [
        "ACME-MIB acmeSpeed"
    ]
    assert driver.groups["port_status"] == generic.groups["port_status"]
    assert {spec.field for spec in driver.groups["port_speed"]} == {"speed_bps", "duplex"}
    assert driver.port_naming == generic.port_naming
    assert driver.capabilities["port.set_speed"].reason == "this node refuses SET"
    assert driver.capabilities["port.set_vlan"] == generic.capabilities["port.set_vlan"]


def test_a_folders_driver_hides_the_shipped_one_of_its_id(tmp_path: Path) -> None:
    """An operator corrects a shipped driver without a fork."""
    text = OWN.replace("extends: generic_ifmib", "extends: generic_dsl")
    own_driver(tmp_path, text, "generic_ifmib.yaml")
    with pytest.raises(DefinitionError, match="extend each other"):
        load_driver("generic_ifmib", (tmp_path,))
    own_driver(tmp_path, OWN.replace("Acme\n", "Ours\n").replace("extends: generic_ifmib\n", ""))
    other = tmp_path / "other"
    other.mkdir()
    own_driver(other, OWN, "example.yaml")
    assert load_driver("example", (other,)).title == "Acme"


def test_two_folders_with_one_id_are_refused(tmp_path: Path) -> None:
    """Which of the two is used must not depend on the order of folders."""
    folders = (tmp_path / "a", tmp_path / "b")
    for folder in folders:
        folder.mkdir()
        own_driver(folder)
    with pytest.raises(DefinitionError, match="another driver 'acme_dslam'"):
        list_drivers(folders)


def test_an_unknown_driver_is_named_with_the_one_that_was_meant() -> None:
    """A slip in the inventory is found at once."""
    with pytest.raises(DefinitionError, match="did you mean 'generic_dsl'"):
        load_driver("generic_dls")
    with pytest.raises(DefinitionError, match="no such folder"):
        list_drivers((Path("/nonexistent"),))


def test_all_faults_of_shape_come_at_once_with_their_places(tmp_path: Path) -> None:
    """Mended in one go."""
    text = OWN.replace("kind: access", "kind: acces").replace("technologies", "technolgies")
    path = own_driver(tmp_path, text.replace("type: unsigned", "type: unsinged"))
    found = faults_of(path)
    assert found[0] == (
        "1:7: kind: expected one of access, router, found 'acces'; did you mean 'access'?"
    )
    assert any("technolgies" in fault and "'technologies'?" in fault for fault in found)
    assert any("did you mean 'unsigned'?" in fault for fault in found)


def test_what_a_file_refers_to_is_checked_beyond_its_shape(tmp_path: Path) -> None:
    """A field that no fact has would be read from the node and dropped in silence."""
    text = OWN.replace("speed_bps:", "sped_bps:").replace(
        "facts:",
        "port_naming: [{pattern: '(?P<port>[0-9]+', example: '7', "
        "index: {if_index: {factors: {port: 1}}}, "
        "source: our manual}]\nfacts:",
    )
    found = faults_of(own_driver(tmp_path, text))
    assert any("'speed_bps'?" in fault and fault.startswith("11:5:") for fault in found)
    assert any("no regular expression" in fault for fault in found)


def test_a_lookup_asks_in_one_way(tmp_path: Path) -> None:
    """Two ways would contradict each other, and none gives nothing."""
    both = """lookups:
  - {gives: cm, oid: '1.3.6.1.{mac}', same_as: other, cost: a single GET, source: ACME-MIB acmePtr}
  - {gives: cm, cost: nothing at all, source: ACME-MIB acmePtr}
"""
    faults = faults_of(own_driver(tmp_path, OWN + both))
    wanted = "a lookup has one of `oid`, `column`, `same_as`"
    assert [wanted in fault for fault in faults] == [True, True]


def test_a_capability_that_is_done_needs_its_objects(tmp_path: Path) -> None:
    """`done` is a promise that a run relies on."""
    text = OWN.replace(
        "  port.set_speed:",
        "  line_quality_adsl: {state: done, verified: device}\n  port.set_speed:",
    )
    found = faults_of(own_driver(tmp_path, text))
    assert found == [
        (
            "7:22: capabilities.line_quality_adsl: stated as done, but "
            "facts.line_quality_adsl.in_sync is not there"
        )
    ]


def test_every_capability_has_to_be_stated(tmp_path: Path) -> None:
    """Silence about what a driver cannot do reads as if it could."""
    text = OWN.replace("extends: generic_ifmib\n", "")
    found = faults_of(own_driver(tmp_path, text))
    assert any("port.set_vlan is not stated" in fault for fault in found)


def test_an_unknown_parent_is_named_where_it_stands(tmp_path: Path) -> None:
    """The place of the slip is in this file, not in another."""
    text = OWN.replace("generic_ifmib", "generic_ifmb")
    assert faults_of(own_driver(tmp_path, text)) == [
        "3:10: extends: there is no driver of this id; did you mean 'generic_ifmib'?"
    ]


def test_a_node_is_recognised_by_its_object_id_before_its_description() -> None:
    """The longest fitting object id is the most special driver."""
    generic = load_access_driver("generic_ifmib")
    example = load_access_driver("example")
    assert detect((generic, example), "1.3.6.1.4.1.32473.1.9", "") is example
    assert detect((generic, example), "1.3.6.1.4.1.32473.11", "") is None
    assert detect((generic, example), "1.3.6.1.4.1.1", "An Example DSLAM v2") is example


def test_loading_a_shipped_driver_needs_no_json_schema_library() -> None:
    """It takes 70 ms to import, for nothing: our own files are checked by our own tests."""
    code = (
        "import sys; from cpe_diag.driver_kit.load import load_driver;"
        "load_driver('generic_dsl'); print('jsonschema' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"


def test_a_shipped_access_driver_is_an_access_driver() -> None:
    """The kinds must not be mixed up by a caller."""
    assert isinstance(load_driver("generic_dsl"), AccessDriver)
