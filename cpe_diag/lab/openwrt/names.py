"""What a name query of the router meets: its own forwarder, a resolver, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.reach import Outcome, send, site_named

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine


class Reply(StrEnum):
    """How a query ended."""

    ANSWERED = "answered"
    NXDOMAIN = "NXDOMAIN"
    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    """dnsmasq's answer when it knows no server to ask."""
    TIMEOUT = "timeout"
    NOBODY = "nobody"
    """Nothing listens there: `Connection refused`."""
    NO_ROUTE = "no_route"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A reply, the addresses in it, and how long it took in seconds."""

    reply: Reply
    addresses: tuple[str, ...] = ()
    took_s: float = 0.0


def resolve(machine: Machine, name: str, server: str | None = None) -> Resolved:
    """Ask a server, or the router's own forwarder, for the IPv4 addresses of a name."""
    own = (None, "127.0.0.1", "localhost", "::1", str(home.lan_interface(machine).ip))
    if server in own:
        return _forwarder(machine, name)
    return _direct(machine, name, server or "")


def _forwarder(machine: Machine, name: str) -> Resolved:
    router = machine.router
    if not router.dnsmasq_running:
        return Resolved(reply=Reply.NOBODY)
    if name in ("localhost", router.hostname, f"{router.hostname}.lan"):
        return Resolved(reply=Reply.ANSWERED, addresses=(str(home.lan_interface(machine).ip),))
    if not home.session_up(machine):
        return Resolved(reply=Reply.REFUSED)
    if not router.dns_upstream_ok or not router.dns_servers:
        return Resolved(reply=Reply.TIMEOUT)
    return _direct(machine, name, router.dns_servers[0])


def _direct(machine: Machine, name: str, server: str) -> Resolved:
    resolver = machine.world.resolver
    trip = send(machine, server, "udp")
    if trip.outcome is Outcome.NO_ROUTE:
        return Resolved(reply=Reply.NO_ROUTE)
    if trip.outcome is not Outcome.ANSWERED:
        # One more try, as every resolver does: a single lost packet is not a silent server.
        trip = send(machine, server, "udp")
    if trip.outcome is Outcome.ANSWERED and server != resolver.address:
        return Resolved(reply=Reply.NOBODY, took_s=trip.rtt_s)  # RFC 1122, section 4.1.3.1
    if trip.outcome is not Outcome.ANSWERED or not resolver.up:
        return Resolved(reply=Reply.TIMEOUT)
    took_s = trip.rtt_s + resolver.answer_delay_s
    if resolver.servfail:
        return Resolved(reply=Reply.SERVFAIL, took_s=took_s)
    site = site_named(machine, name)
    if site is None or not site.resolves or is_address(name):
        return Resolved(reply=Reply.NXDOMAIN, took_s=took_s)
    return Resolved(reply=Reply.ANSWERED, addresses=(site.address,), took_s=took_s)


def is_address(text: str) -> bool:
    """Whether a text is an address and no name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
