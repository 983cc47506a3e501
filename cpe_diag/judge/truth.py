"""What was really wrong in a case, where somebody knows it: labs that caused it, or a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.verdict import Verdict

TUNING: Final = "tuning"
"""The half of all causes of which runs may set numbers of the judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Causes that say all of a mechanism that can be told from where we stand, and why."""

    told: tuple[str, ...]
    because: str


ALIKE: Final[Mapping[str, Alike]] = {
    "platform_cdn_down": Alike(
        told=("platform_part_down",),
        because="a host beside the site's own from which a part of its page should come; the"
        " finding names it",
    ),
    "platform_api_name": Alike(
        told=("platform_part_down",),
        because="a name of the site's own that its page needs and that has no address any more;"
        " the finding names it",
    ),
    "router_dns_filter": Alike(
        told=("router_blocklist",),
        because="a filter is in the router or in the name service that it is set to ask, which"
        " gives the same answers; the advice is to look at both",
    ),
    "home_weak_wifi": Alike(
        told=("home_loss", "home_rate"),
        because="a bridge of weak Wi-Fi looks like a cable to router and device: what it loses or"
        " lets through is seen, and the advice is to go nearer",
    ),
    "home_powerline": Alike(
        told=("home_loss", "home_rate"),
        because="adapters look like a cable to router and device: what they lose or let through is"
        " seen, and the advice is another cable or socket",
    ),
    "device_killswitch": Alike(
        told=("device_firewall",),
        because="a VPN program that lets nothing pass beside it is software on the device that"
        " does so",
    ),
    "address_taken_by_neighbour": Alike(
        told=("mac_taken_by_neighbour",),
        because="that another port answers in the home's name is seen, and not by which of"
        " its addresses; both are separated at the node",
    ),
    "line_not_provisioned": Alike(
        told=("dhcp_no_offer",),
        because="a server is silent to a port that it does not know; what the order lacks stands"
        " in provisioning, where dhcp_no_offer sends",
    ),
    "cgn_pool_not_announced": Alike(
        told=("route_beyond_edge",),
        because="nothing comes back to the addresses that the home is given outside: routing"
        " beyond the edge",
    ),
    "device_trust_store": Alike(
        told=("device_secure_refused",),
        because="that a device ends secure connections is seen, and not what it did not like",
    ),
    "device_old_tls": Alike(
        told=("device_secure_refused",),
        because="that secure connections come to nothing is seen, and not for whose version",
    ),
    "device_clock": Alike(
        told=("device_secure_refused",),
        because="a certificate that is not valid yet to a device is refused like any other",
    ),
    "device_screen_time": Alike(
        told=("device_firewall",),
        because="a family program that lets nothing out is software on the device that does so",
    ),
    "device_ports_exhausted": Alike(
        told=("device_firewall",),
        because="a device that can begin nothing and one that may not ask for names alike, and"
        " nothing leaves either; both are helped by what device_firewall advises",
    ),
    "device_route": Alike(
        told=("device_firewall", "device_blocklist"),
        because="what a device sends into a network of its own never comes to the router: nothing"
        " at all, or nothing for one site",
    ),
    "device_security_suite": Alike(
        told=("device_slow_itself",),
        because="what keeps a device busy or narrow is inside it: all that it begins comes about",
    ),
    "device_old_prefix": Alike(
        told=("device_slow_itself",),
        because="what it tries with an address of yesterday's never comes to the router; all that"
        " it begins there comes about, and a restart of the device mends it",
    ),
    "device_ipv6_gateway": Alike(
        told=("device_slow_itself",),
        because="what it sends to a gateway that was never comes to the router; all that it begins"
        " there comes about, and a restart of the device mends it",
    ),
    "device_overloaded": Alike(
        told=("device_slow_itself",),
        because="what keeps a device busy or narrow is inside it: all that it begins comes about",
    ),
    "device_tcp_settings": Alike(
        told=("device_slow_itself",),
        because="what keeps a device busy or narrow is inside it: all that it begins comes about",
    ),
    "device_cookies": Alike(
        told=("device_at_site_unexplained",),
        because="what a site has against a device is inside what is encrypted: seen is only that"
        " it answers and nothing comes about",
    ),
    "router_drops_device": Alike(
        told=("router_firewall",),
        because="a rule that names one device is both: a rule of the router's, and one device kept"
        " out; its removal mends either",
    ),
    "home_extender": Alike(
        told=("device_offline",),
        because="a device behind an extender without a way is as absent as one that is off",
    ),
    "node_power": Alike(
        told=("node_outage",),
        because="a node without power and one that has failed are as dark; only a dying gasp or"
        " the supply's own alarm would tell, which nobody here reads",
    ),
    "router_dhcp_client": Alike(
        told=("router_mute",),
        because="a router that asks for no address any more sends nothing, and nobody can ask it",
    ),
    "router_wan_mode": Alike(
        told=("router_wan_settings",),
        because="what it seeks (a concentrator, another provider's gateway) is in frames that the"
        " node counts and does not show",
    ),
    "router_wan_static": Alike(
        told=("router_wan_settings",),
        because="what it seeks (a concentrator, another provider's gateway) is in frames that the"
        " node counts and does not show",
    ),
}
"""Labels of mechanisms for which no probe tells more than a wider cause says.

A label stands here only where the cause's own advice mends it too; who counts by labels counts the
cause as right. The labels stay what they are, so that a probe may tell them apart one day.
"""


def told_by(cause: str) -> frozenset[str]:
    """Give the causes that tell a mechanism as far as it can be: its own, and what is alike."""
    alike = ALIKE.get(cause)
    return frozenset({cause, *(alike.told if alike else ())})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong; a healthy home has `none` and `no_fault`."""

    domain: FaultDomain
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is wrong: `domain` and `cause` first, `also` beside it.

    `half` is `tuning` where numbers of the judge may be set by this case. `lab` and `case` say
    where it comes from.
    """

    domain: FaultDomain
    cause: str
    also: tuple[Fault, ...] = ()
    half: str = ""
    lab: str = ""
    case: str = ""

    @property
    def causes(self) -> frozenset[str]:
        """All that is wrong."""
        return frozenset({self.cause, *(one.cause for one in self.also)})

    @property
    def right(self) -> frozenset[str]:
        """All causes that are rightly told of it."""
        return frozenset(one for cause in self.causes for one in told_by(cause))

    @property
    def domains(self) -> frozenset[FaultDomain]:
        """All whose fault it is."""
        return frozenset({self.domain, *(one.domain for one in self.also)})


class Mark(StrEnum):
    """How a verdict stands beside the truth."""

    RIGHT = "right"
    """The cause is one that is true."""
    DOMAIN_ONLY = "domain_only"
    """Another cause, but whose fault it is, is told rightly."""
    ABSTAINED = "abstained"
    WRONG = "wrong"


def mark_of(verdict: Verdict, truth: Truth) -> Mark:
    """Hold a verdict against the truth.

    Args:
        verdict: what was concluded.
        truth: what was so.

    Returns:
        The mark.
    """
    if verdict.domain is FaultDomain.UNDETERMINED:
        return Mark.ABSTAINED
    if verdict.cause in truth.right:
        return Mark.RIGHT
    return Mark.DOMAIN_ONLY if verdict.domain in truth.domains else Mark.WRONG
