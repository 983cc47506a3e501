"""What a router's tables and counters say, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import RebootReason
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus
from cpe_diag.judge.decide import find
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import (
    about,
    changed,
    ethernet_home,
    never_asked,
    with_value,
)

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

REFUSED = "ppp_auth_refused"
NOWHERE = "02:00:5e:00:53:99"


def answer_of(case: CaseFile, rule: str) -> bool | None:
    """Give one rule's answer."""
    return next(finding.answer for finding in find(case) if finding.id == rule)


def test_a_device_is_not_called_absent_when_the_neighbour_table_is_not_known() -> None:
    """Only a table that was read can say that a device is not in it."""
    case = about(ethernet_home("one_device_offline"), device_mac=NOWHERE)
    case = with_value(case, "wifi_clients", "router", WifiClients(clients=()))
    case = never_asked(case, ("ping", "router>device"), ("device_presence", "device"))
    case = never_asked(case, ("device_frames", "device"))
    answers = {finding.id: finding.answer for finding in find(case)}
    assert answers["device_absent"] is True
    unread = changed(case, "router_lan", "router", neighbours=Missing(why=FailureKind.UNSUPPORTED))
    answers = {finding.id: finding.answer for finding in find(unread)}
    assert answers["device_absent"] is None


def test_a_crash_that_the_kernel_kept_counts_though_the_log_begins_anew() -> None:
    """The log is in memory: after a crash it does not tell of it."""
    case = changed(
        ethernet_home(),
        "router_system",
        "router",
        uptime_s=240.0,
        last_reboot=RebootReason.KERNEL_CRASH,
    )
    assert answer_of(case, "router_crash_logged") is True
    long_ago = changed(case, "router_system", "router", uptime_s=40 * 86_400.0)
    assert answer_of(long_ago, "router_crash_logged") is False
    watchdog = changed(case, "router_system", "router", last_reboot=RebootReason.WATCHDOG)
    assert answer_of(watchdog, "router_crash_logged") is False


def test_damaged_frames_of_a_year_are_no_damaged_cable() -> None:
    """A counter that nobody resets grows on every good cable too."""
    bad = at_home.lan_cable(ethernet_home())
    assert answer_of(bad, "lan_port_errors") is True
    old = changed(bad, "router_system", "router", uptime_s=9_000 * 3600.0 * 2)
    assert answer_of(old, "lan_port_errors") is False


def test_a_channel_number_of_another_band_crowds_nobody() -> None:
    """6 GHz counts its channels from 1 anew."""
    case = at_home.wifi_congested(ethernet_home())
    scan = case.evidence.value(AirScan, "air_scan", "router")
    assert scan is not None
    for band, crowded in (("2g", True), ("6g", False)):
        there = tuple(replace(one, band=band) for one in scan.neighbours)
        told = changed(case, "air_scan", "router", neighbours=there)
        assert answer_of(told, "wifi_crowded") is crowded


def test_a_radio_that_listens_for_radar_is_not_called_dead() -> None:
    """It must be silent for a minute; a restart would only make it begin again."""
    case = at_home.wifi_radio_failed(ethernet_home())
    assert answer_of(case, "wifi_radio_dead") is True
    wifi = case.evidence.value(WifiStatus, "router_wifi", "router")
    assert wifi is not None
    waiting = tuple(replace(radio, radar_wait_s=40) for radio in wifi.radios)
    case = changed(case, "router_wifi", "router", radios=waiting)
    assert answer_of(case, "wifi_radio_dead") is False


def test_a_refused_login_rests_on_the_log_that_tells_of_it() -> None:
    """Who reads the evidence finds the lines there, not in the state of the WAN."""
    found = next(one for one in find(outside.auth_refused(ethernet_home())) if one.id == REFUSED)
    assert FactKey("router_log", "router") in found.rests_on


def test_a_radio_that_does_not_tell_how_busy_it_is_has_the_air_scanned() -> None:
    """A healthy home that is called slow was once left undetermined, and nobody scanned."""
    case = ethernet_home("slow_internet")
    wifi = case.evidence.value(WifiStatus, "router_wifi", "router")
    assert wifi is not None
    radios = tuple(
        replace(radio, busy_percent=Missing(why=FailureKind.UNSUPPORTED)) for radio in wifi.radios
    )
    case = changed(case, "router_wifi", "router", radios=radios)
    unscanned = never_asked(case, ("air_scan", "router"))
    busy = next(finding for finding in find(unscanned) if finding.id == "wifi_busy")
    assert (busy.answer, busy.missing) == (None, (FactKey("air_scan", "router"),))
    quiet = with_value(case, "air_scan", "router", AirScan(neighbours=()))
    assert answer_of(quiet, "wifi_busy") is False
