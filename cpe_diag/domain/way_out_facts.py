"""Facts about what the home router does with the home's packets, and what is known of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpe_diag.domain.missing import NOT_ASKED, Maybe
from cpe_diag.domain.route_facts import RouterRoutes

HOME: Final = "home"
ROUTER: Final = "router"
OUTSIDE: Final = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterDrop:
    """Traffic that a rule of the router's ends.

    `whom` is `home` (any device), `router` (what it sends itself), or the MAC or address of one
    device that rules name; `to` is `outside`, `router`, or an address or network outside that
    rules name. `kinds` are `tcp/443`, `udp/53`, `icmp` and the like, `nd` is who asks by IPv6 for
    the router's hardware address; `rule` is in the router's words. `surely` is False where it
    depends on what nobody can see from outside. `spared` are devices that rules name and that this
    does not happen to.
    """

    whom: str
    to: str
    kinds: tuple[str, ...]
    rule: str
    surely: bool
    ipv6: bool = False
    spared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterDivert:
    """Traffic of the home to the outside that a rule of the router's sends elsewhere.

    `to` is an address, None: the router itself. `kinds`, `rule` and `surely` are as of RouterDrop.
    """

    to: str | None
    kinds: tuple[str, ...]
    rule: str
    surely: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterShaper:
    """A queue of the router's that lets no more than `rate_bps` leave by a device."""

    device: str
    rate_bps: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """Fact `router_forwarding`: what the router's kernel and its rules do with the home's packets.

    `ipv4` and `ipv6` are the kernel's switches. `translates` is whether the rules surely replace
    the home's addresses on the way out. `blocked_by` is the rule that surely ends every new
    connection from the home, in the router's words; None: the rules surely let them pass. What
    the rules do under conditions that nobody can see from outside is Missing. `drops` is what they
    end of everyday traffic, the answers to it included, wherever on its way through the router;
    empty: they surely let all of it pass. `diverts` is what they send elsewhere of what the home
    sends out, `shapers` what holds its rate back, `routes` by which ways everything goes.
    `translated_to` is the fixed address that its rules surely give to what leaves; None: that of
    the device by which it leaves, or none. `fewest_ports` is to how many ports the narrowest rule
    of translation keeps the home; None: none keeps it to any. `lowest_ttl` is the least number of
    hops that a rule gives to packets that leave; None: none changes it.
    """

    ipv4: Maybe[bool]
    ipv6: Maybe[bool]
    translates: Maybe[bool]
    blocked_by: Maybe[str | None]
    drops: Maybe[tuple[RouterDrop, ...]] = NOT_ASKED
    diverts: Maybe[tuple[RouterDivert, ...]] = NOT_ASKED
    shapers: Maybe[tuple[RouterShaper, ...]] = NOT_ASKED
    routes: Maybe[RouterRoutes] = NOT_ASKED
    translated_to: Maybe[str | None] = NOT_ASKED
    fewest_ports: Maybe[int | None] = NOT_ASKED
    lowest_ttl: Maybe[int | None] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareIssue:
    """Fact `firmware_issue`: a known issue that surely concerns the router, and the complaint.

    `id` and `title` are the issue's, `source` says who found it out, `because` why it concerns
    this router.
    """

    id: str
    title: str
    source: str
    because: str
