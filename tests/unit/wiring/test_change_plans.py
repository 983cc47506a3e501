"""What the inventory knows of a service completes a port's index, and replaces nothing in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import interface
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.wiring.change_plans import with_service

ROUTER = "02-00-5e-00-10-ab"


def test_a_port_gets_the_vlan_and_the_routers_address_in_every_form() -> None:
    """For tables that are indexed by them, and for command lines."""
    port = with_service(interface(7), replace(sample_subscriber(), router_mac=ROUTER))
    assert port.parts["mac"] == "2.0.94.0.16.171"
    assert port.words["mac_quads"] == "0200-5e00-10ab"


def test_a_modem_keeps_its_own_address() -> None:
    """The router behind it has another one, which must not be asked for in its place."""
    modem = locate(load_access_driver("docsis_cmts"), "02:00:5e:00:00:01")
    port = with_service(modem, replace(sample_subscriber(), router_mac=ROUTER))
    assert port.parts["mac"] == modem.parts["mac"]
    assert "mac_quads" not in port.words


@pytest.mark.parametrize("written", ["", "no address"])
def test_what_is_no_address_adds_nothing(written: str) -> None:
    """A line with a hole in it is refused by its plan."""
    port = with_service(interface(7), replace(sample_subscriber(), router_mac=written))
    assert "mac" not in port.parts
