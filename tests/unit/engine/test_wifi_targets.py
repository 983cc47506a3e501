"""Which networks a change of Wi-Fi is done to, and what is refused before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_plan import ExpectedReading, Reads
from cpe_diag.domain.wifi_facts import Radio, WifiNetwork, WifiStatus
from cpe_diag.driver_kit.router_action_spec import Target
from cpe_diag.engine.router_look import wifi_reading
from cpe_diag.engine.wifi_targets import channel_fault, chosen, same_name_fault

UNKNOWN: Maybe[int] = Missing(why=FailureKind.UNSUPPORTED)


def radio(name: str, band: str, *, on_air: bool = True) -> Radio:
    """Give a radio whose settings have its name."""
    return Radio(
        name=name,
        band=band,
        enabled=True,
        on_air=on_air,
        channel=6,
        width_mhz=20,
        tx_power_dbm=Missing(why=FailureKind.UNSUPPORTED),
        noise_dbm=Missing(why=FailureKind.UNSUPPORTED),
        busy_percent=Missing(why=FailureKind.UNSUPPORTED),
        settings=name,
        usable_channels=(1, 6, 11),
    )


def network(settings: str, of: str, ssid: str, purpose: str = "lan") -> WifiNetwork:
    """Give a network on air."""
    return WifiNetwork(
        interface=f"if-{settings}",
        radio=of,
        ssid=ssid,
        purpose=purpose,
        encryption="psk2",
        on_air=True,
        settings=settings,
    )


HOME = WifiStatus(
    radios=(radio("r2", "2g"), radio("r5", "5g")),
    networks=(
        network("n2", "r2", "Home"),
        network("n5", "r5", "Home"),
        network("g2", "r2", "Visitors", "guest"),
    ),
)


def fault(wifi: WifiStatus, name: str, *networks: str) -> str | None:
    """Say what is wrong with a new name."""
    return same_name_fault(wifi, chosen(wifi, Target.NETWORK, networks=networks, bands=()), name)


def test_one_name_on_both_bands_is_one_network_to_a_device() -> None:
    """That is what most homes have."""
    assert fault(HOME, "New") is None


def test_two_networks_of_one_radio_do_not_get_one_name() -> None:
    """With other passwords behind them, devices would join the wrong one, or none."""
    wifi = replace(HOME, networks=(*HOME.networks, network("iot", "r2", "Things")))
    assert "'Home' (2g) and 'Things' (2g) are on one radio" in (fault(wifi, "New") or "")
    assert fault(wifi, "New", "Home") is None


def test_the_home_does_not_get_the_name_of_the_guests() -> None:
    """On whichever band: the customer's devices would join the guests."""
    for name in ("r2", "r5"):
        guests = network("g", name, "Visitors", "guest")
        wifi = replace(HOME, networks=(*HOME.networks[:2], guests))
        assert "has this name already" in (fault(wifi, "Visitors") or "")


@pytest.mark.parametrize(
    ("value", "usable", "words"),
    [
        ("6", (1, 6, 11), None),
        ("auto", (1,), None),
        ("6", None, None),
        ("12", (1, 6, 11), "country does not let it use channel 12; it lets it use 1, 6, 11"),
        ("36", (1, 6, 11), "none of 2g"),
        ("six", None, "no channel"),
    ],
)
def test_a_channel_that_the_country_forbids_is_refused_before_it_is_sent(
    value: str, usable: tuple[int, ...] | None, words: str | None
) -> None:
    """The router would take it and go dark."""
    told = channel_fault(value, "2g", usable)
    assert told is None if words is None else words in (told or "")


def expected(reads: Reads, subject: str, interface: str = "") -> ExpectedReading:
    """Give what a change wants to read."""
    return ExpectedReading(
        reads=reads, subject=subject, value="yes", previous="yes", interface=interface
    )


def test_a_network_with_the_id_of_its_radio_is_not_on_air_because_the_radio_is() -> None:
    """As on plain Linux, where the first network is named as its radio."""
    silent = replace(network("wlan0", "wlan0", "Home"), on_air=False)
    wifi = WifiStatus(radios=(radio("wlan0", "2g"),), networks=(silent,))
    assert wifi_reading(wifi, expected(Reads.ON_AIR, "wlan0", "if-wlan0")) == "no"
    assert wifi_reading(wifi, expected(Reads.ON_AIR, "wlan0")) == "yes"


def test_two_networks_of_one_id_that_differ_are_not_read_as_the_first() -> None:
    """One that did not change would hide behind one that did."""
    twins = (network("n", "r2", "New"), network("n", "r5", "Old"))
    wifi = replace(HOME, networks=twins)
    assert wifi_reading(wifi, expected(Reads.SSID, "n")) is None
    alike = replace(wifi, networks=(twins[0], replace(twins[1], ssid="New")))
    assert wifi_reading(alike, expected(Reads.SSID, "n")) == "New"
