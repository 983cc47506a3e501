"""What a driver says of a change, also where its ports are of several kinds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.action_spec import SetStep
from cpe_diag.driver_kit.load import check_driver_file
from cpe_diag.driver_kit.port_index import PortIndex, interface
from cpe_diag.testing.driver_conformance import (
    check_every_change_can_be_made_somewhere,
    check_plans_name_mib_and_object,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.driver_kit.action_spec import ActionSpec

DRIVER = """\
kind: access
title: Acme
extends: generic_ifmib
capabilities:
  ont.reset: {state: done, verified: documentation}
port_naming:
  - pattern: 'pon (?P<pon>[0-9]):(?P<onu>[0-9])'
    example: 'pon 1:2'
    index: {pon: {factors: {pon: 1}}, onu: {factors: {onu: 1}}}
    source: a made OLT, for this test
  - pattern: 'port (?P<port>[0-9])'
    example: port 7
    index: {if_index: {factors: {port: 1}}, base_port: {factors: {port: 1}}}
    source: a made OLT, for this test
actions:
  ont.reset:
    steps:
      - {cli: 'ont reset {pon} {onu}', expect: '[n]:', send: 'y'}
    outage_s: 60
    undo: none
    source: ACME manual, page 7
  port.set_admin:
    - steps:
        - {set: '1.3.6.1.4.1.32473.1.{pon}.{onu}', type: integer, value: '{value}'}
      values: {up: 1, down: 2}
      outage_s: 60
      source: ACME-MIB acmeOntAdmin
    - steps:
        - {set: '1.3.6.1.2.1.2.2.1.7.{if_index}', type: integer, value: '{value}'}
      values: {up: 1, down: 2}
      outage_s: 5
      source: IF-MIB ifAdminStatus, RFC 2863
cli_platform: huawei_smartax
"""

ONT = PortIndex(name="pon 1:2", parts={"pon": "1", "onu": "2"}, words={}, groups=())


def driver_of(folder: Path, text: str = DRIVER) -> AccessDriver:
    """Check a driver file in full."""
    path = folder / "acme_olt.yaml"
    path.write_text(text, encoding="utf-8")
    driver = check_driver_file(path)
    assert isinstance(driver, AccessDriver)
    return driver


def objects(spec: ActionSpec) -> list[str]:
    """Give the objects that a change sets."""
    return [step.oid for step in spec.steps if isinstance(step, SetStep)]


def test_the_kind_of_the_port_chooses_what_is_set(tmp_path: Path) -> None:
    """The PON port of an ONT is shared: what is right for a DSL port would shut 64 homes."""
    spec = driver_of(tmp_path).actions["port.set_admin"]
    assert objects(spec.fitting(ONT)) == ["1.3.6.1.4.1.32473.1.{pon}.{onu}"]
    assert objects(spec.fitting(interface(7))) == ["1.3.6.1.2.1.2.2.1.7.{if_index}"]
    assert spec.fitting(interface(7)).outage_s == 5


def test_what_fits_no_port_stays_what_it_is_so_that_the_gap_can_be_named(tmp_path: Path) -> None:
    """A refusal names the part that is missing, and never falls back on another change."""
    actions = driver_of(tmp_path).actions
    bare = PortIndex(name="any", parts={}, words={}, groups=())
    assert actions["port.set_admin"].fitting(bare) is actions["port.set_admin"]
    assert not actions["ont.reset"].fits(interface(7))
    assert actions["ont.reset"].fits(ONT)


def test_a_change_that_no_port_of_the_driver_can_fill_does_not_conform(tmp_path: Path) -> None:
    """It would be offered to every subscriber and refused for each."""
    check_every_change_can_be_made_somewhere(driver_of(tmp_path))
    with pytest.raises(AssertionError, match="no port has all its parts"):
        check_every_change_can_be_made_somewhere(
            driver_of(tmp_path, DRIVER.replace("ont reset {pon} {onu}", "ont reset {llid}"))
        )


def test_lines_without_a_platform_do_not_conform(tmp_path: Path) -> None:
    """Nobody would know how to log in, and it would be refused each time."""
    with pytest.raises(AssertionError, match="lines for what platform"):
        check_every_change_can_be_made_somewhere(
            driver_of(tmp_path, DRIVER.replace("cli_platform: huawei_smartax\n", ""))
        )


def test_a_change_whose_plan_would_name_no_object_does_not_conform(tmp_path: Path) -> None:
    """`L2MGMT-MIB of the model, ...` was shown as `L2MGMT-MIB of`."""
    check_plans_name_mib_and_object(driver_of(tmp_path))
    with pytest.raises(AssertionError, match="'SOME-MIB of' names no object"):
        check_plans_name_mib_and_object(
            driver_of(tmp_path, re.sub(r"source: .*", "source: SOME-MIB of the node", DRIVER))
        )


def test_modes_ways_back_and_what_must_be_gone_or_stay_are_said(tmp_path: Path) -> None:
    """Each is a word of the file."""
    written = DRIVER.replace(
        "      - {cli: 'ont reset {pon} {onu}', expect: '[n]:', send: 'y'}\n",
        "      - {cli: config, mode: true}\n"
        "      - {cli: 'ont shut {pon} {onu}'}\n"
        "    way_back:\n"
        "      - {cli: 'ont open {pon} {onu}'}\n"
        "    read_back:\n"
        "      - {oid: '1.3.6.1.4.1.32473.1.{pon}.{onu}', value: 1, stays: true}\n"
        "      - {oid: '1.3.6.1.4.1.32473.2.{pon}.{onu}', gone: true}\n",
    )
    reset = driver_of(tmp_path, written).actions["ont.reset"]
    assert [getattr(step, "changes", None) for step in reset.steps] == [False, True]
    assert [one.line for one in reset.way_back] == ["ont open {pon} {onu}"]
    assert [(one.stays, one.gone) for one in reset.read_back] == [(True, False), (False, True)]
    with pytest.raises(DefinitionError):
        driver_of(tmp_path, written.replace("gone: true", "gone: true, value: 2"))


def test_a_value_may_be_a_part_of_the_port_and_has_to_be_one_that_it_gives(
    tmp_path: Path,
) -> None:
    """Scalars that select an ONU are set to its numbers; `{onu}` itself must never be sent."""
    step = "{set: '1.3.6.1.4.1.32473.2.0', type: integer, value: '%s', trigger: true}"
    cli = "{cli: 'ont reset {pon} {onu}', expect: '[n]:', send: 'y'}"
    driver = driver_of(tmp_path, DRIVER.replace(cli, step % "{onu}"))
    reset = driver.actions["ont.reset"]
    assert (reset.fits(ONT), reset.fits(interface(7))) == (True, False)
    check_every_change_can_be_made_somewhere(driver)
    with pytest.raises(AssertionError, match="no port has all its parts"):
        check_every_change_can_be_made_somewhere(
            driver_of(tmp_path, DRIVER.replace(cli, step % "{llid}"))
        )


def test_a_fault_within_one_of_several_has_its_place(tmp_path: Path) -> None:
    """The second of two changes is line 30 of the file, not the whole list."""
    with pytest.raises(DefinitionError) as caught:
        driver_of(
            tmp_path,
            DRIVER.replace(
                "      values: {up: 1, down: 2}\n      outage_s: 5", "      outage_s: 5"
            ),
        )
    assert "belong together" in str(caught.value.faults[0])
    assert "port.set_admin[1]" in str(caught.value.faults[0])
