"""A socket of the home network as Linux tells it: what may not be read says something too."""

from __future__ import annotations

from cpe_diag.domain.missing import known
from cpe_diag.driver_kit.parsers.lan_ports import lan_port

COUNTERS = {"rx_errors": "0", "tx_errors": "0"}


def test_a_port_that_is_switched_off_has_no_link() -> None:
    """The kernel refuses its carrier alone; a port of which nothing was read is not known."""
    assert lan_port("lan1", COUNTERS).carrier is False
    assert known(lan_port("lan1", {}).carrier) is None
    assert lan_port("lan1", {**COUNTERS, "carrier": "1"}).carrier is True
