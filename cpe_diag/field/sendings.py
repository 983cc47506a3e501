"""All that a check sends beyond its wire, by each test, said before any of it is sent."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cpe_diag.field import jitter, load, names, page, sizes, trace
from cpe_diag.field.family import IPV6, family_of
from cpe_diag.field.sending import Carrier, Sending
from cpe_diag.field.stream import FOR_S
from cpe_diag.field.targets import NONSENSE_DIGITS
from cpe_diag.probes import field_quality, field_web
from cpe_diag.transports.dns import TCP_BOUNDS
from cpe_diag.transports.reach import DROPPED, USUAL_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cpe_diag.field.targets import FieldTargets

SYSTEM: Final = "system"
NEXT_HOP: Final = "the next hop"
OWN_RESOLVER: Final = "this machine's own resolver"
LONGEST_S: Final = 150
"""Of a check: the limits of the playbooks' steps, together."""
WEB_QUESTIONS: Final = 3
"""For a name that nobody answers; a slow answer is asked for again."""
NAMES_ASKED: Final = 2
OWN_QUESTIONS: Final = 12
"""resolv.conf(5): A and AAAA, by default two attempts, of at most three servers."""
QUESTION: Final = 18
"""RFC 1035, section 4.1: head, type and class, and the two octets around a name."""
UDP4: Final = 28
REPORTS: Final = 8
"""RFC 3376, section 8.1: two when a group is joined, two when it is left; some seconds see few
questions of a router."""
ECHOED: Final = 576
"""RFC 1812, section 4.3.2.3: as much of a packet comes back in an error."""
ACCEPTED: Final = 2
"""A connection is taken, and dropped."""
USUAL: Final = 1500
SMALL: Final = 80
"""What opens, takes or ends a connection has no more."""


def sendings(ask: FieldTargets) -> tuple[Sending, ...]:
    """Say what a check sends beyond its wire.

    Args:
        ask: whom it asks.

    Returns:
        What each test sends, in the order of the tests; nothing where nobody is configured.
    """
    parts: tuple[Callable[[FieldTargets], Iterable[Sending]], ...] = (
        _web,
        _quality,
        _trace,
        _size,
        _jitter,
        _names,
        _page,
        _load,
        _stream,
    )
    found = tuple(one for part in parts for one in part(ask))
    return (*found, *_of_system(found))


def _question(test: str, server: str, port: int, name: str, times: int) -> tuple[Sending, Sending]:
    """Say what a question for a name may send: itself, and once more where the answer is cut."""
    octets = UDP4 + QUESTION + len(name) + (20 if ":" in server else 0)
    says = f"DNS, the addresses of {name}"
    return (
        Sending(
            test=test,
            carrier=Carrier.UDP,
            to=server,
            port=port,
            octets=octets,
            times=times,
            says=says,
        ),
        Sending(
            test=test,
            carrier=Carrier.TCP,
            to=server,
            port=port,
            octets=USUAL,
            times=TCP_BOUNDS.packets,
            says=f"{says}, only where the answer by UDP is cut",
            held_by="an answer has 64 kB at most",
        ),
    )


def _fetch(test: str, url: str, what: str) -> Sending:
    """Say what fetching a page sends."""
    parts = urlsplit(url)
    return Sending(
        test=test,
        carrier=Carrier.TCP,
        to=parts.hostname or "",
        port=parts.port or (443 if parts.scheme == "https" else 80),
        octets=USUAL,
        times=page.BOUNDS.packets,
        says=what,
        held_by=f"{page.MOST_BYTES // 1024} kB are read; then it is dropped, or with so many sent",
    )


def _echo(test: str, to: str, data_bytes: int, times: int, says: str) -> Sending:
    """Say what echo requests are sent."""
    family = family_of(to)
    return Sending(
        test=test,
        carrier=Carrier.ICMPV6 if family is IPV6 else Carrier.ICMP,
        to=to,
        octets=data_bytes + family.headers,
        times=times,
        says=f"echo request, {says}",
    )


def _web(ask: FieldTargets) -> Iterable[Sending]:
    test = field_web.PROBE.id
    if ask.host is not None and ask.url is not None and ask.resolver is not None:
        times = 2 * WEB_QUESTIONS
        yield from _question(test, ask.resolver, ask.resolver_port, ask.host, times)
        yield _fetch(test, ask.url, f"HTTP, GET {ask.url}")
        if ask.url.startswith("https:"):
            yield _fetch(test, ask.url, "TLS, a certificate that was refused is shown once more")
    if ask.host is not None and ask.address is not None:
        yield _echo(test, ask.address, USUAL_BYTES, field_web.PINGS, "one after the other")


def _quality(ask: FieldTargets) -> Iterable[Sending]:
    if ask.address is None:
        return
    test, apart = field_quality.PROBE.id, f"every {1000 * field_quality.INTERVAL_S:.0f} ms"
    yield _echo(test, ask.address, USUAL_BYTES, field_quality.SMALL, apart)
    data_bytes = field_quality.FULL_BYTES - family_of(ask.address).headers
    says = "full; in two pieces where the laptop's own link takes less"
    yield _echo(test, ask.address, data_bytes, 2 * field_quality.FULL, says)


def _trace(ask: FieldTargets) -> Iterable[Sending]:
    if ask.address is None:
        return
    head = family_of(ask.address).headers
    six = family_of(ask.address) is IPV6
    test = "field_trace"
    for hops in range(1, trace.MOST_HOPS + 1):
        says = f"may take {hops} hop{'s' if hops > 1 else ''}"
        yield Sending(
            test=test,
            carrier=Carrier.UDP,
            to=ask.address,
            port=trace.UDP_PORT + hops,
            octets=head + len(trace.DATA),
            times=trace.TRIES,
            says=f"24 zeros, {says}",
        )
        yield Sending(
            test=test,
            carrier=Carrier.TCP,
            to=ask.address,
            port=ask.port,
            octets=SMALL,
            times=trace.TRIES + ACCEPTED,
            says=f"asks for a connection, {says}; taken and dropped where it is accepted",
        )
        yield Sending(
            test=test,
            carrier=Carrier.ICMPV6 if six else Carrier.ICMP,
            to=ask.address,
            octets=head + len(trace.DATA),
            times=trace.TRIES,
            says=f"echo request, {says}",
        )


def _size(ask: FieldTargets) -> Iterable[Sending]:
    if ask.address is None:
        return
    family = family_of(ask.address)
    first = sorted({family.least, max(family.least, sizes.BASE), sizes.ETHERNET})
    for size in first:
        says = "of this size, not to be cut"
        yield _echo("field_size", ask.address, size - family.headers, sizes.TRIES, says)
    left = sizes.MOST_PACKETS - sizes.TRIES * len(first)
    says = f"of sizes between {first[0]} and {first[-1]} bytes that follow from the answers"
    yield _echo("field_size", ask.address, sizes.ETHERNET - family.headers, left, says)


def _jitter(ask: FieldTargets) -> Iterable[Sending]:
    if ask.address is None:
        return
    says = f"every {1000 * jitter.APART_S:.0f} ms"
    far = _echo("field_jitter", ask.address, len(jitter.DATA), jitter.COUNT, says)
    yield far
    yield Sending(
        test=far.test,
        carrier=far.carrier,
        to=NEXT_HOP,
        octets=far.octets,
        times=jitter.COUNT,
        says=far.says,
    )


def _names(ask: FieldTargets) -> Iterable[Sending]:
    if ask.host is None or ask.resolver is None:
        return
    nonsense = f"{NONSENSE_DIGITS * 'X'}.{ask.host}"
    servers = [(ask.resolver, ask.resolver_port)]
    servers += [(ask.outside, names.PORT)] if ask.outside is not None else []
    for server, port in servers:
        yield from _question("field_names", server, port, ask.host, NAMES_ASKED)
        yield from _question("field_names", server, port, nonsense, NAMES_ASKED)
    if ask.nobody is not None:
        octets = UDP4 + QUESTION + max(len(ask.host), *map(len, names.OWN_NAMES))
        yield Sending(
            test="field_names",
            carrier=Carrier.UDP,
            to=ask.nobody,
            port=names.PORT,
            octets=octets,
            times=names.MOST_QUESTIONS,
            says=f"DNS, the addresses of {ask.host}, where nobody should answer;"
            f" where somebody does, from 1 to {names.FURTHEST} hops, and its own name",
        )


def _page(ask: FieldTargets) -> Iterable[Sending]:
    host = urlsplit(ask.page_url or "").hostname
    if ask.page_url is None or host is None or ask.resolver is None:
        return
    yield from _question("field_page", ask.resolver, ask.resolver_port, host, NAMES_ASKED)
    yield _fetch("field_page", ask.page_url, f"HTTP, GET {ask.page_url}")


def _stream(ask: FieldTargets) -> Iterable[Sending]:
    if ask.stream is not None:
        yield Sending(
            test="field_stream",
            carrier=Carrier.IGMP,
            to=ask.stream[0],
            octets=SMALL,
            times=REPORTS,
            says=f"join and leave {ask.stream[0]}, for {FOR_S:g} s",
            held_by="the system joins, leaves, and answers a router's questions (RFC 3376)",
        )


def _load(ask: FieldTargets) -> Iterable[Sending]:
    order, test = ask.load, "field_load"
    found = load.hosts(order)
    if not found or ask.address is None:
        return
    for host in dict.fromkeys(found.values()):
        if not _is_address(host):
            yield Sending(
                test=test,
                carrier=Carrier.UDP,
                to=OWN_RESOLVER,
                port=names.PORT,
                octets=UDP4 + QUESTION + len(host) + 20,
                times=OWN_QUESTIONS,
                says=f"DNS, the addresses of {host}",
                held_by="by the system, as resolv.conf(5) says",
            )
    each = f"{order.seconds:g} s and {order.most_bytes / 1e6:g} MB at most"
    for tool, host in found.items():
        yield Sending(
            test=test,
            carrier=Carrier.TCP,
            to=host,
            port=load.port_of(order, tool),
            octets=USUAL,
            times=2 * order.most_packets,
            says=f"{tool.value}, {each}, one way after the other",
            held_by="the load is ended when so many have been sent",
        )
    count = load.most_connections(order)
    yield Sending(
        test=test,
        carrier=Carrier.TCP,
        to=ask.address,
        port=ask.port,
        octets=SMALL,
        times=count * DROPPED.packets,
        says=f"at most {count} connections, before and beside the loads, each dropped at once",
    )


def _of_system(found: tuple[Sending, ...]) -> Iterable[Sending]:
    """Say what the laptop's own system sends because of it."""
    if not found:
        return
    yield Sending(
        test=SYSTEM,
        carrier=Carrier.NEIGHBOUR,
        to=NEXT_HOP,
        octets=SMALL,
        times=LONGEST_S,
        says="which MAC it has",
        held_by="by the system, at most one a second",
    )
    asked = [one for one in found if one.carrier is Carrier.UDP]
    for server in dict.fromkeys(one.to for one in asked):
        times = sum(one.times for one in asked if one.to == server)
        yield Sending(
            test=SYSTEM,
            carrier=Carrier.ICMPV6 if ":" in server else Carrier.ICMP,
            to=server,
            octets=ECHOED,
            times=times,
            says="port unreachable, for an answer that comes when nobody waits for it any more",
            held_by="by the system",
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
