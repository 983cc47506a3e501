"""Faults of the lab, and what has to be said of each: one claim a row.

Each is held over real SNMP and real SSH, in files by domain, so that they run side by side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.lab.control import LabClient
from cpe_diag.wiring.config import read
from cpe_diag.wiring.runs import RunWish, perform, prepare

if TYPE_CHECKING:
    from running_lab import RunningLab

    from cpe_diag.engine.run import RunResult

VDSL = "sub-1002"
VDSL_2 = "sub-1003"
ADSL_DHCP = "sub-2001"
PPPOE = "sub-2002"
ETHERNET = "sub-3002"
ETHERNET_2 = "sub-3004"
SWITCH = "sub-6002"
FIBRE = "sub-4001"
FIBRE_2 = "sub-4002"
CABLE = "sub-5001"
PHONE_OF_VDSL = "0a:03:ea:00:00:01"
PHONE_OF_ETHERNET = "0a:0b:ba:00:00:01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Faults set on a subscriber, the playbook run, and what it has to say."""

    faults: tuple[str, ...]
    subscriber: str
    playbook: str
    domain: FaultDomain
    cause: str
    destination: Destination
    answers: Mapping[str, str] = field(default_factory=dict)
    device: str | None = None

    def __str__(self) -> str:
        """Read as one line of a list."""
        said = "".join(f" {key}={value}" for key, value in self.answers.items())
        return f"{'+'.join(self.faults) or 'healthy'} {self.subscriber} {self.playbook}{said}"


def _network(
    fault: str,
    subscriber: str,
    cause: str,
    destination: Destination,
    playbook: str = "no_internet",
    **answers: str,
) -> Claim:
    return Claim(
        faults=(fault,),
        subscriber=subscriber,
        playbook=playbook,
        domain=FaultDomain.NETWORK,
        cause=cause,
        destination=destination,
        answers=answers,
    )


def _router(
    fault: str, subscriber: str, cause: str, playbook: str = "no_internet", **answers: str
) -> Claim:
    return Claim(
        faults=(fault,),
        subscriber=subscriber,
        playbook=playbook,
        domain=FaultDomain.ROUTER,
        cause=cause,
        destination=Destination.SECOND_LINE,
        answers=answers,
    )


def _device(
    fault: str,
    subscriber: str,
    cause: str,
    playbook: str = "one_device_offline",
    device: str | None = None,
) -> Claim:
    return Claim(
        faults=(fault,),
        subscriber=subscriber,
        playbook=playbook,
        domain=FaultDomain.DEVICE,
        cause=cause,
        destination=Destination.DEVICE_SUPPORT,
        device=device,
    )


def _platform(fault: str, cause: str, subscriber: str = ETHERNET_2) -> Claim:
    return Claim(
        faults=(fault,),
        subscriber=subscriber,
        playbook="site_not_opening",
        domain=FaultDomain.PLATFORM,
        cause=cause,
        destination=Destination.PLATFORM_STATUS,
    )


def _healthy(subscriber: str, playbook: str) -> Claim:
    return Claim(
        faults=(),
        subscriber=subscriber,
        playbook=playbook,
        domain=FaultDomain.NONE,
        cause="no_fault",
        destination=Destination.FIXED,
    )


NOC = Destination.NETWORK_OPERATIONS
TECHNICIAN = Destination.FIELD_TECHNICIAN
SECOND_LINE = Destination.SECOND_LINE

CLAIMS = (
    _healthy(VDSL, "no_internet"),
    _healthy(PPPOE, "no_internet"),
    _healthy(ETHERNET, "no_internet"),
    _healthy(ETHERNET, "slow_internet"),
    _healthy(VDSL, "slow_internet"),
    _healthy(PPPOE, "slow_internet"),
    _healthy(VDSL, "wifi_trouble"),
    _healthy(ETHERNET, "wifi_trouble"),
    _healthy(VDSL_2, "drops"),
    _healthy(ADSL_DHCP, "drops"),
    _healthy(ETHERNET, "drops"),
    _healthy(ETHERNET_2, "site_not_opening"),
    _network("port_shut", VDSL, "port_shut", SECOND_LINE),
    _network("port_shut", ETHERNET, "port_shut", SECOND_LINE),
    _network("line_cut", VDSL, "line_cut", TECHNICIAN),
    _network("line_cut", ADSL_DHCP, "line_cut", TECHNICIAN),
    _network("line_noise", VDSL, "line_noise", TECHNICIAN, "drops"),
    _network("line_noise", ADSL_DHCP, "line_noise", TECHNICIAN, "slow_internet"),
    _network("line_retrains", VDSL_2, "line_retrains", TECHNICIAN, "drops"),
    _network("line_rate_low", VDSL, "line_rate_low", NOC, "slow_internet"),
    _network("port_errors", ETHERNET, "port_errors", TECHNICIAN, "slow_internet"),
    _network("duplex_mismatch", ETHERNET, "duplex_mismatch", NOC, "slow_internet"),
    _network("node_outage", VDSL, "node_outage", NOC),
    _network("node_agent_silent", ETHERNET_2, "node_agent_silent", NOC),
    _network("wrong_vlan", ETHERNET, "wrong_vlan", NOC),
    _network("dhcp_no_offer", VDSL_2, "dhcp_no_offer", NOC),
    _network("pppoe_no_server", PPPOE, "pppoe_no_server", NOC),
    _network("auth_refused", PPPOE, "auth_refused", Destination.ACCOUNTS),
    _network("session_stale", ETHERNET_2, "session_stale", SECOND_LINE),
    _network("dns_resolver", VDSL, "dns_resolver", NOC),
    _network("core_loss", ETHERNET, "core_loss", NOC, "slow_internet"),
    _network("route_beyond_edge", VDSL_2, "route_beyond_edge", NOC),
    _healthy(FIBRE, "no_internet"),
    _healthy(CABLE, "no_internet"),
    _healthy(FIBRE, "slow_internet"),
    _healthy(CABLE, "slow_internet"),
    _healthy(FIBRE, "drops"),
    _healthy(CABLE, "drops"),
    _healthy(SWITCH, "no_internet"),
    _healthy(SWITCH, "slow_internet"),
    _network("wrong_vlan", FIBRE, "wrong_vlan", NOC),
    _network("duplex_mismatch", FIBRE, "duplex_mismatch", NOC, "slow_internet"),
    _network("port_locked", SWITCH, "port_security_lock", SECOND_LINE),
    _network("binding_stale", SWITCH, "session_stale", SECOND_LINE),
    _network("binding_stale", FIBRE, "session_stale", SECOND_LINE),
    _network("card_outage", FIBRE, "card_outage", NOC),
    _network("card_outage", VDSL, "card_outage", NOC),
    _network("splitter_outage", FIBRE, "splitter_outage", NOC),
    _network("port_shut", FIBRE, "port_shut", SECOND_LINE),
    _network("fibre_cut", FIBRE, "fibre_cut", TECHNICIAN),
    _network("optical_low", FIBRE_2, "optical_level_low", TECHNICIAN, "slow_internet"),
    _network("optical_high", FIBRE_2, "optical_level_high", TECHNICIAN, "slow_internet"),
    _network("fibre_bent", FIBRE_2, "fibre_bent", TECHNICIAN, "slow_internet"),
    _network("wrong_profile", FIBRE, "wrong_profile", NOC, "slow_internet"),
    _network("wrong_profile", VDSL, "wrong_profile", NOC, "slow_internet"),
    _network("upstream_ingress", CABLE, "upstream_ingress", NOC, "slow_internet"),
    _network("t3_storm", CABLE, "upstream_ranging", TECHNICIAN, "drops"),
    _network("coax_level", CABLE, "coax_level_bad", TECHNICIAN, "slow_internet"),
    _network("partial_service", CABLE, "modem_partial_service", TECHNICIAN, "slow_internet"),
    _network("modem_offline", CABLE, "modem_offline", TECHNICIAN, router_lights="on"),
    _network("node_outage", FIBRE, "node_outage", NOC),
    _network("splitter_outage", FIBRE_2, "splitter_outage", NOC, "drops"),
    _network("splitter_outage", CABLE, "splitter_outage", NOC),
    _network("card_outage", ADSL_DHCP, "card_outage", NOC),
    _network("card_outage", ETHERNET, "card_outage", NOC),
    _router("customer_power", FIBRE, "customer_power"),
    _router("customer_power", CABLE, "customer_power", router_lights="off"),
    _router("customer_power", VDSL, "customer_power"),
    _router("customer_power", ETHERNET, "customer_power", router_lights="off"),
    _router("router_hung", ETHERNET_2, "router_hung"),
    _router("router_overloaded", VDSL_2, "router_overloaded", "slow_internet"),
    _router("router_conntrack_full", ETHERNET, "router_conntrack_full"),
    _router("router_reboots", VDSL, "router_reboots", "drops"),
    _router("router_dns", ETHERNET_2, "router_dns"),
    _router("nat_missing", ETHERNET, "nat_missing"),
    _router("forwarding_off", VDSL, "router_firewall"),
    _router("router_firewall", PPPOE, "router_firewall"),
    _router("router_clock", ETHERNET, "router_clock"),
    _router("router_dns_setting", ETHERNET_2, "router_dns_setting"),
    _router("router_mtu", ETHERNET, "router_mtu", "slow_internet"),
    _router("double_nat", ETHERNET, "double_nat"),
    _router("lan_wan_same_prefix", ETHERNET_2, "lan_wan_same_prefix"),
    _router("lan_dhcp_off", VDSL_2, "lan_dhcp"),
    _router("lan_dhcp_exhausted", ETHERNET, "lan_pool_full"),
    _router("wan_cable", VDSL, "wan_cable", router_lights="on"),
    _router("wan_cable", FIBRE, "wan_cable", router_lights="on"),
    _router("wifi_off", ETHERNET_2, "wifi_off", "wifi_trouble"),
    _router("wifi_radio_failed", VDSL_2, "wifi_radio_failed", "wifi_trouble"),
    _router("wifi_congested", ETHERNET, "wifi_congested", "wifi_trouble"),
    _device("wifi_weak_signal", VDSL, "wifi_weak_signal", "wifi_trouble"),
    _device("device_wrong_password", ETHERNET, "device_wrong_password", device=PHONE_OF_ETHERNET),
    _device("device_static_address", VDSL, "device_address", device=PHONE_OF_VDSL),
    _device("device_offline", ETHERNET, "device_offline", device=PHONE_OF_ETHERNET),
    _device("lan_rogue_dhcp", VDSL_2, "lan_rogue_dhcp", "no_internet"),
    _device("lan_cable", VDSL_2, "lan_cable", "slow_internet"),
    _device("line_saturated", ETHERNET_2, "line_saturated", "slow_internet"),
    _platform("platform_down", "platform_down"),
    _platform("platform_refused", "platform_refused"),
    _platform("platform_slow", "platform_slow"),
    _platform("platform_error", "platform_error"),
    _platform("platform_name", "platform_name", VDSL_2),
)

PAIRS = (
    (("line_noise", "wifi_weak_signal"), VDSL, "wifi_trouble", {"line_noise", "wifi_weak_signal"}),
    (("platform_down", "wifi_off"), ETHERNET, "site_not_opening", {"platform_down", "wifi_off"}),
    (
        ("dns_resolver", "lan_rogue_dhcp"),
        VDSL_2,
        "no_internet",
        {"dns_resolver", "lan_rogue_dhcp"},
    ),
)


def of_domains(*domains: FaultDomain) -> tuple[Claim, ...]:
    """Give the claims of some domains."""
    return tuple(claim for claim in CLAIMS if claim.domain in domains)


def run(lab: RunningLab, wish: RunWish) -> RunResult:
    """Run a playbook on the lab."""
    prepared = prepare(read(lab.config, "the lab"), wish)
    return asyncio.run(perform(prepared, on_progress=lambda _: None, ask_caller=lambda _: None))


def hold(lab: RunningLab, claim: Claim) -> None:
    """Set the faults of a claim, run its playbook, and hold the verdict to it.

    Raises:
        AssertionError: it says something else.
    """
    client = LabClient(lab.folder)
    for fault in claim.faults:
        client.set_fault(claim.subscriber, fault)
    try:
        result = run(
            lab,
            RunWish(
                playbook=claim.playbook,
                subscriber=claim.subscriber,
                answers=claim.answers,
                device_mac=claim.device,
                budget_s=60.0,
            ),
        )
    finally:
        client.clear_faults()
    said = result.verdict
    assert (said.domain, said.cause, result.destination) == (
        claim.domain,
        claim.cause,
        claim.destination,
    ), said.summary
