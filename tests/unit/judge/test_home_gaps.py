"""A table that the router could not give is no empty table."""

from __future__ import annotations

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.wifi_facts import WifiClients
from cpe_diag.judge.decide import find
from cpe_diag.testing.evidence_samples import (
    about,
    changed,
    ethernet_home,
    never_asked,
    with_value,
)

NOWHERE = "02:00:5e:00:53:99"


def test_a_device_is_not_called_absent_when_the_neighbour_table_is_not_known() -> None:
    """Only a table that was read can say that a device is not in it."""
    case = about(ethernet_home("one_device_offline"), device_mac=NOWHERE)
    case = with_value(case, "wifi_clients", "router", WifiClients(clients=()))
    case = never_asked(case, ("ping", "router>device"))
    answers = {finding.id: finding.answer for finding in find(case)}
    assert answers["device_absent"] is True
    unread = changed(case, "router_lan", "router", neighbours=Missing(why=FailureKind.UNSUPPORTED))
    answers = {finding.id: finding.answer for finding in find(unread)}
    assert answers["device_absent"] is None
