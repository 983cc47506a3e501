"""Facts about all devices of the home together, as numbers: what they try, what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.device_facts import NameQueries, Tries
from cpe_diag.domain.missing import NOT_ASKED, Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTries:
    """What the home's devices tried past the router by one family of addresses.

    `pages` has one entry for each device that asked for a page; which one it is, and whom it
    asked, is not kept. It counts places (an address and port 80 or 443 of TCP), each once, by how
    the latest try there came out: who asks one dead server again and again has asked it once.
    `others` are places at other ports of TCP, `quic` those of UDP at port 443, of all devices.
    """

    pages: tuple[Tries, ...]
    others: Tries
    quic: Tries


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeWatch:
    """Fact `home_watch`: what the home's devices tried within the last `span_s` seconds.

    It is counted in the router's table of connections; the names asked of the router itself, of
    the operator's servers and of others stand apart. `half_open` are connections that were
    answered while the device never said that it heard it. `stalled` are connections for pages that
    came about, and in which one side has waited for the other since, by device, of devices that
    have done something else meanwhile. `past_router` is all that goes through the router. `whole`
    False: the table is longer than what was read, which is no choice of the most recent ones.
    `tcp_kept_s` is for how long the router remembers a quiet connection, `datagrams_kept_s` a
    quiet flow of datagrams that went both ways (nf_conntrack-sysctl.rst).
    """

    span_s: float
    ipv4: FamilyTries
    ipv6: FamilyTries
    names_of_router: NameQueries
    names_of_operator: NameQueries
    names_of_others: NameQueries
    half_open: int
    stalled: tuple[int, ...]
    past_router: int
    whole: bool
    tcp_kept_s: Maybe[int] = NOT_ASKED
    datagrams_kept_s: Maybe[int] = NOT_ASKED
