"""Readers that routers with Broadcom radios and an old busybox share: air and ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.driver_kit.parsers import broadcom_wl
from cpe_diag.driver_kit.parsers.answers import refuse_failed
from cpe_diag.driver_kit.parsers.busybox import ping_check
from cpe_diag.driver_kit.parsers.busybox_web import untyped_dns_check, wget_check
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, PingCheck
    from cpe_diag.domain.wifi_facts import AirScan, WifiClients
    from cpe_diag.driver_kit.router import ReadingContext

Answers = tuple[CommandAnswer, ...]


def wifi_clients(answers: Answers, _: ReadingContext) -> WifiClients:
    """Read who is associated."""
    (answer,) = answers
    if answer.exit_status:
        refuse_failed(answer)
    return broadcom_wl.stations(answer)


def air_scan(answers: Answers, _: ReadingContext) -> AirScan:
    """Read who else is in the air."""
    (answer,) = answers
    if answer.exit_status:
        refuse_failed(answer)
    return broadcom_wl.air_scan(answer)


def ping(answers: Answers, context: ReadingContext) -> PingCheck:
    """Read pings of one target."""
    return ping_check(answers, context.target)


def dns_forwarder(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what the router's own forwarder answered."""
    (answer,) = answers
    return untyped_dns_check(answer, context.target, "127.0.0.1")


def dns_direct(answers: Answers, context: ReadingContext) -> DnsCheck:
    """Read what a server answered directly."""
    (answer,) = answers
    return untyped_dns_check(answer, context.target, context.server)


def http(answers: Answers, context: ReadingContext) -> HttpCheck:
    """Read how fetching a page went."""
    (answer,) = answers
    return wget_check(answer, context.target)
