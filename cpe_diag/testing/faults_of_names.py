"""Faults in who gives names: whom the home and the router were told to ask, and who answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch, FarEnds, Tries
from cpe_diag.domain.dhcp_facts import DhcpOutcome, DhcpServer
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import CallerAnswer, DnsCheck, DnsOutcome, HttpOutcome
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_enclosed import asked_again
from cpe_diag.testing.faults_on_the_way_out import DEAD_SERVER, router_dns_setting

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SILENT: Final = Missing(why=FailureKind.SILENT)
TIMES: Final = 20
FILTER: Final = "192.168.1.53"


def check(server: str, outcome: DnsOutcome = DnsOutcome.TIMEOUT) -> DnsCheck:
    """Give how the reference's name was asked of a server."""
    good = outcome is DnsOutcome.ANSWERED
    return DnsCheck(
        name="reference.example",
        server=server,
        outcome=outcome,
        addresses=("203.0.113.80",) if good else (),
        took_s=0.01 if good else SILENT,
    )


def router_gives_wrong_dns(case: CaseFile) -> CaseFile:
    """The router's DHCP server names a filter that is not there any more."""
    case = changed(case, "router_lan", "router", dhcp_name_servers=(FILTER,))
    return with_value(case, "dns", "router>home_resolver", check(FILTER))


def offered(case: CaseFile, *servers: str) -> CaseFile:
    """The operator's DHCP server names these to homes."""
    told = DhcpServer(
        server="192.0.2.67",
        subnet="198.51.100.0/24",
        outcome=DhcpOutcome.OFFERED,
        offered="198.51.100.150",
        took_s=0.01,
        name_servers=servers,
    )
    return with_value(case, "dhcp_server", "operator", told)


def dhcp_old_resolver(case: CaseFile) -> CaseFile:
    """The operator's DHCP server names a resolver that is gone."""
    return offered(router_dns_setting(case), DEAD_SERVER)


def flows_asked(case: CaseFile, silent: int, *, beyond: bool = True) -> CaseFile:
    """The router asked the operator's resolver twenty times, and so many were lost."""
    for n in range(TIMES):
        outcome = DnsOutcome.TIMEOUT if n < silent else DnsOutcome.ANSWERED
        subject = f"router>operator_resolver/again/{n + 1}"
        case = with_value(case, "dns", subject, check("192.0.2.53", outcome))
    there = DnsOutcome.REFUSED if beyond else DnsOutcome.TIMEOUT
    case = with_value(case, "dns", "router>beyond_edge", check("203.0.113.80", there))
    return asked_again(case, 0)


def uplink_member_dead(case: CaseFile) -> CaseFile:
    """Every fourth flow from the home is lost, the forwarder's question among them."""
    lost = {"outcome": DnsOutcome.TIMEOUT, "addresses": (), "took_s": SILENT}
    return flows_asked(changed(case, "dns", "router>reference", **lost), 5)


def resolver_for_others(case: CaseFile) -> CaseFile:
    """The operator's resolver refuses whom it does not know, and the home is of those."""
    for subject in ("router>reference", "router>operator_resolver", "router>platform"):
        refused = {"outcome": DnsOutcome.REFUSED, "addresses": (), "took_s": SILENT}
        case = changed(case, "dns", subject, **refused)
    for subject in ("router>reference", "router>platform"):
        case = changed(case, "http", subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    return case


def router_blocklist(case: CaseFile) -> CaseFile:
    """A list on the router gives the site an address of nobody."""
    case = changed(case, "dns", "router>platform", addresses=("0.0.0.0",))  # noqa: S104 - a list's
    return changed(
        case, "http", "router>platform", outcome=HttpOutcome.REFUSED, status=None, took_s=0.01
    )


def platform_name_wrong(case: CaseFile) -> CaseFile:
    """The site's owner has published an address of his office's inside."""
    inside = ("10.20.30.40",)
    for subject in ("operator>platform", "router>platform", "elsewhere>platform"):
        case = changed(case, "dns", subject, addresses=inside)
    for subject in ("operator>platform", "router>platform", "elsewhere>platform"):
        gone = HttpOutcome.CONNECT_TIMEOUT
        case = changed(case, "http", subject, outcome=gone, status=None, took_s=5.0)
    told = {"told_tls": HttpOutcome.CONNECT_TIMEOUT, "known_tls": HttpOutcome.OK}
    return changed(case, "name_truth", "platform", told=inside, **told)


def device_hosts_file(case: CaseFile, *, dead_ends: int = 1) -> CaseFile:
    """The device looks for the site at an address that it had years ago."""
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    if watch is None:
        return case
    none = Tries(asked=0, answered=0, taken_up=0)
    return with_value(
        case, "device_watch", "device", replace(watch, to_site=none, dead_ends=dead_ends)
    )


def device_blocks_site(case: CaseFile, *, places: int = 3, others: int = 1) -> CaseFile:
    """An app on the device has the site on its list: the device goes everywhere but there."""
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    if watch is None:
        return case
    none = Tries(asked=0, answered=0, taken_up=0)
    some = Tries(asked=others, answered=others, taken_up=others)
    ends = FarEnds(addresses=places, other_ports=none, no_connection=none)
    seen = replace(watch, to_site=none, dead_ends=0, far_ends=ends, others_to_site=some)
    case = with_value(case, "device_watch", "device", seen)
    return with_value(case, "answer", "affected", CallerAnswer(choice="one_device"))


def device_family_dead(case: CaseFile, *, others: int = 7) -> CaseFile:
    """What the device begins by IPv6 is lost on it; another one's connections come about."""
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    if watch is None:
        return case
    seen = replace(
        watch,
        all_tcp=Tries(asked=8, answered=5, taken_up=5),
        by_ipv6=Tries(asked=3, answered=0, taken_up=0),
        others_tcp=Tries(asked=others, answered=others, taken_up=others),
    )
    return with_value(case, "device_watch", "device", seen)


def device_fails_at_site(case: CaseFile, *, answered: int = 3, others: int = 1) -> CaseFile:
    """The device knocks at the site, and never gets in."""
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    if watch is None:
        return case
    mine = Tries(asked=3, answered=answered, taken_up=0)
    some = Tries(asked=others, answered=others, taken_up=others)
    seen = replace(watch, to_site=mine, others_to_site=some)
    return with_value(case, "device_watch", "device", seen)
