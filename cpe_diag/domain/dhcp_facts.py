"""Facts about the server from which homes get their addresses, as the operator's side sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.missing import NOT_ASKED, Maybe


class DhcpOutcome(StrEnum):
    """How the server answered a question for an address."""

    OFFERED = "offered"
    NO_OFFER = "no_offer"
    """It answers DHCPINFORM, so that it is there, and offers no address."""
    SILENT = "silent"
    """It answered neither DHCPDISCOVER nor DHCPINFORM."""
    REFUSED = "refused"
    """Its host says that nothing listens at its port (ICMP port unreachable)."""
    UNREACHABLE = "unreachable"
    """The network says that there is no way to its host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpServer:
    """Fact `dhcp_server`: what the operator's DHCP server answers when it is asked as by a relay.

    `subnet` is that of the subscribers, for which an address was asked. `offered` is the address
    that was offered, None where none was. `took_s` is the time to the offer, Missing without one.
    `name_servers` are those that the offer names, empty where it names none (RFC 2132, 3.8),
    `routers` the edges that it names (RFC 2132, 3.5).
    """

    server: str
    subnet: str
    outcome: DhcpOutcome
    offered: str | None
    took_s: Maybe[float]
    name_servers: Maybe[tuple[str, ...]] = NOT_ASKED
    routers: Maybe[tuple[str, ...]] = NOT_ASKED
