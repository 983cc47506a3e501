"""Whom a laptop on site may ask beyond its wire, by the configuration, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.field import names, trace
from cpe_diag.field.stream import FOR_S
from cpe_diag.field.targets import FieldTargets
from cpe_diag.probes import field_quality, field_web
from cpe_diag.wiring.config import ExpectedPage

if TYPE_CHECKING:
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


def questions(config: Config) -> list[str]:
    """Say what a check asks beyond the wire, and whom; nothing where nobody is configured.

    Returns:
        A line for each kind of question.
    """
    target, ask = config.reference, targets_of(config)
    if target is None:
        return []
    server = config.resolver_address or "no resolver"
    lines = [
        f"DNS: {target.host}, and a name under it that does not exist, of {server}",
        f"HTTP: {target.url}" + ("" if ask.page_url == target.url else f" and {ask.page_url}"),
    ]
    if ask.outside is not None:
        lines.append(f"DNS: the same two names, of {ask.outside}")
    if ask.nobody is not None:
        most = f"at most {names.MOST_QUESTIONS} questions"
        lines.append(f"DNS: {target.host}, of {ask.nobody}, which must not answer: {most}")
    if target.address is not None:
        full = f"{field_quality.FULL} of {field_quality.FULL_BYTES + 28} bytes"
        apart = f"{field_quality.SMALL} at {1000 * field_quality.INTERVAL_S:.0f} ms"
        counts = f"{field_web.PINGS}, {apart}, {full}"
        lines.append(f"ICMP: echo requests to {target.address}: {counts}")
        most = f"at most {trace.MOST_PACKETS} small packets"
        lines.append(
            f"UDP, TCP, ICMP: the way to {target.address}, {trace.MOST_HOPS} hops: {most}"
        )
        return lines + _loads(config)
    return lines


def _loads(config: Config) -> list[str]:
    """Say by whom the line is loaded, and with how much at most."""
    order = config.on_site.load
    stream = config.on_site.stream
    joined = [f"IGMP: join {stream[0]} for {FOR_S:g} s"] if stream else []
    servers = [f"iperf3: {order.iperf3[0]} port {order.iperf3[1]}"] if order.iperf3 else []
    servers += [f"NDT7: {order.ndt7}"] if order.ndt7 else []
    most = f"{order.seconds:g} s and {order.most_bytes / 1e6:g} MB at most, each way"
    return [*joined, *(f"{server}: {most}" for server in servers)]
