"""Faults of what the router does with the home's packets: what each leaves in the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, PingCheck
from cpe_diag.domain.router_facts import LanPort
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, ROUTER, FirmwareIssue, RouterDrop
from cpe_diag.testing.evidence_samples import answered, changed, with_value

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SILENT: Final = Missing(why=FailureKind.SILENT)
DEAD_SERVER: Final = "192.0.2.99"


def _lost(case: CaseFile, subject: str) -> CaseFile:
    return changed(case, "ping", subject, received=0, rtt_avg_s=SILENT)


def nat_missing(case: CaseFile) -> CaseFile:
    """No rule translates: what leaves with an address of the home does not come back."""
    case = changed(case, "router_forwarding", "router", translates=False)
    return _lost(case, "home>reference")


def forwarding_off(case: CaseFile) -> CaseFile:
    """The kernel forwards nothing; the router's own packets are as good as ever."""
    return changed(case, "router_forwarding", "router", ipv4=False)


def router_firewall(case: CaseFile) -> CaseFile:
    """A rule drops whatever comes from the home."""
    return changed(case, "router_forwarding", "router", blocked_by="filter, forward: drop")


def router_drops(
    case: CaseFile, *kinds: str, whom: str = HOME, to: str = OUTSIDE, ipv6: bool = False
) -> CaseFile:
    """A rule of the router's ends some traffic."""
    drop = RouterDrop(
        whom=whom, to=to, kinds=kinds, rule="mine, one: drop", surely=True, ipv6=ipv6
    )
    return changed(case, "router_forwarding", "router", drops=(drop,))


def router_drops_own(case: CaseFile) -> CaseFile:
    """A rule ends whatever the router itself sends."""
    return router_drops(case, "tcp/80", "udp/53", "icmp", whom=ROUTER)


def lan_interface_down(case: CaseFile) -> CaseFile:
    """The LAN bridge is switched off."""
    return changed(case, "router_lan", "router", switched_on=False)


def router_ports_burnt(case: CaseFile) -> CaseFile:
    """No port for the home has a link, nobody is on the Wi-Fi, and all devices suffer."""
    ports = tuple(LanPort(name=f"lan{n}", carrier=False, speed_bps=SILENT) for n in (1, 2, 3))
    case = changed(case, "router_lan", "router", ports=ports, neighbours=())
    case = changed(case, "wifi_clients", "router", clients=())
    return answered(case, "affected", "all_devices")


def lan_dhcp_wrong_options(case: CaseFile) -> CaseFile:
    """The DHCP server names somebody else as gateway."""
    return changed(case, "router_lan", "router", dhcp_gateways=("192.168.1.254",))


def router_no_route(case: CaseFile) -> CaseFile:
    """The default route is gone."""
    return _lost(changed(case, "router_wan", "router", gateway=None), "router>reference")


def router_names_lie(case: CaseFile) -> CaseFile:
    """The forwarder says an address of nobody."""
    return changed(case, "dns", "router>reference", addresses=("192.0.2.1",))


def mtu_black_hole(case: CaseFile) -> CaseFile:
    """Large packets are lost beyond the router, and nobody says so."""
    return _lost(_lost(case, "router>reference/full"), "router>gateway/full")


def router_mtu(case: CaseFile) -> CaseFile:
    """The WAN is set to tiny packets."""
    return changed(case, "router_wan", "router", mtu=576)


def router_mtu_large(case: CaseFile) -> CaseFile:
    """The PPPoE session is set to more than it carries."""
    return mtu_black_hole(changed(case, "router_wan", "router", mtu=1500))


def double_nat(case: CaseFile) -> CaseFile:
    """Another router's home is this one's WAN."""
    return changed(
        case,
        "router_wan",
        "router",
        addresses=("192.168.100.23/24",),
        gateway="192.168.100.1",
    )


def lan_wan_same_prefix(case: CaseFile) -> CaseFile:
    """Both sides of the router have the same addresses: the gateway is looked for at home."""
    case = double_nat(case)
    case = changed(case, "router_wan", "router", addresses=("192.168.1.23/24",))
    return _lost(case, "router>gateway")


def router_clock(case: CaseFile) -> CaseFile:
    """The router believes that it is more than a year ago."""
    return changed(case, "router_system", "router", clock_offset_s=-400.0 * 86_400)


def router_clock_names(case: CaseFile) -> CaseFile:
    """By its clock no signature is valid: its validating name service refuses every answer."""
    case = changed(
        case, "dns", "router>reference", outcome=DnsOutcome.SERVFAIL, addresses=(), took_s=SILENT
    )
    return router_clock(case)


def router_dns_setting(case: CaseFile) -> CaseFile:
    """The router asks a dead server; the operator's answers it."""
    case = changed(case, "router_wan", "router", dns_servers=(DEAD_SERVER,))
    case = changed(
        case, "dns", "router>reference", outcome=DnsOutcome.TIMEOUT, addresses=(), took_s=SILENT
    )
    dead = DnsCheck(
        name="reference.example",
        server=DEAD_SERVER,
        outcome=DnsOutcome.TIMEOUT,
        addresses=(),
        took_s=SILENT,
    )
    return with_value(case, "dns", "router>chosen_resolver", dead)


def ipv6_home(case: CaseFile) -> CaseFile:
    """The line has IPv6 beside IPv4, and all of it works."""
    case = changed(
        case,
        "router_wan",
        "router",
        ipv6_addresses=("2001:db8:1::11/64",),
        ipv6_prefixes=("2001:db8:1:100::/64",),
        ipv6_gateway="fe80::1",
    )
    answered = PingCheck(target="reference.example", sent=4, received=4, rtt_avg_s=0.011, note="")
    case = with_value(case, "ping", "home>reference/ipv6", answered)
    return with_value(case, "ping", "router>reference/ipv6", answered)


def ipv6_prefix_missing(case: CaseFile) -> CaseFile:
    """The operator's DHCPv6 server hands out no prefix; the router's own IPv6 works."""
    return changed(ipv6_home(case), "router_wan", "router", ipv6_prefixes=())


def ipv6_route(case: CaseFile) -> CaseFile:
    """By IPv6 alone nothing comes back."""
    return _lost(ipv6_home(case), "router>reference/ipv6")


def firmware_bug(case: CaseFile) -> CaseFile:
    """All that can be measured is good; experience has the complaint for this firmware."""
    known = FirmwareIssue(
        id="gateway-stalls",
        title="Forwarding stalls after days",
        source="the vendor's bulletin 2026-14",
        because="the router is Lab Gateway with firmware 2.3.1, within >=2.3,<2.3.2",
    )
    return with_value(case, "firmware_issue", "router", known)
