"""What the home router gives is said with its units, and the guests' network apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.router_facts import LanStatus, LogEvents, RebootReason, RouterSystem
from cpe_diag.domain.wifi_facts import WifiClients, WifiStatus
from cpe_diag.report.fact_text import fact_text
from cpe_diag.report.router_text import REBOOT_WORDS
from cpe_diag.testing.evidence_samples import ethernet_home
from cpe_diag.testing.run_samples import sample_evidence

if TYPE_CHECKING:
    from typing import TypeVar

    V = TypeVar("V")

HOME = ethernet_home().evidence


def held(kind: type[V], name: str) -> V:
    """Give a fact of the sample home."""
    value = HOME.value(kind, name, "router")
    assert value is not None
    return value


@pytest.mark.parametrize("why", list(RebootReason))
def test_why_a_router_started_is_said(why: RebootReason) -> None:
    """A weak power supply and a crash lead to different parcels."""
    system = replace(held(RouterSystem, "router_system"), last_reboot=why)
    assert f"started by {REBOOT_WORDS[why]}" in fact_text(system)


def test_guests_are_told_apart_from_the_home() -> None:
    """Who asks for the guests' password must not get the family's changed."""
    wifi = held(WifiStatus, "router_wifi")
    guest = replace(wifi.networks[0], ssid="Visitors", purpose="guest", interface="wlan0-1")
    said = fact_text(replace(wifi, networks=(*wifi.networks, guest)))
    assert "for guests: Visitors" in said
    assert "for guests" not in fact_text(wifi)


def test_a_radio_says_what_it_sends_and_what_it_waits_for() -> None:
    """Channel, width, power and load in one line; silence by law with its seconds."""
    wifi = held(WifiStatus, "router_wifi")
    first = wifi.radios[0]
    said = fact_text(wifi)
    assert f"on channel {first.channel} (20 MHz wide, 20 dBm, 12 % busy)" in said
    waiting = replace(first, on_air=False, radar_wait_s=42)
    said = fact_text(replace(wifi, radios=(waiting, *wifi.radios[1:])))
    assert "listens for radar for 42 s more" in said


def test_retries_are_told_where_they_are_counted() -> None:
    """5,400 retries of 180,000 packets are a good way through the air."""
    clients = held(WifiClients, "wifi_clients")
    assert "0.03 retries a packet" in fact_text(clients)
    uncounted = replace(clients.clients[0], tx_packets=0)
    assert "retries" not in fact_text(replace(clients, clients=(uncounted,)))


def test_a_socket_says_its_speed_and_its_errors() -> None:
    """A socket without a link is not named."""
    lan = held(LanStatus, "router_lan")
    assert "link on lan1 at 1 Gbit/s (2 errors)" in fact_text(lan)
    ports = lan.ports if isinstance(lan.ports, tuple) else ()
    slow = replace(ports[0], speed_bps=10_000_000, full_duplex=False, rx_errors=0)
    dark = replace(ports[0], name="lan2", carrier=False)
    said = fact_text(replace(lan, ports=(slow, dark)))
    assert "link on lan1 at 10 Mbit/s half duplex" in said
    assert "lan2" not in said


def test_an_event_says_how_long_ago_it_was() -> None:
    """The complaint is of this morning."""
    log = sample_evidence().value(LogEvents, "router_log", "router")
    assert log is not None
    recent = replace(log.events[0], last_age_s=150.0)
    assert ", last 2 min ago" in fact_text(replace(log, events=(recent,)))
