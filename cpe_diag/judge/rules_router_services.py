"""Rules about what the router serves the home with: network, gateway, names; and its own route."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import (
    DnsCheck,
    DnsOutcome,
    HttpCheck,
    HttpOutcome,
    PingCheck,
)
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.judge.keys import (
    DNS_DIRECT,
    DNS_FORWARDER,
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_ROUTER,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ROUTER,
    LAN,
    PING_REFERENCE,
    TRUTH_PLATFORM,
    TRUTH_REFERENCE,
    WAN,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_names import BOGONS
from cpe_diag.judge.rules_wan import PPP
from cpe_diag.judge.rules_way_out import lan_interface

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey

ITSELF: Final = "0.0.0.0"  # noqa: S104 - dnsmasq(8), dhcp-option: the server's own address
WITHHELD: Final = frozenset({DnsOutcome.NXDOMAIN, DnsOutcome.NO_ADDRESS, DnsOutcome.REFUSED})
"""What a list says of a name instead of an address (RPZ: NXDOMAIN, NODATA; others refuse it)."""


def lan_switched_off(facts: Facts) -> Answer:
    """Answer whether the device that carries the home network is switched off."""
    lan = facts.fact(LanStatus, LAN)
    switch = known(lan.switched_on) if lan else None
    if switch is None:
        return cannot_tell(facts, LAN)
    return says(not switch, f"the home network is switched {'on' if switch else 'off'}", LAN)


def lan_wrong_gateway(facts: Facts) -> Answer:
    """Answer whether the router's DHCP server sends the home's devices to another gateway."""
    lan, own = facts.fact(LanStatus, LAN), lan_interface(facts)
    if lan is None or own is None:
        return cannot_tell(facts, LAN)
    if lan.dhcp_gateways is None:
        return no("its DHCP server names itself as gateway", LAN)
    given = known(lan.dhcp_gateways)
    if given is None:
        return cannot_tell(facts, LAN)
    words = f"its DHCP server names {' and '.join(given) or 'no gateway'}; it is {own.ip} itself"
    return says(not {ITSELF, str(own.ip)} & set(given), words, LAN)


def router_no_route(facts: Facts) -> Answer:
    """Answer whether the router has an address and knows no way to the rest of the world."""
    wan, ping = facts.fact(WanStatus, WAN), facts.fact(PingCheck, PING_REFERENCE)
    if wan is None:
        return cannot_tell(facts, WAN)
    if not wan.up:
        return does_not_arise("the WAN is down")
    if wan.gateway is not None or wan.protocol in PPP:
        return no(f"the default route leads to {wan.gateway or 'the other end'}", WAN)
    if ping is not None and ping.received:
        return no(f"{ping.target} answers it", PING_REFERENCE)
    return yes(f"it has {', '.join(wan.addresses)}, and no default route", WAN)


def router_names_lie(facts: Facts) -> Answer:
    """Answer whether the router says other things of a name than the operator's resolver."""
    told = facts.fact(DnsCheck, DNS_FORWARDER)
    if told is None:
        return cannot_tell(facts, DNS_FORWARDER)
    true = _addresses(facts, TRUTH_REFERENCE, DNS_DIRECT, DNS_OPERATOR)
    if not true:
        return cannot_tell(facts, TRUTH_REFERENCE, DNS_DIRECT, DNS_OPERATOR)
    asked = (DNS_FORWARDER, DNS_DIRECT)
    if told.addresses and not true & set(told.addresses):
        return yes(_lie(told, true), *asked)
    site = _of_site(facts)
    lies = site is not None and not _withheld(facts)
    return site if site and lies else no(f"it says of {told.name} what others say", *asked)


def router_withholds_site(facts: Facts) -> Answer:
    """Answer whether the router says of this site's name alone that there is no such address.

    That is how lists against advertisements and for children work: an address of nobody
    (dnsmasq(8), address), or that the name does not exist (RFC 8499, section 7, RPZ).
    """
    told, other = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER), facts.fact(DnsCheck, DNS_FORWARDER)
    if told is None or other is None:
        return cannot_tell(facts, DNS_PLATFORM_ROUTER, DNS_FORWARDER)
    if other.outcome is not DnsOutcome.ANSWERED or all(map(_bogon, other.addresses)):
        return does_not_arise("the router gives no name an address")
    site = _of_site(facts)
    if site is not None and _withheld(facts):
        return site
    words = f"the router says {', '.join(told.addresses) or told.outcome} of {told.name}"
    return no(words, DNS_PLATFORM_ROUTER)


def _withheld(facts: Facts) -> bool:
    """Tell whether what the router says of the site leads nowhere, or is that there is none."""
    told = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER)
    if told is None:
        return False
    return told.outcome in WITHHELD or (
        bool(told.addresses) and all(map(_leads_nowhere, told.addresses))
    )


def _leads_nowhere(address: str) -> bool:
    return _bogon(address) or ip_address(address).is_unspecified or ip_address(address).is_loopback


def _of_site(facts: Facts) -> Answer | None:
    """Answer for the site in question: its addresses differ by place, so a lie must fail too."""
    told, true = (
        facts.fact(DnsCheck, DNS_PLATFORM_ROUTER),
        _addresses(facts, TRUTH_PLATFORM, DNS_PLATFORM),
    )
    page, own = facts.fact(HttpCheck, HTTP_PLATFORM), facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    opens = page is not None and page.outcome is HttpOutcome.OK
    if told is None or not true or not opens or true & set(told.addresses):
        return None
    nowhere = any(_bogon(one) for one in told.addresses)
    fails = bool(told.addresses) and own is not None and own.outcome is not HttpOutcome.OK
    if nowhere or fails or told.outcome in WITHHELD:
        return yes(_lie(told, true), DNS_PLATFORM_ROUTER, DNS_PLATFORM)
    return None


def _bogon(address: str) -> bool:
    return any(ip_address(address) in network for network in BOGONS)


def _lie(told: DnsCheck, true: frozenset[str]) -> str:
    says_ = ", ".join(told.addresses) or str(told.outcome)
    return f"the router says {says_} of {told.name}, others say {', '.join(sorted(true))}"


def _addresses(facts: Facts, truth: FactKey, *checks: FactKey) -> frozenset[str]:
    told = facts.fact(NameTruth, truth)
    said = [facts.fact(DnsCheck, key) for key in checks]
    return frozenset(
        {
            *((*told.told, *told.known) if told else ()),
            *(one for check in said if check for one in check.addresses),
        }
    )


NAMES: Final = (
    *(DNS_FORWARDER, DNS_DIRECT, DNS_OPERATOR, TRUTH_REFERENCE),
    *(DNS_PLATFORM_ROUTER, DNS_PLATFORM, TRUTH_PLATFORM),
    *(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER),
)

RULES_ROUTER_SERVICES: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_no_route",
        question="Has the router an address and no default route?",
        needs=(WAN, PING_REFERENCE),
        ask=router_no_route,
    ),
    Rule(
        id="router_names_lie",
        question="Does the router's name service say what is not so?",
        needs=NAMES,
        ask=router_names_lie,
    ),
    Rule(
        id="router_withholds_site",
        question="Does the router say of this site's name alone that it has no address?",
        needs=(
            *(DNS_FORWARDER, DNS_PLATFORM_ROUTER, DNS_PLATFORM, TRUTH_PLATFORM),
            *(HTTP_PLATFORM, HTTP_PLATFORM_ROUTER),
        ),
        ask=router_withholds_site,
    ),
    Rule(
        id="lan_switched_off",
        question="Is the home network switched off at the router?",
        needs=(LAN,),
        ask=lan_switched_off,
    ),
    Rule(
        id="lan_wrong_gateway",
        question="Does the router's DHCP server name another gateway than the router?",
        needs=(LAN,),
        ask=lan_wrong_gateway,
    ),
)
