"""Causes that come and go, and are seen only by looking again and again."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, ONE_DEVICE, Cause, when

CAUSES_WATCH: Final[tuple[Cause, ...]] = (
    Cause(
        id="port_flapping",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The link of the subscriber's port comes and goes",
        supports=(when("port_flaps", 5.5), when("port_flapped", 4.5)),
        # A router that starts, and a line that trains, take the link with them.
        against=(when("router_restarted", -4.0), when("line_retraining", -3.0)),
        explains=(
            "port_flaps",
            "port_flapped",
            "port_changed",
            "port_down",
            "ethernet_link_down",
            "line_out_of_sync",
            "port_idle",
            "no_mac_learned",
            "router_unreachable",
            "wan_no_carrier",
            "wan_down",
            "wan_link_flaps",
            "gateway_loss",
            "way_in_loss",
            "gateway_unreachable",
            "internet_loss",
            "internet_unreachable",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        # What came and went earlier takes every device with it.
        shifts=((DROPS, 0.7), (ONE_DEVICE, -1.5)),
        next_action="Have plugs and cable of the port checked; look for the times of the flaps in"
        " the node's log.",
        tell_customer="The connection between us and your home is lost for moments. A technician"
        " will check the cable and plugs.",
        source="IF-MIB ifOperStatus, ifLastChange (RFC 2863), looked at once a second, and"
        " what earlier runs have seen",
    ),
)
