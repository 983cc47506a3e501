"""Whom a laptop on site may ask beyond its wire, by the configuration, and how often."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.field import jitter, load, names, sizes, trace
from cpe_diag.field.raw.order import MOST_VLANS
from cpe_diag.field.stream import FOR_S
from cpe_diag.field.targets import FieldTargets
from cpe_diag.probes import field_quality, field_web
from cpe_diag.wiring.config import ExpectedPage

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.wiring.config import Config


def targets_of(config: Config) -> FieldTargets:
    """Give whom the configuration names.

    Args:
        config: of the laptop.

    Returns:
        The targets.
    """
    reference, page = config.reference, config.on_site.page or ExpectedPage()
    return FieldTargets(
        host=None if reference is None else reference.host,
        address=None if reference is None else reference.address,
        url=None if reference is None else reference.url,
        resolver=config.resolver_address,
        resolver_port=config.resolver_port,
        outside=None if config.elsewhere is None else config.elsewhere.resolver,
        nobody=config.on_site.nobody,
        page_url=page.url or (None if reference is None else reference.url),
        page_status=page.status,
        page_text=page.text,
        load=config.on_site.load,
        stream=config.on_site.stream,
    )


def vlans_of(config: Config, subscriber: Subscriber) -> tuple[int, ...]:
    """Give in which VLANs a laptop asks with a tag: the service's own, then the configuration's.

    Returns:
        At most four.
    """
    own = known(subscriber.service.vlan)
    named = (*(() if own is None else (own,)), *config.on_site.vlans)
    return tuple(dict.fromkeys(named))[:MOST_VLANS]


def session_wanted(subscriber: Subscriber) -> bool:
    """Tell whether a session is opened from the wall port.

    Returns:
        Where the inventory names its login, on a line of which it is not known to have none.
    """
    wan = known(subscriber.service.wan)
    return subscriber.session is not None and wan in {None, WanProtocol.PPPOE}


def questions(config: Config) -> list[str]:
    """Say what a check asks beyond the wire, and whom; nothing where nobody is configured.

    Returns:
        A line for each kind of question.
    """
    ask = targets_of(config)
    return [*_names(ask), *_pages(ask), *_packets(ask), *_loads(ask), *_stream(ask)]


def _names(ask: FieldTargets) -> list[str]:
    """Say which names are asked for, and whom."""
    if ask.resolver is None:
        return []
    lines = []
    if ask.host is not None:
        lines.append(
            f"DNS: {ask.host}, and a name under it that does not exist, of {ask.resolver}"
        )
        if ask.outside is not None:
            lines.append(f"DNS: the same two names, of {ask.outside}")
        if ask.nobody is not None:
            most = f"at most {names.MOST_QUESTIONS} questions"
            lines.append(f"DNS: {ask.host}, of {ask.nobody}, which must not answer: {most}")
    page_host = urlsplit(ask.page_url or "").hostname
    if page_host not in {None, ask.host}:
        lines.append(f"DNS: {page_host}, of {ask.resolver}")
    return lines


def _pages(ask: FieldTargets) -> list[str]:
    """Say which pages are fetched, from the addresses that the operator's resolver gives."""
    pages = dict.fromkeys(url for url in (ask.url, ask.page_url) if url is not None)
    return [f"HTTP: {' and '.join(pages)}"] if pages and ask.resolver is not None else []


def _packets(ask: FieldTargets) -> list[str]:
    """Say which packets go to the address of the reference."""
    if ask.address is None:
        return []
    full = f"{field_quality.FULL} of {field_quality.FULL_BYTES + 28} bytes"
    apart = f"{field_quality.SMALL} at {1000 * field_quality.INTERVAL_S:.0f} ms"
    counts = f"{field_web.PINGS}, {apart}, {full}"
    most = f"at most {trace.MOST_PACKETS} small packets"
    between = f"{sizes.LEAST} to {sizes.ETHERNET} bytes, at most {sizes.MOST_PACKETS}"
    return [
        f"ICMP: echo requests to {ask.address}: {counts}",
        f"UDP, TCP, ICMP: the way to {ask.address}, {trace.MOST_HOPS} hops: {most}",
        f"ICMP: {ask.address}, the next hop and this machine, {jitter.COUNT} small packets each",
        f"ICMP: the largest packet that {ask.address} takes: {between}",
    ]


def _stream(ask: FieldTargets) -> list[str]:
    """Say which group is joined."""
    return [f"IGMP: join {ask.stream[0]} for {FOR_S:g} s"] if ask.stream else []


def _loads(ask: FieldTargets) -> list[str]:
    """Say by whom the line is loaded, with how much at most, and what is asked beside it."""
    order = ask.load
    servers = [f"iperf3: {order.iperf3[0]} port {order.iperf3[1]}"] if order.iperf3 else []
    servers += [f"NDT7: {order.ndt7}"] if order.ndt7 else []
    if not servers or ask.address is None:
        return []
    most = f"{order.seconds:g} s and {order.most_bytes / 1e6:g} MB at most, each way"
    named = [host for host in load.hosts(order).values() if not _is_address(host)]
    count = load.most_connections(order)
    beside = f"at most {count} connections to {ask.address}, before and beside the loads"
    return [
        *(f"DNS: {host}, of this machine's own resolver" for host in dict.fromkeys(named)),
        *(f"{server}: {most}" for server in servers),
        f"TCP: {beside}, and to this machine itself",
    ]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
