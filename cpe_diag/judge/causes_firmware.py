"""The cause that only experience tells: a known fault of the router's firmware."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when

CAUSES_FIRMWARE: Final[tuple[Cause, ...]] = (
    Cause(
        id="firmware_bug",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router's firmware has a known fault that shows like this",
        needs=(must("firmware_issue_known"),),
        supports=(when("firmware_issue_known", 4.2),),
        explains=("firmware_issue_known", "platform_fails_from_home", "device_unanswering"),
        bystander=True,
        brings=(
            "router_hung",
            "router_reboots",
            "router_overloaded",
            "router_conntrack_full",
            "router_firewall",
            "router_unexplained",
            "wifi_radio_failed",
            "nat_missing",
        ),
        next_action="Apply the remedy of the known issue, and measure again.",
        tell_customer="Your router's software has a known fault. We will do with you what helps"
        " against it.",
        source="the operator's own list of known issues: model, firmware and complaint are those"
        " of one; what the router does not do as it should is what such a fault does",
    ),
)
